"""Takes out of a text what a model that goes round in circles says over and over."""

MAX_LOOP_WORDS = 12
MIN_TURNS = 3
"""So often in a row a phrase is a loop; a single word may be stressed twice more."""

MIN_WORD_TURNS = 5


def without_loops(text: str) -> str:
    """Return a text in which each phrase that follows itself at least twice stands once, a word four times or more.

    A half turn at the end of the text is part of the loop.
    """
    words = text.split()
    plain = ["".join(filter(str.isalnum, word)).lower() or word for word in words]
    kept: list[str] = []
    place = 0
    while place < len(words):
        length, end = _loop(plain, place)
        kept += words[place : place + length]
        place = end
    return " ".join(kept)


def _loop(words: list[str], place: int) -> tuple[int, int]:
    """Return the length of the shortest phrase that goes round from this place on, and where it has ended."""
    for length in range(1, MAX_LOOP_WORDS + 1):
        end = place + length
        while end < len(words) and words[end] == words[end - length]:
            end += 1
        if end - place >= length * (MIN_WORD_TURNS if length == 1 else MIN_TURNS):
            is_last = end == len(words)
            return length, end if is_last else place + (end - place) // length * length
    return 1, place + 1
