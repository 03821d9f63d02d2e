"""Bodies of the practice room."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.interview_session.conversation.utterance import CutBy, Intent, Purpose
from app.interview_session.events.events import Source, Speaker
from app.schemas.fields import Label, NullIsDefault, WholeNumber, required_text
from app.schemas.mock_interview import PlannerFieldResponse, number_between
from app.schemas.paging import PageResponse

RoomId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Kind = Annotated[Label, NullIsDefault()]
"""A label of its sender's choice; null and blank are as good as not sent."""

EventId = Annotated[int, Field(ge=0, le=2**63 - 1)]
InjectedText = Annotated[str, required_text(20_000)]
Patience = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        ge=0.2,
        le=10,
        description="How many seconds of silence the interviewer waits before it replies",
    ),
]


def _distinct(sequences: list[int]) -> list[int]:
    errors = [
        InitErrorDetails(type=PydanticCustomError("repeated", "Must not repeat"), loc=(index,), input=sequence)
        for index, sequence in enumerate(sequences)
        if sequence in sequences[:index]
    ]
    if errors:
        raise ValidationError.from_exception_data("sequences", errors)
    return sequences


SessionMinutes = Annotated[
    float,
    Field(strict=True, allow_inf_nan=False, json_schema_extra={"minimum": 5, "maximum": 480}),
    number_between(5, 480),
]
Sequences = Annotated[
    list[Annotated[WholeNumber, Field(ge=1)]],
    Field(min_length=1, max_length=50, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_distinct),
]


class StartInterviewRequest(BaseModel):
    """A plan to run in a room: the id of a saved mock interview, or a template's slug."""

    room_id: RoomId
    mock_interview_id: Annotated[str, required_text(64)]
    user_id: Annotated[
        Label | None, Field(description="With a token: its user, or 403. Without one it is ignored")
    ] = None
    patience_seconds: Patience | None = None
    minutes: Annotated[SessionMinutes | None, Field(description="How long it is to last; the plan is fitted")] = None
    sequences: Annotated[Sequences | None, Field(description="Only these phases of the plan, in its order")] = None


class StartInterviewResponse(BaseModel):
    """The session; ``room_token`` opens this room alone, also as ``?token=``."""

    success: bool = True
    message: str
    room_id: str
    session_id: UUID
    room_token: str
    connection_status: str


class TimerStatus(BaseModel):
    """Where the timer stands; seconds and percents are of the current phase."""

    is_running: bool
    is_paused: bool
    is_completed: bool
    current_sequence: int
    remaining_time_seconds: float
    elapsed_time_seconds: float
    progress_percentage: float


class TimerResponse(BaseModel):
    """The answer to an act on the timer."""

    success: bool = True
    message: str
    room_id: str
    timer_status: TimerStatus


class CurrentPlanner(BaseModel):
    """The planner field of the current phase; ``duration`` is in minutes."""

    sequence: int
    question_id: str
    duration: float
    question_type: str


class InterviewContext(BaseModel):
    """What the session runs."""

    current_planner: CurrentPlanner
    total_planner_fields: int
    mock_interview_id: str
    session_id: UUID


class TimerStatusResponse(BaseModel):
    """The timer in its context."""

    success: bool = True
    room_id: str
    timer_status: TimerStatus
    interview_context: InterviewContext
    bot_status: str
    timestamp: datetime


class InjectProblemRequest(BaseModel):
    """A problem for the interviewer to put to the candidate."""

    room_id: RoomId
    problem_text: InjectedText
    problem_type: Kind = "coding"
    difficulty: Kind = "medium"


class InjectProblemResponse(BaseModel):
    """The problem as it is known in the log."""

    success: bool = True
    message: str
    problem_id: UUID


class InjectContextRequest(BaseModel):
    """Something that the interviewer shall know."""

    room_id: RoomId
    context_text: InjectedText
    context_type: Kind = "general"


class DoneResponse(BaseModel):
    """A sentence that says what was done."""

    success: bool = True
    message: str


class ConnectionInfo(BaseModel):
    """What is connected to a room."""

    session_id: UUID
    status: str
    bot_status: str


class RoomStatusResponse(BaseModel):
    """A room at a glance; ``phase`` counts from 1, times are seconds of the current phase."""

    room_id: str
    status: str
    phase: int
    is_running: bool
    phase_elapsed: float
    phase_duration: float
    current_question: dict[str, Any]
    connection_info: ConnectionInfo
    bot_status: str


class ConnectionsResponse(BaseModel):
    """The caller's live rooms."""

    total_connections: int
    total_bots: int
    connections: dict[str, ConnectionInfo]


class AnswerRequest(BaseModel):
    """What the candidate typed, and the phase in which they began to; by default the current one."""

    text: InjectedText
    phase_sequence: Annotated[int, Field(strict=True, ge=1, le=50)] | None = None


class SessionSummary(BaseModel):
    """A practice session; ``status`` is that of its timer."""

    id: UUID
    room_id: str
    mock_interview_id: str
    position_id: UUID | None
    interview_id: UUID | None
    title: str
    status: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    minutes: Annotated[
        float | None, Field(description="How long its timer ran, pauses left out; null before its end")
    ]


class SessionDetail(SessionSummary):
    """A practice session with its plan."""

    planner_fields: list[PlannerFieldResponse]


class SessionListResponse(PageResponse):
    """A page of the user's practice sessions, newest first."""

    sessions: list[SessionSummary]


class TranscriptEntry(BaseModel):
    """Something that was said; ``seq`` is its number in the session's log.

    ``purpose`` is what the interviewer said it for, or what the candidate wanted with it; null in sessions of before
    that was noted. ``about`` is the number of the follow-up or hint, or the ``seq`` of the problem or note. Of a line
    said by voice an entry is sentence ``part`` of ``parts``; ``cut_by`` tells that it was cut off. ``late`` marks
    what the candidate sent after the end. ``word_times`` has the beginning and the end of each word of a spoken
    answer, in milliseconds since ``started_at``; null where the ears did not tell, and for everything else.
    ``fillers`` is how many "um" and "uh" there were; always null for now, because no ears here keep them.
    """

    seq: int
    speaker: Speaker
    text: str
    phase_sequence: int
    started_at: datetime
    ended_at: datetime
    source: Source
    purpose: Purpose | Intent | None = None
    about: int | None = None
    part: int | None = None
    parts: int | None = None
    cut_by: CutBy | None = None
    late: bool = False
    word_times: list[tuple[int, int]] | None = None
    fillers: int | None = None


class TranscriptResponse(BaseModel):
    """Everything that was said, in order."""

    entries: list[TranscriptEntry]
