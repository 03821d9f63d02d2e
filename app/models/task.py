"""What a user means to do."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class Task(Entity):
    """Something to do, for a position or for none. It is open until ``done_at``.

    ``due_date`` is a date in whatever time zone the user is.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_user_due", "user_id", "due_date", "created_at", "id"),
        Index("ix_tasks_position", "position_id", "due_date", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    position_id: Mapped[UUID | None] = mapped_column(ForeignKey("positions.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    due_date: Mapped[date | None]
    done_at: Mapped[datetime | None]
