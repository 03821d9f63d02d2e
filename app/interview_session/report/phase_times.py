"""How long each phase of a session ran, from its log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.interview_session.events.events import Event, EventType
from app.interview_session.plans.plan import planner_field

_STARTS = frozenset({EventType.PHASE_STARTED, EventType.PHASE_CHANGED})
_ENDS = frozenset({EventType.TIMER_RESET, EventType.INTERVIEW_COMPLETED})


def seconds_used(run: Sequence[Event], plan: Mapping[str, Any], *, ended_at: datetime | None) -> dict[int, float]:
    """Return for each phase that was reached, by its sequence, the seconds for which its clock ran.

    That is its duration less what was left of it when it ended; pauses do not count. A phase that is still open at
    the log's end counts up to ``ended_at``, or to the last event.
    """
    used: dict[int, float] = {}
    clock: _Clock | None = None
    for event in run:
        data = event.data
        at = datetime.fromisoformat(data["timestamp"])
        if clock and event.type in _STARTS | _ENDS:
            used[clock.sequence] = clock.seconds_used(at)
            clock = None
        if event.type in _STARTS:
            clock = _Clock(data.get("new_sequence") or data["sequence"], plan, data["phase_deadline"])
        elif clock and event.type is EventType.TIMER_PAUSED:
            clock.pause(data["remaining_time_seconds"])
        elif clock and event.type is EventType.TIMER_RESUMED:
            clock.resume(data["phase_deadline"])
    if clock:
        used[clock.sequence] = clock.seconds_used(ended_at or datetime.fromisoformat(run[-1].data["timestamp"]))
    return used


class _Clock:
    """One phase under way."""

    def __init__(self, sequence: int, plan: Mapping[str, Any], deadline: str) -> None:
        self.sequence = sequence
        self._duration_seconds: float = planner_field(plan, sequence)["duration"] * 60
        self._deadline = datetime.fromisoformat(deadline)
        self._paused_with_seconds: float | None = None

    def pause(self, seconds_left: float) -> None:
        self._paused_with_seconds = seconds_left

    def resume(self, deadline: str) -> None:
        self._deadline, self._paused_with_seconds = datetime.fromisoformat(deadline), None

    def seconds_used(self, at: datetime) -> float:
        seconds_left = self._paused_with_seconds
        if seconds_left is None:
            seconds_left = (self._deadline - at).total_seconds()
        return min(max(0.0, self._duration_seconds - max(0.0, seconds_left)), self._duration_seconds)
