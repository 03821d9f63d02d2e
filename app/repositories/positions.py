"""Positions in SQL. Every query takes the owner's id, so that nobody reaches another user's rows."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    ColumnDefault,
    Table,
    TextClause,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import aliased

from app.core.reads import Read
from app.models import (
    InterviewSession,
    Note,
    Position,
    StatusChange,
)
from app.models.enums import PositionStatus
from app.models.position import HISTORY_ORDER
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page
from app.repositories.position_filters import filter_values
from app.repositories.position_records import (
    BATCH,
    POSITION,
    POSITION_COLUMNS,
    WRITTEN_POSITION,
    PositionRecord,
    count_read,
    list_read,
    present,
    record_of,
)

_LOOK_ALIKE_COLUMNS = (
    Position.id,
    Position.title,
    Position.company,
    Position.status,
    Position.application_date,
    Position.job_url,
)

_ITSELF = aliased(Position)
_LOOK_ALIKES_OF = Read(
    select(*_LOOK_ALIKE_COLUMNS)
    .join(
        _ITSELF,
        and_(
            _ITSELF.id == bindparam("position_id"),
            _ITSELF.user_id == Position.user_id,
            _ITSELF.id != Position.id,
            or_(_ITSELF.job_key == Position.job_key, _ITSELF.address_key == Position.address_key),
        ),
    )
    .where(Position.user_id == bindparam("user_id"))
    .order_by(Position.created_at.desc(), Position.id)
    .limit(bindparam("limit"))
)

_MINE = (Position.id == bindparam("position_id"), Position.user_id == bindparam("user_id"))
_GET = Read(select(*POSITION_COLUMNS).where(*_MINE))
_EXISTS = Read(select(Position.id).where(*_MINE))
_HISTORY = Read(
    select(
        StatusChange.from_status,
        StatusChange.to_status,
        StatusChange.occurred_at,
        StatusChange.recorded_at,
        StatusChange.note,
    )
    .join(Position, Position.id == StatusChange.position_id)
    .where(*_MINE)
    .order_by(*HISTORY_ORDER)
)


@cache
def _written_columns(entity: type[Position | StatusChange | Note]) -> Sequence[Column[Any]]:
    """Return the columns that no part of the database makes."""
    return [column for column in _table_of(entity).columns if column.server_default is None]


def _table_of(entity: type[Position | StatusChange | Note]) -> Table:
    table = entity.__table__
    assert isinstance(table, Table)
    return table


def _insert_from_json(entity: type[Position | StatusChange | Note]) -> TextClause:
    table = _table_of(entity).name
    names = ", ".join(column.name for column in _written_columns(entity))
    return text(
        f"INSERT INTO {table} ({names}) "  # noqa: S608 - names of our own columns
        f"SELECT {names} FROM json_populate_recordset(CAST(NULL AS {table}), CAST(CAST(:rows AS text) AS json))"
    )


_INSERT_POSITIONS = _insert_from_json(Position)
_INSERT_HISTORY = _insert_from_json(StatusChange)
_INSERT_NOTES = _insert_from_json(Note)


class PositionRepository:
    """Positions and their history."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, position_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return the columns of one position."""
        row = await self._access.reads.first(_GET, position_id=position_id, user_id=user_id)
        return dict(row) if row else None

    async def record(self, position_id: UUID, user_id: UUID) -> PositionRecord | None:
        """Return one position as JSON with its interviews; see ``InterviewRepository.of_position`` for many."""
        row = await self._access.reads.first(POSITION, position_id=position_id, user_id=user_id, **present())
        return record_of(row) if row else None

    async def written_record(self, position_id: UUID, user_id: UUID) -> PositionRecord:
        """Return a position that exists as JSON, but as this transaction left it, with all its interviews."""
        await self._access.db.flush()
        values = {"position_id": position_id, "user_id": user_id} | present()
        return record_of((await self._access.db.execute(WRITTEN_POSITION, values)).mappings().one())

    async def exists(self, position_id: UUID, user_id: UUID) -> bool:
        """Tell whether the user has this position."""
        return await self._access.reads.first(_EXISTS, position_id=position_id, user_id=user_id) is not None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, sort_by: str, sort_order: str, limit: int, offset: int
    ) -> tuple[list[PositionRecord], int]:
        """Return one page of the matching positions with their interviews, and how many match in all.

        Where they have more than ``READ_BYTES``, all are without their fields, for ``batch`` to read.
        """
        names = frozenset(filters)
        values = filter_values(filters) | {"user_id": user_id} | present()
        rows, total = await fetch_page(
            self._access.reads,
            list_read(names, sort_by, sort_order),
            lambda: count_read(names),
            values,
            limit=limit,
            offset=offset,
        )
        return [record_of(row) for row in rows], total

    async def batch(self, ids: Sequence[UUID], user_id: UUID) -> list[PositionRecord]:
        """Return the first of these positions with their fields, up to ``READ_BYTES``; one at least.

        Those that are there no more are passed over.
        """
        rows = await self._access.reads.all(BATCH, ids=[*ids], user_id=user_id, **present())
        return [record_of(row) for row in rows]

    async def history(self, position_id: UUID, user_id: UUID) -> list[dict[str, Any]]:
        """Return the entries of the position's history; none at all if the position is not the user's."""
        rows = await self._access.reads.all(_HISTORY, position_id=position_id, user_id=user_id)
        return [dict(row) for row in rows]

    async def look_alikes(self, position: Position, *, limit: int) -> list[dict[str, Any]]:
        """Return other positions of the user that seem to be the same job, the newest first."""
        is_alike = Position.job_key == position.job_key
        if position.address_key is not None:
            is_alike |= Position.address_key == position.address_key
        statement = (
            select(*_LOOK_ALIKE_COLUMNS)
            .where(Position.user_id == position.user_id, Position.id != position.id, is_alike)
            .order_by(Position.created_at.desc(), Position.id)
            .limit(limit)
        )
        return [dict(row) for row in (await self._access.db.execute(statement)).mappings()]

    async def look_alikes_of(self, position_id: UUID, user_id: UUID, *, limit: int) -> list[dict[str, Any]]:
        """Return what ``look_alikes`` would, of a stored position."""
        rows = await self._access.reads.all(_LOOK_ALIKES_OF, position_id=position_id, user_id=user_id, limit=limit)
        return [dict(row) for row in rows]

    async def lock(self, position_id: UUID, user_id: UUID) -> Position | None:
        """Return the position held against changes by others until the transaction ends."""
        statement = select(Position).where(Position.id == position_id, Position.user_id == user_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def hold(self, position_ids: Sequence[UUID], user_id: UUID) -> set[UUID]:
        """Return those of the positions that are the user's, kept from being deleted until the transaction ends."""
        statement = (
            select(Position.id)
            .where(Position.id.in_(position_ids), Position.user_id == user_id)
            .order_by(Position.id)
            .with_for_update(read=True, key_share=True)
        )
        return set(await self._access.db.scalars(statement))

    async def add(self, *entities: Position | StatusChange | None) -> None:
        """Store new positions and entries of their history, and what else has changed."""
        self._access.db.add_all(entity for entity in entities if entity is not None)
        await self._access.db.flush()

    async def insert(
        self, positions: Sequence[Position], history: Sequence[StatusChange], notes: Sequence[Note]
    ) -> None:
        """Store new positions, entries of their history and notes, each in one statement that takes them as JSON.

        A part of what ``add`` costs for so many. The transaction does not follow the entities: what is changed in
        them later is not stored.
        """
        new: Sequence[tuple[TextClause, Sequence[Position | StatusChange | Note]]] = (
            (_INSERT_POSITIONS, positions),
            (_INSERT_HISTORY, history),
            (_INSERT_NOTES, notes),
        )
        for statement, entities in new:
            if entities:
                rows = orjson.dumps([_values_of(entity) for entity in entities], default=str).decode()
                await self._access.db.execute(statement, {"rows": rows})

    async def add_latest(self, change: StatusChange | None) -> None:
        """Store what has changed, and an entry that is to be the last of its position's history.

        The clocks of replicas differ: one that is behind must not date a change before the one that it follows.
        """
        if change is not None:
            latest = select(func.max(StatusChange.occurred_at)).where(
                StatusChange.position_id == change.position_id, StatusChange.from_status.is_not(None)
            )
            change.occurred_at = func.greatest(change.occurred_at, latest.scalar_subquery())
        await self.add(change)

    async def move_creation(self, position_id: UUID, occurred_at: datetime) -> None:
        """Date the history's first entry anew, unless that is the saving, which was when it was."""
        await self._access.db.execute(
            update(StatusChange)
            .where(
                StatusChange.position_id == position_id,
                StatusChange.from_status.is_(None),
                StatusChange.to_status != PositionStatus.SAVED,
            )
            .values(occurred_at=occurred_at)
        )

    async def note_latest(self, position_id: UUID, note: str) -> None:
        """Put a note to the history's newest entry."""
        newest = (
            select(StatusChange.id)
            .where(StatusChange.position_id == position_id)
            .order_by(*(key.desc() for key in HISTORY_ORDER))
            .limit(1)
        )
        await self._access.db.execute(
            update(StatusChange).where(StatusChange.id == newest.scalar_subquery()).values(note=note)
        )

    async def lock_import(self, import_id: UUID, user_id: UUID) -> Sequence[UUID]:
        """Return what is left of the positions of one import, held for this transaction."""
        made = select(Position.id).where(Position.import_id == import_id, Position.user_id == user_id)
        return (await self._access.db.execute(made.order_by(Position.id).with_for_update())).scalars().all()

    async def has_live_session(self, position_ids: Sequence[UUID]) -> bool:
        """Tell whether a practice session of one of the positions has not ended yet."""
        live = select(InterviewSession.id).where(
            InterviewSession.position_id == any_(_array(position_ids)), InterviewSession.ended_at.is_(None)
        )
        return (await self._access.db.execute(select(live.exists()))).scalar_one()

    async def delete(self, position_ids: Sequence[UUID]) -> None:
        """Erase locked positions with their interviews and history."""
        await self._access.db.execute(delete(Position).where(Position.id == any_(_array(position_ids))))


def _array(ids: Sequence[UUID]) -> BindParameter[Sequence[UUID]]:
    return bindparam("ids", list(ids), type_=ARRAY(Uuid()))


def _values_of(entity: Position | StatusChange | Note) -> dict[str, Any]:
    """Return the columns of a new entity that are written, with the defaults that Python gives."""
    values: dict[str, Any] = {}
    for column in _written_columns(type(entity)):
        value = vars(entity).get(column.key)
        if value is None and isinstance(column.default, ColumnDefault):
            value = column.default.arg(None) if column.default.is_callable else column.default.arg
        values[column.key] = value
    return values
