"""The logs of sessions in SQL: what their listeners and the conversation read."""

from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import ARRAY, BigInteger, Uuid, bindparam, column, func, literal_column, select, text

from app.core.reads import Read
from app.interview_session.events.events import Event, EventType
from app.models import SessionEvent
from app.repositories.access import DataAccess

ROOM_TOPIC = "room"
"""The topic of notifications that a session (by id) has news."""

ERASED_TOPIC = "erased"
"""The topic of notifications that a session (by id) was erased, which no event tells."""

READ_LIMIT = 500
"""Events in one read of a log."""

_EVENTS_AFTER = Read(
    select(SessionEvent.seq, SessionEvent.type, SessionEvent.data)
    .where(SessionEvent.session_id == bindparam("session_id"), SessionEvent.seq > bindparam("seq"))
    .order_by(SessionEvent.seq)
    .limit(literal_column(str(READ_LIMIT)))
)
# The news of many sessions in one statement: each with the number of the last event known of it.
_NEWS = Read(
    select(SessionEvent.session_id, SessionEvent.seq, SessionEvent.type, SessionEvent.data)
    .join(
        func.unnest(bindparam("session_ids", type_=ARRAY(Uuid())), bindparam("seqs", type_=ARRAY(BigInteger())))
        .table_valued(column("session_id"), column("seq"))
        .render_derived(name="known"),
        text("known.session_id = session_events.session_id AND session_events.seq > known.seq"),
    )
    .order_by(SessionEvent.session_id, SessionEvent.seq)
)
_TRANSCRIPT = Read(
    select(SessionEvent.data)
    .where(
        SessionEvent.session_id == bindparam("session_id"),
        SessionEvent.type == literal_column(f"'{EventType.TRANSCRIPT.value}'"),
    )
    .order_by(SessionEvent.seq)
)
_CONVERSATION = Read(
    select(SessionEvent.seq, SessionEvent.type, SessionEvent.data)
    .where(
        SessionEvent.session_id == bindparam("session_id"),
        SessionEvent.type.in_(
            [
                literal_column(f"'{kind.value}'")
                for kind in (
                    EventType.PHASE_STARTED,
                    EventType.PHASE_CHANGED,
                    EventType.PHASE_ENDING,
                    EventType.TIMER_PAUSED,
                    EventType.TIMER_RESUMED,
                    EventType.TIMER_RESET,
                    EventType.TRANSCRIPT,
                    EventType.PROBLEM_INJECTED,
                    EventType.CONTEXT_INJECTED,
                    EventType.BOT_CONNECTED,
                    EventType.BOT_DISCONNECTED,
                    EventType.INTERVIEW_COMPLETED,
                )
            ]
        ),
    )
    .order_by(SessionEvent.seq)
)


class EventLog:
    """The append-only history of each session, numbered from 1 without gaps."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def after(self, session_id: UUID, seq: int) -> list[asyncpg.Record]:
        """Return up to ``READ_LIMIT`` events (``seq``, ``type``, ``data`` as JSON text) after one number."""
        return await self._access.reads.all(_EVENTS_AFTER, session_id=session_id, seq=seq)

    async def news(self, known: dict[UUID, int]) -> list[asyncpg.Record]:
        """Return every event of these sessions after the last one known of each, with its ``session_id``."""
        return await self._access.reads.all(_NEWS, session_ids=list(known), seqs=list(known.values()))

    async def transcript(self, session_id: UUID) -> list[dict[str, Any]]:
        """Return what was said in a session, in order."""
        rows = await self._access.reads.all(_TRANSCRIPT, session_id=session_id)
        return [orjson.loads(row["data"]) for row in rows]

    async def conversation(self, session_id: UUID) -> list[Event]:
        """Return all that decides what is said next in a session, in order."""
        rows = await self._access.reads.all(_CONVERSATION, session_id=session_id)
        return [Event.from_log(row["type"], row["data"], row["seq"]) for row in rows]
