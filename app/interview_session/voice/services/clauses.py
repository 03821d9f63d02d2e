"""Cuts what is said into pieces that can be synthesised one behind the other, where a speaker would breathe."""

import re

LONGEST_FIRST_PIECE = 70
"""Characters of a piece before which nothing sounds: about 4 s of speech."""

LONGEST_PIECE = 160
SHORTEST_SHARE = 0.3
"""A piece is at least this share of the longest one, if there is a place to cut at all."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"')”’]? ")
_CLAUSE_END = re.compile(r"[,;:—][\"')”’]? ")
_CONJUNCTION = re.compile(
    r" (?=(?:and|or|but|because|so|which|that|when|where|while|who|if|than|then|before|after|until|although) )"
)
_SPACE = re.compile(" ")


def pieces(text: str) -> list[str]:
    """Return all pieces of a text, a short one first; at least one."""
    first, rest = next_piece(text, LONGEST_FIRST_PIECE)
    found = [first]
    while rest:
        piece, rest = next_piece(rest, LONGEST_PIECE)
        found.append(piece)
    return found


def next_piece(text: str, longest: int) -> tuple[str, str]:
    """Return the first piece of a text, and the rest; either may be empty.

    A text is cut at the end of a sentence, or else of a clause, or else before a conjunction, or else between two
    words: at the last such place, and never beyond ``longest`` characters. A single word that is longer is cut,
    but for its phonemes.
    """
    text = text.strip()
    if len(text) <= longest:
        return text, ""
    window = text[: longest + 1]
    for pattern in (_SENTENCE_END, _CLAUSE_END, _CONJUNCTION, _SPACE):
        ends = [found.end() for found in pattern.finditer(window) if found.end() > longest * SHORTEST_SHARE]
        if ends:
            return text[: ends[-1]].strip(), text[ends[-1] :].strip()
    end = text.find(" ")
    if not 0 < end <= longest:
        # Phonemes end with a bracket, and are not to be torn apart.
        end = (window.rfind(")") + 1 or text.find(")") + 1) if "](/" in window else longest
    return text[:end].strip(), text[end:].strip()
