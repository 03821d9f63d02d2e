"""Answering a repeated creating request with its first answer."""

import hashlib
from datetime import timedelta
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import ResourceConflictError
from app.models import IdempotencyKey
from app.repositories.access import DataAccess
from app.repositories.idempotency import IdempotencyRepository

KEEP_ANSWERS = timedelta(hours=24)
NO_CONTENT = b""
"""What is kept in the place of an answer with a secret in it."""


class ReplayedAnswer(Exception):  # noqa: N818 - not an error: the request was answered before
    """The request has been answered before; this is that answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class KeyInUseError(ResourceConflictError):
    """A request with this key has not been answered yet."""

    def __init__(self) -> None:
        super().__init__("A request with this Idempotency-Key is under way", resource_type="Request")


class IdempotencyService:
    """One creating request under a key of its sender's choice.

    The answer is stored in the transaction that creates the resource: a crash loses both or neither. The same key is
    another one in another ``space``.
    """

    def __init__(self, access: DataAccess, user_id: UUID, key: str, request: bytes, *, space: str = "") -> None:
        self._repository = IdempotencyRepository(access)
        self._user_id = user_id
        self._key = _key_in(space, key) if space else key
        self._request_hash = hashlib.sha256(request).digest()

    async def begin(self) -> None:
        """Claim the key for this request.

        Raises:
            ReplayedAnswer: the same request was answered within the last 24 hours.
            ResourceConflictError: another request has used the key, or is under way with it; or the answer held a
                secret, and was not kept.

        """
        if not await self._repository.try_lock(self._user_id, self._key):
            raise KeyInUseError
        answer = await self._repository.get(self._user_id, self._key, since=utc_now() - KEEP_ANSWERS)
        if answer is None:
            return
        if answer.request_hash != self._request_hash:
            raise ResourceConflictError("This Idempotency-Key was used for another request", resource_type="Request")
        if answer.response_body == NO_CONTENT:
            raise ResourceConflictError(
                "This request was carried out; its answer held a secret and is not given again",
                resource_type="Request",
            )
        raise ReplayedAnswer(answer.response_status, answer.response_body)

    async def note_secret(self) -> None:
        """Keep of this request that it was answered, and nothing of the answer."""
        await self.remember(200, NO_CONTENT)

    async def remember(self, status: int, body: bytes) -> None:
        """Keep the answer of this request."""
        await self._repository.put(
            IdempotencyKey(
                user_id=self._user_id,
                key=self._key,
                request_hash=self._request_hash,
                response_status=status,
                response_body=body,
            )
        )


def _key_in(space: str, key: str) -> str:
    """Return the key as it is kept in a space: it fits, and with its tab it is none that a user can choose."""
    return "\t" + hashlib.sha256(f"{space}\t{key}".encode()).hexdigest()
