"""Practice plans written by a language model."""

from contextlib import AbstractAsyncContextManager
from uuid import UUID

import structlog

from app.interview_session.language_model import ModelError, Prompt, PromptedModel, Work
from app.interview_session.model_answers import answer_of
from app.interview_session.plans import plan_prompts
from app.interview_session.plans.keyed_turns import KeyedTurns
from app.interview_session.plans.plan_answer import plan_from
from app.interview_session.plans.practice_plan import InterviewFacts
from app.schemas.mock_interview import MockInterviewCreate

log = structlog.get_logger(__name__)

PLAN_SECONDS = 35.0
"""How long a plan may take, the wait for its turn included."""

MAX_TOKENS = 4_000
"""As many as are written in the time, and few enough for the small models that people run themselves."""


class ModelPlanWriter:
    """Asks a language model, a few times at once."""

    def __init__(self, model: PromptedModel) -> None:
        self._model = model
        self.turns = KeyedTurns()

    def turn(self, interview_id: UUID) -> AbstractAsyncContextManager[bool]:
        """Let only one request at a time ask about an interview; give whether this one had to wait for another."""
        return self.turns.turn(interview_id)

    async def write(self, facts: InterviewFacts) -> MockInterviewCreate | None:
        """Return a plan as long as the interview; None if the model gives none in time."""
        prompt = Prompt(
            [{"role": "user", "content": plan_prompts.interview(facts)}],
            system=plan_prompts.PLANNER,
            max_tokens=MAX_TOKENS,
        )
        try:
            answer = await answer_of(
                self._model,
                prompt,
                lambda text: plan_from(text, facts),
                work=Work.PLAN,
                seconds=PLAN_SECONDS,
            )
        except ModelError as error:
            log.warning("practice_plan_fallback", reason=error.reason)
            return None
        return answer.value
