"""One question of a session, to be practised again."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.interview_session.plans.mock_interviews import MockInterviewService
from app.interview_session.plans.plan import language_of, planner_field
from app.interview_session.report.report_repository import ReportRepository
from app.models import MockInterview
from app.repositories.access import DataAccess


class RetryService:
    """Makes plans of single questions, one for each, of the sessions of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._reports = ReportRepository(access)
        self._plans = MockInterviewService(access)

    async def plan(self, session_id: UUID, sequence: int, user_id: UUID) -> tuple[MockInterview, bool]:
        """Return the plan of one question of a session, and whether it was made just now.

        It is for the same position and interview, if they are still there. Until it is deleted, the same one is given
        again, with the changes that the user has made to it.

        Raises:
            ResourceNotFoundError: there is no such session of the user's, or no such question in its plan.

        """
        session = await self._reports.session(session_id, user_id)
        if session is None:
            raise ResourceNotFoundError("Session", session_id)
        if sequence > len(session.plan["planner_fields"]):
            raise ResourceNotFoundError("Question", sequence)
        made = await self._plans.find_retry(session_id, sequence, user_id)
        if made is not None:
            return made, False
        field: dict[str, Any] = planner_field(session.plan, sequence) | {"sequence": 1}
        values = {
            "description": None,
            "language": language_of(session.plan),
            "planner_fields": [field],
            "retry_of_session_id": session_id,
            "retry_of_sequence": sequence,
        }
        title = f"Again: {' '.join(field['question'].split()) or session.plan['title']}"
        plan = await self._plans.create_retry(
            user_id, title, values, position_id=session.position_id, interview_id=session.interview_id
        )
        return plan, True
