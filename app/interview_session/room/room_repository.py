"""Sessions and their logs in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    desc,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer
from sqlalchemy.orm.attributes import set_committed_value

from app.core.notifications import CHANNEL
from app.core.reads import Read
from app.core.turns import take_turn
from app.models import InterviewSession, Position, ReportJob, SessionEvent
from app.repositories.access import DataAccess

CLOCK_TOPIC = "clock"
SILENCE_LIMIT_MS = 2000
"""So long a process may be silent in a transaction that holds rooms; one that froze loses them then."""
LOCK_LIMIT_MS = 3000
"""So long a transaction waits for a room: longer than a frozen process can hold it."""

_NOW: ColumnElement[datetime] = func.clock_timestamp().label("now")
# Without the plan, which may have a megabyte: who needs some of it asks for that.
_STATE = (
    InterviewSession.id,
    InterviewSession.room_id,
    InterviewSession.user_id,
    InterviewSession.mock_interview_id,
    InterviewSession.state,
    InterviewSession.sequence,
    InterviewSession.deadline,
    InterviewSession.remaining_ms,
    InterviewSession.ending_announced,
    InterviewSession.run_ms,
    InterviewSession.skipped_ms,
    InterviewSession.last_seq,
    InterviewSession.bot_status,
    InterviewSession.started_at,
    InterviewSession.ended_at,
    _NOW,
)
_NEWEST_OF_ROOM = Read(
    select(*_STATE)
    .where(InterviewSession.room_id == bindparam("room_id"))
    .order_by(InterviewSession.ended_at.is_not(None), desc(InterviewSession.created_at))
    .limit(literal_column("1"))
)
_PLAN = Read(select(InterviewSession.plan).where(InterviewSession.id == bindparam("session_id")))
_LIVE = (
    # Without their plans: a thousand of them may have a gigabyte.
    select(InterviewSession.id, InterviewSession.room_id, InterviewSession.state, InterviewSession.bot_status)
    .where(InterviewSession.ended_at.is_(None))
    .order_by(InterviewSession.created_at)
    .limit(literal_column("1000"))
)
_LIVE_OF_USER = Read(_LIVE.where(InterviewSession.user_id == bindparam("user_id")))
_LIVE_OF_ADDRESS = Read(_LIVE.where(InterviewSession.opened_from == bindparam("address")))
# In one statement, so that no report comes between the two answers.
_END_OF_LOG = Read(
    select(InterviewSession.last_seq, ReportJob.due_at.is_not(None).label("awaits_report"))
    .outerjoin(ReportJob, ReportJob.session_id == InterviewSession.id)
    .where(InterviewSession.id == bindparam("session_id"))
)
_POSTING = Read(
    select(Position.title, Position.company, Position.description)
    # Only the owner's: a session's position is the user's own, and this is what that rests on here.
    .join(
        InterviewSession,
        (InterviewSession.position_id == Position.id) & (InterviewSession.user_id == Position.user_id),
    )
    .where(InterviewSession.id == bindparam("session_id"))
)
_PLANS = Read(
    select(InterviewSession.id, InterviewSession.plan).where(
        InterviewSession.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
    )
)
_NEXT_WAKE = Read(select(func.min(InterviewSession.wake_at).label("wake_at"), _NOW))

_COUNT_BY_STATE = Read(
    select(InterviewSession.state, func.count().label("count"))
    .where(InterviewSession.ended_at.is_(None))
    .group_by(InterviewSession.state)
)

_WITHOUT_PLAN = defer(InterviewSession.plan)
"""What PostgreSQL answers while it holds a lock has to be small.

A process that froze does not read. Its silence counts only once the buffer of its socket has taken the whole answer,
and a plan may be too big for that. So plans, which never change, are read before the lock or over another connection.
"""

_KEEP_LOCKS_SHORT = text(
    f"SELECT set_config('idle_in_transaction_session_timeout', '{SILENCE_LIMIT_MS}', true),"
    f" set_config('lock_timeout', '{LOCK_LIMIT_MS}', true)"
)
_KEEP_BOTS = text("""
    WITH held AS (
        SELECT session.id FROM interview_sessions AS session
        JOIN unnest(CAST(:sessions AS uuid[]), CAST(:bots AS uuid[])) AS known (session_id, bot_id)
            ON known.session_id = session.id AND known.bot_id = session.bot_id
    ), free AS (
        SELECT id FROM interview_sessions WHERE id IN (SELECT id FROM held) FOR NO KEY UPDATE SKIP LOCKED
    ), renewed AS (
        UPDATE interview_sessions SET bot_seen_at = clock_timestamp() WHERE id IN (SELECT id FROM free)
    )
    SELECT id FROM held
""")


class RoomRepository:
    """Sessions by room, and their logs."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def find(self, room_id: str) -> dict[str, Any] | None:
        """Return the session of a room: the live one, or else the newest; with the database's time as ``now``.

        Its plan is left out: see ``plan_of``, and ``StoredPhases`` for the phase that it is in.
        """
        row = await self._access.reads.first(_NEWEST_OF_ROOM, room_id=room_id)
        return dict(row) if row else None

    async def plan_of(self, session_id: UUID) -> dict[str, Any] | None:
        """Return the whole plan of a session; None if it was erased."""
        row = await self._access.reads.first(_PLAN, session_id=session_id)
        return cast("dict[str, Any]", orjson.loads(row["plan"])) if row else None

    async def end_of_log(self, session_id: UUID) -> tuple[int, bool]:
        """Return the number of the last event of a session, and whether its report is still to be made."""
        row = await self._access.reads.first(_END_OF_LOG, session_id=session_id)
        return (row["last_seq"], row["awaits_report"]) if row else (0, False)

    async def live_of_user(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return ``id``, ``room_id``, ``state`` and ``bot_status`` of a user's live sessions."""
        return [dict(row) for row in await self._access.reads.all(_LIVE_OF_USER, user_id=user_id)]

    async def live_of_address(self, address: str) -> list[dict[str, Any]]:
        """Return the same of the live sessions that were opened from an address without an account."""
        return [dict(row) for row in await self._access.reads.all(_LIVE_OF_ADDRESS, address=address)]

    async def posting_of(self, session_id: UUID) -> dict[str, Any] | None:
        """Return title, company and description of the position that a session is for, if its owner still has it."""
        row = await self._access.reads.first(_POSTING, session_id=session_id)
        return dict(row) if row else None

    async def count_by_state(self) -> dict[str, int]:
        """Return how many sessions that have not ended are in each state."""
        return {row["state"]: row["count"] for row in await self._access.reads.all(_COUNT_BY_STATE)}

    async def next_wake(self) -> tuple[datetime | None, datetime]:
        """Return when the earliest clock has something to do, and the database's time."""
        row = await self._access.reads.first(_NEXT_WAKE)
        assert row is not None
        return row["wake_at"], row["now"]

    async def add(self, values: dict[str, Any]) -> InterviewSession | None:
        """Store a new session; None if the room has a live one."""
        statement = insert(InterviewSession).values(**values).on_conflict_do_nothing().returning(InterviewSession)
        return (await self._access.db.scalars(statement)).one_or_none()

    async def set_patience(self, session_id: UUID, seconds: float) -> None:
        """Store how long the interviewer waits; it holds from the next call on."""
        await take_turn(self._access.db, session_id)
        await self._keep_locks_short()
        statement = update(InterviewSession).where(InterviewSession.id == session_id)
        await self._access.db.execute(statement.values(patience_seconds=seconds))

    async def lock(self, session_id: UUID) -> InterviewSession | None:
        """Return a session held against changes by others until the transaction ends."""
        await take_turn(self._access.db, session_id)
        await self._keep_locks_short()
        of_session = InterviewSession.id == session_id
        plan = await self._access.db.scalar(select(InterviewSession.plan).where(of_session))
        statement = select(InterviewSession).options(_WITHOUT_PLAN).where(of_session).with_for_update()
        session = (await self._access.db.scalars(statement)).one_or_none()
        if session:
            set_committed_value(session, "plan", plan)
        return session

    async def claim_due(self, limit: int) -> Sequence[InterviewSession]:
        """Return sessions whose clocks are due, each held by this transaction and passed over by all others."""
        await self._keep_locks_short()
        statement = (
            select(InterviewSession)
            .where(InterviewSession.wake_at <= func.clock_timestamp())
            .order_by(InterviewSession.wake_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._claim(statement)

    async def keep_bots(self, bots: dict[UUID, UUID]) -> set[UUID]:
        """Renew the sign of life of voice calls (by their sessions); return the sessions that still are theirs.

        A room that is being worked in keeps the sign that it has: the next one is soon enough.
        """
        await self._keep_locks_short()
        values = {"sessions": list(bots), "bots": list(bots.values())}
        return set((await self._access.db.execute(_KEEP_BOTS, values)).scalars())

    async def claim_lost_bots(self, lease: timedelta, limit: int) -> Sequence[InterviewSession]:
        """Return sessions whose call has given no sign of life for so long, held like those of ``claim_due``."""
        await self._keep_locks_short()
        statement = (
            select(InterviewSession)
            .where(InterviewSession.bot_seen_at < func.clock_timestamp() - lease)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return await self._claim(statement)

    async def now(self) -> datetime:
        """Return the database's time: the one clock of all replicas. Asked for after a lock was waited for."""
        return (await self._access.db.execute(select(_NOW))).scalar_one()

    async def save(self, events: list[SessionEvent], topics: set[str]) -> None:
        """Store the changed sessions with the new lines of their logs, and wake every replica at commit."""
        self._access.db.add_all(events)
        await self._access.db.flush()
        if topics:
            await self._access.db.execute(
                text("SELECT pg_notify(:channel, topic) FROM unnest(CAST(:topics AS text[])) AS topic"),
                {"channel": CHANNEL, "topics": sorted(topics)},
            )

    async def request_report(self, session: InterviewSession, due_at: datetime) -> None:
        """Have the report of a session made from ``due_at`` on; one that is being made will not be kept."""
        afresh = {"requested_at": due_at, "due_at": due_at, "claim_id": None, "attempts": 0, "last_error": None}
        statement = insert(ReportJob).values(session_id=session.id, user_id=session.user_id, **afresh)
        await self._access.db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=afresh))

    async def _claim(self, statement: Select[InterviewSession]) -> Sequence[InterviewSession]:
        sessions = (await self._access.db.scalars(statement.options(_WITHOUT_PLAN))).all()
        if sessions:
            rows = await self._access.reads.all(_PLANS, ids=[session.id for session in sessions])
            plans = {row["id"]: orjson.loads(row["plan"]) for row in rows}
            for session in sessions:
                set_committed_value(session, "plan", plans[session.id])
        return sessions

    async def _keep_locks_short(self) -> None:
        """Have PostgreSQL end this transaction if its process falls silent, and each wait of it for a lock.

        Set in the transaction itself: a pooler may not pass a connection's own limits on.
        """
        await self._access.db.execute(_KEEP_LOCKS_SHORT)
