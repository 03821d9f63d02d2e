"""Filters and bodies of the statistics endpoints."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from app.models.enums import InterviewOutcome, InterviewType, PositionStatus
from app.schemas.fields import CalendarDate, Title

Rate = Annotated[float, Field(description="Percent, two decimals", ge=0, le=100)]
Days = Annotated[float | None, Field(description="Days, one decimal; null where there is nothing to measure")]


class StatisticsQuery(BaseModel):
    """Which positions count; their interviews and their history come along with them."""

    date_from: Annotated[
        CalendarDate | None, Field(alias="start_date", description="Applied for on this day or later")
    ] = None
    date_to: Annotated[
        CalendarDate | None, Field(alias="end_date", description="Applied for on this day or earlier")
    ] = None
    company: Annotated[Title | None, Field(description="Part of the company's name, ignoring case")] = None
    status: Annotated[PositionStatus | None, Field(description="The present status")] = None

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        if self.date_from and self.date_to and self.date_from > self.date_to:
            raise PydanticCustomError("start_date", "Must not be after end_date")
        return self


class OverviewResponse(BaseModel):
    """Totals, rates and breakdowns of the applications of a job search."""

    total_applications: int
    total_companies: int
    total_interviews: int
    total_saved: Annotated[int, Field(description="Saved positions, which no other figure counts")]
    response_rate: Rate
    interview_rate: Rate
    offer_rate: Rate
    status_breakdown: dict[PositionStatus, int]
    interview_type_breakdown: dict[InterviewType, int]
    interview_outcome_breakdown: dict[InterviewOutcome, int]


class MonthCount(BaseModel):
    """How many there were in one month."""

    month: Annotated[str, Field(description="YYYY-MM", examples=["2024-01"])]
    count: int


class TimelineResponse(BaseModel):
    """What happened in which month, and how long things took.

    Months inside the period are all listed; others only where an interview fell into them.
    """

    period_start: date | None
    period_end: date | None
    applications_per_month: list[MonthCount]
    interviews_per_month: list[MonthCount]
    average_response_time_days: Days
    average_interview_to_decision_days: Days


class CompanyStatistics(BaseModel):
    """The applications to one company."""

    company_name: Annotated[str, Field(description="As the newest of the positions spells it")]
    total_applications: int
    total_interviews: int
    latest_application_date: date
    status_breakdown: dict[PositionStatus, int]
    success_rate: Rate


class CompaniesResponse(BaseModel):
    """Every company, the one with the most applications first."""

    companies: list[CompanyStatistics]
    total_companies: int


class FunnelStage(BaseModel):
    """One status: how many positions ever reached it, and how long they stayed."""

    status: PositionStatus
    reached: int
    conversion_rate: Annotated[
        Rate | None,
        Field(description="Of the positions that reached the stage before; null for a status without one"),
    ]
    median_days: Days


class FunnelFlow(BaseModel):
    """How often positions went from one status to another."""

    from_status: PositionStatus
    to_status: PositionStatus
    count: int


class FunnelResponse(BaseModel):
    """How far applications come, and by which ways."""

    stages: list[FunnelStage]
    flows: list[FunnelFlow]
