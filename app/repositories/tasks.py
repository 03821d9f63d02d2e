"""Tasks in SQL. Every query takes the owner's id."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select

from app.core.reads import Read
from app.models import Task
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page, without_total

TASK_COLUMNS = (
    Task.id,
    Task.position_id,
    Task.title,
    Task.due_date,
    Task.done_at,
    Task.created_at,
    Task.updated_at,
)
_GET = Read(select(*TASK_COLUMNS).where(Task.id == bindparam("task_id"), Task.user_id == bindparam("user_id")))
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "position_id": Task.position_id == bindparam("position_id"),
    "done": Task.done_at.is_not(None) == bindparam("done"),
}


class TaskRepository:
    """The tasks of a user."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, task_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one task."""
        row = await self._access.reads.first(_GET, task_id=task_id, user_id=user_id)
        return dict(row) if row else None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching tasks by due date, and how many match in all."""
        names = frozenset(filters)
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            filters | {"user_id": user_id},
            limit=limit,
            offset=offset,
        )
        return [without_total(row) for row in rows], total

    async def lock(self, task_id: UUID, user_id: UUID) -> Task | None:
        """Return the task held against changes by others until the transaction ends."""
        statement = select(Task).where(Task.id == task_id, Task.user_id == user_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def store(self, task: Task) -> None:
        """Store a new task, or what was changed in a locked one."""
        self._access.db.add(task)
        await self._access.db.flush()

    async def delete(self, task_id: UUID, user_id: UUID) -> bool:
        """Erase the task; tell whether there was one."""
        statement = delete(Task).where(Task.id == task_id, Task.user_id == user_id).returning(Task.id)
        return (await self._access.db.scalars(statement)).one_or_none() is not None


@lru_cache(maxsize=8)
def _list_read(filters: frozenset[str]) -> Read:
    total = select(func.count()).select_from(Task).where(*_conditions(filters)).scalar_subquery()
    return Read(
        select(*TASK_COLUMNS, total.label("total"))
        .where(*_conditions(filters))
        .order_by(Task.due_date, Task.created_at, Task.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


@lru_cache(maxsize=8)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Task).where(*_conditions(filters)))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [Task.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]
