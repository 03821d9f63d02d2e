"""Makes one text of the pieces that an utterance was heard in, without the marks and capitals that the cuts made."""

from collections.abc import Iterable
from dataclasses import dataclass

Times = list[tuple[int, int]]

_MARKS = ",.;:"

_CONTINUING_LIST = (
    "and or but nor so yet because since although though while whereas if unless until when whenever where wherever "
    "which who whom whose that than as of to in on at by for from with without within into onto over under between "
    "through during before after about against per via plus"
)
"""What rarely begins a sentence but often follows a breath."""

_SMALL_LIST = (
    "the a an this these those there here it its he she they we you his her their our your my me him them us is are "
    "was were be been being am do does did have has had will would shall should can could may might must not no "
    "then also just only even still very more most some any all each both every other another such what how why one "
    "two three four five"
)
"""What is a name nowhere, and so needs no capital in mid-sentence."""

_CONTINUING = frozenset(_CONTINUING_LIST.split())
_SMALL = _CONTINUING | frozenset(_SMALL_LIST.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece's words, when each began and ended (ms since the utterance's sound began), and how the piece ended."""

    text: str
    word_times: Times
    is_at_pause: bool


def joined(pieces: Iterable[Piece]) -> str:
    """Return the whole text; it has as many words as the pieces have together.

    A cut in mid-speech makes no sentence. One at a pause may have been the end of a sentence: it is left as the model
    heard it, unless the next word goes on with it.
    """
    words: list[str] = []
    is_at_pause = True
    for piece in pieces:
        following = piece.text.split()
        if not following:
            continue
        if words and _goes_on(words[-1], following[0], is_at_pause=is_at_pause):
            words[-1] = words[-1].rstrip(_MARKS) or words[-1]
            following[0] = _small(following[0])
        words += following
        is_at_pause = piece.is_at_pause
    return " ".join(words)


def _goes_on(last: str, first: str, *, is_at_pause: bool) -> bool:
    if last[-1] in "?!":
        return False
    if not is_at_pause or first[0].islower():
        return True
    return last[-1] not in _MARKS or _plain(first) in _CONTINUING


def _small(word: str) -> str:
    return word[0].lower() + word[1:] if _plain(word) in _SMALL else word


def _plain(word: str) -> str:
    return word.rstrip(_MARKS + "?!").lower()
