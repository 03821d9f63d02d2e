"""What a user writes down about a position."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class Note(Entity):
    """A note of a position; ``occurred_at`` is when what it says happened."""

    __tablename__ = "notes"
    __table_args__ = (
        Index("ix_notes_position", "position_id", "occurred_at", "id"),
        Index("ix_notes_user", "user_id", "position_id", "occurred_at"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id", ondelete="CASCADE"))
    text: Mapped[str]
    occurred_at: Mapped[datetime]
