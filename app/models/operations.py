"""Rows that the service keeps for itself: remembered answers, counted attempts, counted bytes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, Identity, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base


class IdempotencyKey(Base):
    """The first answer to a creating request, to be given again to the same request.

    An empty body stands for an answer with a secret in it, which is not kept.
    """

    __tablename__ = "idempotency_keys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    response_status: Mapped[int] = mapped_column(SmallInteger)
    response_body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=utc_now, index=True)


class RateLimit(Base):
    """The counted moments of one rate-limited key, newest last."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    hits: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class StoredBytes(Base):
    """A line of the ledger of a user's stored text: ``delta`` bytes more, or fewer. Triggers write and forget it.

    No foreign key: it would lock the user's row, and have the clocks of the user's rooms wait for whoever else does.
    """

    __tablename__ = "stored_bytes"
    __table_args__ = (Index("ix_stored_bytes_user", "user_id", postgresql_include=["delta"]),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    user_id: Mapped[UUID]
    delta: Mapped[int] = mapped_column(BigInteger)
