"""A session's row as an act holds it: read when the act begins, written back when it is complete."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

StoredLine = tuple[UUID, int, str, str]
"""A line of a log to be stored: its session, number, type, and data as JSON."""


@dataclass(slots=True)
class HeldSession:
    """What an act may look at and change of a session; the columns are those of ``InterviewSession``.

    ``plan`` was read before: it never changes, and is too big to be read under a lock. ``version`` tells whether
    others have changed the row since it was looked at; None if it was locked.
    """

    plan: dict[str, Any]
    id: UUID
    room_id: str
    user_id: UUID | None
    state: str
    sequence: int
    deadline: datetime | None
    remaining_ms: int | None
    ending_announced: bool
    run_ms: int | None
    skipped_ms: int
    interviewer_wake_at: datetime | None
    wake_at: datetime | None
    last_seq: int
    log_bytes: int
    bot_status: str
    bot_id: UUID | None
    bot_seen_at: datetime | None
    patience_seconds: float | None
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    version: int | None = None


COLUMNS = tuple(field.name for field in fields(HeldSession) if field.name not in {"plan", "version"})
"""The columns that are read, in the order of the fields."""

CHANGEABLE = COLUMNS[3:]
"""Those that an act may change."""

changeable_values: Callable[[HeldSession], tuple[Any, ...]] = attrgetter(*CHANGEABLE)
"""Return the values of the columns that an act may change."""
