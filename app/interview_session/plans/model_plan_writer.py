"""Practice plans written by a language model."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import UUID

import structlog
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService

from app.core.config import Settings
from app.interview_session.plans import plan_prompts
from app.interview_session.plans.keyed_turns import KeyedTurns
from app.interview_session.plans.plan_answer import plan_from
from app.interview_session.plans.practice_plan import InterviewFacts
from app.interview_session.voice.services.provider_services import ProviderServices
from app.schemas.mock_interview import MockInterviewCreate

log = structlog.get_logger(__name__)

PLAN_SECONDS = 30.0
TURN_SECONDS = 5.0
AT_ONCE = 4
MAX_TOKENS = 4_000
"""As many as are written in the time, and few enough for the small models that people run themselves."""


class ModelPlanWriter:
    """Asks the language model of the settings, a few times at once, over connections that all requests share."""

    def __init__(self, settings: Settings) -> None:
        # A plan comes as a whole: there is no sign of life of it before.
        self._services = ProviderServices(settings, request_seconds=PLAN_SECONDS)
        llm = self._services.llm()
        assert isinstance(llm, LLMService)
        self._llm = llm
        self._places = asyncio.Semaphore(AT_ONCE)
        self.turns = KeyedTurns()

    async def close(self) -> None:
        """Close the connections."""
        await self._llm.cleanup()
        await self._services.close()

    def turn(self, interview_id: UUID) -> AbstractAsyncContextManager[bool]:
        """Let only one request at a time ask about an interview; give whether this one had to wait for another."""
        return self.turns.turn(interview_id)

    async def write(self, facts: InterviewFacts) -> MockInterviewCreate | None:
        """Return a plan as long as the interview; None if the model gives none in time."""
        try:
            async with asyncio.timeout(PLAN_SECONDS), self._place():
                answer = await self._ask(facts)
            return plan_from(answer, facts)
        except Exception as error:  # noqa: BLE001 - each provider's client has errors of its own
            log.warning("practice_plan_fallback", reason=type(error).__name__)
            return None

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        async with asyncio.timeout(TURN_SECONDS):
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    async def _ask(self, facts: InterviewFacts) -> str | None:
        return await self._llm.run_inference(
            LLMContext(messages=[{"role": "user", "content": plan_prompts.interview(facts)}]),
            max_tokens=MAX_TOKENS,
            system_instruction=plan_prompts.PLANNER,
        )
