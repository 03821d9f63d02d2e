"""What a user can do with practice sessions."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.interview_session.events.event_log import EventLog
from app.interview_session.history.session_query import SessionQuery
from app.interview_session.history.session_repository import SessionRepository
from app.repositories.access import DataAccess
from app.schemas.paging import page_of


class SessionService:
    """The practice sessions of one user at a time; another's are answered as if they did not exist."""

    def __init__(self, access: DataAccess) -> None:
        self._sessions = SessionRepository(access)
        self._log = EventLog(access)

    async def list_page(self, user_id: UUID, query: SessionQuery) -> dict[str, Any]:
        """Return one page of the sessions that match, newest first."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"})
        rows, total = await self._sessions.list_page(user_id, filters, limit=query.per_page, offset=query.offset)
        return page_of("sessions", rows, total, query)

    async def get(self, session_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one session with its plan."""
        session = await self._sessions.get(session_id, user_id)
        if session is None:
            raise ResourceNotFoundError("Session", session_id)
        return session

    async def transcript(
        self, session_id: UUID, user_id: UUID
    ) -> tuple[dict[str, Any], AsyncIterator[list[dict[str, Any]]]]:
        """Return a session without its plan, and what was said in it, in small batches.

        The first batch has been read by then, so that a failing database can still be told.
        """
        session = await self._sessions.get_short(session_id, user_id)
        if session is None:
            raise ResourceNotFoundError("Session", session_id)
        batches = self._log.transcript(session_id)
        return session, _chained(await anext(batches, []), batches)

    async def delete(self, session_id: UUID, user_id: UUID) -> None:
        """Erase a session with its log."""
        if not await self._sessions.delete(session_id, user_id):
            raise ResourceNotFoundError("Session", session_id)


async def _chained(
    first: list[dict[str, Any]], others: AsyncIterator[list[dict[str, Any]]]
) -> AsyncIterator[list[dict[str, Any]]]:
    yield first
    async for batch in others:
        yield batch
