"""Positions and the history of their status."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, BigInteger, Boolean, FetchedValue, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.core.clock import utc_now
from app.core.time_zones import day_of, start_of_day
from app.models.base import Base, Entity, text_enum
from app.models.enums import PositionStatus
from app.models.interview import Interview
from app.models.likeness import address_key, job_key

WORD_BREAKS = "./<&"
"""Signs that the search takes for blanks. PostgreSQL's parser would make one word of ``Python/Django`` (a path), of
``node.js`` (a host), and none at all of what stands in ``List<String>`` (a tag)."""


class Position(Entity):
    """A job that a user applied for, or has saved for later; only a saved one may be without a date.

    ``responded`` and ``offered`` say whether the status ever went beyond ``applied``, or ever was ``offer``; they
    repeat what the history says, so that the overview need not read it. ``job_key`` and ``address_key`` are what
    other positions of the same job are found by. ``import_id`` is the import that made it, which can be undone.
    """

    __tablename__ = "positions"
    # No GIN index on the search vector: a user's own rows are few, and a prepared statement's generic plan
    # would walk every user's matches.
    __table_args__ = (
        # With what lists are filtered by and the overview counts, so that neither visits rows that it does not show.
        Index(
            "ix_positions_user_date",
            "user_id",
            text("application_date DESC NULLS LAST"),
            "id",
            postgresql_include=["status", "company", "archived", "responded", "offered"],
        ),
        Index("ix_positions_user_saved", "user_id", "id", postgresql_where=text("status = 'saved'")),
        Index("ix_positions_user_job", "user_id", "job_key"),
        Index("ix_positions_user_import", "user_id", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        Index(
            "ix_positions_user_address", "user_id", "address_key", postgresql_where=text("address_key IS NOT NULL")
        ),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    company: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    location: Mapped[str | None] = mapped_column(String(200))
    salary_range: Mapped[str | None] = mapped_column(String(100))
    status: Mapped[PositionStatus] = mapped_column(text_enum(PositionStatus), default=PositionStatus.APPLIED)
    application_date: Mapped[date | None]
    job_url: Mapped[str | None] = mapped_column(String(2000))
    source: Mapped[str | None] = mapped_column(String(100))
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(50)), default=list)
    archived: Mapped[bool] = mapped_column(Boolean, default=False)
    responded: Mapped[bool] = mapped_column(Boolean, default=False)
    offered: Mapped[bool] = mapped_column(Boolean, default=False)
    job_key: Mapped[int | None] = mapped_column(BigInteger)
    address_key: Mapped[int | None] = mapped_column(BigInteger)
    import_id: Mapped[UUID | None]
    # Kept by a trigger of the same name. In both configurations: `simple` finds every word as it is typed, `english`
    # finds "engineers" for "engineer".
    search_vector: Mapped[str] = mapped_column(TSVECTOR, FetchedValue(), deferred=True, deferred_raiseload=True)

    interviews: Mapped[list[Interview]] = relationship(
        order_by=lambda: (Interview.scheduled_date, Interview.id),
        back_populates="position",
        passive_deletes=True,
        lazy="raise",
    )

    def record_status(
        self, status: PositionStatus, occurred_at: datetime, note: str | None = None
    ) -> "StatusChange | None":
        """Take on a status and return the history's new entry, or None if it is the status already.

        A saved job that is saved no longer was applied for on that day, unless it has a date.
        """
        if status == self.status:
            return None
        change = StatusChange(
            user_id=self.user_id,
            position_id=self.id,
            from_status=self.status,
            to_status=status,
            occurred_at=occurred_at,
            note=note,
        )
        self.status = status
        if self.application_date is None and status != PositionStatus.SAVED:
            self.application_date = day_of(occurred_at)
        self._remember_reached(status)
        return change

    def record_creation(self, now: datetime) -> "StatusChange":
        """Return the history's first entry: the application, at the start of its day, or the saving, which is now."""
        self._remember_reached(self.status)
        occurred_at = now
        if self.application_date is not None and self.status != PositionStatus.SAVED:
            occurred_at = start_of_day(self.application_date)
        return StatusChange(
            user_id=self.user_id,
            position_id=self.id,
            from_status=None,
            to_status=self.status,
            occurred_at=occurred_at,
        )

    def _remember_reached(self, status: PositionStatus) -> None:
        self.responded = bool(self.responded) or status not in (PositionStatus.APPLIED, PositionStatus.SAVED)
        self.offered = bool(self.offered) or status == PositionStatus.OFFER

    @validates("title", "company")
    def _renew_job_key(self, name: str, value: str) -> str:
        known = {"title": self.title, "company": self.company} | {name: value}
        if known["title"] is not None and known["company"] is not None:
            self.job_key = job_key(known["company"], known["title"])
        return value

    @validates("job_url")
    def _renew_address_key(self, name: str, value: str | None) -> str | None:
        self.address_key = address_key(value)
        return value


class StatusChange(Base):
    """One entry of a position's history; the creation has no ``from_status``.

    ``occurred_at`` is when the change took effect, ``recorded_at`` when it was told to the API; ``sequence`` is
    the order of recording. ``note`` is what the user said of it. ``user_id`` repeats the position's owner, without a
    foreign key, which would lock the user's row.
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
    user_id: Mapped[UUID]
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id", ondelete="CASCADE"))
    sequence: Mapped[int] = mapped_column(Identity())
    from_status: Mapped[PositionStatus | None] = mapped_column(text_enum(PositionStatus))
    to_status: Mapped[PositionStatus] = mapped_column(text_enum(PositionStatus))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)
    note: Mapped[str | None] = mapped_column(String(500))


HISTORY_ORDER = (StatusChange.from_status.is_not(None), StatusChange.occurred_at, StatusChange.sequence)
"""Oldest first; the creation leads even where a change was dated back to before it."""
