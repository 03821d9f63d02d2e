"""Typed answers: the candidate's words, and what follows from them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.errors import ValidationError
from app.interview_session.conversation.utterance import Understander, Understanding
from app.interview_session.events.events import Source, Speaker
from app.interview_session.room.act import Act
from app.interview_session.room.phase_clock import ClockState
from app.interview_session.room.room_service import RoomNotFoundError, RoomService
from app.interview_session.room.stored_phases import StoredPhases

LATE_ANSWER = timedelta(minutes=2)
"""So long after the end an answer can still be sent that was being written when the time was over."""

REPORT_DELAY_SECONDS = 10.0
"""So long after a late answer the session's report is made again: where there was one answer, another may follow."""


async def understood(
    understander: Understander,
    phases: StoredPhases,
    session: Mapping[str, Any],
    text: str,
    phase_sequence: int | None,
) -> Understanding:
    """Return what an answer in a session wants; apart from ``AnswerService``, because nothing is locked meanwhile.

    Raises:
        ValidationError: there is no such phase, or it has not begun.
        RoomNotFoundError: the session has just been erased.

    """
    sequence: int = phase_sequence or session["sequence"]
    if sequence > session["sequence"]:
        raise ValidationError({"phase_sequence": "Must be a phase that has begun"})
    phase = await phases.whole(session["id"], sequence)
    if phase is None:
        raise RoomNotFoundError(session["room_id"])
    return await understander.understand(text, field=phase.field, language=phase.language)


class AnswerService:
    """Puts a typed answer into the log, in one transaction with what follows from it."""

    def __init__(self, rooms: RoomService) -> None:
        self._rooms = rooms

    async def answer(
        self, session_id: UUID, text: str, understood: Understanding, *, phase_sequence: int | None = None
    ) -> None:
        """Note a typed answer, in the phase in which it was begun.

        A voice interviewer that is connected hears of it through the log. Where none is, the one in writing goes on
        from it at once.

        Raises:
            BusinessLogicError: the interview has not begun, is over for longer than an answer may be late, or its log
                is full.

        """
        await self._rooms.perform(session_id, lambda act: _note(act, text, understood, phase_sequence))


def _note(act: Act, text: str, understood: Understanding, phase_sequence: int | None) -> None:
    is_late = act.clock.state is ClockState.COMPLETED and _is_in_time(act)
    if not is_late:
        act.require_started()
    act.require_space()
    act.say(
        Speaker.CANDIDATE,
        text,
        Source.TYPED,
        started_at=act.now,
        ended_at=act.now,
        phase_sequence=min(phase_sequence or act.clock.sequence, act.clock.sequence),
        purpose=understood.intent.value,
        certain=understood.is_certain or None,
        covers=list(understood.covers) or None,
        late=is_late or None,
    )
    act.needs_conversation = not is_late
    if is_late:
        act.request_report(delay_seconds=REPORT_DELAY_SECONDS)


def _is_in_time(act: Act) -> bool:
    return act.session.ended_at is not None and act.now - act.session.ended_at <= LATE_ANSWER
