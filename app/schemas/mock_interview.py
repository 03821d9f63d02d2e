"""Bodies of the mock interview endpoints."""

from datetime import datetime
from math import fsum
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from app.models.enums import FollowUpWhen, QuestionType
from app.schemas.fields import (
    BLANK_IS_NULL,
    LongText,
    Name,
    NullIsDefault,
    Title,
    WholeNumber,
    is_blank,
    optional_text,
    required_text,
)
from app.schemas.paging import PageQuery, PageResponse

MIN_PHASE_MINUTES = 0.01
MAX_PHASE_MINUTES = 180


def number_between(low: float, high: float) -> AfterValidator:
    """Return a check of a number's limits that names them as they are; Pydantic's own would say "180.0"."""

    def check(value: float) -> float:
        if value < low:
            raise PydanticKnownError("greater_than_equal", {"ge": low})
        if value > high:
            raise PydanticKnownError("less_than_equal", {"le": high})
        return value

    return AfterValidator(check)


PhaseMinutes = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        description="Minutes; a room rounds to milliseconds",
        json_schema_extra={"minimum": MIN_PHASE_MINUTES, "maximum": MAX_PHASE_MINUTES},
    ),
    number_between(MIN_PHASE_MINUTES, MAX_PHASE_MINUTES),
]
ENGLISH = "en"


def _english_if_blank(value: Any) -> Any:
    return ENGLISH if _is_missing(value) else value


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and is_blank(value))


_LanguageCode = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z]{2}$"), Field(examples=[ENGLISH])
]
Language = Annotated[_LanguageCode, BeforeValidator(_english_if_blank, json_schema_input_type=_LanguageCode | None)]
"""The language that an interview is held in, as a code of two small letters (ISO 639-1); null stands for English."""

FollowUpText = Annotated[str, required_text(2_000)]
Topic = Annotated[str, required_text(100)]


class FollowUpDetails(BaseModel):
    """A follow-up with the answers that it is meant for, and what it asks about.

    ``about`` holds words and phrases; once a candidate has said one, there is nothing left to ask.
    """

    text: FollowUpText
    when: Annotated[FollowUpWhen, NullIsDefault()] = FollowUpWhen.ALWAYS
    about: Annotated[list[Topic], Field(max_length=20), NullIsDefault()] = []


_FOLLOW_UP_TEXT: TypeAdapter[str] = TypeAdapter(FollowUpText)


def _text_or_details(value: Any, _: ValidatorFunctionWrapHandler) -> str | FollowUpDetails:
    """Choose the form by the value's own, because Pydantic names both in the place of an error in a union."""
    if isinstance(value, dict | FollowUpDetails):
        return FollowUpDetails.model_validate(value)
    if value is None or isinstance(value, str):
        return _FOLLOW_UP_TEXT.validate_python(value)
    raise PydanticCustomError("text_or_object", "Must be text or a JSON object")


FollowUp = Annotated[FollowUpText | FollowUpDetails, WrapValidator(_text_or_details)]
"""A follow-up stays in the form in which it was sent: a text, or an object."""

Criterion = Annotated[str, required_text(500), Field(examples=["Says what they did themselves"])]
Hint = Annotated[str, required_text(2_000)]
Paraphrase = Annotated[str, required_text(20_000)]
Example = Annotated[str, required_text(500)]


def _in_one_place(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Report an error inside of the examples for all of them: its own place would hold a whole follow-up."""
    try:
        return check(value)
    except ValidationError as error:
        if any(found["loc"] for found in error.errors(include_url=False, include_context=False, include_input=False)):
            raise PydanticCustomError(
                "examples", "Must map texts to lists of at most 5 texts, each of 1 to 500 characters without NUL"
            ) from None
        raise


Examples = Annotated[
    dict[FollowUpText, Annotated[list[Example], Field(max_length=5)]],
    Field(max_length=60),
    WrapValidator(_in_one_place),
]


def _without_required_question(schema: dict[str, Any]) -> None:
    """Document that the question may be missing or null, which is decided together with the instructions."""
    schema["required"].remove("question")
    documented = schema["properties"]["question"]
    limits = {name: documented.pop(name) for name in ("type", "maxLength", "pattern")}
    documented["anyOf"] = [limits, {"type": "null"}]


class PlannerField(BaseModel):
    """One phase of a mock interview. ``question_id`` is the sender's own name for the question; it may repeat.

    Without a ``question`` the interviewer asks by the ``instructions``; one of the two must be there. What has a
    default takes it for null as well.
    """

    model_config = ConfigDict(json_schema_extra=_without_required_question)

    sequence: Annotated[WholeNumber, Field(ge=1)]
    question_id: Name
    question_type: QuestionType
    duration: PhaseMinutes
    instructions: Annotated[LongText, Field(description="What the interviewer is to do"), NullIsDefault()] = ""
    question: Annotated[
        str, optional_text(20_000), Field(description="What the interviewer asks; optional with instructions")
    ]
    follow_ups: Annotated[list[FollowUp], Field(max_length=20), NullIsDefault()] = []
    rubric: Annotated[
        list[Criterion], Field(max_length=20, description="What a good answer shows"), NullIsDefault()
    ] = []
    paraphrase: Annotated[Paraphrase | None, Field(description="The question in other words"), BLANK_IS_NULL] = None
    hints: Annotated[
        list[Hint], Field(max_length=10, description="Given one by one when asked for"), NullIsDefault()
    ] = []
    examples: Annotated[
        Examples,
        Field(description="What a candidate may say that deals with a follow-up or a criterion, by its text"),
        NullIsDefault(),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _settle_question(cls, data: Any) -> Any:
        """Have a missing question be an empty one where there are instructions, and named as missing elsewhere."""
        if not isinstance(data, dict) or not _is_missing(data.get("question")):
            return data
        others = {name: value for name, value in data.items() if name != "question"}
        return others if _is_missing(data.get("instructions")) else others | {"question": ""}


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
    language: Language = ENGLISH
    planner_fields: PlannerFields


class MockInterviewCopy(BaseModel):
    """A copy of a mock interview or of a template; without a title of its own it is "Copy of …"."""

    title: Annotated[Title | None, BLANK_IS_NULL] = None


class MockInterviewUpdate(BaseModel):
    """The fields to change; the others stay as they are. ``planner_fields`` are replaced as a whole.

    An ``interview_id`` alone brings its position with it; a null ``position_id`` alone lets go of the interview too.
    """

    title: Title | MISSING = MISSING
    description: LongText | MISSING | None = MISSING
    position_id: UUID | MISSING | None = MISSING
    interview_id: UUID | MISSING | None = MISSING
    language: Language | MISSING = MISSING
    planner_fields: PlannerFields | MISSING = MISSING


class MockInterviewQuery(PageQuery):
    """Filters and page of the list of mock interviews."""

    position_id: UUID | None = None
    interview_id: UUID | None = None


class PracticeQuery(BaseModel):
    """How the practice plan of an interview is asked for."""

    fresh: Annotated[bool, Field(description="Make another one, even if there is one already")] = False


class PlannerFieldResponse(BaseModel):
    """One phase of a mock interview; plans of earlier versions lack what has a default here."""

    model_config = ConfigDict(from_attributes=True)

    sequence: int
    question_id: str
    question_type: QuestionType
    duration: float
    instructions: str
    question: str = ""
    follow_ups: list[str | FollowUpDetails] = []
    rubric: list[str] = []
    paraphrase: str | None = None
    hints: list[str] = []
    examples: dict[str, list[str]] = {}


class MockInterviewResponse(BaseModel):
    """A mock interview, its phases by sequence."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    description: str | None
    position_id: UUID | None
    interview_id: UUID | None
    language: str
    planner_fields: list[PlannerFieldResponse]
    created_at: datetime
    updated_at: datetime


class ListedMockInterview(BaseModel):
    """A mock interview in a list: how many ``phases`` it has, how long they are, and of what types.

    Of the description it has the first 500 characters. The whole of it and the phases are at the plan's own path.
    """

    id: UUID
    title: str
    description: str | None
    position_id: UUID | None
    interview_id: UUID | None
    language: str
    phases: int
    minutes: float
    question_types: list[QuestionType]
    created_at: datetime
    updated_at: datetime


class MockInterviewListResponse(PageResponse):
    """A page of the user's mock interviews, newest first."""

    mock_interviews: list[ListedMockInterview]


class InterviewTemplate(BaseModel):
    """A plan that is ready to run, under the limits of a user's own."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    title: Title
    description: LongText
    language: Language = ENGLISH
    planner_fields: PlannerFields

    @property
    def total_minutes(self) -> float:
        """Return how long the plan takes."""
        return fsum(field.duration for field in self.planner_fields)

    @property
    def minutes(self) -> float:
        """Return the same under the name that lists have for it."""
        return self.total_minutes

    @property
    def phases(self) -> int:
        """Return how many phases the plan has."""
        return len(self.planner_fields)

    @property
    def question_types(self) -> list[QuestionType]:
        """Return the types of its questions, each once, in the order of the phases."""
        return list(dict.fromkeys(field.question_type for field in self.planner_fields))


class TemplateSummary(BaseModel):
    """What every answer tells of a template; ``id`` never changes."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    description: str
    language: str
    total_minutes: float


class TemplateResponse(TemplateSummary):
    """A plan that is ready to run."""

    planner_fields: list[PlannerFieldResponse]


class ListedTemplate(TemplateSummary):
    """A template in a list, told of like any mock interview there; its phases are at its own path."""

    phases: int
    minutes: float
    question_types: list[QuestionType]


class TemplateListResponse(BaseModel):
    """All templates."""

    templates: list[ListedTemplate]
