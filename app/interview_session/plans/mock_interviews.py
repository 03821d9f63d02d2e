"""What can be done with mock interviews, and how one is made for a real interview."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError, ValidationError
from app.interview_session.plans.plan_writer import WrittenPlan
from app.interview_session.plans.practice_key import Author, practice_key
from app.interview_session.plans.practice_plan import InterviewFacts, practice_plan
from app.interview_session.plans.template_catalogue import template
from app.interview_session.plans.titles import cut_title
from app.interview_session.plans.trades import Ranking
from app.models import MockInterview
from app.models.enums import InterviewType
from app.repositories.access import DataAccess
from app.repositories.mock_interviews import MockInterviewRepository
from app.schemas.mock_interview import MockInterviewCreate, MockInterviewQuery, MockInterviewUpdate
from app.schemas.paging import page_of
from app.services.authorization import AuthorizationService

COPIED = ("title", "description", "language", "planner_fields")
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

    async def copy(self, plan_id: str, user_id: UUID, title: str | None) -> MockInterview:
        """Store a copy of one of the user's mock interviews, or of the template with this slug.

        A copy of the user's own is for the same position and interview; without a ``title`` it is "Copy of …".

        Raises:
            MockInterviewNotFoundError: there is no such plan, or it is another user's.

        """
        if found := template(plan_id):
            original = found.model_dump(mode="json", include=set(COPIED))
            links: dict[str, UUID | None] = dict.fromkeys(("position_id", "interview_id"))
        else:
            original = await self.get(_saved_id(plan_id), user_id)
            links = await self._hold_links(original, user_id)
        copied = {name: original[name] for name in COPIED}
        copied["title"] = title or cut_title(f"Copy of {original['title']}")
        return await self._save(copied | links | {"user_id": user_id})

    async def find_retry(self, session_id: UUID, sequence: int, user_id: UUID) -> MockInterview | None:
        """Return the user's plan that practises this question of a session again, if there is one."""
        return await self._mock_interviews.newest_retry(session_id, sequence, user_id)

    async def create_retry(
        self,
        user_id: UUID,
        title: str,
        values: dict[str, Any],
        *,
        position_id: UUID | None,
        interview_id: UUID | None,
    ) -> MockInterview:
        """Store a plan of a question that was practised before, for the same position and interview.

        Where one of them was deleted meanwhile, the plan is for none.
        """
        links: dict[str, UUID | None] = {"position_id": position_id, "interview_id": interview_id}
        try:
            await self._lock_position(user_id, position_id, interview_id)
        except (ResourceNotFoundError, ValidationError):
            links = dict.fromkeys(links)
        return await self._save(values | links | {"user_id": user_id, "title": cut_title(title)})

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

    async def has_practice(self, interview_id: UUID, user_id: UUID, key: str) -> bool:
        """Tell whether the user has a practice plan for this interview that was made from what the key stands for."""
        return await self._mock_interviews.has_practice(interview_id, key, user_id)

    async def give_practice(
        self,
        interview_id: UUID,
        user_id: UUID,
        written: WrittenPlan | None,
        *,
        fresh: bool,
        nearest: Ranking | None = None,
    ) -> tuple[MockInterview, bool]:
        """Return the practice plan for one of the user's interviews, and whether it was made just now.

        While the interview stays what it is, and so its author, the same plan is given again, with the changes that
        the user has made to it; unless it is to be a ``fresh`` one. What no model has written is made from the
        templates; ``nearest`` helps to find the position's trade.
        """
        position, interview = await self._authorization.lock_user_interview(interview_id, user_id)
        facts = InterviewFacts(
            type=interview.type,
            duration_minutes=interview.duration_minutes,
            title=position.title,
            company=position.company,
            description=position.description,
        )
        if written is not None:
            made = None if fresh else await self._mock_interviews.newest_practice(interview_id, written.key, user_id)
            if made is not None:
                return made, False
            if written.plan is not None:
                return await self._store(user_id, written.plan, position.id, interview.id, key=written.key), True
        key = practice_key(facts, Author.TEMPLATE)
        made = None if fresh else await self._mock_interviews.newest_practice(interview_id, key, user_id)
        if made is not None:
            return made, False
        plan = practice_plan(facts, nearest=nearest)
        return await self._store(user_id, plan, position.id, interview.id, key=key), True

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

    async def _hold_links(self, original: dict[str, Any], user_id: UUID) -> dict[str, UUID | None]:
        """Return what a plan is linked to, held for this transaction; one that was deleted meanwhile has let go."""
        try:
            await self._lock_position(user_id, original["position_id"], original["interview_id"])
        except ResourceNotFoundError:
            original = await self.get(original["id"], user_id)
            await self._lock_position(user_id, original["position_id"], original["interview_id"])
        return {name: original[name] for name in ("position_id", "interview_id")}

    async def _store(
        self,
        user_id: UUID,
        plan: MockInterviewCreate,
        position_id: UUID | None,
        interview_id: UUID | None,
        *,
        key: str | None = None,
    ) -> MockInterview:
        links = {"user_id": user_id, "position_id": position_id, "interview_id": interview_id}
        return await self._save(plan.model_dump() | links | {"practice_key": key})

    async def _save(self, values: dict[str, Any]) -> MockInterview:
        mock_interview = MockInterview(**values)
        await self._mock_interviews.save(mock_interview)
        return mock_interview


def _saved_id(plan_id: str) -> UUID:
    try:
        return UUID(plan_id)
    except ValueError:
        raise MockInterviewNotFoundError(plan_id) from None


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
