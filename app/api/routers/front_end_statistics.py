"""Statistics under the paths and names of the front-end that was written for the first version of the API.

It is still in use. New clients take ``/api/v1/statistics/overview``, ``companies`` and ``timeline``. The overview's
four older names are in ``app/services/statistics.py``.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.routers.statistics import PARAMETERS, get_overview
from app.schemas.front_end_statistics import (
    CompanyFigures,
    CompanyName,
    MonthFigures,
    SuccessRates,
    TopCompaniesQuery,
    TopCompany,
    Year,
)
from app.schemas.statistics import OverviewResponse
from app.services.front_end_statistics import FrontEndStatisticsService

router = APIRouter(prefix="/api/v1/statistics", tags=["statistics"], responses=ERRORS)
Reading = Annotated[FrontEndStatisticsService, Depends(reading(FrontEndStatisticsService))]

router.add_api_route(
    "/dashboard", get_overview, response_model=OverviewResponse, openapi_extra=PARAMETERS, name="get_dashboard"
)


@router.get("/success-rates", response_model=SuccessRates)
async def get_success_rates(user: CurrentUser, statistics: Reading) -> dict[str, float]:
    """Return how many of the applications came to an interview and to an offer."""
    return await statistics.success_rates(user.user_id)


@router.get("/top-companies", response_model=list[TopCompany], openapi_extra=documented(TopCompaniesQuery))
async def get_top_companies(
    user: CurrentUser,
    query: Annotated[TopCompaniesQuery, Depends(query_parameters(TopCompaniesQuery))],
    statistics: Reading,
) -> list[dict[str, Any]]:
    """Return the companies with the most applications."""
    return await statistics.top_companies(user.user_id, query.limit)


# As a path, because a company's name may have slashes.
@router.get("/companies/{name:path}", response_model=CompanyFigures)
async def get_company(name: Annotated[CompanyName, Path()], user: CurrentUser, statistics: Reading) -> dict[str, Any]:
    """Return the figures of one company."""
    return await statistics.company(user.user_id, name)


@router.get("/monthly/{year}", response_model=list[MonthFigures])
async def get_months(year: Annotated[Year, Path()], user: CurrentUser, statistics: Reading) -> list[dict[str, Any]]:
    """Return what happened in each of a year's twelve months."""
    return await statistics.months(user.user_id, year)
