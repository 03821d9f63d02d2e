"""Whether words that were heard are the interviewer's own, come back through the candidate's microphone."""

from difflib import SequenceMatcher

FEWEST_WORDS = 3
"""Fewer words may be anybody's."""

FEWEST_RESTATED = 6
"""Where nothing else speaks for an echo: people begin their answer with the question's words."""

OWN_SHARE = 0.7
"""So much of what was heard has to stand, in order, in what was said."""

MOST_WORDS = 60
"""Only so many words of each are compared, the last ones: that bounds the work."""


def are_own_words(heard: str, said: str, *, is_echo_likely: bool) -> bool:
    """Tell whether what was heard is a part of what the interviewer was saying, give or take misheard words.

    An echo is likely where one was found in the call, or where the words began while the interviewer spoke or in the
    moment after.
    """
    heard_words, said_words = _words(heard), _words(said)
    if len(heard_words) < (FEWEST_WORDS if is_echo_likely else FEWEST_RESTATED):
        return False
    matches = SequenceMatcher(None, heard_words, said_words, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) >= OWN_SHARE * len(heard_words)


def _words(text: str) -> list[str]:
    words = (word.strip(".,;:!?\"'()").lower() for word in text.split()[-MOST_WORDS:])
    return [word for word in words if word]
