"""The events of a session, as they are kept in its log and sent to its listeners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import orjson

from app.core.clock import iso_utc


class EventType(StrEnum):
    """The kinds of event. The first three belong to a stream, the others to the log.

    ``error`` occurs in both: a stream tells that it broke off, the log that the interviewer has trouble.
    """

    CONNECTED = "connected"
    HEARTBEAT = "heartbeat"
    TRANSCRIPT_INTERIM = "transcript_interim"
    ERROR = "error"
    PHASE_STARTED = "phase_started"
    PHASE_ENDING = "phase_ending"
    PHASE_CHANGED = "phase_changed"
    INTERVIEW_COMPLETED = "interview_completed"
    TIMER_PAUSED = "timer_paused"
    TIMER_RESUMED = "timer_resumed"
    TIMER_RESET = "timer_reset"
    PROBLEM_INJECTED = "problem_injected"
    CONTEXT_INJECTED = "context_injected"
    TRANSCRIPT = "transcript"
    BOT_CONNECTED = "bot_connected"
    BOT_DISCONNECTED = "bot_disconnected"
    REPORT_READY = "report_ready"


TEXT_KEYS = {
    EventType.TRANSCRIPT: "text",
    EventType.PROBLEM_INJECTED: "problem_text",
    EventType.CONTEXT_INJECTED: "context_text",
}
"""Under which key of their data events have what somebody said or wrote."""


class Speaker(StrEnum):
    """Who said something."""

    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"


class Service(StrEnum):
    """What the interviewer of a call is made of."""

    EARS = "ears"
    MIND = "mind"
    VOICE = "voice"


class Source(StrEnum):
    """How it was said."""

    VOICE = "voice"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a session; ``data`` is JSON. ``seq`` is its number in the log, once it has one."""

    type: EventType
    data: dict[str, Any]
    seq: int | None = None

    @classmethod
    def from_log(cls, kind: str, data: str | bytes, seq: int | None = None) -> Self:
        """Return an event as the log keeps it."""
        return cls(EventType(kind), orjson.loads(data), seq)


def phase_started(field: Mapping[str, Any], *, now: datetime, deadline: datetime) -> Event:
    """Return the event of the start of the first phase."""
    return Event(
        EventType.PHASE_STARTED,
        {"sequence": field["sequence"], **_phase(field), **_times(now, deadline)},
    )


def phase_changed(field: Mapping[str, Any], *, now: datetime, deadline: datetime, reason: str | None = None) -> Event:
    """Return the event of the start of a later phase; ``reason`` is ``skipped`` where no deadline brought it."""
    previous = field["sequence"] - 1
    data = {"new_sequence": field["sequence"], "previous_sequence": previous, **_phase(field)}
    data |= {"reason": reason} if reason else {}
    return Event(EventType.PHASE_CHANGED, data | {"transition_count": previous} | _times(now, deadline))


def phase_ending(sequence: int, remaining_ms: int, *, now: datetime, deadline: datetime) -> Event:
    """Return the event that announces a phase's end."""
    data = {"sequence": sequence, "remaining_time_seconds": remaining_ms / 1000}
    return Event(EventType.PHASE_ENDING, data | _times(now, deadline))


def interview_completed(sequence: int, total: int, run_time_ms: int, *, reason: str, now: datetime) -> Event:
    """Return the event of a session's end; ``reason`` is ``completed``, ``skipped`` or ``ended``."""
    return Event(
        EventType.INTERVIEW_COMPLETED,
        {
            "total_transitions": sequence - 1,
            "session_duration_seconds": run_time_ms / 1000,
            "session_duration_minutes": round(run_time_ms / 60_000, 2),
            "total_planner_fields": total,
            "reason": reason,
            "timestamp": iso_utc(now),
        },
    )


def report_ready(session_id: UUID, *, status: str, made_by: str) -> Event:
    """Return the event that a session's report can be read; ``status`` and ``made_by`` are those of the report."""
    return Event(EventType.REPORT_READY, {"session_id": str(session_id), "status": status, "made_by": made_by})


def timer_event(
    kind: EventType, sequence: int, remaining_ms: int, *, now: datetime, deadline: datetime | None
) -> Event:
    """Return the event of a pause, a resumption or a reset."""
    data: dict[str, Any] = {"sequence": sequence, "remaining_time_seconds": remaining_ms / 1000}
    return Event(kind, data | _times(now, deadline))


def transcript(
    speaker: Speaker,
    text: str,
    *,
    phase_sequence: int,
    started_at: datetime,
    ended_at: datetime,
    source: Source,
    **inner: Any,
) -> Event:
    """Return the event of something that was said; its entry gets its ``seq`` when it is stored.

    ``inner`` is what the conversation knows of it (``purpose``, ``about`` …), and is left out where it is None.
    """
    data: dict[str, Any] = {
        "speaker": speaker.value,
        "text": text,
        "phase_sequence": phase_sequence,
        "started_at": iso_utc(started_at),
        "ended_at": iso_utc(ended_at),
        "source": source.value,
    }
    return Event(EventType.TRANSCRIPT, data | {name: value for name, value in inner.items() if value is not None})


def with_delivery(event: Event, word_times: list[list[int]] | None) -> Event:
    """Return the event of spoken words of the candidate's with how they were delivered.

    ``word_times`` has the begin and the end of each word in milliseconds since ``started_at``; None where the ears do
    not tell. ``fillers`` is None, which says that nobody counted them: the ears leave them out.
    """
    return Event(event.type, event.data | {"word_times": word_times, "fillers": None}, event.seq)


def service_failed(room_id: str, service: Service, *, is_replaced: bool) -> Event:
    """Return the event of trouble with a service of the interviewer, or of its replacement by the keyless one."""
    outcome = "a simpler one carries on" if is_replaced else "it is tried again"
    data = {
        "room_id": room_id,
        "message": f"The interviewer's {service.value} failed; {outcome}",
        "service": service.value,
        "is_replaced": is_replaced,
    }
    return Event(EventType.ERROR, data)


def voice_slow(room_id: str) -> Event:
    """Return the event of a candidate who waits for the voice, because it speaks to many."""
    data = {
        "room_id": room_id,
        "message": "The interviewer's voice is slow; it speaks to many at once",
        "service": Service.VOICE.value,
        "is_replaced": False,
    }
    return Event(EventType.ERROR, data)


def frame(kind: str, data: str, seq: int | None = None) -> bytes:
    """Return the wire form of an event: one SSE message. ``data`` is JSON without line breaks."""
    identity = f"id: {seq}\n" if seq is not None else ""
    return f"{identity}event: {kind}\ndata: {data}\n\n".encode()


def read_frame(wire: bytes) -> Event:
    """Return the event that a frame of the log holds."""
    fields = dict(line.split(b": ", 1) for line in wire.rstrip(b"\n").split(b"\n"))
    seq = int(fields[b"id"]) if b"id" in fields else None
    return Event.from_log(fields[b"event"].decode(), fields[b"data"], seq)


def stream_frame(kind: EventType, data: Mapping[str, Any]) -> bytes:
    """Return the wire form of an event that is not in the log, and so has no id."""
    return frame(kind, orjson.dumps(data, default=str).decode())


def _phase(field: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "question_id": field["question_id"],
        "question_type": field["question_type"],
        "question": field["question"],
        "duration_minutes": field["duration"],
        "instructions": field["instructions"],
    }


def _times(now: datetime, deadline: datetime | None) -> dict[str, str]:
    times = {"timestamp": iso_utc(now)}
    return times | {"phase_deadline": iso_utc(deadline)} if deadline else times
