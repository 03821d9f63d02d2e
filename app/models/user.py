"""Accounts and how they are signed in."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Entity


class User(Entity):
    """An account. Email and username are unique without regard to case.

    ``timezone`` is the name of its time zone (IANA); null means the server's default.
    """

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(String(320))
    username: Mapped[str | None] = mapped_column(String(100))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str | None] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    timezone: Mapped[str | None] = mapped_column(String(64))


# Declared after the class, because they index expressions of its columns.
Index("uq_users_email", func.lower(User.email), unique=True)
Index("uq_users_username", func.lower(User.username), unique=True)


class Login(Base):
    """One sign-in: the family of access and refresh tokens that are revoked together.

    A revoked login keeps its row until it would have expired, so that a reused refresh token is recognised.
    ``last_used_at``, ``address`` and ``user_agent`` are those of its newest sign-in or refresh, for its owner to
    know it by; null in logins of before that was noted.
    """

    __tablename__ = "logins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None] = mapped_column(default=utc_now)
    address: Mapped[str | None] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(String(300))


class RefreshToken(Base):
    """A refresh token of a login, as a hash; good until a token that came of it is used.

    ``parent_hash`` is the token that it was given for. ``superseded_at`` is when that one was exchanged again, for
    another token in the place of this one; whoever shows this one after that is not alone. ``user_id`` repeats the
    login's user, without a foreign key, which would lock the user's row.
    """

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID]
    login_id: Mapped[UUID] = mapped_column(ForeignKey("logins.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    used_at: Mapped[datetime | None]
    parent_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    superseded_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """A user's secret address for calendar programs; a new one replaces the old."""

    __tablename__ = "calendar_feeds"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
