"""What the server's log tells of the life of rooms, in the names that an operator looks for.

``grep -E "(SSE|Timer|Phase)"`` finds them all. They name rooms and sessions, and nothing that was said or shown.
"""

from collections.abc import Iterable
from typing import Any

import structlog

from app.core.transaction import Transaction
from app.interview_session.events.events import Event, EventType
from app.interview_session.room.act import Act

log = structlog.get_logger(__name__)

_NAMES = {
    EventType.PHASE_STARTED: "Timer started",
    EventType.TIMER_PAUSED: "Timer paused",
    EventType.TIMER_RESUMED: "Timer resumed",
    EventType.TIMER_RESET: "Timer reset",
    EventType.PHASE_CHANGED: "Phase changed",
    EventType.INTERVIEW_COMPLETED: "Phase ended the interview",
}
_FIELDS = {"sequence": "sequence", "new_sequence": "sequence", "reason": "reason"}


def tell_after_commit(transaction: Transaction, acts: Iterable[Act]) -> None:
    """Have each change of a clock logged once its transaction is committed; one that is rolled back never was."""
    lines = [(_NAMES[change.type], _fields(act, change)) for act in acts for change in act.events if _is_told(change)]
    if lines:
        transaction.after_commit(lambda: _tell(lines))


def stream_opened(room_id: str, session_id: object) -> None:
    """Log that somebody listens."""
    log.info("SSE stream opened", room_id=room_id, session_id=str(session_id))


def stream_closed(room_id: str, session_id: object, *, seconds: float, events: int) -> None:
    """Log that somebody listens no more, after so long and so many events of the log."""
    log.info(
        "SSE stream closed", room_id=room_id, session_id=str(session_id), seconds=round(seconds, 1), events=events
    )


def _is_told(change: Event) -> bool:
    return change.type in _NAMES


def _fields(act: Act, change: Event) -> dict[str, Any]:
    place = {"room_id": act.session.room_id, "session_id": str(act.session.id)}
    return place | {name: change.data[key] for key, name in _FIELDS.items() if key in change.data}


def _tell(lines: Iterable[tuple[str, dict[str, Any]]]) -> None:
    for name, fields in lines:
        log.info(name, **fields)
