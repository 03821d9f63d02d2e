"""Real interviews of a position."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Entity, text_enum
from app.models.enums import InterviewOutcome, InterviewPlace, InterviewType, PositionStatus

if TYPE_CHECKING:
    from app.models.position import Position, StatusChange


class Interview(Entity):
    """An interview of one of the user's positions.

    ``user_id`` repeats the position's owner: with it the statistics read one index instead of joining.
    """

    __tablename__ = "interviews"
    __table_args__ = (
        Index(
            "ix_interviews_user_statistics",
            "user_id",
            "position_id",
            "type",
            "outcome",
            postgresql_include=["scheduled_date"],
        ),
        Index("ix_interviews_user_scheduled", "user_id", "scheduled_date", "id"),
        Index("ix_interviews_position", "position_id", "scheduled_date", "id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id", ondelete="CASCADE"))
    type: Mapped[InterviewType] = mapped_column(text_enum(InterviewType))
    place: Mapped[InterviewPlace] = mapped_column(text_enum(InterviewPlace))
    scheduled_date: Mapped[datetime]
    duration_minutes: Mapped[int | None]
    notes: Mapped[str | None]
    outcome: Mapped[InterviewOutcome] = mapped_column(text_enum(InterviewOutcome), default=InterviewOutcome.PENDING)
    # How often what a calendar shows of it has changed: counted by triggers on its row and on its position's.
    calendar_sequence: Mapped[int] = mapped_column(server_default="0", deferred=True)

    position: Mapped["Position"] = relationship(back_populates="interviews", lazy="raise")

    def record_outcome(
        self, outcome: InterviewOutcome, position: "Position", occurred_at: datetime
    ) -> "StatusChange | None":
        """Take on an outcome; a failed interview rejects the position.

        Returns the new entry of the position's history, if its status changed.
        """
        self.outcome = outcome
        if outcome != InterviewOutcome.FAILED:
            return None
        return position.record_status(PositionStatus.REJECTED, occurred_at)
