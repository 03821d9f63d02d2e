"""Interviews in SQL. Every query takes the owner's id."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Select,
    Uuid,
    any_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)

from app.core.reads import Read
from app.models import Interview, Position
from app.repositories.access import DataAccess
from app.repositories.paging import READ_BYTES, fetch_page, without_total

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
_MINE = (Interview.id == bindparam("interview_id"), Interview.user_id == bindparam("user_id"))
_GET = Read(select(*INTERVIEW_COLUMNS).where(*_MINE))
BATCH_ROWS = 200
"""Interviews in one read of a position's at most."""

_IN_ORDER = (Interview.scheduled_date, Interview.id)
_BEFORE_ALL = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
_CURSOR = (bindparam("after_date", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid()))


def _with_bytes_before(rows: Select[Any]) -> Select[Any]:
    """Return the rows with the bytes of the notes that stand before each, as ``bytes_before``."""
    size = func.coalesce(func.octet_length(Interview.notes), 0)
    return rows.add_columns((func.sum(size).over(order_by=_IN_ORDER) - size).label("bytes_before"))


_SOME_OF_POSITION = (
    select(Interview.id)
    .where(
        Interview.position_id == bindparam("position_id"),
        Interview.user_id == bindparam("user_id"),
        tuple_(*_IN_ORDER) > tuple_(*_CURSOR),
    )
    .order_by(*_IN_ORDER)
    .limit(literal_column(str(BATCH_ROWS)))
    .cte("some")
)
_MEASURED_OF_POSITION = _with_bytes_before(
    select(Interview.id).join(_SOME_OF_POSITION, _SOME_OF_POSITION.c.id == Interview.id)
).cte("measured")
_BATCH_OF_POSITION = Read(
    select(*INTERVIEW_COLUMNS, select(func.count()).select_from(_SOME_OF_POSITION).scalar_subquery().label("found"))
    .join(_MEASURED_OF_POSITION, _MEASURED_OF_POSITION.c.id == Interview.id)
    .where(_MEASURED_OF_POSITION.c.bytes_before < literal_column(str(READ_BYTES)))
    .order_by(*_IN_ORDER)
)
_MEASURED_BY_ID = _with_bytes_before(
    select(Interview.id).where(
        Interview.id == any_(bindparam("ids", type_=ARRAY(Uuid()))), Interview.user_id == bindparam("user_id")
    )
).cte("measured")
_NOTES = Read(
    select(Interview.id, Interview.notes)
    .join(_MEASURED_BY_ID, _MEASURED_BY_ID.c.id == Interview.id)
    .where(_MEASURED_BY_ID.c.bytes_before < literal_column(str(READ_BYTES)))
    .order_by(*_IN_ORDER)
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

    async def of_position(self, position_id: UUID, user_id: UUID) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the position's interviews by scheduled time, in batches of up to ``BATCH_ROWS`` and ``READ_BYTES``.

        Each batch is a statement of its own: nothing is held while the client takes its time.
        """
        after_date, after_id = _BEFORE_ALL
        found, given = 1, 0
        while given < found or found == BATCH_ROWS:
            values = {"position_id": position_id, "user_id": user_id, "after_date": after_date, "after_id": after_id}
            rows = await self._access.reads.all(_BATCH_OF_POSITION, **values)
            if not rows:
                return
            found, given = rows[0]["found"], len(rows)
            after_date, after_id = rows[-1]["scheduled_date"], rows[-1]["id"]
            yield [{name: value for name, value in row.items() if name != "found"} for row in rows]

    async def notes_of(self, ids: list[UUID], user_id: UUID) -> dict[UUID, str | None]:
        """Return the notes of the first of these interviews, which stand by scheduled time: up to ``READ_BYTES``."""
        rows = await self._access.reads.all(_NOTES, ids=ids, user_id=user_id)
        return {row["id"]: row["notes"] for row in rows}

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the user's matching interviews by scheduled time, and how many match in all.

        Those beyond ``READ_BYTES`` have ``is_cut`` and no notes, which ``notes_of`` gives.
        """
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
        return [without_total(row) for row in rows], total

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
    page = (
        select(Interview.id, total.label("total"))
        .where(*_conditions(filters))
        .order_by(*_IN_ORDER)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .cte("page")
    )
    measured = _with_bytes_before(select(page).join(Interview, Interview.id == page.c.id)).cte("measured")
    is_cut = measured.c.bytes_before >= literal_column(str(READ_BYTES))
    notes = case((is_cut, None), else_=Interview.notes).label("notes")
    columns = [notes if column is Interview.notes else column for column in INTERVIEW_COLUMNS]
    return Read(
        select(*columns, is_cut.label("is_cut"), measured.c.total)
        .join(measured, measured.c.id == Interview.id)
        .order_by(*_IN_ORDER)
    )


@lru_cache(maxsize=64)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Interview).where(*_conditions(filters)))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [Interview.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]
