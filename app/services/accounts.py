"""Accounts: registration, sign-in, and what ends them."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from app.core.clock import utc_now
from app.core.config import Settings
from app.core.errors import AuthenticationError, RateLimitError, ResourceConflictError, ValidationError
from app.core.passwords import Passwords, Turn, new_opaque_token, opaque_token_hash
from app.core.tokens import AccessTokens
from app.models import Login, User
from app.repositories.access import DataAccess
from app.repositories.users import LoginRepository, UserRepository
from app.schemas.auth import ChangePasswordRequest, LoginRequest, ProfileUpdate, RegisterRequest
from app.services.live_logins import LiveLogins
from app.services.rate_limits import RateLimits, as_stored
from app.services.user_context import UserContext

log = structlog.get_logger(__name__)

_TAKEN = {"email": "Email already registered", "username": "Username already taken"}


class Credentials:
    """The parts of the process that check who somebody is."""

    def __init__(
        self,
        settings: Settings,
        tokens: AccessTokens,
        passwords: Passwords,
        limits: RateLimits,
        live_logins: LiveLogins,
    ) -> None:
        self.live_logins = live_logins
        self.tokens = tokens
        self.passwords = passwords
        self.limits = limits
        self.login_lifetime = timedelta(days=settings.refresh_token_expire_days)


class AccountService:
    """Accounts and their logins.

    A slow password hash is never waited for inside a transaction: that would hold a database connection.
    """

    def __init__(self, access: DataAccess, credentials: Credentials) -> None:
        self._users = UserRepository(access)
        self._logins = LoginRepository(access)
        self._credentials = credentials

    async def register(self, body: RegisterRequest, address: str) -> User:
        """Store a new account.

        Raises:
            ResourceConflictError: the email or username is taken.
            RateLimitError: too many registrations from this address.
            SignInBusyError: too many passwords wait to be hashed.

        """
        await self._credentials.limits.count_registration(address)
        await self._refuse_taken(body)
        async with self._credentials.passwords.turn(account=None, address=address) as turn:
            password_hash = await turn.hash(body.password)
        user = await self._users.add(body.model_dump(exclude={"password"}) | {"password_hash": password_hash})
        if user is None:
            # Taken by another request since the look above.
            await self._refuse_taken(body)
            raise ResourceConflictError(_TAKEN["email"], resource_type="User")
        return user

    async def login(self, body: LoginRequest, address: str, user_agent: str) -> dict[str, Any]:
        """Check the password and return the tokens of a new login.

        Raises:
            AuthenticationError: unknown email or wrong password; the answer and its time are the same.
            RateLimitError: too many failures for this email or from this address.
            SignInBusyError: too many passwords wait to be checked.

        """
        user, password_hash = await self._user_with_password(body, address)
        if await self._users.lock_password_hash(user["id"]) != password_hash:
            # Replaced since it was checked, and this login would outlive the revocation of the others.
            log.info("login_failed", address=address)
            raise AuthenticationError("Incorrect email or password")
        login = Login(
            user_id=user["id"],
            expires_at=utc_now() + self._credentials.login_lifetime,
            address=address,
            user_agent=user_agent,
        )
        refresh_token = new_opaque_token()
        await self._logins.add(login, opaque_token_hash(refresh_token))
        return token_answer(self._credentials, login.user_id, login.id, user, refresh_token)

    async def _user_with_password(self, body: LoginRequest, address: str) -> tuple[dict[str, Any], str]:
        """Return the account that email and password belong to, and the hash that the password was found to match."""
        email = as_stored(body.email)
        try:
            async with (
                self._credentials.passwords.turn(account=email, address=address) as turn,
                self._credentials.limits.login_attempt(email, address) as attempt,
            ):
                user = await self._users.get_by_email(body.email)
                password_hash: str | None = user["password_hash"] if user else None
                matches = await turn.matches(body.password, password_hash)
                if not matches:
                    attempt.failed()
        except RateLimitError:
            note_refused_login(address)
            raise
        if user is None or password_hash is None or not matches:
            log.info("login_failed", address=address)
            raise AuthenticationError("Incorrect email or password")
        return user, password_hash

    async def get(self, user_id: UUID) -> dict[str, Any]:
        """Return the account.

        Raises:
            AuthenticationError: it was erased a moment ago.

        """
        user = await self._users.get(user_id)
        if user is None:
            raise AuthenticationError
        return user

    async def update(self, who: UserContext, body: ProfileUpdate) -> User:
        """Change the fields that were sent.

        Raises:
            AuthenticationError: the account was erased a moment ago.
            ResourceConflictError: the username is taken.
            ValidationError: no name would be left.

        """
        user = await self._users.lock(who.user_id)
        if user is None:
            raise AuthenticationError
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(user, name, value)
        if user.first_name is None and user.username is None:
            raise ValidationError({"first_name": "This field is required"})
        if not await self._users.store_changes():
            raise ResourceConflictError(_TAKEN["username"], resource_type="User")
        # The time zone is remembered with the logins.
        self._credentials.live_logins.distrust(who.user_id)
        await self._logins.announce(who.user_id)
        return user

    async def logout(self, who: UserContext) -> None:
        """Revoke the login, on every replica."""
        await self._logins.take_turn(who.user_id)
        self._credentials.live_logins.distrust(who.user_id)
        await self._logins.revoke(who.user_id, utc_now(), only=who.login_id)

    async def change_password(self, who: UserContext, body: ChangePasswordRequest, address: str) -> None:
        """Replace the password and revoke every other login."""
        async with self._turn(who, address) as turn:
            checked = await self._check_password(turn, who, "current_password", body.current_password)
            password_hash = await turn.hash(body.new_password)
        if await self._users.lock_password_hash(who.user_id, to_change=True) != checked:
            raise ResourceConflictError("The password was changed by another request", resource_type="User")
        await self._users.set_password_hash(who.user_id, password_hash)
        self._credentials.live_logins.distrust(who.user_id)
        await self._logins.revoke(who.user_id, utc_now(), all_but=who.login_id)

    async def delete(self, who: UserContext, password: str, address: str) -> None:
        """Erase the account and all that belongs to it."""
        async with self._turn(who, address) as turn:
            await self._check_password(turn, who, "password", password)
        self._credentials.live_logins.distrust(who.user_id)
        await self._logins.announce(who.user_id)
        await self._users.delete(who.user_id)

    async def _refuse_taken(self, body: RegisterRequest) -> None:
        if taken := await self._users.taken(body.email, body.username):
            raise ResourceConflictError(_TAKEN[taken], resource_type="User")

    def _turn(self, who: UserContext, address: str) -> AbstractAsyncContextManager[Turn]:
        """Return the turn of an account, whichever of its logins asks."""
        return self._credentials.passwords.turn(account=str(who.user_id), address=address)

    async def _check_password(self, turn: Turn, who: UserContext, field: str, password: str) -> str:
        """Return the hash that the password was found to match."""
        user = await self.get(who.user_id)
        password_hash: str = user["password_hash"]
        async with self._credentials.limits.password_check(who.login_id) as attempt:
            if await turn.matches(password, password_hash):
                return password_hash
            attempt.failed()
        raise AuthenticationError("Incorrect password", field_errors={field: "Incorrect password"})


def note_refused_login(address: str) -> None:
    """Log that an address is not let try another password for now; what it tried is nobody's business."""
    log.warning("login_refused", address=address)


def token_answer(
    credentials: Credentials, user_id: UUID, login_id: UUID, user: dict[str, Any], refresh_token: str | None = None
) -> dict[str, Any]:
    """Return what a client gets to work with: a new access token, and a refresh token if there is a new one."""
    return {
        "access_token": credentials.tokens.issue(user_id, login_id),
        "expires_in": round(credentials.tokens.lifetime_seconds),
        "refresh_token": refresh_token,
        "user": user,
    }
