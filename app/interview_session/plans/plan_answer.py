"""A language model's answer to the question for a practice plan: read with patience, then held to our own limits."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from app.interview_session.model_answers import json_object_in
from app.interview_session.plans.fitting import MAX_FRAME_MINUTES
from app.interview_session.plans.practice_plan import InterviewFacts, plan_of
from app.models.enums import FollowUpWhen, QuestionType
from app.schemas.fields import BLANK_IS_NULL, NullIsDefault, optional_text, required_text
from app.schemas.mock_interview import (
    MAX_PHASE_MINUTES,
    MIN_PHASE_MINUTES,
    Criterion,
    FollowUp,
    Hint,
    MockInterviewCreate,
    PlannerField,
)

MAX_CHARACTERS = 64_000
MIN_QUESTIONS = 3
MAX_QUESTIONS = 12


def _without_unknown_when(follow_up: Any) -> Any:
    """Take a condition that nobody knows for none: the follow-up is worth more than what it was to wait for."""
    if isinstance(follow_up, dict) and follow_up.get("when") not in list(FollowUpWhen):
        return follow_up | {"when": None}
    return follow_up


class _Question(BaseModel):
    """One phase as the model describes it; its number and its name are ours to give."""

    question_type: QuestionType
    duration: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    question: Annotated[str, required_text(2_000)]
    instructions: Annotated[str, optional_text(4_000), NullIsDefault()] = ""
    follow_ups: Annotated[
        list[Annotated[FollowUp, BeforeValidator(_without_unknown_when)]], Field(max_length=20), NullIsDefault()
    ] = []
    rubric: Annotated[list[Criterion], Field(max_length=20), NullIsDefault()] = []
    paraphrase: Annotated[Annotated[str, required_text(2_000)] | None, BLANK_IS_NULL] = None
    hints: Annotated[list[Hint], Field(max_length=10), NullIsDefault()] = []


class _Answer(BaseModel):
    questions: Annotated[list[_Question], Field(min_length=MIN_QUESTIONS, max_length=MAX_QUESTIONS)]


def plan_from(answer: str | None, facts: InterviewFacts) -> MockInterviewCreate:
    """Return the plan that an answer holds, made to last exactly as long as the interview.

    Raises:
        ValueError: the answer holds none that could be stored.

    """
    if not answer or len(answer) > MAX_CHARACTERS:
        raise ValueError("the answer is empty or too long")
    questions = _Answer.model_validate_json(json_object_in(answer)).questions
    plan = plan_of(facts, _fields(questions, facts.minutes))
    for field in plan.planner_fields:
        field.question_id = f"practice-{field.sequence}"
    # Nothing checks a copied or changed model by itself.
    return MockInterviewCreate.model_validate(plan.model_dump())


def _fields(questions: list[_Question], minutes: int) -> list[PlannerField]:
    """Return the questions as phases whose lengths add up to about the time that there is."""
    scale = minutes / sum(question.duration for question in questions)
    return [
        PlannerField(
            sequence=number,
            question_id="practice",
            question_type=question.question_type,
            duration=_within_limits(question.duration * scale, question.question_type),
            question=question.question,
            instructions=question.instructions,
            follow_ups=question.follow_ups,
            rubric=question.rubric,
            paraphrase=question.paraphrase,
            hints=question.hints,
        )
        for number, question in enumerate(questions, start=1)
    ]


def _within_limits(minutes: float, question_type: QuestionType) -> float:
    return min(max(minutes, MIN_PHASE_MINUTES), MAX_FRAME_MINUTES.get(question_type, MAX_PHASE_MINUTES))
