"""A user's sessions, past and live, in SQL. Every query takes the owner's id."""

from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, delete, desc, func, literal_column, select

from app.core.reads import Read
from app.interview_session.events.event_log import ERASED_TOPIC
from app.models import InterviewSession
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page
from app.repositories.timeline import minutes_run

_COLUMNS: tuple[ColumnElement[Any], ...] = (
    InterviewSession.id.expression,
    InterviewSession.room_id.expression,
    InterviewSession.mock_interview_id.expression,
    InterviewSession.position_id.expression,
    InterviewSession.interview_id.expression,
    literal_column("interview_sessions.plan ->> 'title'").label("title"),
    InterviewSession.state.label("status"),
    InterviewSession.created_at.expression,
    InterviewSession.started_at.expression,
    InterviewSession.ended_at.expression,
    InterviewSession.end_reason.expression,
    minutes_run,
)
_OF_USER = InterviewSession.user_id == bindparam("user_id")
_GET = Read(select(*_COLUMNS, InterviewSession.plan).where(InterviewSession.id == bindparam("session_id"), _OF_USER))
_GET_SHORT = Read(select(*_COLUMNS).where(InterviewSession.id == bindparam("session_id"), _OF_USER))
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "position_id": InterviewSession.position_id == bindparam("position_id"),
}


class SessionRepository:
    """Sessions by their owner, and what was said in them."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, session_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one session with the planner fields of its plan."""
        row = await self._access.reads.first(_GET, session_id=session_id, user_id=user_id)
        if row is None:
            return None
        session = dict(row)
        return session | {"planner_fields": orjson.loads(session.pop("plan"))["planner_fields"]}

    async def get_short(self, session_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one session as a list gives it, without its plan."""
        row = await self._access.reads.first(_GET_SHORT, session_id=session_id, user_id=user_id)
        return dict(row) if row else None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching sessions, newest first, and how many match.

        ``filters`` may hold ``position_id``.
        """
        names = frozenset(filters)
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: Read(_count(names)),
            filters | {"user_id": user_id},
            limit=limit,
            offset=offset,
        )
        return [dict(row) for row in rows], total

    async def delete(self, session_id: UUID, user_id: UUID) -> bool:
        """Erase a session with its log, and tell its listeners once that is committed; tell whether there was one."""
        deleted = await self._access.db.scalars(
            delete(InterviewSession)
            .where(InterviewSession.id == session_id, InterviewSession.user_id == user_id)
            .returning(InterviewSession.id)
        )
        if deleted.one_or_none() is None:
            return False
        # Those who listen have no event to learn it from.
        self._access.transaction.announce([f"{ERASED_TOPIC}:{session_id}"])
        return True


@cache
def _list_read(filters: frozenset[str]) -> Read:
    return Read(
        select(*_COLUMNS, _count(filters).scalar_subquery().label("total"))
        .where(*_conditions(filters))
        .order_by(desc(InterviewSession.created_at), desc(InterviewSession.id))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


def _count(filters: frozenset[str]) -> Select[Any]:
    return select(func.count().label("total")).select_from(InterviewSession).where(*_conditions(filters))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [_OF_USER, *(_CONDITIONS[name] for name in sorted(filters))]
