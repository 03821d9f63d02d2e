"""Bodies of the position endpoints."""

from datetime import date, datetime
from datetime import date as CalendarDay  # noqa: N812 - a field of that name hides it
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import MISSING, AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.core.time_zones import today
from app.models.enums import PositionStatus
from app.schemas.fields import (
    BLANK_IS_NULL,
    CalendarDate,
    Label,
    LongText,
    NullIsDefault,
    PastMoment,
    Remark,
    ShortText,
    Tag,
    Tags,
    Title,
    TrueOrFalse,
    WebAddress,
)
from app.schemas.interview import InterviewResponse
from app.schemas.paging import PageQuery, PageResponse


class PositionCreate(BaseModel):
    """A new position. ``application_date`` is today if it is left out, except for a saved one: that has none."""

    title: Title
    company: Title
    description: LongText | None = None
    location: ShortText | None = None
    salary_range: Label | None = None
    status: Annotated[PositionStatus, NullIsDefault()] = PositionStatus.APPLIED
    application_date: Annotated[CalendarDate | None, BLANK_IS_NULL] = None
    job_url: Annotated[WebAddress | None, BLANK_IS_NULL] = None
    source: Label | None = None
    tags: Annotated[Tags, NullIsDefault()] = []
    archived: Annotated[TrueOrFalse, NullIsDefault()] = False

    @property
    def day_of_application(self) -> date | None:
        """Return the day that was sent, or else today; a saved position need not have one."""
        return self.application_date or (None if self.status == PositionStatus.SAVED else today())


def _no_tags_for_null(tags: Any) -> Any:
    return [] if tags is None else tags


class PositionUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    title: Title | MISSING = MISSING
    company: Title | MISSING = MISSING
    description: LongText | MISSING | None = MISSING
    location: ShortText | MISSING | None = MISSING
    salary_range: Label | MISSING | None = MISSING
    status: PositionStatus | MISSING = MISSING
    application_date: Annotated[
        CalendarDate | MISSING | None, Field(description="Null only for a saved position")
    ] = MISSING
    job_url: Annotated[WebAddress | MISSING | None, BLANK_IS_NULL] = MISSING
    source: Label | MISSING | None = MISSING
    tags: Annotated[Tags | MISSING | None, BLANK_IS_NULL, AfterValidator(_no_tags_for_null)] = MISSING
    archived: TrueOrFalse | MISSING = MISSING


class StatusUpdate(BaseModel):
    """A new status, why, and since when it holds if that was before now."""

    status: PositionStatus
    occurred_at: Annotated[
        PastMoment | None,
        BLANK_IS_NULL,
        Field(description="Not in the future; a date alone may be any day that is today somewhere. Now if left out"),
    ] = None
    note: Annotated[Remark | None, Field(description="Why; it stands in the history")] = None


class PositionFilters(BaseModel):
    """What restricts a list of positions; also the export's."""

    status: PositionStatus | None = None
    company: Annotated[Title | None, Field(description="Part of the company's name, ignoring case")] = None
    date_from: CalendarDate | None = None
    date_to: CalendarDate | None = None
    search: Annotated[LongText | None, Field(description="Words in title, company and description")] = None
    archived: bool | None = None
    tag: Tag | None = None
    source: Annotated[Label | None, Field(description="The whole source, ignoring case")] = None

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise PydanticCustomError("date_from", "Must not be after date_to")
        return self


class PositionQuery(PositionFilters, PageQuery):
    """Filters, order and page of a list of positions."""

    sort_by: Literal["application_date", "title", "company"] = "application_date"
    sort_order: Literal["asc", "desc"] = "desc"


class NextEvent(BaseModel):
    """What is ahead of a position: its first interview that was not called off, or its first open task."""

    kind: Literal["interview", "task"]
    id: UUID
    title: Annotated[str, Field(description="The task's, or the type of the interview")]
    at: Annotated[datetime | None, Field(description="Null for a task, which has no time of day")]
    date: Annotated[CalendarDay, Field(description="The day where the account is")]


class PositionResponse(BaseModel):
    """A position with its interviews."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    company: str
    description: str | None
    location: str | None
    salary_range: str | None
    status: PositionStatus
    application_date: date | None
    job_url: str | None
    source: str | None
    tags: list[str]
    archived: bool
    created_at: datetime
    updated_at: datetime
    last_activity_at: Annotated[
        datetime,
        Field(
            description="The newest of status changes, interviews held, notes, finished tasks, documents and "
            "practice sessions"
        ),
    ]
    next_event: NextEvent | None
    interviews: list[InterviewResponse]


class PossibleDuplicate(BaseModel):
    """Another position that looks like the same job."""

    id: UUID
    title: str
    company: str
    status: PositionStatus
    application_date: date | None
    job_url: str | None


class DuplicatesResponse(BaseModel):
    """Up to 20 other positions of the user that look like the same job, the newest first."""

    possible_duplicates: list[PossibleDuplicate]


class PositionCreatedResponse(PositionResponse):
    """A new position, and up to 20 others of the user that look like the same job, the newest first.

    They have the same company and title without regard to case, blanks and punctuation, or the same address without
    its tracking parameters.
    """

    possible_duplicates: list[PossibleDuplicate]


class PositionListResponse(PageResponse):
    """A page of the user's positions."""

    positions: list[PositionResponse]


class StatusChangeResponse(BaseModel):
    """One entry of a position's history; ``from_status`` is null for the creation."""

    from_status: PositionStatus | None
    to_status: PositionStatus
    occurred_at: datetime
    recorded_at: datetime
    note: str | None


class HistoryResponse(BaseModel):
    """Every status of a position, oldest first."""

    history: list[StatusChangeResponse]
