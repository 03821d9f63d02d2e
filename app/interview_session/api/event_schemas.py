"""The data of each event of a room's stream, for the OpenAPI document: a stream itself is only text there."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.json_schema import models_json_schema

from app.interview_session.api.schemas import TimerStatus, TranscriptEntry
from app.interview_session.events.events import Service, Speaker


class LogEvent(BaseModel):
    """What every event of the log has; ``id:`` is its number there."""

    timestamp: datetime


class ShownPlannerField(BaseModel):
    """What listeners see of a planner field; ``duration`` is in minutes."""

    sequence: int
    question_id: str
    question_type: str
    duration: float
    instructions: str
    question: str | None
    rubric: list[str]
    follow_ups: list[str]


class Connected(BaseModel):
    """The room as it is when a stream begins."""

    room_id: str
    session_id: UUID
    timer_status: TimerStatus
    current_planner: ShownPlannerField
    total_planner_fields: int
    last_event_id: int
    timestamp: datetime


class Heartbeat(BaseModel):
    """That the stream is still there."""

    room_id: str
    timestamp: datetime


class TranscriptInterim(BaseModel):
    """What the candidate is saying at this moment; an empty text takes it back."""

    speaker: Literal[Speaker.CANDIDATE]
    text: str
    phase_sequence: int
    started_at: datetime


class Trouble(BaseModel):
    """That the stream broke off (without ``service``), or that a service of the interviewer failed."""

    room_id: str
    message: str
    timestamp: datetime
    service: Service | None = None
    is_replaced: bool | None = None


class Phase(LogEvent):
    """A phase that begins."""

    question_id: str
    question_type: str
    question: str | None
    duration_minutes: float
    instructions: str
    phase_deadline: datetime


class PhaseStarted(Phase):
    """The first phase begins."""

    sequence: int


class PhaseChanged(Phase):
    """A later phase begins."""

    new_sequence: int
    previous_sequence: int
    transition_count: int
    reason: Annotated[Literal["skipped"] | None, Field(description="Left out where the deadline brought it")] = None


class TimerChanged(LogEvent):
    """The timer was paused or reset."""

    sequence: int
    remaining_time_seconds: float


class TimerRunning(TimerChanged):
    """The timer goes on, or a phase nears its end."""

    phase_deadline: datetime


class ProblemInjected(LogEvent):
    """The interviewer was given a problem."""

    problem_id: UUID
    problem_text: str
    problem_type: str
    difficulty: str


class ContextInjected(LogEvent):
    """The interviewer was told something."""

    context_text: str
    context_type: str


class TranscriptAdded(LogEvent, TranscriptEntry):
    """Something was said; there may be more fields, about how the conversation came to it."""


class BotChanged(LogEvent):
    """The interviewer of a call came or went."""

    bot_status: str
    bot_id: UUID | None = None


class InterviewCompleted(LogEvent):
    """The session is over. Transitions and time count since the last reset."""

    reason: Literal["completed", "skipped", "ended"]
    total_transitions: int
    total_planner_fields: int
    session_duration_seconds: float
    session_duration_minutes: float


class ReportReady(LogEvent):
    """The session's report can be read, at its own path; it follows the end of the session."""

    session_id: UUID
    status: Literal["ready", "failed", "insufficient_evidence"]
    made_by: Literal["code", "model"]


class RoomEvents(BaseModel):
    """The data of each event, by the name behind ``event:``. No value has this form; it is the table of them."""

    connected: Connected
    heartbeat: Heartbeat
    transcript_interim: TranscriptInterim
    error: Trouble
    phase_started: PhaseStarted
    phase_ending: TimerRunning
    phase_changed: PhaseChanged
    interview_completed: InterviewCompleted
    timer_paused: TimerChanged
    timer_resumed: TimerRunning
    timer_reset: TimerChanged
    problem_injected: ProblemInjected
    context_injected: ContextInjected
    transcript: TranscriptAdded
    bot_connected: BotChanged
    bot_disconnected: BotChanged
    report_ready: ReportReady


def event_schemas() -> dict[str, Any]:
    """Return the schemas of the events' data, and of what they refer to, by name."""
    _, made = models_json_schema([(RoomEvents, "serialization")], ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = made["$defs"]
    return schemas
