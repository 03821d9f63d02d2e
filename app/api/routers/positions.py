"""``/api/v1/positions``: jobs applied for."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from app.api.dependencies import CreationDep, CurrentUser, NewHoldingsDep, reading, writing
from app.api.long_lists import Lists
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.schemas.position import (
    DuplicatesResponse,
    HistoryResponse,
    PositionCreate,
    PositionCreatedResponse,
    PositionListResponse,
    PositionQuery,
    PositionResponse,
    PositionUpdate,
    StatusUpdate,
)
from app.services.positions import PositionService

router = APIRouter(prefix="/api/v1/positions", tags=["positions"], responses=ERRORS)
Reading = Annotated[PositionService, Depends(reading(PositionService))]
Writing = Annotated[PositionService, Depends(writing(PositionService))]


@router.get("/{position_id}", response_model=PositionResponse)
async def get_position(position_id: UUID, user: CurrentUser, positions: Reading, lists: Lists) -> Response:
    """Return one position with its interviews."""
    return lists.position(await positions.get(position_id, user.user_id))


@router.get("", response_model=PositionListResponse, openapi_extra=documented(PositionQuery))
async def list_positions(
    user: CurrentUser,
    query: Annotated[PositionQuery, Depends(query_parameters(PositionQuery))],
    positions: Reading,
    lists: Lists,
) -> Response:
    """Return one page of the positions that match the filters."""
    return lists.positions(await positions.list_page(user.user_id, query))


@router.post("", status_code=status.HTTP_201_CREATED, response_model=PositionCreatedResponse)
async def create_position(body: PositionCreate, user: CurrentUser, creation: CreationDep, positions: Writing) -> Any:
    """Store a new position, and name others that look like the same job."""
    return await creation.answered(PositionCreatedResponse, await positions.create(user.user_id, body))


@router.put("/{position_id}", response_model=PositionResponse)
async def update_position(
    position_id: UUID, body: PositionUpdate, user: CurrentUser, positions: Writing, holdings: NewHoldingsDep
) -> dict[str, Any]:
    """Change the fields that are sent; null clears an optional one."""
    position = await positions.update(position_id, user.user_id, body)
    if "status" in body.model_fields_set:
        await holdings.check_position(position_id)
    return position


router.add_api_route(
    "/{position_id}", update_position, methods=["PATCH"], response_model=PositionResponse, name="patch_position"
)


@router.put("/{position_id}/status", response_model=PositionResponse)
async def update_position_status(
    position_id: UUID, body: StatusUpdate, user: CurrentUser, positions: Writing, holdings: NewHoldingsDep
) -> dict[str, Any]:
    """Change only the status, with effect from now or from ``occurred_at``."""
    position = await positions.update_status(position_id, user.user_id, body)
    await holdings.check_position(position_id)
    return position


@router.get("/{position_id}/history", response_model=HistoryResponse)
async def get_position_history(position_id: UUID, user: CurrentUser, positions: Reading) -> dict[str, Any]:
    """Return every status that the position had, oldest first."""
    return await positions.history(position_id, user.user_id)


@router.get("/{position_id}/duplicates", response_model=DuplicatesResponse)
async def get_position_duplicates(position_id: UUID, user: CurrentUser, positions: Reading) -> dict[str, Any]:
    """Return other positions that look like the same job."""
    return await positions.duplicates(position_id, user.user_id)


@router.delete("/{position_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_position(position_id: UUID, user: CurrentUser, positions: Writing) -> None:
    """Erase the position with its interviews and history."""
    await positions.delete(position_id, user.user_id)
