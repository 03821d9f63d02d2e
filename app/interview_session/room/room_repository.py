"""Sessions and their logs in SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ColumnElement, bindparam, desc, func, literal_column, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from app.core.reads import Read, Statement
from app.interview_session.room.held_session import (
    CHANGEABLE,
    COLUMNS,
    HeldSession,
    StoredLine,
    changeable_values,
)
from app.interview_session.room.session_plans import SessionPlans
from app.models import InterviewSession, Position, ReportJob
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
_NEXT_WAKE = Read(select(func.min(InterviewSession.wake_at).label("wake_at"), _NOW))

_COUNT_BY_STATE = Read(
    select(InterviewSession.state, func.count().label("count"))
    .where(InterviewSession.ended_at.is_(None))
    .group_by(InterviewSession.state)
)

# A process that froze does not read: its silence counts only once the buffer of its socket has taken the whole
# answer. So what PostgreSQL answers while it holds a lock is small, and plans are read before. Each of these
# statements has PostgreSQL end its transaction if the process falls silent, and each wait of it for a lock. That is
# set in the transaction itself, because a pooler may not pass a connection's own limits on. The first condition is
# looked at before any row.
_LIMITS = f"""
    limits AS MATERIALIZED (
        SELECT set_config('idle_in_transaction_session_timeout', '{SILENCE_LIMIT_MS}', true),
            set_config('lock_timeout', '{LOCK_LIMIT_MS}', true)
    )"""
_LIMITED = "(SELECT count(*) FROM limits) = 1"


def _locking(condition: str) -> Statement:
    """Return what locks the sessions that a condition names, and then tells the time."""
    return Statement(
        text(f"""
            WITH {_LIMITS}, locked AS MATERIALIZED (
                SELECT {", ".join(COLUMNS)} FROM interview_sessions WHERE {_LIMITED} AND {condition}
            )
            SELECT {", ".join(COLUMNS)}, clock_timestamp() AS now FROM locked
        """)  # noqa: S608 - names of our own
    )


# The id of the transaction that wrote the row as it is.
LOOK = Statement(
    text(f"""
        SELECT {", ".join(COLUMNS)}, xmin AS version, clock_timestamp() AS now
        FROM interview_sessions WHERE id = CAST(:session_id AS uuid)
    """)  # noqa: S608 - names of our own
)
LOCK = _locking("id = CAST(:session_id AS uuid) FOR NO KEY UPDATE")
# Not by clock_timestamp(), which may be another for each row and so can use no index.
_CLAIM_DUE = _locking("wake_at <= statement_timestamp() ORDER BY wake_at LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED")
_CLAIM_LOST_BOTS = _locking(
    "bot_seen_at < statement_timestamp() - CAST(:lease AS interval) LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED"
)
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_TYPES = {column.name: column.type.compile(_DIALECT) for column in InterviewSession.__table__.columns}


def _saving(changed: str) -> Statement:
    """Return what stores the sessions that a query gives, with new lines of their logs."""
    return Statement(
        text(f"""
            WITH changed (id, {", ".join(CHANGEABLE)}) AS ({changed}), saved AS (
                UPDATE interview_sessions AS session
                SET {", ".join(f"{name} = changed.{name}" for name in CHANGEABLE)}, updated_at = :now
                FROM changed WHERE session.id = changed.id
            )
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT session_id, seq, type, CAST(data AS json), :now
            FROM unnest(
                CAST(:line_session_id AS uuid[]), CAST(:line_seq AS bigint[]), CAST(:line_type AS text[]),
                CAST(:line_data AS text[])
            ) AS line (session_id, seq, type, data)
        """)  # noqa: S608 - names of our own
    )


_VALUES = {"id": "uuid", **{name: _TYPES[name] for name in CHANGEABLE}}
# An array costs the driver as much as five values.
_SAVE_ONE = _saving(f"SELECT {', '.join(f'CAST(:{name} AS {kind})' for name, kind in _VALUES.items())}")
_SAVE_MANY = _saving(
    f"SELECT * FROM unnest({', '.join(f'CAST(:{name} AS {kind}[])' for name, kind in _VALUES.items())})"  # noqa: S608
)


@lru_cache
def save_unchanged(lines: int) -> Statement:
    """Return what stores a session that was looked at, and returns it unless others have changed it, with new lines.

    They have parameters of their own (``seq_0``, ``type_0``, ``data_0`` and on), not arrays, for the same reason.
    """
    rows = (f"(CAST(:seq_{n} AS bigint), CAST(:type_{n} AS text), CAST(:data_{n} AS json))" for n in range(lines))
    added = f"""
        , added AS (
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT saved.id, seq, type, data, :now FROM saved, (VALUES {", ".join(rows)}) AS line (seq, type, data)
        )"""  # noqa: S608 - names of our own
    return Statement(
        text(f"""
            WITH {_LIMITS}, saved AS (
                UPDATE interview_sessions
                SET {", ".join(f"{name} = CAST(:{name} AS {_TYPES[name]})" for name in CHANGEABLE)}, updated_at = :now
                WHERE {_LIMITED} AND id = CAST(:id AS uuid) AND xmin = :version
                RETURNING id
            ){added if lines else ""}
            SELECT id FROM saved
        """)  # noqa: S608 - names of our own
    )


_SET_PATIENCE = Statement(
    text(f"""
        WITH {_LIMITS}
        UPDATE interview_sessions SET patience_seconds = :seconds, updated_at = clock_timestamp()
        WHERE {_LIMITED} AND id = CAST(:session_id AS uuid)
    """)  # noqa: S608 - names of our own
)
_KEEP_BOTS = Statement(
    text(f"""
        WITH {_LIMITS}, held AS (
            SELECT session.id FROM interview_sessions AS session
            JOIN unnest(CAST(:sessions AS uuid[]), CAST(:bots AS uuid[])) AS known (session_id, bot_id)
                ON known.session_id = session.id AND known.bot_id = session.bot_id
        ), free AS (
            SELECT id FROM interview_sessions WHERE {_LIMITED} AND id IN (SELECT id FROM held)
            FOR NO KEY UPDATE SKIP LOCKED
        ), renewed AS (
            UPDATE interview_sessions SET bot_seen_at = clock_timestamp() WHERE id IN (SELECT id FROM free)
        )
        SELECT id FROM held
    """)  # noqa: S608 - names of our own
)
_REQUEST_REPORT = Statement(
    text("""
        INSERT INTO report_jobs (session_id, user_id, requested_at, due_at, attempts)
        VALUES (:session_id, :user_id, :due_at, :due_at, 0)
        ON CONFLICT (session_id) DO UPDATE
        SET requested_at = excluded.requested_at, due_at = excluded.due_at, claim_id = NULL, attempts = 0,
            last_error = NULL
    """)
)


class SessionChangedError(Exception):
    """Others have changed a session since it was looked at."""


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
        await self._access.transaction.take_turn(session_id)
        await self._access.transaction.all(_SET_PATIENCE, session_id=session_id, seconds=seconds)

    async def lock(self, session_id: UUID, plan: dict[str, Any]) -> tuple[HeldSession, datetime] | None:
        """Return a session held against changes by others until the transaction ends, and the database's time then.

        ``plan`` is the session's. The time is that of the one clock of all replicas, after the lock was waited for.
        """
        await self._access.transaction.take_turn(session_id)
        row = await self._access.transaction.first(LOCK, session_id=session_id)
        return _held(row, plan) if row else None

    async def look(self, session_id: UUID, plan: dict[str, Any]) -> tuple[HeldSession, datetime] | None:
        """Return a session as ``lock`` does, without a lock: ``save_unchanged`` finds out whether it has changed."""
        await self._access.transaction.take_turn(session_id)
        row = await self._access.transaction.look(LOOK, session_id=session_id)
        return _held(row, plan) if row else None

    async def claim_due(self, limit: int, plans: SessionPlans) -> list[tuple[HeldSession, datetime]]:
        """Return sessions whose clocks are due, as ``lock`` does; what others hold is passed over."""
        return await self._with_plans(await self._access.transaction.all(_CLAIM_DUE, limit=limit), plans)

    async def keep_bots(self, bots: dict[UUID, UUID]) -> set[UUID]:
        """Renew the sign of life of voice calls (by their sessions); return the sessions that still are theirs.

        A room that is being worked in keeps the sign that it has: the next one is soon enough.
        """
        values = {"sessions": list(bots), "bots": list(bots.values())}
        return {row["id"] for row in await self._access.transaction.all(_KEEP_BOTS, **values)}

    async def claim_lost_bots(
        self, lease: timedelta, limit: int, plans: SessionPlans
    ) -> list[tuple[HeldSession, datetime]]:
        """Return sessions whose call has given no sign of life for so long, held like those of ``claim_due``."""
        rows = await self._access.transaction.all(_CLAIM_LOST_BOTS, lease=lease, limit=limit)
        return await self._with_plans(rows, plans)

    async def save(self, sessions: Sequence[HeldSession], lines: Sequence[StoredLine], now: datetime) -> None:
        """Store changed sessions with the new lines of their logs."""
        rows = [(session.id, *changeable_values(session)) for session in sessions]
        statement, values = (_SAVE_ONE, rows[0]) if len(rows) == 1 else (_SAVE_MANY, zip(*rows, strict=True))
        ids, seqs, types, data = zip(*lines, strict=True) if lines else ((), (), (), ())
        await self._access.transaction.all(
            statement,
            now=now,
            line_session_id=ids,
            line_seq=seqs,
            line_type=types,
            line_data=data,
            **dict(zip(_VALUES, values, strict=True)),
        )

    async def save_unchanged(
        self, session: HeldSession, lines: Sequence[StoredLine], now: datetime, *, is_all: bool
    ) -> None:
        """Store a session that was looked at, with the new lines of its log.

        ``is_all`` tells that the transaction is to store nothing else.

        Raises:
            SessionChangedError: others have changed it since, or erased it; nothing was stored.

        """
        transaction = self._access.transaction
        values = dict(zip(CHANGEABLE, changeable_values(session), strict=True))
        for number, (_, seq, kind, data) in enumerate(lines):
            values |= {f"seq_{number}": seq, f"type_{number}": kind, f"data_{number}": data}
        store = transaction.all_at_once if is_all else transaction.all
        if not await store(save_unchanged(len(lines)), id=session.id, version=session.version, now=now, **values):
            raise SessionChangedError

    async def request_report(self, session: HeldSession, due_at: datetime) -> None:
        """Have the report of a session made from ``due_at`` on; one that is being made will not be kept."""
        values = {"session_id": session.id, "user_id": session.user_id, "due_at": due_at}
        await self._access.transaction.all(_REQUEST_REPORT, **values)

    async def _with_plans(
        self, rows: Sequence[asyncpg.Record], plans: SessionPlans
    ) -> list[tuple[HeldSession, datetime]]:
        """Return claimed sessions with their plans, which are read over another connection."""
        known = await plans.of([row["id"] for row in rows], self._access.reads) if rows else {}
        return [_held(row, known[row["id"]]) for row in rows]


def _held(row: asyncpg.Record, plan: dict[str, Any]) -> tuple[HeldSession, datetime]:
    *columns, now = row
    return HeldSession(plan, *columns), now
