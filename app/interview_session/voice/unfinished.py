"""Whether words break off in the middle of a sentence: after "and", "the" or "because" more is to come."""

_ALWAYS_GO_ON = frozenset(
    {
        "a",
        "an",
        "the",
        "my",
        "our",
        "your",
        "their",
        "its",
        "every",
        "and",
        "or",
        "but",
        "because",
        "although",
        "unless",
        "whereas",
        "nor",
        "i",
        "we",
        "they",
        "he",
        "of",
        "from",
        "into",
        "onto",
        "at",
        "by",
        "than",
        "as",
        "per",
        "if",
        "when",
        "while",
        "whether",
        "which",
        "who",
        "whose",
        "i'm",
        "i've",
        "i'd",
        "i'll",
        "we're",
        "we've",
        "we'd",
        "we'll",
        "they're",
        "it's",
        "that's",
        "there's",
        "he's",
        "she's",
        "am",
        "are",
        "were",
        "been",
        "being",
        "ah",
        "um",
        "uh",
        "uhm",
        "er",
        "erm",
        "hmm",
    }
)
"""No English sentence ends with these."""

_GO_ON_BUT_AFTER = {
    "so": frozenset({"think", "thought", "guess", "hope", "suppose", "say", "said", "do", "did", "or"}),
    "is": frozenset({"it", "that", "this", "what", "he", "she"}),
    "was": frozenset({"it", "that", "this", "what", "he", "she"}),
    "to": frozenset(
        {"want", "wanted", "have", "had", "need", "needed", "used", "like", "get", "able", "talk", "talked"}
    ),
    "with": frozenset({"deal", "work", "worked", "begin", "start", "live", "agree", "agreed", "go", "went"}),
    "had": frozenset({"ever", "never", "already", "not"}),
    "then": frozenset({"since", "until", "by", "back", "even"}),
}
"""Words that may end a sentence where one of a few others stands before them."""

_OPEN_ENDS = ("…", "..", "-", "–", "—")
"""A comma is none: the ears set one behind many a last word."""


def is_unfinished(text: str) -> bool:
    """Tell whether an English text, as the ears gave it, breaks off in the middle of a sentence.

    What its last words and marks do not tell counts as finished. A full stop tells nothing: the ears set one at every
    pause.
    """
    text = text.rstrip()
    if text.endswith(_OPEN_ENDS):
        return True
    words = [word.strip(".,;:!?\"'()").lower() for word in text.split()[-2:]]
    if not words or text.endswith("?"):
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _GO_ON_BUT_AFTER:
        return before not in _GO_ON_BUT_AFTER[last]
    return last in _ALWAYS_GO_ON
