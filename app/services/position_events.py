"""What is next with a position, and the position as JSON with that."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from app.core.time_zones import day_of, start_of_day
from app.repositories.position_records import PositionRecord

COMPUTED_FIELDS = frozenset(("interviews", "last_activity_at", "next_event"))
"""Fields of the answer that are not columns of the position."""


class SeenPosition(NamedTuple):
    """A position as the API shows it: JSON in two pieces.

    ``beginning`` goes up to where its interviews stand, or is None where the position is not read with its page;
    ``interviews`` is None where they are too many to be held.
    """

    id: UUID
    beginning: str | None
    interviews: str | None

    @property
    def whole(self) -> str | None:
        """Return all of it, if it was read."""
        return self.beginning + self.interviews + "}" if self.beginning and self.interviews else None


def as_seen(record: PositionRecord) -> SeenPosition:
    """Return a position of the repository as the API shows it."""
    beginning = record.fields
    if beginning is not None:
        beginning = f'{beginning[:-1]},"next_event":{_next_event(record)},"interviews":'
    return SeenPosition(record.id, beginning, record.interviews)


def _next_event(record: PositionRecord) -> str:
    """Return it as JSON: what day it is on depends on where the account is, which the database is not told."""
    if record.next_interview is None and record.next_task is None:
        return "null"
    interview = orjson.loads(record.next_interview) if record.next_interview else None
    task = orjson.loads(record.next_task) if record.next_task else None
    if interview:
        interview["scheduled_date"] = datetime.fromisoformat(interview["scheduled_date"])
    return orjson.dumps(next_event(interview, task), option=orjson.OPT_UTC_Z).decode()


def next_event(interview: Mapping[str, Any] | None, task: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return whichever comes first. A task counts from the beginning of its day, which is today or later."""
    due_date = date.fromisoformat(task["due_date"]) if task else None
    if task and due_date and not (interview and interview["scheduled_date"] < start_of_day(due_date)):
        return {"kind": "task", "id": task["id"], "title": task["title"], "at": None, "date": due_date}
    if interview is None:
        return None
    at = interview["scheduled_date"]
    return {"kind": "interview", "id": interview["id"], "title": interview["type"], "at": at, "date": day_of(at)}
