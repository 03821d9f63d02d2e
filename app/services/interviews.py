"""What can be done with interviews, and what follows from it for their position."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import ResourceNotFoundError
from app.models import Interview
from app.models.enums import InterviewOutcome
from app.repositories.access import DataAccess
from app.repositories.interviews import InterviewRepository
from app.repositories.positions import PositionRepository
from app.schemas.interview import InterviewCreate, InterviewQuery
from app.schemas.paging import page_of
from app.services.authorization import AuthorizationService


class InterviewService:
    """The interviews of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._interviews = InterviewRepository(access)
        self._positions = PositionRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, interview_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one interview."""
        return await self._authorization.get_user_interview(interview_id, user_id)

    async def list_page(self, user_id: UUID, query: InterviewQuery) -> dict[str, Any]:
        """Return one page of the user's interviews that match, by scheduled time.

        Those whose notes are too long to be held with the others have ``is_cut`` and no notes.
        """
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"}, by_alias=False)
        rows, total = await self._interviews.list_page(user_id, filters, limit=query.per_page, offset=query.offset)
        return page_of("interviews", rows, total, query)

    async def notes_of(self, ids: list[UUID], user_id: UUID) -> dict[UUID, str | None]:
        """Return the notes of the first of these interviews, as many as may be held at once."""
        return await self._interviews.notes_of(ids, user_id)

    def of_position(self, position_id: UUID, user_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield all interviews of one position by scheduled time, in batches; none where it is not the user's."""
        return self._interviews.of_position(position_id, user_id)

    async def list_of_position(
        self, position_id: UUID, user_id: UUID
    ) -> tuple[list[dict[str, Any]], AsyncIterator[list[dict[str, Any]]]]:
        """Return the first interviews of one position by scheduled time, and the others in batches."""
        batches = self.of_position(position_id, user_id)
        first: list[dict[str, Any]] = await anext(batches, [])
        if not first and not await self._authorization.can_access_position(position_id, user_id):
            raise ResourceNotFoundError("Position", position_id)
        return first, batches

    async def create(self, position_id: UUID, user_id: UUID, body: InterviewCreate) -> Interview:
        """Store a new interview; one that has failed already rejects its position."""
        position = await self._authorization.lock_user_position(position_id, user_id)
        interview = Interview(user_id=user_id, position_id=position_id, **body.model_dump())
        change = interview.record_outcome(body.outcome, position, utc_now())
        await self._interviews.add(interview)
        await self._positions.add_latest(change)
        return interview

    async def update(self, interview_id: UUID, user_id: UUID, changes: dict[str, Any]) -> Interview:
        """Change some fields; a ``failed`` outcome rejects the position in the same transaction."""
        position, interview = await self._authorization.lock_user_interview(interview_id, user_id)
        outcome: InterviewOutcome | None = changes.pop("outcome", None)
        for name, value in changes.items():
            setattr(interview, name, value)
        change = interview.record_outcome(outcome, position, utc_now()) if outcome else None
        await self._positions.add_latest(change)
        return interview

    async def delete(self, interview_id: UUID, user_id: UUID) -> None:
        """Erase an interview; its position stays as it is."""
        if not await self._interviews.delete(interview_id, user_id):
            raise ResourceNotFoundError("Interview", interview_id)
