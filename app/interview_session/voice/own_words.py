"""Whether words that were heard are the interviewer's own, come back through the candidate's microphone."""

from difflib import SequenceMatcher

FEWEST_WORDS = 3
"""Fewer words may be anybody's."""

OWN_SHARE = 0.7
"""So much of what was heard has to stand, in order, in what was said."""

MOST_WORDS = 60
"""Only so many words of each are compared, the last ones: that bounds the work."""


def are_own_words(heard: str, said: str) -> bool:
    """Tell whether what was heard is a part of what the interviewer was saying, give or take misheard words."""
    heard_words, said_words = _words(heard), _words(said)
    if len(heard_words) < FEWEST_WORDS:
        return False
    matches = SequenceMatcher(None, heard_words, said_words, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) >= OWN_SHARE * len(heard_words)


def _words(text: str) -> list[str]:
    words = (word.strip(".,;:!?\"'()").lower() for word in text.split()[-MOST_WORDS:])
    return [word for word in words if word]
