"""The clock of an interview session as a value: no task, no sleep, no look at the time of its own.

All times are whole milliseconds: points in time since the epoch, durations from zero. A clock is in one of four
states. It has a deadline exactly while it runs, and a remaining time exactly while it is ready or paused; once it is
completed it has only the time that it ran in all::

    ready ── start ──▶ running ── pause ──▶ paused
      ▲                 │  ▲                  │
      │                 │  └───── start ──────┘
      └──── reset ◀─────┴── last deadline ──▶ completed
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

ENDING_SHARE = 0.8
"""The share of a phase after which its end is announced."""

LATE_AFTER_MS = 250
"""Up to this lateness the next phase begins at the deadline, so that small delays never add up. Beyond it nobody was
there to perform the change, and the next phase gets its whole duration from now on. Shorter than any phase."""


class ClockState(StrEnum):
    """What the clock is doing."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"


class Step(StrEnum):
    """What a running clock does when its time has come."""

    PHASE_ENDING = "phase_ending"
    PHASE_CHANGED = "phase_changed"
    COMPLETED = "completed"


class ClockError(Exception):
    """The call makes no sense in the clock's state; the message says why."""


@dataclass(frozen=True, slots=True)
class PhaseClock:
    """Where a session stands in its phases. ``sequence`` counts from 1.

    ``run`` is how long a completed clock had run. Old ones do not know, and then count as having run out. ``skipped``
    is how much of the phases before was never run, because somebody went on to the next one.
    """

    durations: tuple[int, ...]
    sequence: int
    state: ClockState
    deadline: int | None
    remaining: int | None
    ending_announced: bool = False
    run: int | None = None
    skipped: int = 0

    @classmethod
    def ready(cls, durations: tuple[int, ...]) -> Self:
        """Return the clock of a session that has not begun."""
        return cls(durations, 1, ClockState.READY, None, durations[0])

    def start(self, now: int) -> Self:
        """Begin, or go on after a pause; a running clock stays as it is."""
        self._require_open()
        if self.remaining is None:
            return self
        return replace(self, state=ClockState.RUNNING, deadline=now + self.remaining, remaining=None)

    def pause(self, now: int) -> Self:
        """Freeze the remaining time; a paused clock stays as it is."""
        self._require_begun()
        if self.deadline is None:
            return self
        return replace(self, state=ClockState.PAUSED, deadline=None, remaining=max(0, self.deadline - now))

    def reset(self) -> Self:
        """Return to the beginning of the first phase, not running."""
        self._require_open()
        return self.ready(self.durations)

    def finish(self, now: int) -> Self:
        """End, before the time is up or at its end."""
        self._require_open()
        return replace(self, state=ClockState.COMPLETED, deadline=None, remaining=None, run=self.run_time(now))

    def skip(self, now: int) -> tuple[Self, Step]:
        """Go on to the next phase, which runs at once, also out of a pause; the last one ends the session."""
        self._require_begun()
        if self.sequence == len(self.durations):
            return self.finish(now), Step.COMPLETED
        following = replace(
            self,
            sequence=self.sequence + 1,
            state=ClockState.RUNNING,
            deadline=now + self.durations[self.sequence],
            remaining=None,
            ending_announced=False,
            skipped=self.skipped + self.phase_remaining(now),
        )
        return following, Step.PHASE_CHANGED

    @property
    def wake_at(self) -> int | None:
        """Return when ``advance`` has something to do, or None if it never will by itself."""
        if self.deadline is None:
            return None
        return self.deadline if self.ending_announced else self._ending_at(self.deadline)

    def advance(self, now: int) -> tuple[Self, Step | None]:
        """Take the one step that is due, if any; whoever was away calls again until none is."""
        if self.deadline is None:
            return self, None
        if now < self.deadline:
            if self.ending_announced or now < self._ending_at(self.deadline):
                return self, None
            return replace(self, ending_announced=True), Step.PHASE_ENDING
        if self.sequence == len(self.durations):
            return self.finish(now), Step.COMPLETED
        begins = self.deadline if now - self.deadline <= LATE_AFTER_MS else now
        deadline = begins + self.durations[self.sequence]
        return replace(
            self, sequence=self.sequence + 1, deadline=deadline, ending_announced=False
        ), Step.PHASE_CHANGED

    def phase_remaining(self, now: int) -> int:
        """Return how much of the current phase is left, or was when the session ended."""
        if self.deadline is not None:
            return min(max(0, self.deadline - now), self.phase_duration)
        if self.run is not None:
            return sum(self.durations[: self.sequence]) - self.skipped - self.run
        return self.remaining or 0

    def phase_elapsed(self, now: int) -> int:
        """Return how much of the current phase has run."""
        return self.phase_duration - self.phase_remaining(now)

    def run_time(self, now: int) -> int:
        """Return how long the session has run, pauses not counted."""
        return sum(self.durations[: self.sequence - 1]) - self.skipped + self.phase_elapsed(now)

    @property
    def phase_duration(self) -> int:
        """Return the whole duration of the current phase."""
        return self.durations[self.sequence - 1]

    def _ending_at(self, deadline: int) -> int:
        return deadline - self.phase_duration + round(self.phase_duration * ENDING_SHARE)

    def _require_begun(self) -> None:
        self._require_open()
        if self.state is ClockState.READY:
            raise ClockError("The interview has not been started")

    def _require_open(self) -> None:
        if self.state is ClockState.COMPLETED:
            raise ClockError("The interview is over")
