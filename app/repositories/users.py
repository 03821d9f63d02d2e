"""Accounts, logins and their tokens in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, delete, desc, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from app.core.notifications import CHANNEL
from app.core.reads import Read
from app.models import Login, RefreshToken, User
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page

LOGINS_TOPIC = "logins"
_USER_COLUMNS = (
    User.id,
    User.email,
    User.username,
    User.first_name,
    User.last_name,
    User.timezone,
    User.created_at,
    User.updated_at,
)
_BY_ID = Read(select(*_USER_COLUMNS, User.password_hash).where(User.id == bindparam("user_id")), is_of_login=True)
_BY_EMAIL = Read(
    select(*_USER_COLUMNS, User.password_hash).where(func.lower(User.email) == func.lower(bindparam("email")))
)
_TAKEN = Read(
    select(func.lower(User.email) == func.lower(bindparam("email"))).where(
        or_(
            func.lower(User.email) == func.lower(bindparam("email")),
            func.lower(User.username) == func.lower(bindparam("username")),
        )
    )
)
_IN_FORCE = (
    Login.user_id == bindparam("user_id"),
    Login.revoked_at.is_(None),
    Login.expires_at > func.now(),
)
_LIVE_LOGIN = Read(
    select(User.timezone)
    .join_from(Login, User, User.id == Login.user_id)
    .where(Login.id == bindparam("login_id"), *_IN_FORCE),
    is_of_login=True,
)
_LOGIN_OF_TOKEN = Read(
    select(Login.id)
    .join(RefreshToken, RefreshToken.login_id == Login.id)
    .where(
        RefreshToken.token_hash == bindparam("token_hash"), Login.revoked_at.is_(None), Login.expires_at > func.now()
    )
)
_LAST_USED_AT = func.coalesce(Login.last_used_at, Login.created_at)
_LOGIN_COUNT = select(func.count().label("total")).select_from(Login).where(*_IN_FORCE)
_COUNT_LOGINS = Read(_LOGIN_COUNT, is_of_login=True)
_LIST_LOGINS = Read(
    select(
        Login.id,
        Login.created_at,
        _LAST_USED_AT.label("last_used_at"),
        Login.address,
        Login.user_agent,
        _LOGIN_COUNT.scalar_subquery().label("total"),
    )
    .where(*_IN_FORCE)
    .order_by(desc(_LAST_USED_AT), desc(Login.id))
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
    is_of_login=True,
)


class LiveLogin(NamedTuple):
    """A login in force, and the name of its account's time zone if it has one."""

    timezone: str | None


class UserRepository:
    """Accounts."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, user_id: UUID) -> dict[str, Any] | None:
        """Return the account with its ``password_hash``."""
        row = await self._access.reads.first(_BY_ID, user_id=user_id)
        return dict(row) if row else None

    async def get_by_email(self, email: str) -> dict[str, Any] | None:
        """Return the account of an email, in any case, with its ``password_hash``."""
        row = await self._access.reads.first(_BY_EMAIL, email=email)
        return dict(row) if row else None

    async def taken(self, email: str, username: str | None) -> str | None:
        """Return which of the two is another account's: ``email``, ``username`` or None."""
        rows = await self._access.reads.all(_TAKEN, email=email, username=username)
        if not rows:
            return None
        return "email" if any(row[0] for row in rows) else "username"

    async def add(self, values: dict[str, Any]) -> User | None:
        """Store a new account; None if its email or username has just been taken."""
        statement = insert(User).values(**values).on_conflict_do_nothing().returning(User)
        return (await self._access.db.scalars(statement)).one_or_none()

    async def lock(self, user_id: UUID) -> User | None:
        """Return the account, held against changes by others until the transaction ends."""
        statement = select(User).where(User.id == user_id).with_for_update(key_share=True)
        return (await self._access.db.scalars(statement)).one_or_none()

    async def store_changes(self) -> bool:
        """Store what was changed in locked accounts; false if a username is taken, and the transaction is lost."""
        try:
            await self._access.db.flush()
        except IntegrityError:
            return False
        return True

    async def lock_password_hash(self, user_id: UUID, *, to_change: bool = False) -> str | None:
        """Return the present hash, held against changes (or, to change it, against any use) until the end."""
        statement = select(User.password_hash).where(User.id == user_id).with_for_update(read=not to_change)
        return (await self._access.db.scalars(statement)).one_or_none()

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None:
        """Replace the password."""
        await self._access.db.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))

    async def delete(self, user_id: UUID) -> None:
        """Erase the account and all that belongs to it."""
        await self._access.db.execute(delete(User).where(User.id == user_id))


class LoginRepository:
    """Logins and their refresh tokens."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def take_turn(self, subject: UUID | bytes) -> None:
        """Wait, without a connection, until this process has no other transaction at a user's logins, or at a token.

        To be taken before anything else: those that waited for a row would have a connection each.
        """
        await self._access.transaction.take_turn(("logins", subject))

    async def is_live(self, login_id: UUID, user_id: UUID) -> bool:
        """Tell whether the login is the user's, and neither revoked nor expired."""
        return await self.find_live(login_id, user_id) is not None

    async def find_live(self, login_id: UUID, user_id: UUID) -> LiveLogin | None:
        """Return the login if it is the user's, and neither revoked nor expired."""
        row = await self._access.reads.first(_LIVE_LOGIN, login_id=login_id, user_id=user_id)
        return LiveLogin(row["timezone"]) if row else None

    async def add(self, login: Login, token_hash: bytes) -> None:
        """Store a new login with its first refresh token."""
        self._access.db.add(login)
        await self._access.db.flush()
        await self.add_token(login, token_hash)

    async def add_token(self, login: Login, token_hash: bytes, *, parent_hash: bytes | None = None) -> None:
        """Store a further refresh token of a login, given for the one with ``parent_hash``."""
        token = RefreshToken(token_hash=token_hash, user_id=login.user_id, login_id=login.id, parent_hash=parent_hash)
        self._access.db.add(token)
        await self._access.db.flush()

    async def delete_token(self, token: RefreshToken) -> None:
        """Erase a refresh token of a locked login."""
        await self._access.db.execute(delete(RefreshToken).where(RefreshToken.token_hash == token.token_hash))

    async def note_use(self, login_id: UUID, now: datetime, address: str, user_agent: str) -> None:
        """Note that somebody went on with a login, and from where."""
        values = {"last_used_at": now, "address": address, "user_agent": user_agent}
        await self._access.db.execute(update(Login).where(Login.id == login_id).values(values))

    async def list_page(self, user_id: UUID, *, limit: int, offset: int) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the user's logins in force, the last used first, and how many there are in all."""
        rows, total = await fetch_page(
            self._access.reads,
            _LIST_LOGINS,
            lambda: _COUNT_LOGINS,
            {"user_id": user_id},
            limit=limit,
            offset=offset,
        )
        return [dict(row) for row in rows], total

    async def find_by_token(self, token_hash: bytes) -> UUID | None:
        """Return the login in force that a refresh token belongs to, or None."""
        row = await self._access.reads.first(_LOGIN_OF_TOKEN, token_hash=token_hash)
        return row["id"] if row else None

    async def lock_by_token(self, token_hash: bytes) -> tuple[Login, RefreshToken] | None:
        """Return a refresh token and its login, held against a second use at the same time."""
        result = await self._access.db.execute(
            select(Login, RefreshToken)
            .join(RefreshToken, RefreshToken.login_id == Login.id)
            .where(RefreshToken.token_hash == token_hash)
            .with_for_update()
        )
        row = result.one_or_none()
        return (row[0], row[1]) if row else None

    async def successors(self, token: RefreshToken) -> Sequence[RefreshToken]:
        """Return the tokens that were given for a locked one."""
        statement = select(RefreshToken).where(
            RefreshToken.login_id == token.login_id, RefreshToken.parent_hash == token.token_hash
        )
        return (await self._access.db.scalars(statement)).all()

    async def revoke(
        self, user_id: UUID, now: datetime, *, only: UUID | None = None, all_but: UUID | None = None
    ) -> None:
        """Revoke the user's logins (or one, or all but one) and tell every replica at commit."""
        statement = update(Login).where(Login.user_id == user_id, Login.revoked_at.is_(None))
        if only:
            statement = statement.where(Login.id == only)
        if all_but:
            statement = statement.where(Login.id != all_but)
        await self._access.db.execute(statement.values(revoked_at=now))
        await self.announce(user_id)

    async def announce(self, user_id: UUID) -> None:
        """Tell every replica, at commit, to look again at the user's logins."""
        await self._access.db.execute(
            text("SELECT pg_notify(:channel, :payload)"),
            {"channel": CHANNEL, "payload": f"{LOGINS_TOPIC}:{user_id}"},
        )
