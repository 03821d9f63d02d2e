"""Bodies of agenda and attention."""

from datetime import date as CalendarDay  # noqa: N812 - a field of that name hides it
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.models.enums import PositionStatus
from app.schemas.fields import CalendarDate, TimeZoneName
from app.schemas.interview import InterviewResponse
from app.schemas.task import TaskResponse
from app.schemas.timeline import PracticeSession


class AgendaQuery(BaseModel):
    """Which days, both included, and in which time zone."""

    model_config = ConfigDict(validate_by_alias=True, serialize_by_alias=True)

    first: Annotated[CalendarDate | None, Field(alias="from", description="Today if it is left out")] = None
    last: Annotated[CalendarDate | None, Field(alias="to", description="Two weeks from `from` if it is left out")] = (
        None
    )
    tz: Annotated[TimeZoneName | None, Field(description="The account's if it is left out")] = None

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.first and self.last and self.first > self.last:
            raise PydanticCustomError("from", "Must not be after to")
        return self


class PositionInShort(BaseModel):
    """Which position something is about."""

    id: UUID
    title: str
    company: str
    status: PositionStatus


class AgendaInterview(BaseModel):
    """An interview at its scheduled time, those that were called off included."""

    kind: Literal["interview"]
    at: datetime
    record: InterviewResponse
    position: PositionInShort


class AgendaTask(BaseModel):
    """An open task, which falls on its date in every time zone."""

    kind: Literal["task"]
    # No type of null alone: generators of clients make a class of it that is nowhere.
    at: Annotated[datetime | None, Field(description="Null: a task has no time")]
    record: TaskResponse
    position: PositionInShort | None


class AgendaPracticeSession(BaseModel):
    """A practice session at the time at which it was started, or opened."""

    kind: Literal["practice_session"]
    at: datetime
    record: PracticeSession
    position: PositionInShort | None


class AgendaDay(BaseModel):
    """A day on which there is something: its tasks first, then the rest by time."""

    date: CalendarDay
    entries: list[Annotated[AgendaInterview | AgendaTask | AgendaPracticeSession, Field(discriminator="kind")]]


class AgendaResponse(BaseModel):
    """The days on which there is something; ``truncated`` says that there is more than is shown."""

    days: list[AgendaDay]
    truncated: bool


class AttentionQuery(BaseModel):
    """How long nothing may have happened, and what day it is."""

    days: Annotated[int, Field(ge=1, le=365, description="Days without activity")] = 14
    tz: Annotated[TimeZoneName | None, Field(description="The account's if it is left out")] = None


class QuietPosition(BaseModel):
    """An application of which nothing was heard or done for so many days, and with no interview ahead."""

    reason: Literal["no_activity"]
    since: Annotated[datetime, Field(description="The last activity")]
    position: PositionInShort


class PendingInterview(BaseModel):
    """An interview that is over and has no outcome."""

    reason: Literal["outcome_pending"]
    since: Annotated[datetime, Field(description="Its scheduled time")]
    position: PositionInShort
    interview: InterviewResponse


class OverdueTask(BaseModel):
    """An open task whose day is over."""

    reason: Literal["task_overdue"]
    due_date: CalendarDay
    position: PositionInShort | None
    task: TaskResponse


class UnansweredOffer(BaseModel):
    """An offer without a change for five days."""

    reason: Literal["offer_unanswered"]
    since: Annotated[datetime, Field(description="The last change of the status")]
    position: PositionInShort


class AttentionResponse(BaseModel):
    """What would slip: up to 100 entries for each reason, the oldest first. ``totals`` says how many there are.

    Interviews whose notes are very long are fewer.

    Archived positions are left out.
    """

    entries: list[
        Annotated[QuietPosition | PendingInterview | OverdueTask | UnansweredOffer, Field(discriminator="reason")]
    ]
    totals: dict[str, int]
