"""``/api/v1/tasks`` and a position's tasks: what a user means to do."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.api.dependencies import CreationDep, CurrentUser, reading, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.models import Task
from app.schemas.task import (
    PositionTaskCreate,
    PositionTaskQuery,
    TaskCreate,
    TaskListResponse,
    TaskQuery,
    TaskResponse,
    TaskUpdate,
)
from app.services.tasks import TaskService

router = APIRouter(prefix="/api/v1", tags=["tasks"], responses=ERRORS)
Reading = Annotated[TaskService, Depends(reading(TaskService))]
Writing = Annotated[TaskService, Depends(writing(TaskService))]


@router.get("/tasks", response_model=TaskListResponse, openapi_extra=documented(TaskQuery))
async def list_tasks(
    user: CurrentUser, query: Annotated[TaskQuery, Depends(query_parameters(TaskQuery))], tasks: Reading
) -> RowsResponse:
    """Return one page of the tasks that match, by due date; those without one come last."""
    return RowsResponse(await tasks.list_page(user.user_id, query))


@router.post("/tasks", status_code=status.HTTP_201_CREATED, response_model=TaskResponse)
async def create_task(body: TaskCreate, user: CurrentUser, creation: CreationDep, tasks: Writing) -> Any:
    """Store a new task, of a position or of none."""
    return await creation.answered(TaskResponse, await tasks.create(user.user_id, body))


@router.get(
    "/positions/{position_id}/tasks", response_model=TaskListResponse, openapi_extra=documented(PositionTaskQuery)
)
async def list_position_tasks(
    position_id: UUID,
    user: CurrentUser,
    query: Annotated[PositionTaskQuery, Depends(query_parameters(PositionTaskQuery))],
    tasks: Reading,
) -> RowsResponse:
    """Return one page of a position's tasks that match, by due date; those without one come last."""
    return RowsResponse(await tasks.list_of_position(position_id, user.user_id, query))


@router.post("/positions/{position_id}/tasks", status_code=status.HTTP_201_CREATED, response_model=TaskResponse)
async def create_position_task(
    position_id: UUID, body: PositionTaskCreate, user: CurrentUser, creation: CreationDep, tasks: Writing
) -> Any:
    """Store a new task of a position."""
    task = TaskCreate(**body.model_dump(), position_id=position_id)
    return await creation.answered(TaskResponse, await tasks.create(user.user_id, task))


@router.get("/tasks/{task_id}", response_model=TaskResponse)
async def get_task(task_id: UUID, user: CurrentUser, tasks: Reading) -> RowsResponse:
    """Return one task."""
    return RowsResponse(await tasks.get(task_id, user.user_id))


@router.put("/tasks/{task_id}", response_model=TaskResponse)
async def update_task(task_id: UUID, body: TaskUpdate, user: CurrentUser, tasks: Writing) -> Task:
    """Change the fields that are sent; null clears an optional one. A task with ``done_at`` is done."""
    return await tasks.update(task_id, user.user_id, body)


router.add_api_route(
    "/tasks/{task_id}", update_task, methods=["PATCH"], response_model=TaskResponse, name="patch_task"
)


@router.delete("/tasks/{task_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_task(task_id: UUID, user: CurrentUser, tasks: Writing) -> None:
    """Erase a task."""
    await tasks.delete(task_id, user.user_id)
