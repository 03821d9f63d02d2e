"""What a job posting asks for, picked out of its text word for word.

Nothing is understood here, and nothing added: entries below a heading such as "Requirements" are taken, or else what
follows words such as "experience with". English headings and words only; a text without them gives nothing.
"""

import re
from collections.abc import Iterator
from html import unescape

MAX_REQUIREMENTS = 3
MAX_CHARACTERS = 140

_BLOCK_TAG = re.compile(r"</?(?:p|ul|ol|li|br|div|tr|td|h[1-6])\b[^<>]*>", re.IGNORECASE)
_INLINE_TAG = re.compile(r"</?(?:b|i|u|em|strong|span|a)\b[^<>]*>|\*\*", re.IGNORECASE)
_BULLET = re.compile(r"(?:[-*•·‣▪◦–—+]|\d{1,2}[.)])\s+")
_HEADING = re.compile(
    r"#*\s*(?:(?:minimum|basic|key|technical|required|preferred|desired|our|job)\s+)*"
    r"(?:requirements|qualifications|skills(?:\s+(?:and|&)\s+(?:experience|qualifications))?|must[- ]haves?"
    r"|your\s+(?:profile|skills)|about\s+you|who\s+you\s+are|you\s+(?:have|bring)"
    r"|what\s+you(?:['’]ll|\s+will)?\s+(?:bring|need|have)|what\s+we(?:['’]re|\s+are)\s+looking\s+for)"
    r"\s*(?::\s*(?P<rest>.*)|$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+")
_CUE = re.compile(
    r"\b(?:(?:\d{1,2}\+?\s+)?years\s+of|experience\s+(?:with|in|of)|knowledge\s+of|expertise\s+in"
    r"|proficien(?:t|cy)\s+(?:in|with)|familiar(?:ity)?\s+with|understanding\s+of|background\s+in|fluen(?:t|cy)\s+in"
    r"|skilled\s+in|ability\s+to)\s+\S.*",
    re.IGNORECASE,
)
_ABOUT_ITSELF = re.compile(r"(?:our|we\s+(?:have|bring|offer))\b", re.IGNORECASE)
# Markup, code, addresses and templates are no phrases to be read aloud.
_UNSPEAKABLE = re.compile(r"[<>{}\[\]\\|`@\x00-\x1f\x7f-\x9f]|://")
_LETTER = re.compile(r"[^\W\d_]")
_EDGES = " ,;:!?*_-–—•\"'“”"


def requirements_of(description: str | None) -> list[str]:
    """Return at most three phrases of a posting that say what it asks for, in its own words and order."""
    lines = _lines(description or "")
    phrases: dict[str, str] = {}
    for entries in (_listed(lines), _cued(lines)):
        for entry in entries:
            if phrase := _phrase(entry):
                phrases.setdefault(phrase.casefold(), phrase)
        if phrases:
            break
    return list(phrases.values())[:MAX_REQUIREMENTS]


def _lines(description: str) -> list[str]:
    text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n", description))
    return [" ".join(unescape(line).split()) for line in text.splitlines()]


def _listed(lines: list[str]) -> Iterator[str]:
    """Yield the entries below headings that announce requirements.

    A list of bullets ends at the first line that has none, a plain one at an empty line or the next heading. Text on
    the heading's own line is all there is, unless bullets follow.
    """
    inside = bullets = plain = False
    for line in lines:
        bullet = _BULLET.match(line)
        if not bullet and (heading := _HEADING.match(line)):
            rest = heading["rest"]
            inside, bullets, plain = True, bool(rest), False
            if rest:
                yield from _enumerated(rest)
        elif inside and bullet:
            bullets = True
            yield line[bullet.end() :]
        elif inside and line and not bullets and not line.endswith(":"):
            plain = True
            yield line
        elif line or plain:
            inside = False


def _enumerated(text: str) -> list[str]:
    """Split "Python, SQL, Docker", and leave a sentence that merely has commas whole."""
    entries = re.split(r"[,;]\s*(?:and\s+)?", text)
    return entries if all(len(entry.split()) <= 4 for entry in entries) else [text]


def _cued(lines: list[str]) -> Iterator[str]:
    """Yield what follows words that announce a requirement, up to the end of the sentence."""
    for line in lines:
        for sentence in _SENTENCE_END.split(line):
            if not _ABOUT_ITSELF.match(sentence) and (found := _CUE.search(sentence)):
                yield found[0]


def _phrase(entry: str) -> str | None:
    """Return an entry as it can be quoted, or nothing if it cannot."""
    phrase = entry.lstrip(_EDGES).rstrip(_EDGES + ".")
    if _UNSPEAKABLE.search(phrase) or not _LETTER.search(phrase):
        return None
    if len(phrase) <= MAX_CHARACTERS:
        return phrase
    whole_words = phrase[:MAX_CHARACTERS].rpartition(" ")[0].rstrip(_EDGES + ".")
    return f"{whole_words}…" if whole_words else None
