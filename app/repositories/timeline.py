"""What happened with a position, from six tables in one statement.

First come the narrow keys of all its entries, which are few; only those of the page are then looked up whole.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from app.core.reads import Read
from app.models import Document, DocumentPosition, Interview, InterviewSession, Note, Position, StatusChange, Task
from app.repositories.access import DataAccess
from app.repositories.documents import DOCUMENT_COLUMNS
from app.repositories.interviews import INTERVIEW_COLUMNS
from app.repositories.notes import NOTE_COLUMNS
from app.repositories.records import as_json
from app.repositories.tasks import TASK_COLUMNS

STATUS_CHANGE_COLUMNS = (
    StatusChange.from_status,
    StatusChange.to_status,
    StatusChange.occurred_at,
    StatusChange.recorded_at,
    StatusChange.note,
)
minutes_run: ColumnElement[Any] = literal_column("round(interview_sessions.run_ms / 60000.0, 1)::float8").label(
    "minutes"
)
"""How long a session's clock ran, in minutes: null before its end."""

SESSION_COLUMNS: tuple[Any, ...] = (
    InterviewSession.id,
    InterviewSession.room_id,
    InterviewSession.mock_interview_id,
    InterviewSession.position_id,
    InterviewSession.interview_id,
    literal_column("interview_sessions.plan ->> 'title'").label("title"),
    InterviewSession.state.label("status"),
    InterviewSession.created_at,
    InterviewSession.started_at,
    InterviewSession.ended_at,
    InterviewSession.end_reason,
    minutes_run,
)
session_at = func.coalesce(InterviewSession.started_at, InterviewSession.created_at)


@dataclass(frozen=True, slots=True)
class Key:
    """What an entry is found by again: entries go down by ``at``, then ``kind``, then ``id``."""

    at: datetime
    kind: str
    id: UUID


class TimelineRepository:
    """The entries of one position, newest first."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def page(
        self, position_id: UUID, user_id: UUID, *, after: Key | None, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return entries, and how many there are in all: none at all if the position is not the user's.

        They are those behind ``after``, or, without it, behind the first ``offset``. Each has its ``kind``, ``at``,
        ``id``, ``record`` (JSON for ``orjson``), and its ``place`` in the whole timeline, from 1.
        """
        values = {"position_id": position_id, "user_id": user_id, "limit": limit}
        if after is None:
            rows = await self._access.reads.all(_BY_OFFSET, **values, offset=offset)
        else:
            keys = {"after_at": after.at, "after_kind": after.kind, "after_id": after.id}
            rows = await self._access.reads.all(_BY_KEY, **values, **keys)
        entries = [{**row, "record": orjson.Fragment(row["record"])} for row in rows if row["kind"]]
        return entries, rows[0]["total"]


def _kind(name: str) -> ColumnElement[Any]:
    return literal_column(f"'{name}'", Text).label("kind")


def _entries() -> CTE:
    position_id: BindParameter[UUID] = bindparam("position_id")
    user_id: BindParameter[UUID] = bindparam("user_id")
    return union_all(
        select(_kind("status_change"), StatusChange.occurred_at.label("at"), StatusChange.id.label("id"))
        .join(Position, Position.id == StatusChange.position_id)
        .where(Position.id == position_id, Position.user_id == user_id),
        select(_kind("interview"), Interview.scheduled_date, Interview.id).where(
            Interview.position_id == position_id, Interview.user_id == user_id
        ),
        select(_kind("note"), Note.occurred_at, Note.id).where(
            Note.position_id == position_id, Note.user_id == user_id
        ),
        select(_kind("task"), Task.done_at, Task.id).where(
            Task.position_id == position_id, Task.user_id == user_id, Task.done_at.is_not(None)
        ),
        select(_kind("document"), Document.created_at, Document.id)
        .join(DocumentPosition, DocumentPosition.document_id == Document.id)
        .where(DocumentPosition.position_id == position_id, DocumentPosition.user_id == user_id),
        select(_kind("practice_session"), session_at, InterviewSession.id).where(
            InterviewSession.position_id == position_id, InterviewSession.user_id == user_id
        ),
    ).cte("entries")


def _page(*, by_key: bool) -> Select[*tuple[Any, ...]]:
    entries = _entries()
    order = (entries.c.at.desc(), entries.c.kind.desc(), entries.c.id.desc())
    numbered = select(entries, func.row_number().over(order_by=order).label("place")).cte("numbered")
    place = numbered.c.place
    wanted: ColumnElement[bool] = place > bindparam("offset")
    if by_key:
        key = (
            bindparam("after_at", type_=DateTime(timezone=True)),
            cast(bindparam("after_kind"), Text),
            bindparam("after_id", type_=Uuid()),
        )
        wanted = tuple_(numbered.c.at, numbered.c.kind, numbered.c.id) < tuple_(*key)
    page = select(numbered).where(wanted).order_by(place).limit(bindparam("limit")).cte("page")
    records = {
        "status_change": (STATUS_CHANGE_COLUMNS, StatusChange.id),
        "interview": (INTERVIEW_COLUMNS, Interview.id),
        "note": (NOTE_COLUMNS, Note.id),
        "task": (TASK_COLUMNS, Task.id),
        "document": (DOCUMENT_COLUMNS, Document.id),
        "practice_session": (SESSION_COLUMNS, InterviewSession.id),
    }
    record = case(
        *(
            (
                page.c.kind == literal_column(f"'{kind}'"),
                select(as_json(columns)).where(row_id == page.c.id).correlate(page).scalar_subquery(),
            )
            for kind, (columns, row_id) in records.items()
        )
    )
    total = select(func.count().label("total")).select_from(entries).cte("total")
    # There is a row for the total even where there is none for an entry.
    return (
        select(total.c.total, page, record.label("record"))
        .select_from(total.outerjoin(page, true()))
        .order_by(page.c.place)
    )


_BY_OFFSET = Read(_page(by_key=False))
_BY_KEY = Read(_page(by_key=True))
