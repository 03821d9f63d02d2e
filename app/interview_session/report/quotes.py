"""Whether words that somebody says are the candidate's stand in the transcript, and where."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.interview_session.report.schemas import Quote

MIN_QUOTE_WORDS = 3
"""Fewer words stand in almost every answer, and show nothing. A whole entry may be shorter."""

MAX_QUOTE_CHARACTERS = 600
"""A longer quote is shown up to the last word within this length."""

_MARKS: Mapping[str, str] = dict.fromkeys('"“”„‟«»‹›‘’‚‛`´＂＇「」『』', "'")
_EDGES = "' .…"

_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")
"""A letter of a script that sets no spaces between words."""

_WORD = re.compile(_SPACELESS.pattern + r"|[^\W_\u2e80-\u9fff]+")
_JOINTS: Mapping[str, Callable[[str], bool]] = {
    "'": str.isalnum,
    "-": str.isalnum,
    ".": str.isdigit,
    ",": str.isdigit,
}
"""What stands within words and numbers, and between which signs."""

_ORDERS = (
    re.compile(
        r"\b(?:ignore|disregard|forget|override) (?:all |any )?(?:of )?(?:the |your |my |these |those )?"
        r"(?:previous|prior|above|earlier|former|given|own) (?:instructions?|rules|rubric|prompts?)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:mark|rate|grade|judge|score|give|count)\b[^.!?\n]{0,60}"
        r"\b(?:as ['\"“‘]?(?:fully )?shown|full marks|the verdict)\b",
        re.IGNORECASE,
    ),
    re.compile(r"\bverdicts?\W{1,4}(?:must be |has to be |is )?['\"]?(?:not_)?(?:shown|partly)\b", re.IGNORECASE),
)
"""How a text speaks to whoever judges it. More can be thought of; a judge has to see through those itself."""


@dataclass(frozen=True, slots=True)
class ClaimedQuote:
    """A quote as a judge gives it. ``seq`` is the entry that it names, None if it names none."""

    seq: int | None
    quote: str


class Transcript:
    """The candidate's entries, by their numbers in the log, in which quotes are searched."""

    def __init__(self, texts: Mapping[int, str]) -> None:
        self._entries = {seq: _Entry(text) for seq, text in texts.items()}

    def find(self, claim: ClaimedQuote) -> Quote | None:
        """Return a claim's words with the entry in which they stand: the one that it names, else the first one.

        For the search alone, one quotation mark is as good as another, and so is one stretch of white space; marks
        and dots around the quote are left out. What is returned is the entry's text, letter by letter. None where
        it does not stand anywhere, begins or ends within a word, or says too little. None, too, where it gives orders
        to whoever judges: they are no evidence of anything.
        """
        wanted = _wanted(claim.quote)
        for seq in self._order(claim.seq) if wanted else ():
            if found := self._entries[seq].find(wanted):
                return None if _is_order(found) else Quote(seq=seq, quote=_within_limit(found))
        return None

    def _order(self, named: int | None) -> Sequence[int]:
        others = [seq for seq in self._entries if seq != named]
        return [named, *others] if named in self._entries and named is not None else others


class _Entry:
    """One text, in which runs of white space are one space and quotation marks are one sign."""

    def __init__(self, text: str) -> None:
        self._text = text
        signs: list[str] = []
        self._places: list[int] = []
        for place, sign in enumerate(text):
            plain = " " if sign.isspace() else _MARKS.get(sign, sign)
            if plain == " " and (not signs or signs[-1] == " "):
                continue
            signs.append(plain)
            self._places.append(place)
        self._plain = "".join(signs)

    def find(self, wanted: str) -> str | None:
        """Return the words of this text that are a plain quote; None if it has none, or they are too few."""
        if _count(wanted) < MIN_QUOTE_WORDS and self._plain.strip(_EDGES) != wanted:
            return None
        for begin in _occurrences(self._plain, wanted):
            end = begin + len(wanted)
            if not (_is_inside_word(self._plain, begin) or _is_inside_word(self._plain, end)):
                return self._text[self._places[begin] : self._places[end - 1] + 1]
        return None


def _wanted(quote: str) -> str:
    """Return a quote as it is searched; the texts that are searched are in NFC already."""
    words = " ".join(unicodedata.normalize("NFC", quote).split())
    return "".join(_MARKS.get(sign, sign) for sign in words).strip(_EDGES)


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    # Without overlaps, so that the time is linear in the text's length.
    place = text.find(wanted)
    while place >= 0:
        yield place
        place = text.find(wanted, place + len(wanted))


def _is_inside_word(text: str, place: int) -> bool:
    """Tell whether a word or a number goes on across the place between two signs."""
    before, behind = text[max(0, place - 2) : place], text[place : place + 2]
    if not before or not behind:
        return False
    if _is_joined(before[-1], behind[0]):
        return True
    # Don't, non-technical and 1.5 are one word each.
    if behind[0] in _JOINTS:
        return len(behind) == 2 and _is_joined(before[-1], behind[1], _JOINTS[behind[0]])
    if before[-1] in _JOINTS:
        return len(before) == 2 and _is_joined(before[0], behind[0], _JOINTS[before[-1]])
    return False


def _is_joined(one: str, other: str, is_of_word: Callable[[str], bool] = str.isalnum) -> bool:
    return is_of_word(one) and is_of_word(other) and not (_SPACELESS.match(one) or _SPACELESS.match(other))


def _count(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def _is_order(text: str) -> bool:
    return any(pattern.search(text) for pattern in _ORDERS)


def _within_limit(text: str) -> str:
    if len(text) <= MAX_QUOTE_CHARACTERS:
        return text
    cut = text[: MAX_QUOTE_CHARACTERS + 1]
    return cut[: cut.rfind(" ")] if " " in cut else cut[:MAX_QUOTE_CHARACTERS]
