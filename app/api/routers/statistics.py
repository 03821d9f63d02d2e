"""``/api/v1/statistics``: a job search in figures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.schemas.statistics import (
    CompaniesResponse,
    FunnelResponse,
    OverviewResponse,
    SourcesResponse,
    StatisticsQuery,
    TimelineResponse,
)
from app.services.statistics import StatisticsService

router = APIRouter(prefix="/api/v1/statistics", tags=["statistics"], responses=ERRORS)
Reading = Annotated[StatisticsService, Depends(reading(StatisticsService))]
Filters = Annotated[StatisticsQuery, Depends(query_parameters(StatisticsQuery))]
PARAMETERS = documented(StatisticsQuery)


@router.get("/overview", response_model=OverviewResponse, openapi_extra=PARAMETERS)
async def get_overview(user: CurrentUser, query: Filters, statistics: Reading) -> RowsResponse:
    """Return totals, rates and breakdowns of the positions that match the filters."""
    return RowsResponse(await statistics.overview(user.user_id, query))


@router.get("/timeline", response_model=TimelineResponse, openapi_extra=PARAMETERS)
async def get_timeline(user: CurrentUser, query: Filters, statistics: Reading) -> dict[str, Any]:
    """Return applications and interviews by month, and how long answers and decisions took."""
    return await statistics.timeline(user.user_id, query)


@router.get("/companies", response_model=CompaniesResponse, openapi_extra=PARAMETERS)
async def get_companies(user: CurrentUser, query: Filters, statistics: Reading) -> dict[str, Any]:
    """Return the figures of each company, most applications first."""
    return await statistics.companies(user.user_id, query)


@router.get("/sources", response_model=SourcesResponse, openapi_extra=PARAMETERS)
async def get_sources(user: CurrentUser, query: Filters, statistics: Reading) -> dict[str, Any]:
    """Return how the applications of each source fared, most applications first."""
    return await statistics.sources(user.user_id, query)


@router.get("/funnel", response_model=FunnelResponse, openapi_extra=PARAMETERS)
async def get_funnel(user: CurrentUser, query: Filters, statistics: Reading) -> dict[str, Any]:
    """Return how many positions reached each status, how long they stayed there, and how they moved."""
    return await statistics.funnel(user.user_id, query)
