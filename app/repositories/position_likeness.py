"""Positions found by what they have in common with others, many at a time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, any_, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.reads import Read
from app.models import Position
from app.repositories.access import DataAccess

_ALIKE = Read(
    select(Position.id, Position.job_key, Position.address_key)
    .where(
        Position.user_id == bindparam("user_id"),
        or_(
            Position.job_key == any_(bindparam("job_keys", type_=ARRAY(BigInteger))),
            Position.address_key == any_(bindparam("address_keys", type_=ARRAY(BigInteger))),
        ),
    )
    .order_by(Position.created_at, Position.id)
)


class PositionLikenessRepository:
    """The user's positions by their keys."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def alike(
        self, user_id: UUID, job_keys: Sequence[int], address_keys: Sequence[int]
    ) -> list[tuple[UUID, int | None, int | None]]:
        """Return id, job key and address key of each position that has one of the keys, the oldest first."""
        rows = await self._access.reads.all(
            _ALIKE, user_id=user_id, job_keys=list(job_keys), address_keys=list(address_keys)
        )
        return [(row["id"], row["job_key"], row["address_key"]) for row in rows]
