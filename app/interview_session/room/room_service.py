"""What can happen in a room. Each act is one transaction: the new state, its events, and the wake-up of listeners."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from app.core.errors import AppError, ResourceConflictError
from app.interview_session.events.event_log import ROOM_TOPIC
from app.interview_session.events.events import Event
from app.interview_session.plans.plan import Plan, phase_durations
from app.interview_session.room.act import DISCONNECTED, Act
from app.interview_session.room.operator_log import tell_after_commit
from app.interview_session.room.phase_clock import PhaseClock
from app.interview_session.room.room_repository import CLOCK_TOPIC, RoomRepository
from app.interview_session.room.stored_clock import columns_of, timer_status
from app.models import SessionEvent
from app.repositories.access import DataAccess


class RoomNotFoundError(AppError):
    """No session has ever been started in the room, or it is another user's."""

    code = "RESOURCE_NOT_FOUND"
    status = 404

    def __init__(self, room_id: str) -> None:
        details = {"resource_type": "Room", "resource_id": room_id}
        super().__init__("Interview bot not found", details=details)


class RoomService:
    """The acts of a room, each inside the transaction of its caller."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access
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
        self, room_id: str, plan: Plan, user_id: UUID | None, *, patience_seconds: float | None = None
    ) -> UUID:
        """Open a session of a plan in a room and return its id, or that of the one that ``reopen`` finds.

        Raises:
            ResourceConflictError: the room is in use, by somebody else or for another plan.

        """
        session_id = uuid4()
        values = {
            "id": session_id,
            "room_id": room_id,
            "user_id": user_id,
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

    async def finish(self, session_id: UUID) -> dict[str, Any]:
        """End the session before its time is up; return the timer's status."""
        return await self.perform(session_id, Act.finish)

    async def record(self, session_id: UUID, event: Event) -> None:
        """Put something into the log of a session that is not over."""

        def add(act: Act) -> None:
            act.require_open()
            act.add(event)

        await self.perform(session_id, add)

    async def perform_due(self, limit: int) -> list[float]:
        """Take the steps of up to ``limit`` clocks that are due; return how late each was, in seconds."""
        sessions = await self._rooms.claim_due(limit)
        if not sessions:
            return []
        now = await self._rooms.now()
        lateness = [(now - session.wake_at).total_seconds() for session in sessions if session.wake_at]
        acts = [Act(session, now) for session in sessions]
        for act in acts:
            act.settle()
        await self._save(acts)
        return lateness

    async def release_lost_bots(self, lease: timedelta, limit: int) -> int:
        """Note of up to ``limit`` voice calls without a sign of life that they are gone; return how many it were."""
        sessions = await self._rooms.claim_lost_bots(lease, limit)
        if not sessions:
            return 0
        now = await self._rooms.now()
        acts = [Act(session, now) for session in sessions]
        for act in acts:
            act.set_bot_status(DISCONNECTED)
        await self._save(acts)
        return len(acts)

    async def perform(self, session_id: UUID, what: Callable[[Act], None]) -> dict[str, Any]:
        """Do something in a room; return the timer's status afterwards.

        Raises:
            RoomNotFoundError: the session has just been erased.
            BusinessLogicError: it makes no sense in the session's state.

        """
        act = await self.begin(session_id)
        what(act)
        await self._save([act])
        return timer_status(act.clock, act.now_ms)

    async def begin(self, session_id: UUID) -> Act:
        """Lock a session for an act that takes more than one step; ``complete`` stores it.

        Whatever was due before is done first: a pause after the deadline pauses the next phase.

        Raises:
            RoomNotFoundError: the session has just been erased.

        """
        session = await self._rooms.lock(session_id)
        if session is None:
            raise RoomNotFoundError(str(session_id))
        act = Act(session, await self._rooms.now())
        act.settle()
        return act

    async def complete(self, act: Act) -> None:
        """Store what an act that was begun has done."""
        await self._save([act])

    async def _save(self, acts: list[Act]) -> None:
        lines: list[SessionEvent] = []
        topics: set[str] = set()
        for act in acts:
            lines += act.store()
            if act.events:
                topics.add(f"{ROOM_TOPIC}:{act.session.id}")
                if act.clock.wake_at is not None:
                    topics.add(f"{CLOCK_TOPIC}:{act.clock.wake_at}")
        await self._rooms.save(lines, topics)
        tell_after_commit(self._access.db, acts)
