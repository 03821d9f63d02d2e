"""The figures that the older front-end asks for, in its words."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import ResourceNotFoundError
from app.repositories.access import DataAccess
from app.repositories.front_end_statistics import FrontEndStatisticsRepository
from app.schemas.statistics import StatisticsQuery
from app.services.statistics import StatisticsService, percent

_MONTHLY = ("positions_applied", "interviews_conducted", "offers_received")


class FrontEndStatisticsService:
    """The figures of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._counts = FrontEndStatisticsRepository(access)
        self._statistics = StatisticsService(access)

    async def success_rates(self, user_id: UUID) -> dict[str, float]:
        """Return how many of the applications came to an interview and to an offer."""
        counts = await self._counts.success(user_id)
        return {
            "application_to_interview_rate": percent(counts["interviewed"], counts["applications"]),
            "interview_to_offer_rate": percent(counts["interviewed_and_offered"], counts["interviewed"]),
            "overall_success_rate": percent(counts["offered"], counts["applications"]),
            # Hundredths of a percent of a hundredth: two decimals, rounded as the rates are.
            "average_interviews_per_position": percent(counts["interviews"], counts["applications"] * 100),
        }

    async def top_companies(self, user_id: UUID, limit: int) -> list[dict[str, Any]]:
        """Return the companies with the most applications."""
        found = await self._statistics.companies(user_id, StatisticsQuery())
        return [_renamed(company) for company in found["companies"][:limit]]

    async def company(self, user_id: UUID, name: str) -> dict[str, Any]:
        """Return the figures of one company.

        Raises:
            ResourceNotFoundError: the user has applied to no company of this name.

        """
        found = await self._statistics.companies(user_id, StatisticsQuery(company=name))
        wanted = name.strip().lower()
        companies: list[dict[str, Any]] = found["companies"]
        for company in companies:
            if company["company_name"].lower() == wanted:
                return company | _renamed(company)
        raise ResourceNotFoundError("Company", name)

    async def months(self, user_id: UUID, year: int) -> list[dict[str, Any]]:
        """Return what happened in each of a year's twelve months."""
        counts = await self._counts.months(user_id, year, utc_now())
        return [
            {"month": f"{year:04}-{month:02}"} | {name: counts.get((month, name), 0) for name in _MONTHLY}
            for month in range(1, 13)
        ]


def _renamed(company: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "company": company["company_name"],
        "applications": company["total_applications"],
        "interviews": company["total_interviews"],
        "offers": company["offered"],
        "success_rate": company["success_rate"],
    }
