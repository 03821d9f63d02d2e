"""Interviews in SQL. Every query takes the owner's id."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal_column, select

from app.core.reads import Read
from app.models import Interview, Position
from app.repositories.access import DataAccess
from app.repositories.paging import BYTES_OF_PAGE, PAGE_BYTES, fetch_page

INTERVIEW_COLUMNS = (
    Interview.id,
    Interview.position_id,
    Interview.type,
    Interview.place,
    Interview.scheduled_date,
    Interview.duration_minutes,
    Interview.notes,
    Interview.outcome,
    Interview.created_at,
    Interview.updated_at,
)
_SHORT_COLUMNS = tuple(column for column in INTERVIEW_COLUMNS if column is not Interview.notes)
_MINE = (Interview.id == bindparam("interview_id"), Interview.user_id == bindparam("user_id"))
_GET = Read(select(*INTERVIEW_COLUMNS).where(*_MINE))
_OF_POSITION = Read(
    select(*INTERVIEW_COLUMNS)
    .where(Interview.position_id == bindparam("position_id"), Interview.user_id == bindparam("user_id"))
    .order_by(Interview.scheduled_date, Interview.id)
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "since": Interview.scheduled_date >= bindparam("since"),
    "until": Interview.scheduled_date <= bindparam("until"),
    "outcome": Interview.outcome == bindparam("outcome"),
    "type": Interview.type == bindparam("type"),
}


class InterviewRepository:
    """The interviews of a user's positions."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, interview_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one interview."""
        row = await self._access.reads.first(_GET, interview_id=interview_id, user_id=user_id)
        return dict(row) if row else None

    async def list_of_position(self, position_id: UUID, user_id: UUID) -> list[dict[str, Any]]:
        """Return the position's interviews by scheduled time."""
        rows = await self._access.reads.all(_OF_POSITION, position_id=position_id, user_id=user_id)
        return [dict(row) for row in rows]

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the user's matching interviews by scheduled time, and how many match in all."""
        names = frozenset(filters)
        values = filters | {"user_id": user_id}
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            values,
            limit=limit,
            offset=offset,
        )
        return [dict(row) for row in rows], total

    async def lock(self, interview_id: UUID, user_id: UUID) -> tuple[Position, Interview] | None:
        """Return the interview and its position, both held against changes by others.

        The position is locked first, as everywhere, so that two requests cannot wait for each other.
        """
        result = await self._access.db.execute(
            select(Position, Interview)
            .select_from(Position)
            .join(Interview, Interview.position_id == Position.id)
            .where(Interview.id == interview_id, Interview.user_id == user_id)
            .with_for_update()
        )
        row = result.one_or_none()
        return (row[0], row[1]) if row else None

    async def add(self, interview: Interview) -> None:
        """Store a new interview."""
        self._access.db.add(interview)
        await self._access.db.flush()

    async def delete(self, interview_id: UUID, user_id: UUID) -> bool:
        """Erase the interview; tell whether there was one."""
        deleted = await self._access.db.scalars(
            delete(Interview)
            .where(Interview.id == interview_id, Interview.user_id == user_id)
            .returning(Interview.id)
        )
        return deleted.one_or_none() is not None


@lru_cache(maxsize=64)
def _list_read(filters: frozenset[str]) -> Read:
    total = select(func.count()).select_from(Interview).where(*_conditions(filters)).scalar_subquery()
    order = (Interview.scheduled_date, Interview.id)
    page = (
        select(Interview.id)
        .where(*_conditions(filters))
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .cte("page")
    )
    page_bytes = func.coalesce(func.sum(func.octet_length(Interview.notes)).over(), literal_column("0"))
    fits = page_bytes <= literal_column(str(PAGE_BYTES))
    return Read(
        select(
            *_SHORT_COLUMNS,
            case((fits, Interview.notes)).label("notes"),
            total.label("total"),
            page_bytes.label(BYTES_OF_PAGE),
        )
        .join(page, page.c.id == Interview.id)
        .order_by(*order)
    )


@lru_cache(maxsize=64)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Interview).where(*_conditions(filters)))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [Interview.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]
