"""The interviewer's own words: what it says where the plan has none, and where no language model is set."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.interview_session.conversation.utterance import without_sentences

WELCOME = "Welcome to your practice interview."
THANKS_AND_ON = "Thank you. Let us go on."
GO_ON = "Let us go on."
OF_COURSE = "Of course."
GOODBYE = "That was the last question. Thank you for your time and your answers. Goodbye!"
GOODBYE_EARLY = "Let us stop here. Thank you for your time and your answers. Goodbye!"

TELL_ME_MORE = "Could you tell me a little more about that?"
ANYTHING_TO_ADD = "Thank you. There is still some time for this question: is there anything you would like to add?"
NOTED = (
    "Thank you, I have noted that.",
    "Thank you. If you have nothing to add, say so and we move on to the next question.",
    "All right, I have that as well.",
)
ADDED_TO_EARLIER = "Thank you, I have put that with the question before."

HINT_LEAD = "Here is a hint."
NO_HINT = "I have no hint for this question. Begin with whatever comes to mind; you can put it in order as you go."
NO_HINT_LEFT = "I have no further hint for this question. Begin with the part that you are surest of."
TAKE_YOUR_TIME = ("Of course, take your time.", "Take all the time that you need.")
I_HEAR_YOU = "Yes, I can hear you."
I_READ_YOU = "Yes, your words arrive here."
WHO_I_AM = (
    "I am the interviewer of this practice: a program that asks the questions of your plan and keeps the time. "
    "Answer me as you would answer a person."
)
ENCOURAGEMENT = (
    "That is all right. Think of anything that comes close to it, however small: what would you try first?"
)
ENOUGH_TRIED = "That is fine, nobody knows everything. Shall we move on to the next question?"
ENOUGH_TRIED_AT_THE_END = "That is fine, nobody knows everything. Shall we finish here?"
ABOUT_THE_COMPANY = (
    "That is a good question to bring to the real interview. This is a practice, so I know nothing about the "
    "company: look at its website and its recent news, and ask whoever invited you.",
    "Keep that one for the real interview, too; I cannot answer it here. Ask it of the person whose daily work it is "
    "about.",
)
HELLO = "Hello, good to have you here. The question is still yours."
YOU_ARE_WELCOME = "You are welcome."
ALL_RIGHT = "All right, then we stay with this question."
GO_AHEAD = "Good. Go ahead."

NOT_HEARD = "Sorry, I did not catch that. Could you say it again?"
NOT_UNDERSTOOD = "I could not make sense of that. Could you put it in other words?"
STILL_NOT_UNDERSTOOD = "I will leave that as it is. Whenever you are ready, go on with the question."
MORE_THAN_A_WORD = "Could you say that in a sentence or two?"
STAY_CALM = "I would like to keep this friendly. Let us stay with the question."
OFFER_PAUSE = "It seems that this is not a good moment. Would you like to pause for a while?"
CONFIRM_END = "Would you like to end the interview here?"
CONFIRM_NEXT_PHASE = "Shall we move on to the next question?"
CONFIRM_LAST_PHASE = "This is the last question. Shall we finish here?"
ARE_YOU_THERE = "Take your time. If it helps, I can repeat the question, put it differently or give you a hint."
NOTHING_TO_ADD = "If you have nothing to add, tell me and we move on."

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese"}
"""The names of languages that a plan may be in; of others the interviewer says "the language of this interview"."""

_GREETING = re.compile(r"\s*(?:hello|hi|hey|welcome|good (?:morning|day|afternoon|evening))\b", re.IGNORECASE)
_ASK_ABOUT = re.compile(
    r"(?:ask|talk)(?: (?:the candidate|them|to them))? (?:about|for) ([^.!?\n]{3,300})", re.IGNORECASE
)
_ASK_TO = re.compile(r"(?:ask|have|let)(?: (?:the candidate|them))(?: to)? ([^.!?\n]{3,300})", re.IGNORECASE)
_ASK_WHAT = re.compile(
    r"ask(?: (?:the candidate|them))? ((?:how|what|when|where|which|whether|who|why)\b[^.!?\n]{3,300})", re.IGNORECASE
)
_TO_THE_CANDIDATE = {
    "the candidate's": "your",
    "the candidate’s": "your",
    "themselves": "yourself",
    "themself": "yourself",
    "theirs": "yours",
    "their": "your",
    "they": "you",
    "them": "you",
}
_THIRD_PERSON = re.compile(rf"\b(?:{'|'.join(_TO_THE_CANDIDATE)})\b", re.IGNORECASE)
_OF_THE_CANDIDATE = re.compile(r"\bcandidate\b", re.IGNORECASE)
_WHAT_IT_IS_ABOUT = {
    "introduction": "I would like to know who you are: what you do, how you came to it, and why you are here.",
    "behavioral": "I would like to hear of one real situation: what was going on, what you did, and what came of it.",
    "technical": "I would like to see how you think: what you know, what you would weigh, and what you would do.",
    "coding": "I would like to follow your way to a solution: what you assume, your steps, and what it costs.",
    "system_design": "I would like to follow your way to a design: what it must do, its parts, where it may fail.",
    "hr": "I would like to know what you are looking for, and whether that fits what the position offers.",
    "closing": "This is the moment for your own questions and for what you would still like to say.",
}


def asked(field: Mapping[str, Any]) -> str:
    """Return the question of a phase; where the plan has none, what its instructions say to ask for."""
    if field.get("question"):
        return str(field["question"])
    instructions = str(field.get("instructions") or "")
    for pattern, beginning in ((_ASK_WHAT, "tell me"), (_ASK_ABOUT, "tell me about"), (_ASK_TO, "")):
        if found := pattern.match(instructions.lstrip()):
            wish = " ".join(filter(None, [beginning, _to_the_candidate(found[1]).strip()]))
            # Of somebody in the third person there is no telling how the rest of the sentence would have to change.
            return explanation(field) if _OF_THE_CANDIDATE.search(wish) else f"Please {wish}."
    return explanation(field)


def greets(words: str) -> bool:
    """Tell whether words greet by themselves, so that no welcome need come before them."""
    return bool(_GREETING.match(words))


def without_greeting(words: str) -> str:
    """Return words without a first sentence that greets, if there is another: nobody is welcomed twice."""
    rest = without_sentences(words, 1)
    return rest if rest and greets(words) else words


def explanation(field: Mapping[str, Any]) -> str:
    """Return what a question is about, where the plan has no paraphrase of it (or it was given already)."""
    return _WHAT_IT_IS_ABOUT.get(field["question_type"], _WHAT_IT_IS_ABOUT["behavioral"])


def _to_the_candidate(words: str) -> str:
    """Return what instructions say of the candidate, as it is said to them."""
    return _THIRD_PERSON.sub(lambda found: _TO_THE_CANDIDATE[found[0].lower()], words)


def time_left(seconds: float) -> str:
    """Return how much time a phase has left, as the answer to a question."""
    if seconds < 5:
        return "The time for this question is just about over."
    return f"We have about {_duration(seconds)} left for this question."


def time_check(seconds: float) -> str:
    """Return what announces the end of a phase."""
    return f"We have about {_duration(seconds)} left for this question."


def other_language(language: str) -> str:
    """Return the request to stay with the plan's language (two letters)."""
    return f"Could you answer in {_language(language)}, please?"


def still_other_language(language: str) -> str:
    """Return what is said to a second answer in another language, which asks for nothing any more."""
    return f"I keep that as you said it; I follow only {_language(language)}."


def problem(text: str) -> str:
    """Return what puts an injected problem to the candidate."""
    return f"Here is a problem for you. {text}"


def note(text: str) -> str:
    """Return what passes on something that the interviewer was told."""
    return f"One more thing to keep in mind. {text}"


def variant(words: Sequence[str], count: int) -> str:
    """Return the wording for the time after ``count`` times; the last one stays."""
    return words[min(count, len(words) - 1)]


def _language(code: str) -> str:
    return LANGUAGES.get(code, "the language of this interview")


def _duration(seconds: float) -> str:
    if seconds >= 90:
        return f"{round(seconds / 60)} minutes"
    return f"{max(5, round(seconds / 5) * 5)} seconds"
