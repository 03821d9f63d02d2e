"""A language model's answer to the question for a practice plan: read with patience, then held to our own limits."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.interview_session.plans.practice_plan import InterviewFacts, plan_of
from app.models.enums import QuestionType
from app.schemas.fields import optional_text, required_text
from app.schemas.mock_interview import (
    MAX_PHASE_MINUTES,
    MIN_PHASE_MINUTES,
    Criterion,
    FollowUp,
    MockInterviewCreate,
    PlannerField,
)

MAX_CHARACTERS = 64_000
MIN_QUESTIONS = 3
MAX_QUESTIONS = 12


class _Question(BaseModel):
    """One phase as the model describes it; its number and its name are ours to give."""

    question_type: QuestionType
    duration: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    question: Annotated[str, required_text(2_000)]
    instructions: Annotated[str, optional_text(4_000)] = ""
    follow_ups: Annotated[list[FollowUp], Field(max_length=20)] = []
    rubric: Annotated[list[Criterion], Field(max_length=20)] = []


class _Answer(BaseModel):
    questions: Annotated[list[_Question], Field(min_length=MIN_QUESTIONS, max_length=MAX_QUESTIONS)]


def plan_from(answer: str | None, facts: InterviewFacts) -> MockInterviewCreate:
    """Return the plan that an answer holds, made to last exactly as long as the interview.

    Raises:
        ValueError: the answer holds none that could be stored.

    """
    if not answer or len(answer) > MAX_CHARACTERS:
        raise ValueError("the answer is empty or too long")
    questions = _Answer.model_validate_json(_object_in(answer)).questions
    plan = plan_of(facts, _fields(questions, facts.minutes))
    for field in plan.planner_fields:
        field.question_id = f"practice-{field.sequence}"
    # Nothing checks a copied or changed model by itself.
    return MockInterviewCreate.model_validate(plan.model_dump())


def _object_in(answer: str) -> str:
    """Return the JSON object that an answer holds, without the fence or the words that models put around it."""
    return answer[answer.find("{") : answer.rfind("}") + 1]


def _fields(questions: list[_Question], minutes: int) -> list[PlannerField]:
    """Return the questions as phases whose lengths add up to about the time that there is."""
    scale = minutes / sum(question.duration for question in questions)
    return [
        PlannerField(
            sequence=number,
            question_id="practice",
            question_type=question.question_type,
            duration=min(max(question.duration * scale, MIN_PHASE_MINUTES), MAX_PHASE_MINUTES),
            question=question.question,
            instructions=question.instructions,
            follow_ups=question.follow_ups,
            rubric=question.rubric,
        )
        for number, question in enumerate(questions, start=1)
    ]
