"""``/api/v1/positions/{id}/timeline``: what happened with a position."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.schemas.timeline import PositionTimelineResponse, TimelineQuery
from app.services.timeline import TimelineService

router = APIRouter(prefix="/api/v1", tags=["positions"], responses=ERRORS)


@router.get(
    "/positions/{position_id}/timeline",
    response_model=PositionTimelineResponse,
    openapi_extra=documented(TimelineQuery),
)
async def get_position_timeline(
    position_id: UUID,
    user: CurrentUser,
    query: Annotated[TimelineQuery, Depends(query_parameters(TimelineQuery))],
    timeline: Annotated[TimelineService, Depends(reading(TimelineService))],
) -> RowsResponse:
    """Return status changes, interviews, notes, finished tasks, documents and practice sessions as one list.

    The newest entry comes first; an interview stands at its scheduled time, a document at its upload.
    """
    return RowsResponse(await timeline.page(position_id, user.user_id, query))
