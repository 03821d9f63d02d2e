"""Word error rate: the words substituted, left out and put in, as a share of the words that were said.

Spelling is no error: ``40%`` is "forty percent", ``SQL`` is "S Q L", ``follow-up`` is "followup", ``it's`` is "it
is". A wrong word stays wrong, however alike it sounds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

LONGEST_COMPOUND_WORDS = 4

_TO_NINETEEN = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TO_NINETY = "twenty thirty forty fifty sixty seventy eighty ninety"
_TO_TENTH = "first second third fourth fifth sixth seventh eighth ninth tenth"

_SMALL_NUMBERS = {word: value for value, word in enumerate(_TO_NINETEEN.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TO_NINETY.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SUFFIXES = {1: "st", 2: "nd", 3: "rd"}
_ORDINALS = {f"{value}{_SUFFIXES.get(value, 'th')}": word for value, word in enumerate(_TO_TENTH.split(), start=1)}
_SAME = {"okay": "ok", "mister": "mr", "missus": "mrs", "doctor": "dr", "theatre": "theater", "practise": "practice"}
_FILLERS = {"um", "uh", "uhm", "erm", "er", "hmm", "mhm"}

_REWRITTEN = [
    (re.compile(pattern), by)
    for pattern, by in (
        ("[\u2018\u2019]", "'"),
        (r"(?<=\d),(?=\d\d\d)", ""),
        (r"[$]([\d.]+)( (?:thousand|million|billion))?", r"\1\2 dollars"),
        ("%", " percent"),
        ("&", " and "),
        (r"(?<=\d)\.(?=\d)", " point "),
        (r"(?<=\b[a-z])\.", ""),
        (r"\bcan't\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"n't\b", " not"),
        (r"\blet's\b", "let us"),
        (r"\b(it|that|what|there|here|who|he|she|where|how)'s\b", r"\1 is"),
        (r"'re\b", " are"),
        (r"'ve\b", " have"),
        (r"'ll\b", " will"),
        (r"'m\b", " am"),
        ("'", ""),
        # A voice reads "p99" and "v2" as a letter and a number.
        (r"(?<=[a-z])(?=\d)|(?<=\d)(?=(?!st\b|nd\b|rd\b|th\b)[a-z])", " "),
        (r"(?<=[a-z][a-z][a-z])is(e|ed|es|ing|ation)\b", r"iz\1"),
        (r"[^\w]|_", " "),
    )
]


@dataclass(frozen=True)
class WordErrors:
    """How many errors there were in how many words."""

    errors: int = 0
    words: int = 0

    @property
    def rate(self) -> float:
        """Return errors per word."""
        return self.errors / self.words if self.words else 0.0

    def __add__(self, other: "WordErrors") -> "WordErrors":
        return WordErrors(self.errors + other.errors, self.words + other.words)


def total(parts: Iterable[WordErrors]) -> WordErrors:
    """Return the errors of several texts as those of one."""
    return sum(parts, WordErrors())


def word_errors(said: str, heard: str) -> WordErrors:
    """Compare what was said with what was heard.

    The cheapest way from one to the other is found as for an edit distance, with one more step: several words that
    are one when they are written together cost nothing.
    """
    reference, hypothesis = words_of(said), words_of(heard)
    costs = [[0] * (len(hypothesis) + 1) for _ in range(len(reference) + 1)]
    for i, j in product(range(len(reference) + 1), range(len(hypothesis) + 1)):
        if i and j:
            differs = reference[i - 1] != hypothesis[j - 1]
            costs[i][j] = min(costs[i - 1][j] + 1, costs[i][j - 1] + 1, costs[i - 1][j - 1] + differs)
            for m, n in _compounds(reference[:i], hypothesis[:j]):
                costs[i][j] = min(costs[i][j], costs[i - m][j - n])
        else:
            costs[i][j] = i + j
    return WordErrors(costs[-1][-1], len(reference))


def words_of(text: str) -> list[str]:
    """Return the words of a text in the form in which they are compared."""
    text = text.lower()
    for pattern, by in _REWRITTEN:
        text = pattern.sub(by, text)
    words = (_SAME.get(word, _ORDINALS.get(word, word)) for word in text.split() if word not in _FILLERS)
    return list(_with_numbers_as_digits(list(words)))


def _compounds(reference: Sequence[str], hypothesis: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Yield how many last words of each side are the same when written together."""
    if reference[-1][-1] != hypothesis[-1][-1]:
        return
    for m, n in product(range(1, LONGEST_COMPOUND_WORDS + 1), repeat=2):
        if m + n > 2 and "".join(reference[-m:]) == "".join(hypothesis[-n:]):
            yield min(m, len(reference)), min(n, len(hypothesis))


def _with_numbers_as_digits(words: Sequence[str]) -> Iterable[str]:
    """Yield the words with each number, such as "one hundred and five" or "3 million", as one word of digits."""
    position = 0
    while position < len(words):
        value, length = _number_at(words, position)
        if length:
            yield str(value)
            position += length
        else:
            yield words[position]
            position += 1


def _number_at(words: Sequence[str], start: int) -> tuple[int, int]:
    """Return the number that begins at a word, and of how many words it is; none is of 0."""
    whole, group, room, position = 0, 0, 10**12, start
    # "room" is what a further part must be smaller than: after "twenty" a digit, after "hundred" two of them.
    while position < len(words):
        word = words[position]
        value = _simple_value(word)
        following = words[position + 1] if position + 1 < len(words) else ""
        if word == "a" and position == start and following in _SCALES:
            group, room = 1, 1
        elif value is not None and value < room and (value or position == start):
            group += value
            room = 10 if value in _TENS.values() and word in _TENS else 1
        elif word in _SCALES and group and (_SCALES[word] > group or word != "hundred"):
            scale = _SCALES[word]
            if scale == _SCALES["hundred"]:
                group *= scale
            else:
                whole, group = whole + group * scale, 0
            room = scale
        elif not (word == "and" and words[position - 1] in _SCALES and _simple_value(following) and position > start):
            break
        position += 1
    if position > start and words[position - 1] == "a":
        return 0, 0
    return whole + group, position - start


def _simple_value(word: str) -> int | None:
    if word.isdecimal() and word.isascii() and not (len(word) > 1 and word[0] == "0") and len(word) < 12:
        return int(word)
    return _SMALL_NUMBERS.get(word, _TENS.get(word))
