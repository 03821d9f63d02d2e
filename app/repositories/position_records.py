"""Positions as the API shows them: each row is JSON that the database writes, and goes out as it is."""

from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import (
    ARRAY,
    CTE,
    BindParameter,
    ColumnElement,
    DateTime,
    FromClause,
    RowMapping,
    Select,
    Uuid,
    any_,
    asc,
    bindparam,
    case,
    desc,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy import column as sql_column

from app.core.clock import utc_now
from app.core.reads import Read
from app.core.time_zones import today
from app.models import Document, DocumentPosition, Interview, InterviewSession, Note, Position, StatusChange, Task
from app.models.enums import InterviewOutcome
from app.repositories.interviews import INTERVIEW_COLUMNS
from app.repositories.paging import READ_BYTES
from app.repositories.position_filters import conditions, further_conditions
from app.repositories.records import as_json, as_json_list

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

BARE_INTERVIEW_BYTES = 400
"""About the bytes of an interview in JSON without its notes."""


class PositionRecord(NamedTuple):
    """A position as JSON, in pieces.

    ``fields`` is an object of its columns and of ``last_activity_at``, or None where the position is not read with
    its page; ``interviews`` a list, or None where they have more than ``READ_BYTES``. ``next_interview`` (``id``,
    ``type``, ``scheduled_date``) is the first ahead that was not called off, ``next_task`` (``id``, ``title``,
    ``due_date``) the first open one with a date from today on, or None.
    """

    id: UUID
    fields: str | None
    interviews: str | None
    next_interview: str | None
    next_task: str | None


def record_of(row: asyncpg.Record | RowMapping) -> PositionRecord:
    """Return what a row of the statements of this module has of a position."""
    return PositionRecord(row["id"], row["fields"], row["interviews"], row["next_interview"], row["next_task"])


def present() -> dict[str, Any]:
    """Return the values of those parameters that say when the statements of this module are run."""
    return {"now": utc_now(), "today": today()}


_SORT_KEYS: dict[str, ColumnElement[Any]] = {
    "application_date": Position.application_date.expression,
    "title": func.lower(Position.title),
    "company": func.lower(Position.company),
}
_INDEXED_FILTERS = frozenset(("status", "company", "archived", "date_from", "date_to"))
_LIMIT: ColumnElement[int] = literal_column(str(READ_BYTES))
_NONE: ColumnElement[int] = literal_column("0")
_ONE: ColumnElement[int] = literal_column("1")
_NOW: BindParameter[datetime] = bindparam("now", type_=DateTime(timezone=True))
_IS_ON = Interview.outcome != literal_column(f"'{InterviewOutcome.CANCELLED.value}'")
# What is asked of a position's interviews and of its tasks is asked at once: to look a table up costs more than to
# look at the few rows that are found.
_ITS_INTERVIEWS = (
    select(
        func.coalesce(
            func.sum(
                func.coalesce(func.octet_length(Interview.notes), _NONE) + literal_column(str(BARE_INTERVIEW_BYTES))
            ),
            _NONE,
        ).label("interview_bytes"),
        func.max(Interview.scheduled_date).filter(Interview.scheduled_date <= _NOW).label("held_at"),
        func.min(Interview.scheduled_date).filter(Interview.scheduled_date > _NOW, _IS_ON).label("next_at"),
    )
    .where(Interview.position_id == Position.id)
    .correlate(Position)
    .lateral("its_interviews")
)
_ITS_TASKS = (
    select(
        func.max(Task.done_at).label("done_at"),
        func.min(Task.due_date).filter(Task.due_date >= bindparam("today"), Task.done_at.is_(None)).label("due_on"),
    )
    .where(Task.position_id == Position.id)
    .correlate(Position)
    .lateral("its_tasks")
)
_SIZE = func.coalesce(func.octet_length(Position.description), _NONE) + func.least(
    # More of one's interviews than the limit are not read with it.
    _ITS_INTERVIEWS.c.interview_bytes,
    _LIMIT,
)


def _found(rows: FromClause, *columns: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:
    """Return positions with what ``_records`` needs, and the ``size`` of their texts; others may be added."""
    joined = rows.join(_ITS_INTERVIEWS, true()).join(_ITS_TASKS, true())
    return select(*POSITION_COLUMNS, *_ITS_INTERVIEWS.c, *_ITS_TASKS.c, _SIZE.label("size"), *columns).select_from(
        joined
    )


def _records(
    found: CTE,
    *,
    fields_if: ColumnElement[bool] | None = None,
    interviews_if: ColumnElement[bool] | None = None,
) -> Select[*tuple[Any, ...]]:
    """Return the rows of ``record_of``, their texts only on these conditions."""
    fields = as_json(
        (*(found.c[column.key] for column in POSITION_COLUMNS), _last_activity(found).label("last_activity_at"))
    )
    interviews = as_json_list(
        select(as_json(INTERVIEW_COLUMNS))
        .where(Interview.position_id == found.c.id)
        .order_by(Interview.scheduled_date, Interview.id)
        .correlate(found)
    )
    return select(
        found.c.id,
        (fields if fields_if is None else case((fields_if, fields))).label("fields"),
        (interviews if interviews_if is None else case((interviews_if, interviews))).label("interviews"),
        case((found.c.next_at.is_not(None), _next_interview(found))).label("next_interview"),
        case((found.c.due_on.is_not(None), _next_task(found))).label("next_task"),
    )


def _last_activity(found: CTE) -> ColumnElement[datetime]:
    # Looked up, not kept with the position: whoever ended a session or finished a task would wait for its lock.
    lookups = (
        select(func.max(StatusChange.occurred_at)).where(
            StatusChange.position_id == found.c.id, StatusChange.occurred_at <= _NOW
        ),
        select(func.max(Note.occurred_at)).where(Note.position_id == found.c.id),
        select(func.max(Document.created_at))
        .join(DocumentPosition, DocumentPosition.document_id == Document.id)
        .where(DocumentPosition.position_id == found.c.id),
        select(func.max(func.coalesce(InterviewSession.started_at, InterviewSession.created_at))).where(
            InterviewSession.position_id == found.c.id
        ),
    )
    newest = (lookup.correlate(found).scalar_subquery() for lookup in lookups)
    return func.coalesce(func.greatest(found.c.held_at, found.c.done_at, *newest), found.c.created_at)


def _next_interview(found: CTE) -> ColumnElement[Any]:
    return (
        select(as_json((Interview.id, Interview.type, Interview.scheduled_date)))
        .where(Interview.position_id == found.c.id, Interview.scheduled_date == found.c.next_at, _IS_ON)
        .order_by(Interview.id)
        .limit(_ONE)
        .correlate(found)
        .scalar_subquery()
    )


def _next_task(found: CTE) -> ColumnElement[Any]:
    return (
        select(as_json((Task.id, Task.title, Task.due_date)))
        .where(Task.position_id == found.c.id, Task.due_date == found.c.due_on, Task.done_at.is_(None))
        .order_by(Task.id)
        .limit(_ONE)
        .correlate(found)
        .scalar_subquery()
    )


def _are_few(found: CTE) -> ColumnElement[bool]:
    return found.c.interview_bytes <= _LIMIT


_MINE = (
    _found(Position.__table__)
    .where(Position.id == bindparam("position_id"), Position.user_id == bindparam("user_id"))
    .cte("found")
)
POSITION = Read(_records(_MINE, interviews_if=_are_few(_MINE)))
"""One position of the user (``position_id``); its interviews only if they are few enough."""

WRITTEN_POSITION = _records(_MINE)
"""The same with all its interviews."""


@lru_cache(maxsize=1024)
def list_read(filters: frozenset[str], sort_by: str, sort_order: str) -> Read:
    """Compile one shape of the list: narrow rows are filtered, counted and cut, then joined to their columns.

    A page with texts of more than ``READ_BYTES`` comes without them all, for ``BATCH`` to read.
    """
    sort_key = _SORT_KEYS[sort_by]
    matching = _matching(filters)
    total: ColumnElement[int] = func.count().over()
    if not filters & {"search", "company"}:
        # Without a costly condition a second look at the index is cheaper than carrying a window.
        total = select(func.count()).where(*conditions(filters)).select_from(Position).scalar_subquery()
    page = (
        matching.add_columns(sort_key.label("sort_key"), total.label("total"))
        .order_by(*_order(sort_key, Position.id, sort_by, sort_order))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .cte("page")
    )
    found = _found(page.join(Position, Position.id == page.c.id), page.c.sort_key, page.c.total).cte("found")
    fits = select(func.sum(found.c.size) < _LIMIT).scalar_subquery()
    return Read(
        _records(found, fields_if=fits, interviews_if=fits)
        .add_columns(found.c.total)
        .order_by(*_order(found.c.sort_key, found.c.id, sort_by, sort_order))
    )


def _order(
    key: ColumnElement[Any], position_id: ColumnElement[Any] | Any, sort_by: str, sort_order: str
) -> list[ColumnElement[Any]]:
    # The tie-break runs against the date, as the index does, so that it serves both directions.
    order = [desc(key), asc(position_id)] if sort_order == "desc" else [asc(key), desc(position_id)]
    if sort_by == "application_date":
        order[0] = order[0].nulls_last()
    return order


def _matching(filters: frozenset[str]) -> Select[Any]:
    """Return the ids of the positions that match.

    Rows are visited for a search alone, and then, if there are other filters that the index of the list knows, only
    those that it leaves. They are named by an array and not joined: so they are looked up in the order of the index.
    """
    narrowing = filters & _INDEXED_FILTERS
    if "search" not in filters or not narrowing:
        return select(Position.id).where(*conditions(filters))
    left = select(Position.id).where(*conditions(narrowing)).correlate(None)
    return select(Position.id).where(
        Position.id == any_(func.array(left.scalar_subquery())), *further_conditions(filters - narrowing)
    )


@lru_cache(maxsize=256)
def count_read(filters: frozenset[str]) -> Read:
    """Compile the number of the positions that match."""
    return Read(select(func.count().label("total")).select_from(Position).where(*conditions(filters)))


def _batch() -> Select[*tuple[Any, ...]]:
    wanted = (
        func.unnest(bindparam("ids", type_=ARRAY(Uuid())))
        .table_valued(sql_column("id", Uuid()), with_ordinality="place", name="wanted")
        .render_derived()
    )
    found = (
        _found(Position.__table__.join(wanted, wanted.c.id == Position.id), wanted.c.place)
        .where(Position.user_id == bindparam("user_id"))
        .add_columns((func.sum(_SIZE).over(order_by=wanted.c.place) - _SIZE).label("bytes_before"))
        .cte("found")
    )
    return _records(found, interviews_if=_are_few(found)).where(found.c.bytes_before < _LIMIT).order_by(found.c.place)


BATCH = Read(_batch())
"""The first of the positions with these ids (``ids``), as many as have ``READ_BYTES``; one at least."""
