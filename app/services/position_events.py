"""What happened last with a position, and what is next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.core.time_zones import day_of, start_of_day

COMPUTED_FIELDS = frozenset(("interviews", "last_activity_at", "next_event"))
"""Fields of the answer that are not columns of the position."""


def as_seen(position: dict[str, Any]) -> dict[str, Any]:
    """Return a position of the repository as the API shows it; one that was not read is its id alone."""
    if "activity_at" in position:
        activity_at: datetime | None = position.pop("activity_at")
        position["last_activity_at"] = activity_at or position["created_at"]
        position["next_event"] = next_event(position.pop("next_interview"), position.pop("next_task"))
    return position


def next_event(interview: Mapping[str, Any] | None, task: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return whichever comes first. A task counts from the beginning of its day, which is today or later."""
    due_date = date.fromisoformat(task["due_date"]) if task else None
    if task and due_date and not (interview and interview["scheduled_date"] < start_of_day(due_date)):
        return {"kind": "task", "id": task["id"], "title": task["title"], "at": None, "date": due_date}
    if interview is None:
        return None
    at = interview["scheduled_date"]
    return {"kind": "interview", "id": interview["id"], "title": interview["type"], "at": at, "date": day_of(at)}
