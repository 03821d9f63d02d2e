"""Bodies of the mock interview endpoints."""

from datetime import datetime
from math import fsum
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError, PydanticKnownError

from app.models.enums import QuestionType
from app.schemas.fields import LongText, Name, NullIsDefault, Title, WholeNumber, required_text
from app.schemas.paging import PageQuery, PageResponse

MIN_PHASE_MINUTES = 0.01
MAX_PHASE_MINUTES = 180


def _check_minutes(value: float) -> float:
    """Check the limits here, because Pydantic's own check would tell the user "180.0"."""
    if value < MIN_PHASE_MINUTES:
        raise PydanticKnownError("greater_than_equal", {"ge": MIN_PHASE_MINUTES})
    if value > MAX_PHASE_MINUTES:
        raise PydanticKnownError("less_than_equal", {"le": MAX_PHASE_MINUTES})
    return value


PhaseMinutes = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        description="Minutes; a room rounds to milliseconds",
        json_schema_extra={"minimum": MIN_PHASE_MINUTES, "maximum": MAX_PHASE_MINUTES},
    ),
    AfterValidator(_check_minutes),
]
Question = Annotated[str, required_text(20_000)]
FollowUp = Annotated[str, required_text(2_000)]
Criterion = Annotated[str, required_text(500)]


class PlannerField(BaseModel):
    """One phase of a mock interview. ``question_id`` is the sender's own name for the question; it may repeat.

    What has a default takes it for null as well.
    """

    sequence: Annotated[WholeNumber, Field(ge=1)]
    question_id: Name
    question_type: QuestionType
    duration: PhaseMinutes
    instructions: Annotated[LongText, Field(description="What the interviewer is to do"), NullIsDefault()] = ""
    question: Annotated[Question, Field(description="What the interviewer asks")]
    follow_ups: Annotated[list[FollowUp], Field(max_length=20), NullIsDefault()] = []
    rubric: Annotated[
        list[Criterion], Field(max_length=20, description="What a good answer shows"), NullIsDefault()
    ] = []


def _in_sequence(fields: list[PlannerField]) -> list[PlannerField]:
    """Sort the fields, and refuse gaps and repeats."""
    fields = sorted(fields, key=lambda field: field.sequence)
    if [field.sequence for field in fields] != list(range(1, len(fields) + 1)):
        raise PydanticCustomError(
            "sequence", "Must have the sequences 1 to {count}, each exactly once", {"count": len(fields)}
        )
    return fields


PlannerFields = Annotated[list[PlannerField], Field(min_length=1, max_length=50), AfterValidator(_in_sequence)]
"""The phases in any order; sorted here."""


class MockInterviewCreate(BaseModel):
    """A new mock interview. An ``interview_id`` brings its position with it."""

    title: Title
    description: LongText | None = None
    position_id: UUID | None = None
    interview_id: UUID | None = None
    planner_fields: PlannerFields


class MockInterviewUpdate(BaseModel):
    """The fields to change; the others stay as they are. ``planner_fields`` are replaced as a whole.

    An ``interview_id`` alone brings its position with it; a null ``position_id`` alone lets go of the interview too.
    """

    title: Title | MISSING = MISSING
    description: LongText | MISSING | None = MISSING
    position_id: UUID | MISSING | None = MISSING
    interview_id: UUID | MISSING | None = MISSING
    planner_fields: PlannerFields | MISSING = MISSING


class MockInterviewQuery(PageQuery):
    """Filters and page of the list of mock interviews."""

    position_id: UUID | None = None
    interview_id: UUID | None = None


class PlannerFieldResponse(BaseModel):
    """One phase of a mock interview."""

    model_config = ConfigDict(from_attributes=True)

    sequence: int
    question_id: str
    question_type: QuestionType
    duration: float
    instructions: str
    question: str
    follow_ups: list[str]
    rubric: list[str]


class MockInterviewResponse(BaseModel):
    """A mock interview, its phases by sequence."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    description: str | None
    position_id: UUID | None
    interview_id: UUID | None
    planner_fields: list[PlannerFieldResponse]
    created_at: datetime
    updated_at: datetime


class MockInterviewListResponse(PageResponse):
    """A page of the user's mock interviews, newest first."""

    mock_interviews: list[MockInterviewResponse]


class InterviewTemplate(BaseModel):
    """A plan that is ready to run, under the limits of a user's own."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    title: Title
    description: LongText
    planner_fields: PlannerFields

    @property
    def total_minutes(self) -> float:
        """Return how long the plan takes."""
        return fsum(field.duration for field in self.planner_fields)


class TemplateResponse(BaseModel):
    """A plan that is ready to run; ``id`` never changes."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    description: str
    total_minutes: float
    planner_fields: list[PlannerFieldResponse]


class TemplateListResponse(BaseModel):
    """All templates."""

    templates: list[TemplateResponse]
