"""Practice rooms: one run of a mock interview, and its log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Entity


class InterviewSession(Entity):
    """One run of a plan in the room named ``room_id``. Without a user it is anybody's who knows that name.

    Such a room has ``opened_from``, the address that its rooms are counted by.

    ``plan`` is a copy: what changes or erases the mock interview does not touch a session. The columns from ``state``
    to ``ending_announced`` are the phase clock, and ``skipped_ms`` is, the time of earlier phases that was never run.
    ``interviewer_wake_at`` is when an interviewer in writing has something to say by itself, and ``wake_at`` when
    the clock or that interviewer has something to do. ``last_seq`` is the number of the log's newest event, and
    ``log_bytes`` about how many bytes its events have; it leaves out what was logged before anybody counted.
    ``bot_id`` is the voice call that is connected, ``bot_seen_at`` the time of its last sign of life.
    ``patience_seconds`` is how long its interviewer waits in a silence, where that was said. ``run_ms`` is how long
    the clock had run when the session ended, pauses not counted.
    """

    __tablename__ = "interview_sessions"
    __table_args__ = (
        Index("uq_interview_sessions_live_room", "room_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_interview_sessions_room", "room_id", "created_at"),
        Index("ix_interview_sessions_wake_at", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index("ix_interview_sessions_bot_seen_at", "bot_seen_at", postgresql_where=text("bot_seen_at IS NOT NULL")),
        Index("ix_interview_sessions_user", "user_id", "created_at"),
        Index("ix_interview_sessions_live_user", "user_id", postgresql_where=text("ended_at IS NULL")),
        Index(
            "ix_interview_sessions_opened_from",
            "opened_from",
            postgresql_where=text("ended_at IS NULL AND opened_from IS NOT NULL"),
        ),
    )

    room_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    opened_from: Mapped[str | None] = mapped_column(String(64))
    mock_interview_id: Mapped[str] = mapped_column(String(64))
    position_id: Mapped[UUID | None] = mapped_column(ForeignKey("positions.id", ondelete="SET NULL"), index=True)
    interview_id: Mapped[UUID | None] = mapped_column(ForeignKey("interviews.id", ondelete="SET NULL"), index=True)
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    deadline: Mapped[datetime | None]
    remaining_ms: Mapped[int | None]
    ending_announced: Mapped[bool]
    interviewer_wake_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    log_bytes: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bot_status: Mapped[str] = mapped_column(String(20), default="disconnected")
    bot_id: Mapped[UUID | None]
    bot_seen_at: Mapped[datetime | None]
    patience_seconds: Mapped[float | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(20))
    run_ms: Mapped[int | None] = mapped_column(BigInteger)
    skipped_ms: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class SessionEvent(Base):
    """One line of a session's log; numbered from 1 without gaps. ``data`` is the text that goes over the wire."""

    __tablename__ = "session_events"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("interview_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
