"""The conversation of a session: a pure fold over its log, for typed answers, for live calls and for replay alike."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from app.interview_session.conversation.utterance import Deed, Line
from app.interview_session.events.events import Event


class Conversation:
    """What was said and asked for in a session, and what follows from it. It knows no clock: ``now`` is given."""

    def __init__(self, plan: Mapping[str, Any], *, nudge_seconds: float) -> None:
        raise NotImplementedError

    sequence: int
    is_paused: bool
    is_over: bool

    def take_in(self, event: Event) -> None:
        """Take in the next event of the log."""

    def replay(self, events: Iterable[Event]) -> None:
        """Take in the log up to now."""

    def next_step(self, now: datetime) -> Line | Deed | None:
        """Return what the interviewer is to say or do now, while nobody is speaking; None for nothing."""

    def wake_at(self, now: datetime) -> datetime | None:
        """Return when ``next_step`` has something by itself although nothing happens; None if never."""
