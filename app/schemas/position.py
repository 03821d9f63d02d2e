"""Bodies of the position endpoints."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import MISSING, AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.core.clock import utc_now
from app.models.enums import PositionStatus
from app.schemas.fields import (
    BLANK_IS_NULL,
    CalendarDate,
    Label,
    LongText,
    Moment,
    NullIsDefault,
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
    """A new position. ``application_date`` is today (UTC) if it is left out."""

    title: Title
    company: Title
    description: LongText | None = None
    location: ShortText | None = None
    salary_range: Label | None = None
    status: Annotated[PositionStatus, NullIsDefault()] = PositionStatus.APPLIED
    application_date: Annotated[CalendarDate, NullIsDefault()] = Field(default_factory=lambda: utc_now().date())
    job_url: Annotated[WebAddress | None, BLANK_IS_NULL] = None
    source: Label | None = None
    tags: Annotated[Tags, NullIsDefault()] = []
    archived: Annotated[TrueOrFalse, NullIsDefault()] = False


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
    application_date: CalendarDate | MISSING = MISSING
    job_url: Annotated[WebAddress | MISSING | None, BLANK_IS_NULL] = MISSING
    source: Label | MISSING | None = MISSING
    tags: Annotated[Tags | MISSING | None, BLANK_IS_NULL, AfterValidator(_no_tags_for_null)] = MISSING
    archived: TrueOrFalse | MISSING = MISSING


class StatusUpdate(BaseModel):
    """A new status, and since when it holds if that was before now."""

    status: PositionStatus
    occurred_at: Annotated[Moment | None, BLANK_IS_NULL, Field(description="Not in the future; now if left out")] = (
        None
    )


class PositionFilters(BaseModel):
    """What restricts a list of positions; also the export's."""

    status: PositionStatus | None = None
    company: Annotated[Title | None, Field(description="Part of the company's name, ignoring case")] = None
    date_from: CalendarDate | None = None
    date_to: CalendarDate | None = None
    search: Annotated[LongText | None, Field(description="Words in title, company and description")] = None
    archived: bool | None = None
    tag: Tag | None = None

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise PydanticCustomError("date_from", "Must not be after date_to")
        return self


class PositionQuery(PositionFilters, PageQuery):
    """Filters, order and page of a list of positions."""

    sort_by: Literal["application_date", "title", "company"] = "application_date"
    sort_order: Literal["asc", "desc"] = "desc"


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
    application_date: date
    job_url: str | None
    source: str | None
    tags: list[str]
    archived: bool
    created_at: datetime
    updated_at: datetime
    interviews: list[InterviewResponse]


class PositionListResponse(PageResponse):
    """A page of the user's positions."""

    positions: list[PositionResponse]


class StatusChangeResponse(BaseModel):
    """One entry of a position's history; ``from_status`` is null for the creation."""

    from_status: PositionStatus | None
    to_status: PositionStatus
    occurred_at: datetime
    recorded_at: datetime


class HistoryResponse(BaseModel):
    """Every status of a position, oldest first."""

    history: list[StatusChangeResponse]
