"""What a candidate takes home after a session, and the jobs that make it.

Each row is erased with its session. Its ``user_id`` is the session's, and no foreign key: that would lock the user's
row, and have the clocks of the user's rooms wait for whoever else does.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base


def _session_key() -> Any:
    return mapped_column(ForeignKey("interview_sessions.id", ondelete="CASCADE"), primary_key=True)


class ReportJob(Base):
    """That a session is to have a report, since its end.

    ``due_at`` is when the next attempt may begin; it is null once there is nothing to do. Whoever makes an attempt
    puts it into the future, and goes on doing so: that is the lease, and ``claim_id`` the name that it was taken
    under. ``requested_at`` is when the report was last asked for, ``attempts`` how many were begun since, and
    ``last_error`` the class of the newest failure.
    """

    __tablename__ = "report_jobs"
    __table_args__ = (Index("ix_report_jobs_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),)

    session_id: Mapped[UUID] = _session_key()
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    requested_at: Mapped[datetime] = mapped_column(default=utc_now)
    due_at: Mapped[datetime | None]
    claim_id: Mapped[UUID | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(100))


class SessionReport(Base):
    """The report of a session as it was made last, without what the candidate has added to it.

    ``earlier_session_id`` and ``earlier_sequence`` name the question that the session was to practise again.
    """

    __tablename__ = "session_reports"

    session_id: Mapped[UUID] = _session_key()
    user_id: Mapped[UUID | None] = mapped_column(index=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    earlier_session_id: Mapped[UUID | None]
    earlier_sequence: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class SelfAssessment(Base):
    """The candidate's own verdicts; ``criteria`` is in the form of the API."""

    __tablename__ = "self_assessments"

    session_id: Mapped[UUID] = _session_key()
    user_id: Mapped[UUID] = mapped_column(index=True)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    note: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)


class VerdictDispute(Base):
    """That the candidate says a verdict is wrong: this ``verdict``, of this ``model``, and no later one."""

    __tablename__ = "verdict_disputes"

    session_id: Mapped[UUID] = _session_key()
    sequence: Mapped[int] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(String(500), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    model: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=utc_now)
