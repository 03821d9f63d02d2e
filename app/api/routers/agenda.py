"""``/api/v1/agenda`` and ``/api/v1/attention``: what is on which day, and what would slip."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.schemas.agenda import AgendaQuery, AgendaResponse, AttentionQuery, AttentionResponse
from app.services.agenda import AgendaService

router = APIRouter(prefix="/api/v1", tags=["agenda"], responses=ERRORS)
Reading = Annotated[AgendaService, Depends(reading(AgendaService))]


@router.get("/agenda", response_model=AgendaResponse, openapi_extra=documented(AgendaQuery))
async def get_agenda(
    user: CurrentUser, query: Annotated[AgendaQuery, Depends(query_parameters(AgendaQuery))], agenda: Reading
) -> RowsResponse:
    """Return interviews, open tasks that are due, and practice sessions, by day and time.

    The days are those of ``tz``; a task falls on its date in every zone.
    """
    return RowsResponse(await agenda.agenda(user.user_id, query))


@router.get("/attention", response_model=AttentionResponse, openapi_extra=documented(AttentionQuery))
async def get_attention(
    user: CurrentUser, query: Annotated[AttentionQuery, Depends(query_parameters(AttentionQuery))], agenda: Reading
) -> RowsResponse:
    """Return what would slip: quiet applications, interviews without an outcome, overdue tasks, unanswered offers."""
    return RowsResponse(await agenda.attention(user.user_id, query))
