"""Password hashes, and the refresh and feed tokens that are stored as hashes too."""

import asyncio
import hashlib
import secrets

from passlib.context import CryptContext


class Passwords:
    """Hashes and checks passwords in threads, a bounded number at once.

    ``bcrypt_sha256`` hashes the whole password; bare bcrypt would ignore all beyond 72 bytes. More threads than
    cores would only slow down the requests beside them.
    """

    def __init__(self, *, rounds: int, concurrency: int) -> None:
        self._context = CryptContext(schemes=["bcrypt_sha256"], bcrypt_sha256__rounds=rounds)
        self._slots = asyncio.Semaphore(concurrency)

    async def hash(self, password: str) -> str:
        """Return the hash to store, with its salt and cost in it."""
        async with self._slots:
            return await asyncio.to_thread(self._context.hash, password)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Tell whether a password is the one behind the hash.

        None for the hash (no such user) answers False after the time that a wrong password takes.
        """
        async with self._slots:
            return await asyncio.to_thread(self._context.verify, password, password_hash)

    async def warm_up(self) -> None:
        """Make the first login as quick as the second: load the back end and its dummy hash."""
        await self.matches("", None)


def new_opaque_token() -> str:
    """Return 256 random bits for a refresh or feed token."""
    return secrets.token_urlsafe(32)


def opaque_token_hash(token: str) -> bytes:
    """Return what is stored of such a token; with that many random bits it needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
