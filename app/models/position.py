"""Positions and the history of their status."""

from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Boolean, FetchedValue, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.clock import utc_now
from app.models.base import Base, Entity, text_enum
from app.models.enums import PositionStatus
from app.models.interview import Interview

WORD_BREAKS = "./<&"
"""Signs that the search takes for blanks. PostgreSQL's parser would make one word of ``Python/Django`` (a path), of
``node.js`` (a host), and none at all of what stands in ``List<String>`` (a tag)."""


class Position(Entity):
    """A job that a user applied for.

    ``responded`` and ``offered`` say whether the status ever left ``applied``, or ever was ``offer``; they repeat
    what the history says, so that the overview need not read it.
    """

    __tablename__ = "positions"
    # No GIN index on the search vector: a user's own rows are few, and a prepared statement's generic plan
    # would walk every user's matches.
    __table_args__ = (Index("ix_positions_user_date", "user_id", text("application_date DESC"), "id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    location: Mapped[str | None] = mapped_column(String(200))
    salary_range: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[PositionStatus] = mapped_column(text_enum(PositionStatus), default=PositionStatus.APPLIED)
    application_date: Mapped[date]
    job_url: Mapped[str | None] = mapped_column(String(2000))
    source: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    archived: Mapped[bool] = mapped_column(Boolean, default=False)
    responded: Mapped[bool] = mapped_column(Boolean, default=False)
    offered: Mapped[bool] = mapped_column(Boolean, default=False)
    # Kept by a trigger of the same name. In both configurations: `simple` finds every word as it is typed, `english`
    # finds "engineers" for "engineer".
    search_vector: Mapped[str] = mapped_column(TSVECTOR, FetchedValue(), deferred=True, deferred_raiseload=True)

    interviews: Mapped[list[Interview]] = relationship(
        order_by=lambda: (Interview.scheduled_date, Interview.id),
        back_populates="position",
        passive_deletes=True,
        lazy="raise",
    )

    def record_status(self, status: PositionStatus, occurred_at: datetime) -> "StatusChange | None":
        """Take on a status and return the history's new entry, or None if it is the status already."""
        if status == self.status:
            return None
        change = StatusChange(position_id=self.id, from_status=self.status, to_status=status, occurred_at=occurred_at)
        self.status = status
        self._remember_reached(status)
        return change

    def record_creation(self) -> "StatusChange":
        """Return the history's first entry: the application, at the start of its day in UTC."""
        self._remember_reached(self.status)
        return StatusChange(
            position_id=self.id,
            from_status=None,
            to_status=self.status,
            occurred_at=start_of_day(self.application_date),
        )

    def _remember_reached(self, status: PositionStatus) -> None:
        self.responded = self.responded or status != PositionStatus.APPLIED
        self.offered = self.offered or status == PositionStatus.OFFER


class StatusChange(Base):
    """One entry of a position's history; the creation has no ``from_status``.

    ``occurred_at`` is when the change took effect, ``recorded_at`` when it was told to the API; ``sequence`` is
    the order of recording.
    """

    __tablename__ = "status_changes"
    # The statistics read whole histories: with these columns in the index they need not visit the rows.
    __table_args__ = (
        Index(
            "ix_status_changes_position",
            "position_id",
            "sequence",
            postgresql_include=["from_status", "to_status", "occurred_at"],
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id", ondelete="CASCADE"))
    sequence: Mapped[int] = mapped_column(Identity())
    from_status: Mapped[PositionStatus | None] = mapped_column(text_enum(PositionStatus))
    to_status: Mapped[PositionStatus] = mapped_column(text_enum(PositionStatus))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)


HISTORY_ORDER = (StatusChange.from_status.is_not(None), StatusChange.occurred_at, StatusChange.sequence)
"""Oldest first; the creation leads even where a change was dated back to before it."""


def start_of_day(day: date) -> datetime:
    """Return midnight of a day in UTC."""
    return datetime.combine(day, time.min, UTC)
