"""The interviewer that needs no language model: the plan's questions, follow-ups chosen from the answer, time checks.

Everything here is a pure function of the plan and of what was said, so that whoever takes a conversation over goes on
where it was.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.interview_session.plans.plan import follow_up_text

SHORT_ANSWER_WORDS = 8
TELL_ME_MORE = "Could you tell me a little more about that?"
ANYTHING_TO_ADD = "Thank you. There is still some time for this question: is there anything you would like to add?"
NOTED = "Thank you, I have noted that."
GOODBYE = "That was the last question. Thank you for your time and your answers. Goodbye!"
GOODBYE_EARLY = "Let us stop here. Thank you for your time and your answers. Goodbye!"
WELCOME = "Welcome to your practice interview."
THANKS = "Thank you."
GO_ON = "Let us go on."
NOT_HEARD = "Sorry, I did not catch that. Could you say it again?"

_TIME_CHECK = re.compile(r"We have about \d+ (?:minutes|seconds) left for this question\.")
_GREETING = re.compile(r"\s*(?:hello|hi|hey|welcome|good (?:morning|day|afternoon|evening))\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_NO_LETTER = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]{4,}")
# Words of four letters and more that stand in any answer, and so tell nothing about its subject.
_COMMON_WORDS = """
about after also been before being could did does each from have having into just like made make many more most much
only other over really same some such than that their them then there these they thing things this those very was were
what when where which while will with would your yours
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def question(field: Mapping[str, Any]) -> str:
    """Return what opens a phase."""
    text: str = field["question"]
    return text


def greeting(field: Mapping[str, Any]) -> str:
    """Return what opens a spoken interview; a question that greets by itself does so alone."""
    asked = question(field)
    return asked if _GREETING.match(asked) else f"{WELCOME} {asked}"


def next_question(field: Mapping[str, Any]) -> str:
    """Return what opens a later phase, with a word of thanks for the last answer."""
    return f"{THANKS} {GO_ON} {question(field)}"


def taking_up(last_words: str) -> str:
    """Return what goes on after an interruption of the line or of the clock: the last words again."""
    return f"{GO_ON} {without_courtesies(last_words)}".rstrip()


def reply(field: Mapping[str, Any], said: Sequence[str], answer: str) -> str:
    """Return the answer to an answer: a follow-up that fits it, or what is left to say in this phase.

    ``said`` is what the interviewer has said in this phase so far, its spaces single.
    """
    so_far = "\n".join(said)
    if len(answer.split()) < SHORT_ANSWER_WORDS and TELL_ME_MORE not in so_far:
        return TELL_ME_MORE
    follow_ups = map(follow_up_text, field["follow_ups"])
    open_follow_ups: list[str] = [text for text in follow_ups if " ".join(text.split()) not in so_far]
    if open_follow_ups:
        # The first of the best: without any word in common they come in the plan's order.
        return max(open_follow_ups, key=lambda text: len(_subjects(text) & _subjects(answer)))
    return NOTED if ANYTHING_TO_ADD in so_far else ANYTHING_TO_ADD


def time_check(remaining_seconds: float) -> str:
    """Return what announces the end of a phase."""
    if remaining_seconds >= 90:
        return f"We have about {round(remaining_seconds / 60)} minutes left for this question."
    return f"We have about {max(5, round(remaining_seconds / 5) * 5)} seconds left for this question."


def problem(text: str) -> str:
    """Return what puts an injected problem to the candidate."""
    return f"Here is a problem for you. {text}"


def context(text: str) -> str:
    """Return what passes on something that the interviewer was told."""
    return f"One more thing to keep in mind. {text}"


def sentences(words: str) -> list[str]:
    """Return a text's sentences, roughly."""
    return _SENTENCE_END.split(words.strip())


def letters(words: str) -> str:
    """Return what is left of a text however it is spaced, punctuated or capitalized."""
    return _NO_LETTER.sub("", words).lower()


def rest_after(words: str, heard: int) -> str:
    """Return what is left of a text after so many letters of it, from the sentence that was cut off on."""
    rest = sentences(words)
    while rest and heard >= len(letters(rest[0])):
        heard -= len(letters(rest.pop(0)))
    return " ".join(rest)


def has_said(words: str, said: Iterable[str]) -> bool:
    """Tell whether every sentence of a text is among what was said, whatever came between them."""
    heard = letters("".join(said))
    return all(letters(sentence) in heard for sentence in sentences(words))


def without_courtesies(words: str) -> str:
    """Return a text without a welcome, thanks and time checks; what was taken up before is taken up once."""
    *_, rest = _TIME_CHECK.sub("", words).removeprefix(WELCOME).removeprefix(THANKS).split(GO_ON)
    return " ".join(rest.split())


def _subjects(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _COMMON
