"""Interviews and tasks as an iCalendar file (RFC 5545)."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from app.models.enums import InterviewOutcome, InterviewPlace, InterviewType

MAX_DESCRIPTION_CHARACTERS = 8_000
DEFAULT_DURATION_MINUTES = 60
"""How long an interview without a duration takes up the calendar."""

_TYPES = {
    InterviewType.TECHNICAL: "Technical interview",
    InterviewType.BEHAVIORAL: "Behavioral interview",
    InterviewType.HR: "HR interview",
    InterviewType.FINAL: "Final interview",
}
_PLACES = {
    InterviewPlace.PHONE: "Phone call",
    InterviewPlace.VIDEO: "Video call",
    InterviewPlace.ONSITE: "Onsite",
}
# RFC 5545 allows no control character in a text but the tab, and writes a line break as a sequence of its own.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def calendar_of(interviews: Sequence[Mapping[str, Any]], tasks: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a calendar with one event per interview, and one per task on the day that it is due."""
    calendar = Calendar()
    calendar.add("prodid", "-//Interview Tracker//Interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Interviews")
    for interview in interviews:
        calendar.add_component(_event(interview))
    for task in tasks:
        calendar.add_component(_day_of(task))
    if not (interviews or tasks):
        # A calendar must have a component, and some programs refuse one without.
        calendar.add_component(_utc())
    return bytes(calendar.to_ical())


def _utc() -> Timezone:
    """Return the time zone of every event, none of which needs it: UTC is known without."""
    always = TimezoneStandard()
    always.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the zone's own time has no zone
    always.add("tzoffsetfrom", timedelta(0))
    always.add("tzoffsetto", timedelta(0))
    zone = Timezone()
    zone.add("tzid", "UTC")
    zone.add_component(always)
    return zone


def _event(interview: Mapping[str, Any]) -> Event:
    updated_at, start = interview["updated_at"], interview["scheduled_date"]
    event = Event()
    # An id that stays makes a calendar program move the event that it knows instead of adding a second one.
    event.add("uid", f"{interview['id']}@interview-tracker")
    event.add("dtstamp", updated_at)
    event.add("last-modified", updated_at)
    event.add("sequence", interview["calendar_sequence"])
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=interview["duration_minutes"] or DEFAULT_DURATION_MINUTES))
    event.add("summary", _line(f"{_TYPES[interview['type']]}: {interview['title']} at {interview['company']}"))
    event.add("location", _PLACES[interview["place"]])
    event.add("status", "CANCELLED" if interview["outcome"] == InterviewOutcome.CANCELLED else "CONFIRMED")
    if interview["notes"]:
        event.add("description", _text(interview["notes"]))
    if interview["job_url"]:
        event.add("url", _line(interview["job_url"]))
    return event


def _day_of(task: Mapping[str, Any]) -> Event:
    """Return a task as an event of a whole day: most programs show no VTODO of a feed."""
    event = Event()
    event.add("uid", f"{task['id']}@interview-tracker")
    event.add("dtstamp", task["updated_at"])
    event.add("last-modified", task["updated_at"])
    event.add("sequence", task["calendar_sequence"])
    event.add("dtstart", task["due_date"])
    event.add("dtend", task["due_date"] + timedelta(days=1))
    event.add("summary", _line(f"{'Done' if task['done_at'] else 'To do'}: {task['title']}"))
    # A day with something to do is not taken.
    event.add("transp", "TRANSPARENT")
    if task["position_title"] is not None:
        event.add("description", _line(f"{task['position_title']} at {task['company']}"))
    if task["job_url"]:
        event.add("url", _line(task["job_url"]))
    return event


def _line(text: str) -> str:
    return _text(text).replace("\n", " ")


def _text(text: str) -> str:
    if len(text) > MAX_DESCRIPTION_CHARACTERS:
        text = text[: MAX_DESCRIPTION_CHARACTERS - 1] + "…"
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
