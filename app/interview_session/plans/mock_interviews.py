"""What can be done with mock interviews, and how one is made for a real interview."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError, ValidationError
from app.interview_session.plans.practice_plan import InterviewFacts, practice_plan
from app.models import MockInterview
from app.models.enums import InterviewType
from app.repositories.access import DataAccess
from app.repositories.mock_interviews import MockInterviewRepository
from app.schemas.mock_interview import MockInterviewCreate, MockInterviewQuery, MockInterviewUpdate
from app.schemas.paging import page_of
from app.services.authorization import AuthorizationService

OTHER_POSITION = {"interview_id": "Must be an interview of this position"}


class MockInterviewNotFoundError(ResourceNotFoundError):
    """There is no such mock interview, or it is another user's."""

    def __init__(self, mock_interview_id: UUID | str) -> None:
        super().__init__("MockInterview", mock_interview_id)
        self.message = f"Mock interview with ID '{mock_interview_id}' not found"


class MockInterviewService:
    """The mock interviews of one user at a time.

    A mock interview that names an interview names that interview's position, too. Positions are locked before mock
    interviews, as their deletion does it, so that two requests cannot wait for each other.
    """

    def __init__(self, access: DataAccess) -> None:
        self._mock_interviews = MockInterviewRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, mock_interview_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one mock interview."""
        mock_interview = await self._mock_interviews.get(mock_interview_id, user_id)
        if mock_interview is None:
            raise MockInterviewNotFoundError(mock_interview_id)
        return mock_interview

    async def list_page(self, user_id: UUID, query: MockInterviewQuery) -> dict[str, Any]:
        """Return one page of the user's mock interviews, newest first."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"})
        rows, total = await self._mock_interviews.list_page(
            user_id, filters, limit=query.per_page, offset=query.offset
        )
        return page_of("mock_interviews", rows, total, query)

    async def create(self, user_id: UUID, body: MockInterviewCreate) -> MockInterview:
        """Store a new mock interview."""
        position_id = await self._lock_position(user_id, body.position_id, body.interview_id)
        return await self._store(user_id, body, position_id, body.interview_id)

    async def practice_facts(self, interview_id: UUID, user_id: UUID) -> InterviewFacts:
        """Return what is known of one of the user's interviews, for a plan that takes its time to be written."""
        interview = await self._authorization.get_user_interview(interview_id, user_id)
        position = await self._authorization.get_user_position(interview["position_id"], user_id)
        return InterviewFacts(
            type=InterviewType(interview["type"]),
            duration_minutes=interview["duration_minutes"],
            title=position["title"],
            company=position["company"],
            description=position["description"],
        )

    async def create_practice(
        self, interview_id: UUID, user_id: UUID, written: MockInterviewCreate | None
    ) -> MockInterview:
        """Store a mock interview made for one of the user's interviews: as written, or else from the templates."""
        position, interview = await self._authorization.lock_user_interview(interview_id, user_id)
        facts = InterviewFacts(
            type=interview.type,
            duration_minutes=interview.duration_minutes,
            title=position.title,
            company=position.company,
            description=position.description,
        )
        return await self._store(user_id, written or practice_plan(facts), position.id, interview.id)

    async def update(self, mock_interview_id: UUID, user_id: UUID, body: MockInterviewUpdate) -> MockInterview:
        """Change the fields that were sent."""
        await self.get(mock_interview_id, user_id)
        changes = body.model_dump()
        position_id = await self._lock_position(user_id, changes.get("position_id"), changes.get("interview_id"))
        mock_interview = await self._lock(mock_interview_id, user_id)
        for name, value in _in_agreement(changes, position_id, mock_interview).items():
            setattr(mock_interview, name, value)
        await self._mock_interviews.save(mock_interview)
        return mock_interview

    async def delete(self, mock_interview_id: UUID, user_id: UUID) -> None:
        """Erase a mock interview."""
        if not await self._mock_interviews.delete(mock_interview_id, user_id):
            raise MockInterviewNotFoundError(mock_interview_id)

    async def _lock_position(self, user_id: UUID, position_id: UUID | None, interview_id: UUID | None) -> UUID | None:
        """Check that both are the user's and belong together; return the position, held for this transaction."""
        if interview_id is None:
            if position_id is not None:
                await self._authorization.lock_user_position(position_id, user_id)
            return position_id
        if position_id is not None and not await self._authorization.can_access_position(position_id, user_id):
            raise ResourceNotFoundError("Position", position_id)
        position, _ = await self._authorization.lock_user_interview(interview_id, user_id)
        if position_id not in {None, position.id}:
            raise ValidationError(OTHER_POSITION)
        return position.id

    async def _lock(self, mock_interview_id: UUID, user_id: UUID) -> MockInterview:
        mock_interview = await self._mock_interviews.lock(mock_interview_id, user_id)
        if mock_interview is None:
            raise MockInterviewNotFoundError(mock_interview_id)
        return mock_interview

    async def _store(
        self, user_id: UUID, plan: MockInterviewCreate, position_id: UUID | None, interview_id: UUID | None
    ) -> MockInterview:
        links = {"user_id": user_id, "position_id": position_id, "interview_id": interview_id}
        mock_interview = MockInterview(**(plan.model_dump() | links))
        await self._mock_interviews.save(mock_interview)
        return mock_interview


def _in_agreement(changes: dict[str, Any], position_id: UUID | None, mock_interview: MockInterview) -> dict[str, Any]:
    """Return the changes with what follows from them, so that the interview is always one of the position.

    ``position_id`` is the one that was sent, or that of the interview that was sent.
    """
    if changes.get("interview_id"):
        return changes | {"position_id": position_id}
    if "position_id" not in changes or "interview_id" in changes:
        return changes
    if position_id is None:
        return changes | {"interview_id": None}
    if mock_interview.interview_id and mock_interview.position_id != position_id:
        raise ValidationError(OTHER_POSITION)
    return changes
