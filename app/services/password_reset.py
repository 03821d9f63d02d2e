"""A new password for an account whose owner has forgotten theirs, and has told the operator so."""

import secrets
from collections.abc import Awaitable, Callable

from app.core.clock import utc_now
from app.core.errors import ResourceNotFoundError
from app.repositories.access import DataAccess
from app.repositories.users import LoginRepository, UserRepository

PASSWORD_BYTES = 12
"""Random bytes in a new password, which make 16 characters."""


class PasswordResetService:
    """Sets passwords without knowing the old ones."""

    def __init__(self, access: DataAccess) -> None:
        self._users = UserRepository(access)
        self._logins = LoginRepository(access)

    async def reset(self, email: str, hashed: Callable[[str], Awaitable[str]]) -> str:
        """Give an account a new random password, end all of its logins on every replica, and return the password.

        Raises:
            ResourceNotFoundError: no account has this email.

        """
        user = await self._users.get_by_email(email)
        if user is None:
            raise ResourceNotFoundError("User", email)
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        password_hash = await hashed(password)
        # In this order, so that a login with the old password cannot slip in between.
        await self._users.lock_password_hash(user["id"], to_change=True)
        await self._users.set_password_hash(user["id"], password_hash)
        await self._logins.revoke(user["id"], utc_now())
        return password
