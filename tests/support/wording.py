"""Lines of a behavioural interview that are to be worded."""

from typing import Any

from app.interview_session.conversation.utterance import Line, Purpose
from app.interview_session.conversation.wording import Spoken, WordingRequest
from app.interview_session.events.events import Speaker

QUESTION = (
    "Tell me about something that went wrong and that was your responsibility. "
    "How did you notice, what did you do first, and what happened then?"
)
FOLLOW_UPS = (
    "Who did you tell, when, and in which words?",
    "Which warning sign was there before, and why was it not heeded?",
    "What is different today, so that it would not happen again?",
)
ANSWER = (
    "We lost two hours of orders last March because I had deployed a migration on a Friday. I saw the error rate go "
    "up, rolled back, and called my manager."
)
FIELD: dict[str, Any] = {
    "sequence": 3,
    "question_id": "behavioral-failure",
    "question_type": "behavioral",
    "duration": 9,
    "question": QUESTION,
    "instructions": "You want a failure that had consequences. React calmly and without judgement.",
    "follow_ups": list(FOLLOW_UPS),
    "rubric": ["Takes a real failure with consequences and owns their part in it"],
}
TELL_ME_MORE = "Could you tell me a little more about that?"
NOTED = "Thank you, I have noted that."


def interviewer(text: str) -> Spoken:
    return Spoken(Speaker.INTERVIEWER, text)


def candidate(text: str) -> Spoken:
    return Spoken(Speaker.CANDIDATE, text)


def follow_up(number: int = 2, *, answer: str = ANSWER, **changes: Any) -> WordingRequest:
    """Return the request for a follow-up after an answer."""
    values: dict[str, Any] = {
        "title": "Behavioural interview",
        "field": FIELD,
        "line": Line(Purpose.FOLLOW_UP, FOLLOW_UPS[number - 1], 3, about=number),
        "past": (interviewer(QUESTION), candidate(answer)),
        "open_follow_ups": tuple(text for text in FOLLOW_UPS if text != FOLLOW_UPS[number - 1]),
        "seconds_left": 240.0,
    }
    return WordingRequest(**(values | changes))


def reply(words: str = NOTED, *, answer: str = ANSWER, **changes: Any) -> WordingRequest:
    """Return the request for a reply to an answer."""
    return follow_up(answer=answer, line=Line(Purpose.REPLY, words, 3), **changes)
