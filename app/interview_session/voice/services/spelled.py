"""Joins letters that were heard one by one, as in "J. S. O. N."."""

import re

_SPELLED = re.compile(r"(?<![\w.'-])(?:[A-Za-z]\.? ){2,}[A-Za-z](?![\w'-])\.?")
_LETTER = re.compile(r"[A-Za-z]")


def joined_letters(text: str) -> str:
    """Return a text in which three single letters or more in a row are one word in capitals: "JSON"."""
    return _SPELLED.sub(_joined, text)


def _joined(match: "re.Match[str]") -> str:
    letters = "".join(_LETTER.findall(match[0]))
    is_end = match[0].endswith(".") and match.end() == len(match.string)
    return letters.upper() + ("." if is_end else "")
