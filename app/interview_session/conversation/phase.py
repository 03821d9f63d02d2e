"""What has happened in the current phase of a conversation, as far as it decides what comes next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from app.interview_session.conversation.utterance import CutBy, Intent, Line, Purpose

ENOUGH_SHARE = 0.5
"""A candidate who breaks a question off after this share of its sentences has heard enough of it."""

FULL_ANSWER_WORDS = 8
"""An answer of so many words shows that the question was understood, however much of it was said."""

REPLYING = frozenset(
    {
        Purpose.QUESTION,
        Purpose.PARAPHRASE,
        Purpose.HINT,
        Purpose.FOLLOW_UP,
        Purpose.REPLY,
        Purpose.PROBLEM,
        Purpose.NOTE,
        Purpose.RESUMING,
        Purpose.MANNERS,
    }
)
"""Whatever has one of these purposes answers what the candidate said before."""


@dataclass(slots=True)
class Progress:
    """How much of a line was heard: ``heard`` of ``total`` sentences; nothing is known of it before it is begun."""

    heard: int = 0
    total: int = 0
    is_enough: bool = False

    @property
    def is_begun(self) -> bool:
        """Tell whether the candidate has heard some of it."""
        return self.total > 0

    @property
    def is_done(self) -> bool:
        """Tell whether nothing of it is due any more."""
        return self.is_enough or (self.is_begun and self.heard >= self.total)

    def note(self, part: int, parts: int, cut_by: CutBy | None) -> None:
        """Note that a sentence was said, or begun and cut off."""
        self.total = parts
        self.heard = max(self.heard, part if cut_by is None else part - 1)

    def settle_for_half(self) -> None:
        """Take it for said if half of it was."""
        self.is_enough = self.is_enough or self.heard >= ENOUGH_SHARE * self.total


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that the candidate said and that has no reply yet.

    ``number`` counts the candidate's remarks in the session, from 1. ``is_typed`` tells how it came.
    """

    number: int
    text: str
    intent: Intent
    at: datetime
    is_certain: bool = False
    is_typed: bool = False
    is_for_earlier_phase: bool = False


@dataclass(slots=True)
class PhaseState:
    """One phase. ``turn`` is what has no reply yet; ``answers`` are those of the phase, manners excepted.

    ``follow_ups`` are the numbers of those that were asked, ``covered`` of those that an answer dealt with. ``said``
    counts what was said by its cue. ``last_asked`` is what "again" means, ``last_purpose`` and ``last_cue`` are
    those of the last line.
    """

    sequence: int
    began_at: datetime
    question: Progress = field(default_factory=Progress)
    follow_ups: set[int] = field(default_factory=set)
    hints: int = 0
    is_paraphrased: bool = False
    covered: set[int] = field(default_factory=set)
    said: Counter[str] = field(default_factory=Counter)
    answers: list[str] = field(default_factory=list)
    turn: list[Remark] = field(default_factory=list)
    last_asked: Line | None = None
    last_purpose: Purpose | None = None
    last_cue: str | None = None
    is_ending: bool = False
    needs_resuming: bool = False
    quiet_since: datetime | None = None
    thinking_since: datetime | None = None

    def close_turn(self, replies_to: int | None) -> None:
        """Take what the candidate said for replied to: so many of their remarks, or with None all of them."""
        self.turn = [] if replies_to is None else [remark for remark in self.turn if remark.number > replies_to]

    @property
    def is_question_done(self) -> bool:
        """Tell whether the question was heard, or answered all the same."""
        return self.question.is_done or any(len(answer.split()) >= FULL_ANSWER_WORDS for answer in self.answers)
