"""A session as the API shows it."""

from collections.abc import Mapping
from typing import Any

from app.core.clock import iso_utc
from app.interview_session.plans.plan import follow_up_text
from app.interview_session.room.act import CONNECTED
from app.interview_session.room.stored_clock import clock_of, timer_status, to_ms
from app.interview_session.room.stored_phases import StoredPhase

Session = Mapping[str, Any]
"""The columns of a session with ``now``, the database's time when they were read."""


def timer_answer(room_id: str, message: str, status: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to an act on the timer."""
    return {"message": message, "room_id": room_id, "timer_status": status}


def timer_in_context(session: Session, phase: StoredPhase) -> dict[str, Any]:
    """Return the timer with what the session runs; ``phase`` is the one that it is in, the outline is enough."""
    return {
        "room_id": session["room_id"],
        "timer_status": _timer_status(session, phase),
        "interview_context": {
            "current_planner": phase.field,
            "total_planner_fields": len(phase.durations),
            "mock_interview_id": session["mock_interview_id"],
            "session_id": session["id"],
        },
        "bot_status": session["bot_status"],
        "timestamp": session["now"],
    }


def room_status(session: Session, phase: StoredPhase) -> dict[str, Any]:
    """Return a room at a glance; ``phase`` is the one that it is in, the outline with the question is enough."""
    clock = clock_of(session, phase.durations)
    now = to_ms(session["now"])
    return {
        "room_id": session["room_id"],
        "status": clock.state.value,
        "phase": clock.sequence,
        "is_running": clock.deadline is not None,
        "phase_elapsed": clock.phase_elapsed(now) / 1000,
        "phase_duration": clock.phase_duration / 1000,
        "current_question": {
            name: phase.field[name] for name in ("sequence", "question_id", "question_type", "question")
        },
        "connection_info": _connection_info(session),
        "bot_status": session["bot_status"],
    }


def connections(sessions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is connected to these rooms."""
    connected = sum(session["bot_status"] == CONNECTED for session in sessions)
    return {
        # A call is one peer with one interviewer.
        "total_connections": connected,
        "total_bots": connected,
        "connections": {session["room_id"]: _connection_info(session) for session in sessions},
    }


def snapshot(session: Session, phase: StoredPhase, last_event_id: int) -> dict[str, Any]:
    """Return the data of ``connected``, so that a page need not ask for the status as well.

    ``phase`` is the whole of the one that the session is in.
    """
    return {
        "room_id": session["room_id"],
        "session_id": session["id"],
        "timer_status": _timer_status(session, phase),
        "current_planner": _shown_field(phase.field),
        "total_planner_fields": len(phase.durations),
        "last_event_id": last_event_id,
        "timestamp": iso_utc(session["now"]),
    }


def _shown_field(field: Mapping[str, Any]) -> dict[str, Any]:
    """Return what listeners see of a planner field: not the hints before they are given, nor the examples."""
    shown = ("sequence", "question_id", "question_type", "duration", "instructions", "question", "rubric")
    return {name: field[name] for name in shown} | {"follow_ups": [*map(follow_up_text, field["follow_ups"])]}


def _timer_status(session: Session, phase: StoredPhase) -> dict[str, Any]:
    return timer_status(clock_of(session, phase.durations), to_ms(session["now"]))


def _connection_info(session: Session) -> dict[str, Any]:
    return {"session_id": session["id"], "status": session["state"], "bot_status": session["bot_status"]}
