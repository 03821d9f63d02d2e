"""The phase clock as columns of a session, and as the figures that the API shows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from app.interview_session.room.phase_clock import ClockState, PhaseClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Return a point in time as whole milliseconds since the epoch."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(milliseconds: int) -> datetime:
    """Return milliseconds since the epoch as a point in time."""
    return _EPOCH + milliseconds * _MILLISECOND


def clock_of(session: Mapping[str, Any], durations: tuple[int, ...]) -> PhaseClock:
    """Return the clock that a session's columns hold; ``durations`` are those of its phases, in milliseconds."""
    return PhaseClock(
        durations=durations,
        sequence=session["sequence"],
        state=ClockState(session["state"]),
        deadline=to_ms(session["deadline"]) if session["deadline"] else None,
        remaining=session["remaining_ms"],
        ending_announced=session["ending_announced"],
        run=session["run_ms"],
        skipped=session["skipped_ms"],
    )


def columns_of(clock: PhaseClock) -> dict[str, Any]:
    """Return the columns that hold a clock."""
    return {
        "state": clock.state.value,
        "sequence": clock.sequence,
        "deadline": from_ms(clock.deadline) if clock.deadline is not None else None,
        "remaining_ms": clock.remaining,
        "ending_announced": clock.ending_announced,
        "run_ms": clock.run,
        "skipped_ms": clock.skipped,
        "wake_at": from_ms(clock.wake_at) if clock.wake_at is not None else None,
    }


def timer_status(clock: PhaseClock, now_ms: int) -> dict[str, Any]:
    """Return the documented figures of a timer; seconds and percents are of the current phase."""
    elapsed = clock.phase_elapsed(now_ms)
    return {
        "is_running": clock.state is ClockState.RUNNING,
        "is_paused": clock.state is ClockState.PAUSED,
        "is_completed": clock.state is ClockState.COMPLETED,
        "current_sequence": clock.sequence,
        "remaining_time_seconds": clock.phase_remaining(now_ms) / 1000,
        "elapsed_time_seconds": elapsed / 1000,
        "progress_percentage": round(100 * elapsed / clock.phase_duration, 2),
    }
