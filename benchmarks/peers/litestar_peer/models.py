"""The tables as models of Advanced Alchemy, with as much of each as the endpoints need."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from advanced_alchemy.mixins import AuditColumns
from sqlalchemy import ARRAY, Column, ForeignKey, Select, String, Table, func, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship


class Record(DefaultBase):
    """What all have in common; Advanced Alchemy's own base for UUIDs adds a column that these tables do not have."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True)


class User(Record):
    """An account."""

    __tablename__ = "users"

    email: Mapped[str]


class Interview(Record, AuditColumns):
    """An interview of a position."""

    __tablename__ = "interviews"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    type: Mapped[str]
    place: Mapped[str]
    scheduled_date: Mapped[datetime]
    duration_minutes: Mapped[int | None]
    notes: Mapped[str | None]
    outcome: Mapped[str]


class StatusChange(Record):
    """An entry of a position's history."""

    __tablename__ = "status_changes"

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    occurred_at: Mapped[datetime]


class Note(Record):
    """A note on a position."""

    __tablename__ = "notes"

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    occurred_at: Mapped[datetime]


class Task(Record):
    """Something to do for a position."""

    __tablename__ = "tasks"

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    title: Mapped[str]
    due_date: Mapped[date | None]
    done_at: Mapped[datetime | None]


class InterviewSession(Record):
    """A practice session for a position."""

    __tablename__ = "interview_sessions"

    position_id: Mapped[UUID] = mapped_column(ForeignKey("positions.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]


document_positions = Table(
    "document_positions",
    DefaultBase.metadata,
    Column("document_id", ForeignKey("documents.id"), primary_key=True),
    Column("position_id", ForeignKey("positions.id"), primary_key=True),
)


class Document(Record, AuditColumns):
    """A document that belongs to positions."""

    __tablename__ = "documents"


class Position(Record, AuditColumns):
    """A job that a user applied for or has saved."""

    __tablename__ = "positions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str]
    company: Mapped[str]
    description: Mapped[str | None]
    location: Mapped[str | None]
    salary_range: Mapped[str | None]
    status: Mapped[str]
    application_date: Mapped[date | None]
    job_url: Mapped[str | None]
    source: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(String))
    archived: Mapped[bool]
    responded: Mapped[bool] = mapped_column(deferred=True)
    offered: Mapped[bool] = mapped_column(deferred=True)
    search_vector: Mapped[str] = mapped_column(TSVECTOR, deferred=True)

    interviews: Mapped[list[Interview]] = relationship(
        lazy="selectin", order_by=(Interview.scheduled_date, Interview.id)
    )
    open_tasks: Mapped[list[Task]] = relationship(
        lazy="selectin",
        primaryjoin=lambda: (
            (Task.position_id == Position.id) & Task.done_at.is_(None) & (Task.due_date >= func.current_date())
        ),
        order_by=(Task.due_date, Task.id),
        viewonly=True,
    )

    @property
    def next_event(self) -> dict[str, Any] | None:
        """Return the first open task or the first interview ahead that is not cancelled, whichever is earlier."""
        now = datetime.now(UTC)
        events: list[dict[str, Any]] = [
            {"kind": "task", "id": task.id, "title": task.title, "at": None, "date": task.due_date}
            for task in self.open_tasks[:1]
        ]
        for interview in self.interviews:
            at = interview.scheduled_date
            if at > now and interview.outcome != "cancelled":
                events.append(
                    {"kind": "interview", "id": interview.id, "title": interview.type, "at": at, "date": at.date()}
                )
                break
        return min(events, key=lambda event: event["date"], default=None)


def _newest(moment: Any, owner: Any) -> Select[Any]:
    return select(func.max(moment)).where(owner == Position.id).correlate(Position)


Position.last_activity_at = column_property(
    func.coalesce(
        func.greatest(
            _newest(StatusChange.occurred_at, StatusChange.position_id)
            .where(StatusChange.occurred_at <= func.now())
            .scalar_subquery(),
            _newest(Interview.scheduled_date, Interview.position_id)
            .where(Interview.scheduled_date <= func.now())
            .scalar_subquery(),
            _newest(Note.occurred_at, Note.position_id).scalar_subquery(),
            _newest(Task.done_at, Task.position_id).scalar_subquery(),
            _newest(Document.created_at, document_positions.c.position_id)
            .where(document_positions.c.document_id == Document.id)
            .scalar_subquery(),
            _newest(
                func.coalesce(InterviewSession.started_at, InterviewSession.created_at), InterviewSession.position_id
            ).scalar_subquery(),
        ),
        Position.created_at,
    )
)
