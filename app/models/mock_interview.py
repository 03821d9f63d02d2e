"""Mock interviews: the plans that practice rooms run."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class MockInterview(Entity):
    """A user's plan of an interview; ``planner_fields`` are its phases by rising sequence, in the form of the API.

    A plan made for an interview names that interview's position too. It outlives both.
    """

    __tablename__ = "mock_interviews"
    __table_args__ = (Index("ix_mock_interviews_user_created", "user_id", "created_at", "id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    position_id: Mapped[UUID | None] = mapped_column(ForeignKey("positions.id", ondelete="SET NULL"), index=True)
    interview_id: Mapped[UUID | None] = mapped_column(ForeignKey("interviews.id", ondelete="SET NULL"), index=True)
    planner_fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
