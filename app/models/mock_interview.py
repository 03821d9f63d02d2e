"""Mock interviews: the plans that practice rooms run."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class MockInterview(Entity):
    """A user's plan of an interview; ``planner_fields`` are its phases by rising sequence, in the form of the API.

    A plan made for an interview names that interview's position too. It outlives both. ``practice_key`` stands for
    what a practice plan was made from, so that the same request gives it again; others have none.
    ``retry_of_session_id`` and ``retry_of_sequence`` name the question of a session that a plan practises again; the
    session may be gone.
    """

    __tablename__ = "mock_interviews"
    __table_args__ = (
        Index("ix_mock_interviews_user_created", "user_id", "created_at", "id"),
        Index(
            "ix_mock_interviews_practice",
            "interview_id",
            "practice_key",
            postgresql_where=text("practice_key IS NOT NULL"),
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    position_id: Mapped[UUID | None] = mapped_column(ForeignKey("positions.id", ondelete="SET NULL"), index=True)
    interview_id: Mapped[UUID | None] = mapped_column(ForeignKey("interviews.id", ondelete="SET NULL"), index=True)
    language: Mapped[str] = mapped_column(String(2), default="en", server_default="en")
    planner_fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    practice_key: Mapped[str | None] = mapped_column(String(64))
    retry_of_session_id: Mapped[UUID | None]
    retry_of_sequence: Mapped[int | None]
