"""Cuts what is said into pieces that can be synthesised one behind the other, where a speaker would breathe."""

import re

SHORTEST_SHARE = 0.3
"""A piece is at least this share of the longest one, if there is a place to cut at all."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"')”’]? ")
_CLAUSE_END = re.compile(r"[,;:—][\"')”’]? ")
_CONJUNCTION = re.compile(
    r" (?=(?:and|or|but|because|so|which|that|when|where|while|who|if|than|then|before|after|until|although) )"
)
_SPACE = re.compile(" ")


def next_piece(text: str, longest: int) -> tuple[str, str]:
    """Return the first piece of a text, and the rest; either may be empty.

    A text is cut at the end of a sentence, or else of a clause, or else before a conjunction, or else between two
    words: at the last such place, and never beyond ``longest`` characters. A single word that is longer is cut.
    """
    text = text.strip()
    if len(text) <= longest:
        return text, ""
    window = text[: longest + 1]
    for pattern in (_SENTENCE_END, _CLAUSE_END, _CONJUNCTION, _SPACE):
        ends = [found.end() for found in pattern.finditer(window) if found.end() > longest * SHORTEST_SHARE]
        if ends:
            return text[: ends[-1]].strip(), text[ends[-1] :].strip()
    end = window.find(" ", 1)
    end = end if end > 0 else longest
    return text[:end].strip(), text[end:].strip()
