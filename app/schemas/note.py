"""Bodies of the note endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.core.clock import utc_now
from app.schemas.fields import NullIsDefault, PastTime, RequiredLongText
from app.schemas.paging import PageResponse

OccurredAt = Annotated[
    PastTime, Field(description="Not in the future; a date alone may be one that is today somewhere")
]


class NoteCreate(BaseModel):
    """A new note of a position. ``occurred_at`` is now if it is left out."""

    text: RequiredLongText
    occurred_at: Annotated[OccurredAt, NullIsDefault()] = Field(default_factory=utc_now)


class NoteUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    text: RequiredLongText | MISSING = MISSING
    occurred_at: OccurredAt | MISSING = MISSING


class NoteResponse(BaseModel):
    """A note."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    position_id: UUID
    text: str
    occurred_at: datetime
    created_at: datetime
    updated_at: datetime


class NoteListResponse(PageResponse):
    """A page of a position's notes, the newest first."""

    notes: list[NoteResponse]
