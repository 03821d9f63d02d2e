"""Logins: how one is kept alive, listed and ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import AuthenticationError, RefreshTokenReusedError, ResourceNotFoundError
from app.core.passwords import new_opaque_token, opaque_token_hash
from app.models import RefreshToken
from app.repositories.access import DataAccess
from app.repositories.users import LoginRepository, UserRepository
from app.schemas.paging import PageQuery, page_of
from app.services.accounts import Credentials, token_answer
from app.services.user_context import UserContext

RACE_SECONDS = 60
"""How far apart two exchanges of one refresh token may be to pass for requests that raced each other."""


class LoginService:
    """The logins of users."""

    def __init__(self, access: DataAccess, credentials: Credentials) -> None:
        self._users = UserRepository(access)
        self._logins = LoginRepository(access)
        self._credentials = credentials

    async def find(self, refresh_token: str) -> UUID | None:
        """Return the login in force that a refresh token belongs to, spent or not; None if there is none."""
        return await self._logins.find_by_token(opaque_token_hash(refresh_token))

    async def refresh(self, refresh_token: str, address: str, user_agent: str) -> dict[str, Any]:
        """Exchange a refresh token for new tokens of the same login.

        Answers get lost and tabs race each other, so a token may be exchanged again until what came of it was used.
        Each time the token that came of it before dies, and one is left in the end.

        Raises:
            AuthenticationError: unknown, dead, expired or revoked.
            RefreshTokenReusedError: somebody else has a copy; the whole login is revoked.

        """
        token_hash = opaque_token_hash(refresh_token)
        await self._logins.take_turn(token_hash)
        found = await self._logins.lock_by_token(token_hash)
        now = utc_now()
        if found is None:
            raise AuthenticationError
        login, token = found
        successors = await self._logins.successors(token)
        if token.superseded_at or any(successor.used_at for successor in successors):
            self._credentials.live_logins.distrust(login.user_id)
            await self._logins.revoke(login.user_id, now, only=login.id)
            raise RefreshTokenReusedError
        user = await self._users.get(login.user_id)
        if login.revoked_at or login.expires_at <= now or user is None:
            raise AuthenticationError
        await self._supersede(successors, now)
        token.used_at = token.used_at or now
        login.expires_at = now + self._credentials.login_lifetime
        new_token = new_opaque_token()
        await self._logins.add_token(login, opaque_token_hash(new_token), parent_hash=token.token_hash)
        await self._logins.note_use(login.id, now, address, user_agent)
        return token_answer(self._credentials, login.user_id, login.id, user, new_token)

    async def renew_access(self, who: UserContext, address: str, user_agent: str) -> dict[str, Any]:
        """Return a new access token of a login that is known by its present one; it ends when it would have ended."""
        await self._logins.take_turn(who.user_id)
        user = await self._users.get(who.user_id)
        if user is None:
            raise AuthenticationError
        await self._logins.note_use(who.login_id, utc_now(), address, user_agent)
        return token_answer(self._credentials, who.user_id, who.login_id, user)

    async def list_page(self, who: UserContext, query: PageQuery) -> dict[str, Any]:
        """Return one page of the user's logins that are in force, the last used first."""
        rows, total = await self._logins.list_page(who.user_id, limit=query.per_page, offset=query.offset)
        logins = [row | {"current": row["id"] == who.login_id} for row in rows]
        return page_of("logins", logins, total, query)

    async def end(self, who: UserContext, login_id: UUID) -> None:
        """Revoke one of the user's logins, on every replica.

        Raises:
            ResourceNotFoundError: it is not theirs, or not in force.

        """
        await self._logins.take_turn(who.user_id)
        if not await self._logins.is_live(login_id, who.user_id):
            raise ResourceNotFoundError("Login", login_id)
        self._credentials.live_logins.distrust(who.user_id)
        await self._logins.revoke(who.user_id, utc_now(), only=login_id)

    async def _supersede(self, successors: Sequence[RefreshToken], now: datetime) -> None:
        """Make unused tokens worthless, because the one that they were given for was exchanged again.

        Whoever got a token has no need of the one before it. So that one is exchanged again by a client that lost its
        answer, and then nobody will ever show the lost token; by clients that race each other, at once; or by a
        thief, whose victim shows the token. Hence one that lived too long for a race is remembered.
        """
        for token in successors:
            if now - token.created_at <= timedelta(seconds=RACE_SECONDS):
                await self._logins.delete_token(token)
            else:
                token.superseded_at = token.superseded_at or now
