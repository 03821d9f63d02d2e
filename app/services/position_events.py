"""What happened last with a position, and what is next."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app.core.time_zones import day_of, start_of_day
from app.models.enums import InterviewOutcome

COMPUTED_FIELDS = frozenset(("interviews", "last_activity_at", "next_event"))
"""Fields of the answer that are not columns of the position."""


def as_seen(position: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return a position of the repository as the API shows it."""
    activity_at, next_task = position.pop("activity_at"), position.pop("next_task")
    position["last_activity_at"] = last_activity(position, activity_at, now)
    position["next_event"] = next_event(position["interviews"], next_task, now)
    return position


def last_activity(position: Mapping[str, Any], activity_at: datetime | None, now: datetime) -> datetime:
    """Return the newest of what has happened; where that is nothing yet, the time at which it was entered."""
    held = [interview["scheduled_date"] for interview in position["interviews"] if interview["scheduled_date"] <= now]
    times = [*held, *([activity_at] if activity_at else [])]
    newest: datetime = max(times, default=position["created_at"])
    return newest


def next_event(
    interviews: list[dict[str, Any]], next_task: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any] | None:
    """Return the first of what is ahead: an interview that was not called off, or the first open task.

    A task counts from the beginning of its day, which is today or later.
    """
    ahead = [interview for interview in interviews if interview["scheduled_date"] > now]
    interview = next((it for it in ahead if it["outcome"] != InterviewOutcome.CANCELLED), None)
    due_date = date.fromisoformat(next_task["due_date"]) if next_task else None
    if next_task and due_date and not (interview and interview["scheduled_date"] < start_of_day(due_date)):
        return {"kind": "task", "id": next_task["id"], "title": next_task["title"], "at": None, "date": due_date}
    if interview is None:
        return None
    at = interview["scheduled_date"]
    return {"kind": "interview", "id": interview["id"], "title": interview["type"], "at": at, "date": day_of(at)}
