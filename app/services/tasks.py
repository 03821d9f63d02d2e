"""What can be done with tasks."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.models import Task
from app.repositories.access import DataAccess
from app.repositories.tasks import TaskRepository
from app.schemas.paging import page_of
from app.schemas.task import PositionTaskQuery, TaskCreate, TaskQuery, TaskUpdate
from app.services.authorization import AuthorizationService


class TaskService:
    """The tasks of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._tasks = TaskRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, task_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one task."""
        task = await self._tasks.get(task_id, user_id)
        if task is None:
            raise ResourceNotFoundError("Task", task_id)
        return task

    async def list_page(self, user_id: UUID, query: TaskQuery) -> dict[str, Any]:
        """Return one page of the tasks that match, by due date."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"})
        rows, total = await self._tasks.list_page(user_id, filters, limit=query.per_page, offset=query.offset)
        return page_of("tasks", rows, total, query)

    async def list_of_position(self, position_id: UUID, user_id: UUID, query: PositionTaskQuery) -> dict[str, Any]:
        """Return one page of a position's tasks that match, by due date."""
        page = await self.list_page(user_id, TaskQuery(**query.model_dump(), position_id=position_id))
        if not page["total"] and not await self._authorization.can_access_position(position_id, user_id):
            raise ResourceNotFoundError("Position", position_id)
        return page

    async def create(self, user_id: UUID, body: TaskCreate) -> Task:
        """Store a new task, of one of the user's positions or of none."""
        if body.position_id is not None:
            await self._authorization.lock_user_position(body.position_id, user_id)
        task = Task(user_id=user_id, **body.model_dump())
        await self._tasks.store(task)
        return task

    async def update(self, task_id: UUID, user_id: UUID, body: TaskUpdate) -> Task:
        """Change the fields that were sent; another position must be the user's too."""
        changes = body.model_dump(exclude_unset=True)
        # The position comes first, as everywhere, so that two requests cannot wait for each other.
        if changes.get("position_id") is not None:
            await self._authorization.lock_user_position(changes["position_id"], user_id)
        task = await self._tasks.lock(task_id, user_id)
        if task is None:
            raise ResourceNotFoundError("Task", task_id)
        for name, value in changes.items():
            setattr(task, name, value)
        await self._tasks.store(task)
        return task

    async def delete(self, task_id: UUID, user_id: UUID) -> None:
        """Erase a task."""
        if not await self._tasks.delete(task_id, user_id):
            raise ResourceNotFoundError("Task", task_id)
