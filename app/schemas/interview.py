"""Bodies of the interview endpoints."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.models.enums import InterviewOutcome, InterviewPlace, InterviewType
from app.schemas.fields import BLANK_IS_NULL, LastMoment, LongText, Moment, NullIsDefault, whole_number
from app.schemas.paging import PageQuery, PageResponse

Minutes = Annotated[int, whole_number(1, 480)]


class InterviewCreate(BaseModel):
    """A new interview of a position; a ``failed`` one rejects the position."""

    type: InterviewType
    place: InterviewPlace
    scheduled_date: Moment
    duration_minutes: Annotated[Minutes | None, BLANK_IS_NULL] = None
    notes: LongText | None = None
    outcome: Annotated[InterviewOutcome, NullIsDefault()] = InterviewOutcome.PENDING


class InterviewUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    type: InterviewType | MISSING = MISSING
    place: InterviewPlace | MISSING = MISSING
    scheduled_date: Moment | MISSING = MISSING
    duration_minutes: Annotated[Minutes | MISSING | None, BLANK_IS_NULL] = MISSING
    notes: LongText | MISSING | None = MISSING
    outcome: InterviewOutcome | MISSING = MISSING


class ScheduleUpdate(BaseModel):
    """The new time of an interview."""

    scheduled_date: Moment


class NotesUpdate(BaseModel):
    """The new notes of an interview; null clears them."""

    notes: LongText | None


class OutcomeUpdate(BaseModel):
    """The new outcome of an interview."""

    outcome: InterviewOutcome


class InterviewQuery(PageQuery):
    """Filters of the list of all interviews; ``from`` and ``to`` bound the scheduled time, both included."""

    model_config = ConfigDict(validate_by_alias=True, serialize_by_alias=True)

    since: Moment | None = Field(default=None, alias="from")
    until: LastMoment | None = Field(default=None, alias="to", description="A date alone: to the end of that day")
    outcome: InterviewOutcome | None = None
    type: InterviewType | None = None

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise PydanticCustomError("from", "Must not be after to")
        return self


class InterviewResponse(BaseModel):
    """An interview."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    position_id: UUID
    type: InterviewType
    place: InterviewPlace
    scheduled_date: datetime
    duration_minutes: int | None
    notes: str | None
    outcome: InterviewOutcome
    created_at: datetime
    updated_at: datetime


class PositionInterviewsResponse(BaseModel):
    """All interviews of one position, by scheduled time."""

    interviews: list[InterviewResponse]
    total: int


class InterviewListResponse(PageResponse):
    """A page of the user's interviews, by scheduled time."""

    interviews: list[InterviewResponse]


class CalendarFeedResponse(BaseModel):
    """The secret address of the calendar feed; it is shown this once."""

    url: str
    token: str
    created_at: datetime


class CalendarFeedStatus(BaseModel):
    """Whether a feed address is in force, and since when."""

    active: Literal[True] = True
    created_at: datetime
