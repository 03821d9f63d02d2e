"""What a job search looks like in figures.

The repository counts; here the counts become rates, months without gaps, and stages.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.models.enums import APPLICATION_STATUSES, PositionStatus
from app.repositories.access import DataAccess
from app.repositories.statistics import StatisticsRepository
from app.schemas.statistics import StatisticsQuery

STAGE_BEFORE = {
    PositionStatus.SCREENING: PositionStatus.APPLIED,
    PositionStatus.INTERVIEWING: PositionStatus.SCREENING,
    PositionStatus.OFFER: PositionStatus.INTERVIEWING,
}
"""The way to an offer. The other statuses are where an application starts, or ends without one."""


class StatisticsService:
    """The figures of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._statistics = StatisticsRepository(access)

    async def overview(self, user_id: UUID, query: StatisticsQuery) -> dict[str, Any]:
        """Return totals, rates and breakdowns."""
        counts = await self._statistics.overview(user_id, query.model_dump(exclude_none=True))
        applications = counts["total_applications"]
        return {
            "total_applications": applications,
            "total_companies": counts["total_companies"],
            "total_interviews": counts["total_interviews"],
            "total_saved": counts["total_saved"],
            "response_rate": percent(counts["responded"], applications),
            "interview_rate": percent(counts["interviewed"], applications),
            "offer_rate": percent(counts["offered"], applications),
            "status_breakdown": counts["status_breakdown"],
            "interview_type_breakdown": counts["interview_type_breakdown"],
            "interview_outcome_breakdown": counts["interview_outcome_breakdown"],
        }

    async def timeline(self, user_id: UUID, query: StatisticsQuery) -> dict[str, Any]:
        """Return applications and interviews by month, and the average durations."""
        figures = await self._statistics.timeline(user_id, query.model_dump(exclude_none=True))
        start, end = period(
            query.date_from,
            query.date_to,
            figures["first_application"],
            latest(figures["last_application"], figures["last_interview"]),
        )
        return figures | {
            "period_start": start,
            "period_end": end,
            "applications_per_month": by_month(figures["applications_per_month"], start, end),
            "interviews_per_month": by_month(figures["interviews_per_month"], start, end),
        }

    async def companies(self, user_id: UUID, query: StatisticsQuery) -> dict[str, Any]:
        """Return the figures of each company."""
        companies = await self._statistics.companies(user_id, query.model_dump(exclude_none=True))
        for company in companies:
            company["success_rate"] = percent(company["offered"], company["total_applications"])
        return {"companies": companies, "total_companies": len(companies)}

    async def funnel(self, user_id: UUID, query: StatisticsQuery) -> dict[str, Any]:
        """Return how far applications come, how long they stay where, and how they move."""
        figures = await self._statistics.funnel(user_id, query.model_dump(exclude_none=True))
        medians = {stay["to_status"]: stay["median_days"] for stay in figures["stays"]}
        return {
            "stages": stages(figures["applications"], figures["journeys"], medians),
            "flows": sorted(figures["flows"], key=_most_frequent_first),
        }


def percent(part: int, whole: int) -> float:
    """Return how many percent a part is, to two decimals with halves rounded up; 0 of nothing.

    In whole numbers, because ``round`` of a float rounds 0.625 to 0.62.
    """
    return (20_000 * part + whole) // (2 * whole) / 100 if whole else 0.0


def latest(*days: date | None) -> date | None:
    """Return the latest of the days that there are."""
    return max((day for day in days if day), default=None)


def period(
    asked_start: date | None, asked_end: date | None, first: date | None, last: date | None
) -> tuple[date | None, date | None]:
    """Return the period's first and last day: as asked for, else where the data begins and ends.

    Where only one end was asked for and the data lies beyond it, or there is none, the period is that one day.
    """
    start, end = asked_start or first, asked_end or last
    if asked_start and not asked_end:
        end = max(last or asked_start, asked_start)
    if asked_end and not asked_start:
        start = min(first or asked_end, asked_end)
    return start, end


def by_month(counts: Mapping[str, int], start: date | None, end: date | None) -> list[dict[str, Any]]:
    """Return the count of every month of the period, and of months outside of it that have one; oldest first."""
    months = set(counts) | set(months_between(start, end))
    return [{"month": month, "count": counts.get(month, 0)} for month in sorted(months)]


def months_between(start: date | None, end: date | None) -> list[str]:
    """Return the months (``YYYY-MM``) from one day's to another's; none if a day is missing."""
    if not start or not end:
        return []
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(first, last + 1)]


def stages(
    applications: int, journeys: Sequence[Mapping[str, Any]], median_days: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return every status with how many positions reached it, from which share of the stage before, and the median.

    A journey is ``statuses``, all that a position ever had, and ``count``, of how many positions that is true.
    """

    def reached(*statuses: PositionStatus) -> int:
        # Every position is an application, whatever status it was entered with.
        wanted = set(statuses) - {PositionStatus.APPLIED}
        if not wanted:
            return applications
        return sum(journey["count"] for journey in journeys if wanted.issubset(journey["statuses"]))

    return [
        {
            "status": status,
            "reached": reached(status),
            "conversion_rate": percent(reached(before, status), reached(before))
            if (before := STAGE_BEFORE.get(status))
            else None,
            "median_days": median_days.get(status),
        }
        for status in APPLICATION_STATUSES
    ]


def _most_frequent_first(flow: Mapping[str, Any]) -> tuple[int, int, int]:
    order = APPLICATION_STATUSES
    return -flow["count"], order.index(flow["from_status"]), order.index(flow["to_status"])
