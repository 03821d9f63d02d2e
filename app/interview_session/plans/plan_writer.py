"""What writes practice plans in place of the templates, if this process has such a thing."""

from typing import Protocol

from app.interview_session.plans.practice_plan import InterviewFacts
from app.schemas.mock_interview import MockInterviewCreate


class PlanWriter(Protocol):
    """Writes a plan for one interview, which may take its time: nothing must be locked meanwhile."""

    async def write(self, facts: InterviewFacts) -> MockInterviewCreate | None:
        """Return a plan as long as the interview; None if that did not succeed, whatever the cause."""
