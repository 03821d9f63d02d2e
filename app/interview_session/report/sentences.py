"""The sentences of a text by their places, so that each can be quoted as it stands."""

import re
from collections.abc import Iterator

LONGEST_SENTENCE_WORDS = 40
"""What was heard without full stops is cut into stretches of so many words."""

LONGEST_SENTENCE_CHARACTERS = 500

_END = re.compile(r"[.!?…][\"'”’)\]]*+(?=\s|\Z)|[。！？][」』”’）]*|\n")
_WORD = re.compile(r"\S+")


def sentence_places(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends, without the space around it; a line break ends one, too."""
    begin = 0
    for end in (*(match.end() for match in _END.finditer(text)), len(text)):
        yield from _short(text, begin, end)
        begin = end


def _short(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    stretch: list[int] = []
    words = 0
    for word in _WORD.finditer(text, begin, end):
        is_too_long = stretch and word.end() - stretch[0] > LONGEST_SENTENCE_CHARACTERS
        if words == LONGEST_SENTENCE_WORDS or is_too_long:
            yield stretch[0], stretch[-1]
            stretch, words = [], 0
        if not stretch:
            stretch = [word.start(), 0]
        stretch[1] = min(word.end(), word.start() + LONGEST_SENTENCE_CHARACTERS)
        words += 1
    if stretch:
        yield stretch[0], stretch[-1]
