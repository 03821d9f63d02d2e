"""Remembered answers in SQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text

from app.models import IdempotencyKey
from app.repositories.access import DataAccess


class IdempotencyRepository:
    """The first answers to creating requests."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def try_lock(self, user_id: UUID, key: str) -> bool:
        """Claim a key until the transaction ends; False if another request holds it right now."""
        result = await self._access.db.execute(
            text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"idempotency:{user_id}:{key}"},
        )
        return bool(result.scalar_one())

    async def get(self, user_id: UUID, key: str, *, since: datetime) -> IdempotencyKey | None:
        """Return the answer remembered under a key, unless it is older than ``since``."""
        return (
            await self._access.db.scalars(
                select(IdempotencyKey).where(
                    IdempotencyKey.user_id == user_id, IdempotencyKey.key == key, IdempotencyKey.created_at > since
                )
            )
        ).one_or_none()

    async def put(self, answer: IdempotencyKey) -> None:
        """Remember an answer, in the place of an outdated one."""
        await self._access.db.execute(
            delete(IdempotencyKey).where(IdempotencyKey.user_id == answer.user_id, IdempotencyKey.key == answer.key)
        )
        self._access.db.add(answer)
        await self._access.db.flush()
