"""What writes practice plans in place of the templates, if this process has such a thing."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.interview_session.plans.practice_plan import InterviewFacts
from app.schemas.mock_interview import MockInterviewCreate


@dataclass(frozen=True)
class WrittenPlan:
    """What a writer has made, and the practice key of what it was made from.

    Without a ``plan`` there is one under that key in the database already.
    """

    key: str
    plan: MockInterviewCreate | None = None


class PlanWriter(Protocol):
    """Writes a plan for one interview, which may take its time: nothing must be locked meanwhile."""

    def turn(self, interview_id: UUID) -> AbstractAsyncContextManager[bool]:
        """Let only one request at a time ask about an interview; give whether this one had to wait for another."""

    async def write(self, facts: InterviewFacts) -> MockInterviewCreate | None:
        """Return a plan as long as the interview; None if that did not succeed, whatever the cause."""
