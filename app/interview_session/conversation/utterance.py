"""The words of the conversation: what a sentence is for, who cut it off, and what the interviewer is to say or do.

The log keeps these beside each sentence, so that what is still due is a difference of sets and never a comparison of
letters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol, Self


class Purpose(StrEnum):
    """What the interviewer says something for."""

    GREETING = "greeting"
    QUESTION = "question"
    PARAPHRASE = "paraphrase"
    HINT = "hint"
    FOLLOW_UP = "follow_up"
    REPLY = "reply"
    PROBLEM = "problem"
    NOTE = "note"
    TIME_CHECK = "time_check"
    RESUMING = "resuming"
    GOODBYE = "goodbye"
    MANNERS = "manners"


class Intent(StrEnum):
    """What the candidate wants with what they say. All but ``ANSWER`` and ``ONE_WORD`` are manners, not answers."""

    ANSWER = "answer"
    REPEAT = "repeat"
    REPHRASE = "rephrase"
    HINT = "hint"
    THINK = "think"
    SKIP = "skip"
    TIME_LEFT = "time_left"
    STOP = "stop"
    HEAR_ME = "hear_me"
    WHO_ARE_YOU = "who_are_you"
    DONT_KNOW = "dont_know"
    COMPANY_QUESTION = "company_question"
    GREETING = "greeting"
    THANKS = "thanks"
    YES = "yes"
    NO = "no"
    ABUSE = "abuse"
    GIBBERISH = "gibberish"
    ONE_WORD = "one_word"
    OTHER_LANGUAGE = "other_language"


class Cue(StrEnum):
    """What called for a line, where neither its purpose nor an intent of the candidate tells."""

    SILENCE = "silence"
    SHORT = "short"
    MORE = "more"
    NOTED = "noted"
    EARLIER = "earlier"
    CONFIRM_NEXT_PHASE = "confirm_next_phase"
    CONFIRM_END = "confirm_end"
    CONFIRM_PAUSE = "confirm_pause"


class CutBy(StrEnum):
    """Who or what ended an utterance before its end."""

    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    FAILURE = "failure"


class Deed(StrEnum):
    """Something that the interviewer does instead of speaking, because the candidate asked for it."""

    NEXT_PHASE = "next_phase"
    END = "end"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was understood of the candidate's words when they came.

    ``is_certain`` says that a skip or a stop was asked for in so many words, so that it need not be asked back.
    ``covers`` are the numbers (from 1) of the phase's follow-ups whose subject the words have dealt with, as far as
    their meaning tells; what their ``about`` words tell is found again by whoever reads the log.
    """

    intent: Intent = Intent.ANSWER
    is_certain: bool = False
    covers: tuple[int, ...] = ()


class Understander(Protocol):
    """Understands what the candidate wants."""

    async def understand(self, text: str, *, field: Mapping[str, Any], language: str) -> Understanding:
        """Return what a text means that was said in the phase of a planner field, in a plan of this language."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something for the interviewer to say in a phase.

    ``about`` is the number of what it is about: a follow-up's or a hint's place in the plan's list, from 1, or the
    ``seq`` of an injection. ``cue`` names what called for it where the purpose alone does not tell: an ``Intent`` or
    a ``Cue``. ``first_part`` is the sentence (from 1) at which a line goes on that was cut off; ``lead`` are words of
    courtesy before it, which belong to no sentence of the line. ``replies_to`` is how many remarks of the candidate
    had been taken in when the line was chosen: what comes while it is said has no reply yet.
    """

    purpose: Purpose
    words: str
    phase: int
    about: int | None = None
    cue: str | None = None
    first_part: int = 1
    lead: str = ""
    replies_to: int | None = None

    @property
    def parts(self) -> list[str]:
        """Return the sentences of the whole line, without its lead."""
        return sentences(self.words)

    @property
    def text(self) -> str:
        """Return what is to be said now: the lead, and the sentences from ``first_part`` on, spaced as written."""
        return " ".join(filter(None, [self.lead, without_sentences(self.words, self.first_part - 1)]))

    @property
    def may_be_reworded(self) -> bool:
        """Tell whether a language model may word it; everything else is said in the plan's or the program's words.

        What the candidate asks to hear again is said as it was.
        """
        return self.purpose in {Purpose.REPLY, Purpose.FOLLOW_UP} and self.cue != Intent.REPEAT

    def reworded(self, words: str) -> Self:
        """Return the line in other words."""
        return replace(self, words=words, lead="")


_SENTENCE = re.compile(r"\S.*?(?:[.!?…。！？][\"'”’)\]]*(?=\s|\Z)|\Z)", re.DOTALL)


def sentences(words: str) -> list[str]:
    """Return a text's sentences, roughly; a text without words has none."""
    return _SENTENCE.findall(" ".join(words.split()))


def without_sentences(words: str, count: int) -> str:
    """Return a text from behind its first ``count`` sentences on, with the line breaks that code and lists need."""
    words = words.strip()
    rest = next(islice(_SENTENCE.finditer(words), count, None), None)
    return words[rest.start() :] if rest else ""
