"""Signs found in a candidate's answer by plain code: the own part, numbers, results, examples, hedges, and length.

A sign is a hint and no judgement. It decides which follow-up is asked, and the report shows where it was found, so
that whoever reads it can disagree. English only: answers in other languages show hardly any sign.

The text is cut into words once. Phrases are looked up by their first word, so the time is linear in the text's
length. A line break ends a phrase, so the signs of two texts joined by a line break are the signs of both.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from app.interview_session.conversation import answer_sign_words as english
from app.interview_session.conversation.answer_sign_words import Phrases

SHORT_ANSWER_WORDS = 20
"""An answer of fewer words is short: it takes less than eight seconds to say, at 150 words per minute.

The report calls the evidence insufficient at the same length.
"""

TEAM_PER_OWN_PART = 3
"""An answer that speaks of the team at least this many times as often as of oneself hides the own part."""


LONGEST_NUMBER_WORDS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign stands in an answer, as offsets in characters; ``end`` is the first one behind it."""

    start: int
    end: int

    def quote(self, text: str) -> str:
        """Return the words at this place, letter by letter."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found in an answer; the places of a sign are in order and do not overlap.

    ``own_part``: "I", "my", "myself", unless in an aside such as "I think" or "let me see".
    ``team``: "we", "our", "the team". ``numbers``: figures, shares, money, and words that count something; neither
    years nor versions, nor "one of" and "first". ``results``: words of an outcome. ``examples``: words that place a
    story at a certain time. ``hedges``: words that take something back.
    """

    words: int
    own_part: tuple[Place, ...]
    team: tuple[Place, ...]
    numbers: tuple[Place, ...]
    results: tuple[Place, ...]
    examples: tuple[Place, ...]
    hedges: tuple[Place, ...]


@lru_cache(maxsize=16)  # the same answer is asked about by one follow-up after the other
def signs_of(text: str) -> Signs:
    """Return the signs of an answer."""
    words = _words_of(text)
    hedges = _places(words, english.HEDGES)
    return Signs(
        words=word_count(text),
        own_part=_own_part(text, words, asides=[*hedges, *_places(words, english.ASIDES)]),
        team=_places(words, english.TEAM),
        numbers=_numbers(text, words),
        results=_places(words, english.RESULTS),
        examples=_in_order([*_places(words, english.EXAMPLES), *_dates(words)]),
        hedges=hedges,
    )


def word_count(text: str) -> int:
    """Return how many words a text has: what stands between spaces and has a letter or a digit."""
    return sum(any(map(str.isalnum, word)) for word in text.split())


def shows(when: str, text: str) -> bool:
    """Tell whether an answer calls for a follow-up with this ``when``.

    ``always`` it does. ``short``: fewer than ``SHORT_ANSWER_WORDS`` words. ``no_own_part``: it speaks of a team, and
    at most a third as often of oneself. ``no_numbers`` and ``no_result``: none was found. ``vague``: neither an
    example nor a number, and more hedges and generalities ("I always try to") than deeds ("I wrote", "we moved").

    Raises:
        ValueError: there is no such ``when``.

    """
    if when == "always":
        return True
    if when not in _CALLS:
        raise ValueError(f"There is no such sign of an answer: {when}")
    return _CALLS[when](text, signs_of(text))


def _is_vague(text: str, signs: Signs) -> bool:
    if signs.examples or signs.numbers:
        return False
    words = _words_of(text)
    deeds = sum(_is_deed(subject, verb) for subject, verb in pairwise(words))
    return len(signs.hedges) + len(_places(words, english.GENERALITIES)) > deeds


_CALLS: Mapping[str, Callable[[str, Signs], bool]] = {
    "short": lambda _text, signs: signs.words < SHORT_ANSWER_WORDS,
    "no_own_part": lambda _text, signs: len(signs.team) >= max(1, TEAM_PER_OWN_PART * len(signs.own_part)),
    "no_numbers": lambda _text, signs: not signs.numbers,
    "no_result": lambda _text, signs: not signs.results,
    "vague": _is_vague,
}


class _Word(NamedTuple):
    """A word; ``plain`` is it in lower case. ``follows`` says that only spaces or a hyphen part it from the last."""

    start: int
    end: int
    letters: str
    plain: str
    follows: bool


_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def _words_of(text: str) -> list[_Word]:
    words: list[_Word] = []
    end = 0
    for match in _WORD.finditer(text):
        gap = text[end : match.start()]
        follows = bool(words) and (gap in {" ", "-"} or (gap.isspace() and "\n" not in gap))
        end = match.end()
        words.append(_Word(match.start(), end, match[0], match[0].lower().replace("’", "'"), follows))
    return words


def _places(words: Sequence[_Word], phrases: Phrases) -> tuple[Place, ...]:
    places = []
    behind = 0
    for number, word in enumerate(words):
        if word.plain not in phrases or number < behind:
            continue
        after = words[number + 1].plain if number + 1 < len(words) else ""
        by_second = phrases[word.plain]
        length = _phrase_at(words, number, by_second.get(after, ())) or _phrase_at(
            words, number, by_second.get("", ())
        )
        if length:
            behind = number + length
            places.append(Place(word.start, words[behind - 1].end))
    return tuple(places)


def _phrase_at(words: Sequence[_Word], number: int, phrases: Sequence[list[str]]) -> int:
    """Return how many words the first of these phrases has that stands here; 0 if none does."""
    for phrase in phrases:
        behind = number + len(phrase)
        if (
            [word.plain for word in words[number:behind]] == phrase
            and all(word.follows for word in words[number + 1 : behind])
            and words[number].letters not in english.NAMES
            and _before(words, number) not in english.NOT_AFTER.get(phrase[0], ())
            and _after(words, behind - 1) not in english.NOT_BEFORE.get(" ".join(phrase), ())
        ):
            return len(phrase)
    return 0


def _before(words: Sequence[_Word], number: int) -> str | None:
    """Return the word right before another one, in its plain form."""
    return words[number - 1].plain if words[number].follows else None


def _after(words: Sequence[_Word], number: int) -> str | None:
    """Return the word right after another one, in its plain form."""
    is_there = number + 1 < len(words) and words[number + 1].follows
    return words[number + 1].plain if is_there else None


def _in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return places without those that overlap an earlier one."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: (place.start, -place.end)):
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return tuple(kept)


def _own_part(text: str, words: Sequence[_Word], asides: Iterable[Place]) -> tuple[Place, ...]:
    aside_ends = {place.start: place.end for place in sorted(asides, key=lambda place: place.end)}
    own = []
    aside_end = 0
    for number, word in enumerate(words):
        aside_end = max(aside_end, aside_ends.get(word.start, 0))
        if word.start >= aside_end and word.plain in english.OWN_PART and not _is_numeral(text, words, number):
            own.append(Place(word.start, word.end))
    return tuple(own)


def _is_numeral(text: str, words: Sequence[_Word], number: int) -> bool:
    """Tell whether an "I" is a variable, an abbreviation's letter, or a Roman numeral: "i.e.", "I/O", "phase I"."""
    word = words[number]
    if word.plain != "i":
        return False
    before, behind = text[max(0, word.start - 1) : word.start], text[word.end : word.end + 2]
    return (
        before in {".", "/", "-", "["}
        or behind[:1] in {"/", "-", "+", "=", "]"}
        or (behind[:1] == "." and behind[1:].isalnum())
        or _before(words, number) in english.COUNTED_BY_NAME
        or (_after(words, number) == "in" and _after(words, number + 1) == "range")
    )


# A run of figures is one match, wherever it begins, so no figure is looked at twice.
_FIGURE = re.compile(
    r"(?<![\w.,:/])(?P<currency>[$€£][^\S\n]?)?(?P<figure>\d[\d.,:/]*)(?<=\d)(?P<range>[-–]\d[\d.,]*(?<=\d))?"
    r"(?P<unit>[^\S\n]?(?:%|[€$£](?!\d)|percent\b|per[^\S\n]cent\b|percentage[^\S\n]points?\b"
    r"|(?:hundred|thousand|million|billion)s?\b))?(?P<suffix>\w*)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3}){2,9}")


def _numbers(text: str, words: Sequence[_Word]) -> tuple[Place, ...]:
    return _in_order([*_figures(text, words), *_spelled(words)])


def _figures(text: str, words: Sequence[_Word]) -> Iterator[Place]:
    numbers = {word.start: number for number, word in enumerate(words)}
    for match in _FIGURE.finditer(text):
        if match["suffix"] and (match["unit"] or match["suffix"].lower() not in english.UNITS):
            continue
        number = numbers.get(match.start("figure"))
        before = _before(words, number) if number is not None else None
        has_unit = bool(match["currency"] or match["unit"])
        may_be_year = before in english.BEFORE_YEAR or before in english.MONTHS
        is_year = may_be_year and _YEAR.fullmatch(match["figure"]) and not match["suffix"]
        if has_unit or not (is_year or before in english.COUNTED_BY_NAME or _is_a_name(match["figure"])):
            yield Place(match.start(), match.end())


def _is_a_name(figure: str) -> bool:
    """Tell whether a figure is a time of day, a date, a version or an address, which count nothing."""
    is_version = figure.count(".") > 1 and not _THOUSANDS.fullmatch(figure)
    return ":" in figure or figure.count("/") > 1 or figure == "24/7" or is_version


def _dates(words: Sequence[_Word]) -> Iterator[Place]:
    """Find a year or a month that tells when something happened."""
    for before, word in pairwise(words):
        is_date = word.plain in english.MONTHS or _YEAR.fullmatch(word.plain)
        if is_date and word.follows and before.plain in {"in", "during", "since"}:
            yield Place(before.start, word.end)


def _spelled(words: Sequence[_Word]) -> Iterator[Place]:
    """Find numbers in words: "three", "two hundred and fifty", "ten percent", "a third of"."""
    taken = 0
    shares = {place.start: place for place in _places(words, english.SHARES)}
    for number, word in enumerate(words):
        if word.start < taken:
            continue
        place = shares.get(word.start) or (word.plain in english.NUMBER_WORDS and _spelled_at(words, number))
        if place:
            taken = place.end
            yield place


def _spelled_at(words: Sequence[_Word], number: int) -> Place | None:
    """Return the place of the number that begins with this word, unless it is a name or counts nothing."""
    last = number
    # No number has more words than that, and the bound keeps a long run of them linear.
    while last - number < LONGEST_NUMBER_WORDS:
        at = last + 1 + (_after(words, last) in english.JOINTS)
        if not (at < len(words) and words[at].plain in english.NUMBER_WORDS and words[at].follows):
            break
        last = at
    after = _after(words, last)
    is_pronoun = last == number and words[number].plain == "one" and after not in english.COUNTED_BY_ONE
    if is_pronoun or after in english.COUNTED_IDLY or _before(words, number) in english.COUNTED_BY_NAME:
        return None
    return Place(words[number].start, words[last + (after == "percent")].end)


def _is_deed(subject: _Word, verb: _Word) -> bool:
    """Tell whether two words are a subject and what it did: "I wrote", "we moved"."""
    if subject.plain not in english.DOERS or not verb.follows or verb.plain in english.NO_DEEDS:
        return False
    return verb.plain in english.PAST_FORMS or (len(verb.plain) > 4 and verb.plain.endswith("ed"))
