"""Logs of sessions written by hand, as a room writes them; times are seconds from the session's beginning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.core.clock import iso_utc
from app.interview_session.events.events import Event, EventType

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def moment(seconds: float) -> datetime:
    """Return the moment so many seconds after the beginning."""
    return BEGAN + timedelta(seconds=seconds)


def field(sequence: int = 1, **inner: Any) -> dict[str, Any]:
    """Return a planner field of five minutes."""
    return {
        "sequence": sequence,
        "question_id": f"q{sequence}",
        "question_type": "behavioral",
        "duration": 5.0,
        "question": "Tell me about a hard day.",
        "instructions": "",
        "follow_ups": [],
        "rubric": [],
    } | inner


def plan_of(*fields: dict[str, Any], **inner: Any) -> dict[str, Any]:
    """Return the snapshot of a plan; without fields, one question."""
    return {"title": "Rehearsal", "planner_fields": [*(fields or (field(),))]} | inner


class SessionLog:
    """A log that grows; each method adds one event."""

    def __init__(self, plan: dict[str, Any] | None = None) -> None:
        self.plan = plan or plan_of()
        self.events: list[Event] = []
        self._phase = 0

    def begin(self, sequence: int = 1, at: float = 0) -> "SessionLog":
        """Begin a phase."""
        seconds = self.plan["planner_fields"][sequence - 1]["duration"] * 60
        times = {"timestamp": iso_utc(moment(at)), "phase_deadline": iso_utc(moment(at + seconds))}
        self._phase = sequence
        if sequence == 1:
            return self._add(EventType.PHASE_STARTED, {"sequence": 1} | times)
        numbers = {"new_sequence": sequence, "previous_sequence": sequence - 1}
        return self._add(EventType.PHASE_CHANGED, numbers | times)

    def ask(
        self, begin: float, end: float | None = None, *, text: str = "And then?", source: str = "voice", **inner: Any
    ) -> "SessionLog":
        """Let the interviewer say something; a question unless ``purpose`` says otherwise."""
        inner = {"purpose": "question"} | inner
        return self._say("interviewer", text, begin, begin if end is None else end, source, **inner)

    def speak(
        self, begin: float, end: float, text: str, *, words: list[tuple[float, float]] | None = None, **inner: Any
    ) -> "SessionLog":
        """Let the candidate speak; ``words`` are the seconds of each word since ``begin``."""
        times = [[round(first * 1000), round(last * 1000)] for first, last in words] if words else None
        inner = {"purpose": "answer", "word_times": times, "fillers": None} | inner
        return self._say("candidate", text, begin, end, "voice", **inner)

    def type(self, at: float, text: str, **inner: Any) -> "SessionLog":
        """Let the candidate send an answer."""
        return self._say("candidate", text, at, at, "typed", **({"purpose": "answer"} | inner))

    def pause(self, at: float, *, left: float) -> "SessionLog":
        """Stop the clock with so many seconds left of the phase."""
        data = {"sequence": self._phase, "remaining_time_seconds": left, "timestamp": iso_utc(moment(at))}
        return self._add(EventType.TIMER_PAUSED, data)

    def resume(self, at: float, *, left: float) -> "SessionLog":
        """Let the clock go on."""
        times = {"timestamp": iso_utc(moment(at)), "phase_deadline": iso_utc(moment(at + left))}
        return self._add(EventType.TIMER_RESUMED, {"sequence": self._phase, "remaining_time_seconds": left} | times)

    def reset(self, at: float) -> "SessionLog":
        """Put the clock back."""
        data = {"sequence": 1, "remaining_time_seconds": 300.0, "timestamp": iso_utc(moment(at))}
        return self._add(EventType.TIMER_RESET, data)

    def complete(self, at: float) -> "SessionLog":
        """End the session."""
        return self._add(EventType.INTERVIEW_COMPLETED, {"timestamp": iso_utc(moment(at)), "reason": "completed"})

    def _say(self, speaker: str, text: str, begin: float, end: float, source: str, **inner: Any) -> "SessionLog":
        data = {
            "seq": len(self.events) + 1,
            "timestamp": iso_utc(moment(end)),
            "speaker": speaker,
            "text": text,
            "phase_sequence": self._phase,
            "started_at": iso_utc(moment(begin)),
            "ended_at": iso_utc(moment(end)),
            "source": source,
        }
        return self._add(EventType.TRANSCRIPT, data | inner)

    def _add(self, kind: EventType, data: dict[str, Any]) -> "SessionLog":
        self.events.append(Event(kind, data, len(self.events) + 1))
        return self
