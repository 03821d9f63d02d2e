"""Bodies of the task endpoints."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.schemas.fields import BLANK_IS_NULL, CalendarDate, PastTime, Title
from app.schemas.paging import PageQuery, PageResponse

DoneAt = Annotated[PastTime, Field(description="When it was done, not in the future; null while it is open")]


class PositionTaskCreate(BaseModel):
    """A new task of a position."""

    title: Title
    due_date: Annotated[CalendarDate | None, BLANK_IS_NULL] = None
    done_at: Annotated[DoneAt | None, BLANK_IS_NULL] = None


class TaskCreate(PositionTaskCreate):
    """A new task, of a position or of none."""

    position_id: Annotated[UUID | None, BLANK_IS_NULL] = None


class TaskUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    title: Title | MISSING = MISSING
    due_date: Annotated[CalendarDate | MISSING | None, BLANK_IS_NULL] = MISSING
    done_at: Annotated[DoneAt | MISSING | None, BLANK_IS_NULL] = MISSING
    position_id: Annotated[UUID | MISSING | None, BLANK_IS_NULL] = MISSING


class PositionTaskQuery(PageQuery):
    """Which of a position's tasks, and which page of them."""

    done: Annotated[bool | None, Field(description="Only those that are done, or only the open ones")] = None


class TaskQuery(PositionTaskQuery):
    """Which of all tasks, and which page of them."""

    position_id: UUID | None = None


class TaskResponse(BaseModel):
    """A task."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    position_id: UUID | None
    title: str
    due_date: date | None
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class TaskListResponse(PageResponse):
    """A page of tasks by due date, those without one last."""

    tasks: list[TaskResponse]
