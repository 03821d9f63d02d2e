"""Calendar feeds, and the interviews that they show, in SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, case, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from app.core.reads import Read
from app.models import CalendarFeed, Interview, Position
from app.repositories.access import DataAccess

_GET = Read(select(CalendarFeed.created_at).where(CalendarFeed.user_id == bindparam("user_id")))
_OWNER = Read(select(CalendarFeed.user_id).where(CalendarFeed.token_hash == bindparam("token_hash")))
NOTES_CHARACTERS = 8_001
"""What a feed gets of one interview's notes: as much as an event shows, and one more to tell that there is more."""

NOTES_BYTES = 1024 * 1024
"""How many bytes of notes a feed reaches into; the events that are scheduled before that are without theirs."""

_ORDER = (Interview.scheduled_date.desc(), Interview.id)
_BYTES = func.coalesce(func.octet_length(Interview.notes), literal_column("0"))
_IS_REACHED = (func.sum(_BYTES).over(order_by=_ORDER) - _BYTES) < literal_column(str(NOTES_BYTES))
_EVENTS = Read(
    select(
        Interview.id,
        Interview.type,
        Interview.place,
        Interview.scheduled_date,
        Interview.duration_minutes,
        case((_IS_REACHED, func.left(Interview.notes, literal_column(str(NOTES_CHARACTERS))))).label("notes"),
        Interview.outcome,
        Interview.created_at,
        # An event shows its position's title too, and changes with it.
        func.greatest(Interview.updated_at, Position.updated_at).label("updated_at"),
        Position.title,
        Position.company,
        Position.job_url,
    )
    .join(Position, Position.id == Interview.position_id)
    .where(Interview.user_id == bindparam("user_id"))
    .order_by(*_ORDER)
    .limit(bindparam("limit"))
)


class CalendarFeedRepository:
    """The feed of each user who wants one."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def replace(self, user_id: UUID, token_hash: bytes, created_at: datetime) -> None:
        """Store the user's feed, in the place of the one before."""
        values = {"token_hash": token_hash, "created_at": created_at}
        await self._access.db.execute(
            insert(CalendarFeed)
            .values(user_id=user_id, **values)
            .on_conflict_do_update(index_elements=[CalendarFeed.user_id], set_=values)
        )

    async def created_at(self, user_id: UUID) -> datetime | None:
        """Return since when the user has a feed, or None."""
        row = await self._access.reads.first(_GET, user_id=user_id)
        return row["created_at"] if row else None

    async def delete(self, user_id: UUID) -> bool:
        """Erase the user's feed; tell whether there was one."""
        deleted = await self._access.db.scalars(
            delete(CalendarFeed).where(CalendarFeed.user_id == user_id).returning(CalendarFeed.user_id)
        )
        return deleted.one_or_none() is not None

    async def owner(self, token_hash: bytes) -> UUID | None:
        """Return whose feed has this token, or None."""
        row = await self._access.reads.first(_OWNER, token_hash=token_hash)
        return row["user_id"] if row else None

    async def events(self, user_id: UUID, *, limit: int) -> list[dict[str, Any]]:
        """Return the user's interviews with their position's words, the latest scheduled first."""
        return [dict(row) for row in await self._access.reads.all(_EVENTS, user_id=user_id, limit=limit)]
