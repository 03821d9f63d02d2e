"""Practice plans written by a language model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import structlog

from app.interview_session.language_model import LanguageModel, ModelError
from app.interview_session.plans import plan_prompts
from app.interview_session.plans.keyed_turns import KeyedTurns
from app.interview_session.plans.plan_answer import plan_from
from app.interview_session.plans.practice_plan import InterviewFacts
from app.schemas.mock_interview import MockInterviewCreate

log = structlog.get_logger(__name__)

PLAN_SECONDS = 30.0
TURN_SECONDS = 5.0
AT_ONCE = 4
"""Fewer than the model is asked for at once, so that plans, which take long, never keep replies waiting."""

MAX_TOKENS = 4_000
"""As many as are written in the time, and few enough for the small models that people run themselves."""


class ModelPlanWriter:
    """Asks a language model, a few times at once."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._places = asyncio.Semaphore(AT_ONCE)
        self.turns = KeyedTurns()

    def turn(self, interview_id: UUID) -> AbstractAsyncContextManager[bool]:
        """Let only one request at a time ask about an interview; give whether this one had to wait for another."""
        return self.turns.turn(interview_id)

    async def write(self, facts: InterviewFacts) -> MockInterviewCreate | None:
        """Return a plan as long as the interview; None if the model gives none in time."""
        try:
            async with self._place():
                answer = await self._ask(facts)
            return plan_from(answer, facts)
        except ModelError as error:
            log.warning("practice_plan_fallback", reason=error.reason)
        except ValueError as error:
            log.warning("practice_plan_fallback", reason=type(error).__name__)
        return None

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise ModelError("busy") from None
        try:
            yield
        finally:
            self._places.release()

    async def _ask(self, facts: InterviewFacts) -> str:
        return await self._model.complete(
            [{"role": "user", "content": plan_prompts.interview(facts)}],
            system=plan_prompts.PLANNER,
            max_tokens=MAX_TOKENS,
            seconds=PLAN_SECONDS,
        )
