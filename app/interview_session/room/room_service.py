"""What can happen in a room. Each act is one transaction: the new state, its events, and the wake-up of listeners."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import structlog

from app.core.errors import AppError, ResourceConflictError
from app.interview_session.events.event_log import REPORT_TOPIC, ROOM_TOPIC
from app.interview_session.events.events import Event
from app.interview_session.plans.plan import Plan, phase_durations
from app.interview_session.room.act import DISCONNECTED, Act
from app.interview_session.room.held_session import HeldSession
from app.interview_session.room.operator_log import tell_after_commit
from app.interview_session.room.phase_clock import PhaseClock
from app.interview_session.room.room_repository import CLOCK_TOPIC, RoomRepository, SessionChangedError
from app.interview_session.room.stored_clock import columns_of, timer_status, to_ms
from app.interview_session.room.written_interviewer import AskedReply, WrittenInterviewer
from app.repositories.access import DataAccess

MAX_CONVERSATIONS = 20
"""Conversations that are read from their logs in one transaction of the runner."""

RETRY_SECONDS = 5.0
"""When the runner looks again at a conversation that failed."""

log = structlog.get_logger(__name__)

Hold = Callable[[UUID, dict[str, Any]], Awaitable[tuple[HeldSession, datetime] | None]]
"""Reads a session for an act, with the database's time: ``RoomRepository.look`` or ``lock``."""


class RoomNotFoundError(AppError):
    """No session has ever been started in the room, or it is another user's."""

    code = "RESOURCE_NOT_FOUND"
    status = 404

    def __init__(self, room_id: str) -> None:
        details = {"resource_type": "Room", "resource_id": room_id}
        super().__init__("Interview bot not found", details=details)


class RoomService:
    """The acts of a room, each inside the transaction of its caller.

    Where no voice is there, ``interviewer`` says in the same transaction what follows from an act.
    """

    def __init__(self, access: DataAccess, interviewer: WrittenInterviewer) -> None:
        self._access = access
        self._interviewer = interviewer
        self._plans = interviewer.plans
        self._rooms = RoomRepository(access)

    async def reopen(
        self, room_id: str, mock_interview_id: str, user_id: UUID | None, *, patience_seconds: float | None = None
    ) -> UUID | None:
        """Return the session that the same user has open with the same plan, which may be gone by now.

        Its interviewer has the patience that was given last.
        """
        live = await self._rooms.find(room_id)
        if live is None or live["ended_at"] is not None:
            return None
        if (live["user_id"], live["mock_interview_id"]) != (user_id, mock_interview_id):
            return None
        if patience_seconds is not None:
            await self._rooms.set_patience(live["id"], patience_seconds)
        return cast("UUID", live["id"])

    async def open(
        self,
        room_id: str,
        plan: Plan,
        user_id: UUID | None,
        *,
        patience_seconds: float | None = None,
        opened_from: str | None = None,
    ) -> UUID:
        """Open a session of a plan in a room and return its id, or that of the one that ``reopen`` finds.

        A room that is nobody's notes the address that it was ``opened_from``.

        Raises:
            ResourceConflictError: the room is in use, by somebody else or for another plan.

        """
        session_id = uuid4()
        values = {
            "id": session_id,
            "room_id": room_id,
            "user_id": user_id,
            "opened_from": opened_from,
            "mock_interview_id": plan.mock_interview_id,
            "position_id": plan.position_id,
            "interview_id": plan.interview_id,
            "plan": plan.snapshot,
            "patience_seconds": patience_seconds,
            **columns_of(PhaseClock.ready(phase_durations(plan.snapshot))),
        }
        if await self._rooms.add(values):
            return session_id
        # Somebody was faster, perhaps the same user.
        live_id = await self.reopen(room_id, plan.mock_interview_id, user_id, patience_seconds=patience_seconds)
        if live_id is None:
            raise ResourceConflictError(f"Room '{room_id}' is in use", resource_type="Room")
        return live_id

    async def start(self, session_id: UUID) -> dict[str, Any]:
        """Start the timer, or let it go on after a pause; return its status."""
        return await self.perform(session_id, Act.start)

    async def pause(self, session_id: UUID) -> dict[str, Any]:
        """Stop the timer where it is; return its status."""
        return await self.perform(session_id, Act.pause)

    async def reset(self, session_id: UUID) -> dict[str, Any]:
        """Put the timer back to the beginning of the first phase, not running; return its status."""
        return await self.perform(session_id, Act.reset)

    async def next_phase(self, session_id: UUID) -> dict[str, Any]:
        """Go on to the next phase now, from the last one to the end; return the timer's status."""
        return await self.perform(session_id, Act.next_phase)

    async def finish(self, session_id: UUID) -> dict[str, Any]:
        """End the session before its time is up; return the timer's status."""
        return await self.perform(session_id, Act.finish)

    async def inject(self, session_id: UUID, event: Event) -> None:
        """Give the interviewer of a session that is not over a problem or a note."""

        def inject(act: Act) -> None:
            act.require_open()
            act.inject(event)

        await self.perform(session_id, inject)

    async def perform_due(self, limit: int) -> tuple[int, list[float]]:
        """Do what is due in up to ``limit`` sessions; return how many, and how late the clocks were, in seconds."""
        acts = [self._act(*held) for held in await self._rooms.claim_due(limit, self._plans)]
        if not acts:
            return 0, []
        lateness = [late for act in acts if (late := act.lateness_seconds) is not None]
        conversations = 0
        for act in acts:
            is_due = act.is_interviewer_due
            act.settle()
            # The others stay due, and are claimed again: a claim is held for seconds at most.
            if is_due and act.is_in_writing and act.is_running and conversations < MAX_CONVERSATIONS:
                conversations += 1
                await self._go_on_unless_broken(act)
        await self._save(acts)
        return len(acts), lateness

    async def release_lost_bots(self, lease: timedelta, limit: int) -> int:
        """Note of up to ``limit`` voice calls without a sign of life that they are gone; return how many."""
        acts = [self._act(*held) for held in await self._rooms.claim_lost_bots(lease, limit, self._plans)]
        for act in acts:
            act.set_bot_status(DISCONNECTED)
        await self._save(acts)
        return len(acts)

    async def perform(self, session_id: UUID, what: Callable[[Act], None]) -> dict[str, Any]:
        """Do something in a room; return the timer's status afterwards.

        It is done to the session as it stands, and stored if that has not changed meanwhile: with one statement, so
        that no lock is held if this process freezes. Otherwise it is done once more: ``what`` may run twice.

        Raises:
            RoomNotFoundError: the session has just been erased.
            BusinessLogicError: it makes no sense in the session's state.

        """
        followers = self._access.transaction.followers
        before = len(followers)
        try:
            return await self._perform(session_id, what, self._rooms.look)
        except SessionChangedError:
            # Another replica was faster, or a sign of life of the call. With the lock nobody can be.
            del followers[before:]
            return await self._perform(session_id, what, self._rooms.lock)

    async def begin(self, session_id: UUID) -> Act:
        """Lock a session for an act that takes more than one step; ``complete`` stores it.

        Whatever was due before is done first: a pause after the deadline pauses the next phase.

        Raises:
            RoomNotFoundError: the session has just been erased.

        """
        return await self._begin(session_id, self._rooms.lock)

    async def complete(self, act: Act) -> None:
        """Store what an act that was begun has done, with what the interviewer says to it in writing."""
        if act.needs_conversation and act.is_in_writing and act.is_running:
            await self._interviewer.go_on(act, self._access)
        await self._save([act])

    async def say_reply(self, session_id: UUID, asked: AskedReply, words: str | None) -> None:
        """Say a reply in a model's words, or with None in the scripted ones, if it is still waited for."""
        act = await self.begin(session_id)
        conversation = await self._interviewer.conversation_of(act, self._access)
        step = conversation.next_step(act.now)
        if act.is_in_writing and act.is_running and asked.is_due_in(conversation, step):
            self._interviewer.take(act, conversation, asked.line.reworded(words) if words else asked.line)
            act.wake_interviewer_at(conversation.wake_at(act.now))
        await self._save([act])

    async def _perform(self, session_id: UUID, what: Callable[[Act], None], hold: Hold) -> dict[str, Any]:
        act = await self._begin(session_id, hold)
        what(act)
        await self.complete(act)
        return timer_status(act.clock, act.now_ms)

    async def _begin(self, session_id: UUID, hold: Hold) -> Act:
        plans = await self._plans.of([session_id], self._access.reads)
        held = await hold(session_id, plans[session_id]) if plans else None
        if held is None:
            self._plans.forget(session_id)
            raise RoomNotFoundError(str(session_id))
        act = self._act(*held)
        act.settle()
        return act

    async def _go_on_unless_broken(self, act: Act) -> None:
        """Say what is due. A conversation that cannot be read must not hold up the clocks claimed with it."""
        try:
            await self._interviewer.go_on(act, self._access, is_overdue=True)
        except Exception as error:  # noqa: BLE001 - one room's trouble, whatever it is
            log.warning("interviewer_failed", session_id=str(act.session.id), error=type(error).__name__)
            act.wake_interviewer_at(act.now + timedelta(seconds=RETRY_SECONDS))

    def _act(self, session: HeldSession, now: datetime) -> Act:
        interviewer = self._interviewer
        return Act(session, now, nudge_seconds=interviewer.nudge_seconds, log_limit=interviewer.log_limit)

    async def _save(self, acts: list[Act]) -> None:
        """Store what acts have done at one moment, and have everybody look who follows it."""
        changed = [act for act in acts if act.store()]
        if changed:
            await self._store(changed)
        for act in changed:
            if act.report_delay_seconds is not None:
                delay = timedelta(seconds=act.report_delay_seconds)
                await self._rooms.request_report(act.session, act.now + delay)
        self._access.transaction.announce(topic for act in changed for topic in _topics_of(act))
        tell_after_commit(self._access.transaction, changed)

    async def _store(self, changed: list[Act]) -> None:
        first = changed[0]
        if first.session.version is not None:
            is_all = first.report_delay_seconds is None
            await self._rooms.save_unchanged(first.session, first.lines, first.now, is_all=is_all)
        else:
            lines = [line for act in changed for line in act.lines]
            await self._rooms.save([act.session for act in changed], lines, first.now)


def _topics_of(act: Act) -> Iterator[str]:
    """Give what is to be looked at again after an act."""
    if act.lines:
        yield f"{ROOM_TOPIC}:{act.session.id}"
    if act.is_woken_otherwise and act.session.wake_at is not None:
        yield f"{CLOCK_TOPIC}:{to_ms(act.session.wake_at)}"
    if act.report_delay_seconds is not None:
        yield f"{REPORT_TOPIC}:{act.session.id}"
