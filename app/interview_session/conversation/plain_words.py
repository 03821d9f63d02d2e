"""A text as its plain words, the same whether it was typed or heard."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from app.interview_session.conversation.phrasebook import Phrasebook
from app.interview_session.conversation.wordpiece import vocabulary

MIN_MENDED_LETTERS = 4

_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_ASSENT = re.compile(r"\b(?:mm+|uh|ah)[ -]h(?:uh|m+)\b")
"""A yes made of two fillers."""
_CURLY = str.maketrans("‘’ʼ`´", "'''''")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def spoken_words(text: str, book: Phrasebook) -> list[str]:
    """Return a text's words in lower case, without punctuation and fillers, slips mended, apostrophes put in."""
    words = _WORD.findall(_ASSENT.sub("mhm", unicodedata.normalize("NFC", text).translate(_CURLY).lower()))
    return [book.apostrophes.get(word, word) for word in _mended(words, book) if not is_filler(word, book)]


def is_filler(word: str, book: Phrasebook) -> bool:
    """Tell whether a word in lower case is a filler, or one drawn out ("ummmm")."""
    short = _DRAWN_OUT.sub(r"\1", word)
    return word in book.fillers or (short != word and short in book.fillers)


def plain(words: Iterable[str], book: Phrasebook) -> str:
    """Return words as the patterns see them: no apostrophes, and in their short forms."""
    text = " ".join(words).replace("'", "")
    for long, short in book.short_forms.items():
        if long in text:
            text = re.sub(rf"\b{long}\b", short, text)
    return text


def variants(text: str, book: Phrasebook) -> list[str]:
    """Return a plain text as it is, then without repeated words, then without courtesies at its ends."""
    words = text.split()
    once = [word for word, _ in groupby(words)]
    found = [words, once]
    for start in (words, once):
        rest = _without_ends(start, book)
        while rest != found[-1] and rest:
            found.append(rest)
            rest = _without_ends(rest, book)
    return list(dict.fromkeys(" ".join(some) for some in found))


def _mended(words: Iterable[str], book: Phrasebook) -> Iterable[str]:
    known = vocabulary()
    for word in words:
        is_right = word in known or len(word) < MIN_MENDED_LETTERS or not word.isalpha()
        yield word if is_right else next((one for one in book.keywords if _is_a_slip_of(word, one)), word)


def _is_a_slip_of(word: str, right: str) -> bool:
    """Tell whether one letter more, less or other, or two changed about, make one word of the other."""
    if abs(len(word) - len(right)) > 1 or len(right) < MIN_MENDED_LETTERS:
        return False
    begin = 0
    while begin < min(len(word), len(right)) and word[begin] == right[begin]:
        begin += 1
    rest, right_rest = word[begin:], right[begin:]
    return (
        rest[1:] == right_rest[1:]
        or rest[1:] == right_rest
        or rest == right_rest[1:]
        or (rest[1::-1] == right_rest[:2] and rest[2:] == right_rest[2:])
    )


def _without_ends(words: Sequence[str], book: Phrasebook) -> list[str]:
    for courtesy in book.courtesies_before:
        if tuple(words[: len(courtesy)]) == courtesy:
            return list(words[len(courtesy) :])
    for courtesy in book.courtesies_after:
        if tuple(words[-len(courtesy) :]) == courtesy:
            return list(words[: -len(courtesy)])
    return list(words)
