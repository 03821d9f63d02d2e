"""The body of a position's timeline, and the records that agenda and attention share with it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.schemas.document import DocumentResponse
from app.schemas.fields import OpaqueToken
from app.schemas.interview import InterviewResponse
from app.schemas.note import NoteResponse
from app.schemas.paging import PageQuery, PageResponse
from app.schemas.position import StatusChangeResponse
from app.schemas.task import TaskResponse


class PracticeSession(BaseModel):
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


class TimelineQuery(PageQuery):
    """Which page of a timeline: by its number, or what follows the page whose ``next`` is sent as ``after``."""

    after: Annotated[
        OpaqueToken | None,
        Field(description="The `next` of the page before; nothing is shown twice or left out when entries come in"),
    ] = None


class StatusChangeEntry(BaseModel):
    """A status that the position took on; the creation has no ``from_status``."""

    kind: Literal["status_change"]
    at: Annotated[datetime, Field(description="When it took effect")]
    record: StatusChangeResponse


class InterviewEntry(BaseModel):
    """An interview, past or ahead."""

    kind: Literal["interview"]
    at: Annotated[datetime, Field(description="Its scheduled time")]
    record: InterviewResponse


class NoteEntry(BaseModel):
    """A note."""

    kind: Literal["note"]
    at: Annotated[datetime, Field(description="When what it says happened")]
    record: NoteResponse


class TaskEntry(BaseModel):
    """A finished task."""

    kind: Literal["task"]
    at: Annotated[datetime, Field(description="When it was done")]
    record: TaskResponse


class DocumentEntry(BaseModel):
    """A document that went to the position."""

    kind: Literal["document"]
    at: Annotated[datetime, Field(description="When it was uploaded")]
    record: DocumentResponse


class PracticeSessionEntry(BaseModel):
    """A practice session for the position."""

    kind: Literal["practice_session"]
    at: Annotated[datetime, Field(description="When its timer was started, or before that, when it was opened")]
    record: PracticeSession


TimelineEntry = Annotated[
    StatusChangeEntry | InterviewEntry | NoteEntry | TaskEntry | DocumentEntry | PracticeSessionEntry,
    Field(discriminator="kind"),
]


class PositionTimelineResponse(PageResponse):
    """A page of what happened with a position, newest first; ``next`` is null on the last one."""

    entries: list[TimelineEntry]
    next: str | None
