"""Positions in SQL. Every query takes the owner's id, so that nobody reaches another user's rows."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    Column,
    ColumnDefault,
    ColumnElement,
    DateTime,
    RowMapping,
    Select,
    Table,
    Text,
    TextClause,
    Uuid,
    and_,
    any_,
    asc,
    bindparam,
    case,
    cast,
    delete,
    desc,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import column as sql_column
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.clock import utc_now
from app.core.reads import Read
from app.core.time_zones import today
from app.models import (
    Document,
    DocumentPosition,
    Interview,
    InterviewSession,
    Note,
    Position,
    StatusChange,
    Task,
)
from app.models.enums import InterviewOutcome, PositionStatus
from app.models.position import HISTORY_ORDER
from app.repositories.access import DataAccess
from app.repositories.interviews import INTERVIEW_COLUMNS
from app.repositories.paging import READ_BYTES, fetch_page
from app.repositories.position_filters import conditions, filter_values
from app.repositories.records import as_json

POSITION_COLUMNS = (
    Position.id,
    Position.title,
    Position.company,
    Position.description,
    Position.location,
    Position.salary_range,
    Position.status,
    Position.application_date,
    Position.job_url,
    Position.source,
    Position.tags,
    Position.archived,
    Position.created_at,
    Position.updated_at,
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

BARE_INTERVIEW_BYTES = 400
"""About the bytes of an interview in JSON without its notes."""

_NAMED_FIELDS: list[ColumnElement[Any]] = []
for _column in INTERVIEW_COLUMNS:
    _NAMED_FIELDS += [literal_column(f"'{_column.key}'"), _column.expression]
_INTERVIEW_AS_JSON = func.json_build_object(*_NAMED_FIELDS)
# A position's interviews come as one JSON value of the same row: a second statement costs more than to parse it.
_INTERVIEWS = (
    select(cast(func.json_agg(aggregate_order_by(_INTERVIEW_AS_JSON, Interview.scheduled_date, Interview.id)), Text))
    .where(Interview.position_id == Position.id)
    .correlate(Position)
    .scalar_subquery()
)
_ONE_INTERVIEW_BYTES = func.coalesce(func.octet_length(Interview.notes), 0) + literal_column(
    str(BARE_INTERVIEW_BYTES)
)
_INTERVIEW_BYTES = (
    select(func.coalesce(func.sum(_ONE_INTERVIEW_BYTES), 0))
    .where(Interview.position_id == Position.id)
    .correlate(Position)
    .scalar_subquery()
)
_LIMIT: ColumnElement[int] = literal_column(str(READ_BYTES))
_DESCRIPTION_BYTES = func.coalesce(func.octet_length(Position.description), 0)

_NOW: BindParameter[datetime] = bindparam("now", type_=DateTime(timezone=True))
# Looked up, not kept with the position: whoever ended a session or finished a task would wait for its lock.
_ACTIVITY = func.greatest(
    *(
        newest.correlate(Position).scalar_subquery()
        for newest in (
            select(func.max(StatusChange.occurred_at)).where(
                StatusChange.position_id == Position.id, StatusChange.occurred_at <= _NOW
            ),
            select(func.max(Interview.scheduled_date)).where(
                Interview.position_id == Position.id, Interview.scheduled_date <= _NOW
            ),
            select(func.max(Note.occurred_at)).where(Note.position_id == Position.id),
            select(func.max(Task.done_at)).where(Task.position_id == Position.id),
            select(func.max(Document.created_at))
            .join(DocumentPosition, DocumentPosition.document_id == Document.id)
            .where(DocumentPosition.position_id == Position.id),
            select(func.max(func.coalesce(InterviewSession.started_at, InterviewSession.created_at))).where(
                InterviewSession.position_id == Position.id
            ),
        )
    )
).label("activity_at")
_NEXT_TASK = (
    select(cast(as_json((Task.id, Task.title, Task.due_date)), Text))
    .where(Task.position_id == Position.id, Task.due_date >= bindparam("today"), Task.done_at.is_(None))
    .order_by(Task.due_date, Task.id)
    .limit(literal_column("1"))
    .correlate(Position)
    .scalar_subquery()
    .label("next_task")
)
_NEXT_INTERVIEW = (
    select(cast(as_json((Interview.id, Interview.type, Interview.scheduled_date)), Text))
    .where(
        Interview.position_id == Position.id,
        Interview.scheduled_date > _NOW,
        Interview.outcome != literal_column(f"'{InterviewOutcome.CANCELLED.value}'"),
    )
    .order_by(Interview.scheduled_date, Interview.id)
    .limit(literal_column("1"))
    .correlate(Position)
    .scalar_subquery()
    .label("next_interview")
)
_EVENTS = (_ACTIVITY, _NEXT_TASK, _NEXT_INTERVIEW)
_MINE = (Position.id == bindparam("position_id"), Position.user_id == bindparam("user_id"))

_GET_MEASURED = select(Position.id, _INTERVIEW_BYTES.label("interview_bytes")).where(*_MINE).cte("measured")
_GET = Read(
    select(
        *POSITION_COLUMNS,
        *_EVENTS,
        case((_GET_MEASURED.c.interview_bytes <= _LIMIT, _INTERVIEWS)).label("interviews"),
        (_GET_MEASURED.c.interview_bytes > _LIMIT).label("has_many"),
    ).join(_GET_MEASURED, _GET_MEASURED.c.id == Position.id)
)
_GET_WRITTEN = select(*POSITION_COLUMNS, *_EVENTS, _INTERVIEWS.label("interviews")).where(*_MINE)
_EXISTS = Read(
    select(Position.id).where(Position.id == bindparam("position_id"), Position.user_id == bindparam("user_id"))
)
_HISTORY = Read(
    select(
        StatusChange.from_status,
        StatusChange.to_status,
        StatusChange.occurred_at,
        StatusChange.recorded_at,
        StatusChange.note,
    )
    .join(Position, Position.id == StatusChange.position_id)
    .where(Position.id == bindparam("position_id"), Position.user_id == bindparam("user_id"))
    .order_by(*HISTORY_ORDER)
)
_SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "application_date": Position.application_date.expression,
    "title": func.lower(Position.title),
    "company": func.lower(Position.company),
}

_INDEXED_FILTERS = frozenset(("status", "company", "archived", "date_from", "date_to"))

# JSON has no type for them.
_TIMES = ("scheduled_date", "created_at", "updated_at")


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
        """Return one position with its interviews.

        Where these have more than ``READ_BYTES``, ``interviews`` is None; see ``InterviewRepository.of_position``.
        ``activity_at`` is when something happened last, or None; ``next_interview`` (``id``, ``type``,
        ``scheduled_date``) is the first ahead that was not called off, ``next_task`` (``id``, ``title``, ``due_date``
        as ISO 8601) the first open one with a date from today on, or None.
        """
        row = await self._access.reads.first(_GET, position_id=position_id, user_id=user_id, **_present())
        return _parsed(row) if row else None

    async def get_written(self, position_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return a position that exists as ``get`` does, but as this transaction left it, with all its interviews."""
        await self._access.db.flush()
        values = {"position_id": position_id, "user_id": user_id} | _present()
        return _parsed((await self._access.db.execute(_GET_WRITTEN, values)).mappings().one())

    async def exists(self, position_id: UUID, user_id: UUID) -> bool:
        """Tell whether the user has this position."""
        return await self._access.reads.first(_EXISTS, position_id=position_id, user_id=user_id) is not None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, sort_by: str, sort_order: str, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching positions with their interviews, and how many match in all.

        Those beyond ``READ_BYTES`` are nothing but their ``id``, for ``batch`` to read.
        """
        names = frozenset(filters)
        values = filter_values(filters) | {"user_id": user_id} | _present()
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names, sort_by, sort_order),
            lambda: _count_read(names),
            values,
            limit=limit,
            offset=offset,
        )
        return [{"id": row["id"]} if row["is_cut"] else _parsed(row) for row in rows], total

    async def batch(self, ids: Sequence[UUID], user_id: UUID) -> list[dict[str, Any]]:
        """Return the first of these positions as ``list_page`` gives them, up to ``READ_BYTES``; one at least.

        Those that are there no more are passed over.
        """
        rows = await self._access.reads.all(_batch_read(), ids=[*ids], user_id=user_id, **_present())
        return [_parsed(row) for row in rows]

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


@lru_cache(maxsize=1024)
def _list_read(filters: frozenset[str], sort_by: str, sort_order: str) -> Read:
    """Compile one shape of the list: narrow rows are filtered, counted and cut, then joined to their columns."""
    sort_key = _SORT_KEYS[sort_by]
    # The tie-break runs against the date, as the index does, so that it serves both directions.
    order = [desc(sort_key), asc(Position.id)] if sort_order == "desc" else [asc(sort_key), desc(Position.id)]
    if sort_by == "application_date":
        order[0] = order[0].nulls_last()
    matching = _matching(filters)
    total: ColumnElement[int] = func.count().over()
    if not filters & {"search", "company"}:
        # Without a costly condition a second look at the index is cheaper than carrying a window.
        total = select(func.count()).where(*conditions(filters)).select_from(Position).scalar_subquery()
    page = (
        matching.add_columns(total.label("total"))
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .cte("page")
    )
    measured = _measured(select(page).join(Position, Position.id == page.c.id), order)
    is_read = measured.c.bytes_before < _LIMIT
    columns = [
        case((is_read, column)).label("description") if column is Position.description else column
        for column in POSITION_COLUMNS
    ]
    return Read(
        select(*columns, *_EVENTS, *_interviews_of(measured, is_read), (~is_read).label("is_cut"), measured.c.total)
        .join(measured, measured.c.id == Position.id)
        .order_by(*order)
    )


def _matching(filters: frozenset[str]) -> Select[Any]:
    """Return the ids of the positions that match.

    Rows are visited for a search alone, and then, if there are other filters that the index of the list knows, only
    those that it leaves.
    """
    narrowing = filters & _INDEXED_FILTERS
    if "search" not in filters or not narrowing:
        return select(Position.id).where(*conditions(filters))
    left = select(Position.id).where(*conditions(narrowing)).cte("left_by_index").prefix_with("MATERIALIZED")
    return select(Position.id).join(left, left.c.id == Position.id).where(*conditions(filters - narrowing))


def _measured(rows: Select[Any], order: Sequence[ColumnElement[Any]]) -> CTE:
    """Return rows of positions with ``interview_bytes``, their ``place``, and ``bytes_before``, those before each."""
    sized = rows.add_columns(
        _INTERVIEW_BYTES.label("interview_bytes"),
        _DESCRIPTION_BYTES.label("description_bytes"),
        func.row_number().over(order_by=order).label("place"),
    ).cte("sized")
    # More of one's interviews than the limit are not read with it.
    size = sized.c.description_bytes + func.least(sized.c.interview_bytes, _LIMIT)
    return select(sized, (func.sum(size).over(order_by=sized.c.place) - size).label("bytes_before")).cte("measured")


def _interviews_of(measured: CTE, is_read: ColumnElement[bool]) -> tuple[ColumnElement[Any], ...]:
    """Return a position's interviews where they are few enough, and whether they are not."""
    has_many = measured.c.interview_bytes > _LIMIT
    return case((is_read & ~has_many, _INTERVIEWS)).label("interviews"), has_many.label("has_many")


@cache
def _batch_read() -> Read:
    wanted = (
        func.unnest(bindparam("ids", type_=ARRAY(Uuid())))
        .table_valued(sql_column("id", Uuid()), with_ordinality="place", name="wanted")
        .render_derived()
    )
    rows = (
        select(Position.id).join(wanted, wanted.c.id == Position.id).where(Position.user_id == bindparam("user_id"))
    )
    measured = _measured(rows, [wanted.c.place])
    is_read = measured.c.bytes_before < _LIMIT
    return Read(
        select(*POSITION_COLUMNS, *_EVENTS, *_interviews_of(measured, is_read))
        .join(measured, measured.c.id == Position.id)
        .where(is_read)
        .order_by(measured.c.place)
    )


@lru_cache(maxsize=256)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Position).where(*conditions(filters)))


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


def _present() -> dict[str, Any]:
    return {"now": utc_now(), "today": today()}


def _parsed(row: asyncpg.Record | RowMapping) -> dict[str, Any]:
    position = dict(row)
    for name in ("total", "is_cut"):
        position.pop(name, None)
    for name in ("next_task", "next_interview"):
        if position[name]:
            position[name] = orjson.loads(position[name])
    if interview := position["next_interview"]:
        interview["scheduled_date"] = datetime.fromisoformat(interview["scheduled_date"])
    if position.pop("has_many", False):
        return position
    interviews = orjson.loads(position["interviews"] or "[]")
    for interview in interviews:
        for name in _TIMES:
            interview[name] = datetime.fromisoformat(interview[name])
    position["interviews"] = interviews
    return position
