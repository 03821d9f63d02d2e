"""What is on which day, and what would slip: each one statement over the user's own rows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from app.core.reads import Read
from app.models import Document, DocumentPosition, Interview, InterviewSession, Note, Position, StatusChange, Task
from app.models.enums import InterviewOutcome, PositionStatus
from app.repositories.access import DataAccess
from app.repositories.interviews import INTERVIEW_COLUMNS
from app.repositories.records import as_json
from app.repositories.tasks import TASK_COLUMNS
from app.repositories.timeline import SESSION_COLUMNS, session_at

UNDER_WAY = (PositionStatus.APPLIED, PositionStatus.SCREENING, PositionStatus.INTERVIEWING)
"""Statuses in which somebody waits for an answer."""

MAX_NOTES_BYTES = 512 * 1024
"""Bytes of interviews' notes in one answer, which ends with the interview that has them full."""

_ID: BindParameter[UUID] = bindparam("user_id")
_NO_TIME = cast(null(), DateTime(timezone=True))
_NO_DATE = cast(null(), Date)
_SIZE = func.coalesce(func.octet_length(Interview.notes), literal_column("0")).label("size")
_NO_SIZE = literal_column("0", Integer).label("size")
_POSITION = as_json((Position.id, Position.title, Position.company, Position.status))


class AgendaRepository:
    """Interviews, tasks and practice sessions by time."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def entries(
        self, user_id: UUID, *, since: datetime, until: datetime, first: date, last: date, limit: int
    ) -> list[dict[str, Any]]:
        """Return what lies from ``since`` to before ``until``, and the open tasks due from ``first`` to ``last``.

        The earliest come first, up to ``limit`` and ``MAX_NOTES_BYTES``; tasks of one day as they were entered. Each
        has its ``kind``, its ``at`` or (a task) its ``date``, its ``record``, a ``position`` if it has one, these two
        as JSON for ``orjson``, and whether it ``has_next`` within the limit.
        """
        rows = await self._access.reads.all(
            _AGENDA, user_id=user_id, since=since, until=until, first=first, last=last, limit=limit
        )
        return [_entry(row) for row in rows]

    async def slipping(
        self, user_id: UUID, *, now: datetime, today: date, quiet_days: int, offer_days: int, limit: int
    ) -> list[dict[str, Any]]:
        """Return up to ``limit`` entries for each reason, the oldest first, and how many it has in all (``total``).

        Interviews are fewer if their notes have more than ``MAX_NOTES_BYTES``. Each has its ``reason``, its ``at`` or
        (a task) its ``date``, its ``record`` unless it is a position, and its ``position`` if it has one, these two
        as JSON for ``orjson``.
        """
        rows = await self._access.reads.all(
            _ATTENTION,
            user_id=user_id,
            now=now,
            today=today,
            quiet_since=now - timedelta(days=quiet_days),
            offered_since=now - timedelta(days=offer_days),
            limit=limit,
        )
        return [_entry(row) for row in rows]


def _entry(row: Any) -> dict[str, Any]:
    entry = dict(row)
    for name in ("record", "position"):
        if entry[name] is not None:
            entry[name] = orjson.Fragment(entry[name])
    return entry


def _word(value: str, name: str) -> ColumnElement[Any]:
    return literal_column(f"'{value}'", Text).label(name)


def _agenda() -> Select[*tuple[Any, ...]]:
    since: BindParameter[datetime] = bindparam("since")
    until: BindParameter[datetime] = bindparam("until")
    entries = union_all(
        select(
            _word("interview", "kind"),
            Interview.scheduled_date.label("at"),
            _NO_DATE.label("date"),
            Interview.created_at.label("created_at"),
            Interview.id.label("id"),
            Interview.position_id.label("position_id"),
            _SIZE,
        ).where(Interview.user_id == _ID, Interview.scheduled_date >= since, Interview.scheduled_date < until),
        select(
            _word("task", "kind"), _NO_TIME, Task.due_date, Task.created_at, Task.id, Task.position_id, _NO_SIZE
        ).where(
            Task.user_id == _ID, Task.due_date.between(bindparam("first"), bindparam("last")), Task.done_at.is_(None)
        ),
        select(
            _word("practice_session", "kind"),
            session_at,
            _NO_DATE,
            InterviewSession.created_at,
            InterviewSession.id,
            InterviewSession.position_id,
            _NO_SIZE,
        ).where(InterviewSession.user_id == _ID, session_at >= since, session_at < until),
    ).cte("entries")
    # Near enough to tell which come first where there are too many: the days themselves are made by the zone.
    begins = func.coalesce(entries.c.at, func.timezone(literal_column("'UTC'"), cast(entries.c.date, DateTime)))
    place = func.row_number().over(order_by=(begins, entries.c.created_at, entries.c.id)).label("place")
    page = select(entries, place).order_by(place).limit(bindparam("limit")).cte("page")
    has_next = func.lead(page.c.id).over(order_by=page.c.place).is_not(None).label("has_next")
    shown = _within_bytes(select(page, has_next, _bytes_before(page, (page.c.place,))))
    columns = (shown.c.kind, shown.c.at, shown.c.date, shown.c.has_next)
    return _whole(shown, *columns).order_by(shown.c.place)


def _bytes_before(page: CTE, order: Sequence[ColumnElement[Any]], reason: ColumnElement[Any] | None = None) -> Any:
    """Return how many bytes of notes stand before an entry, of the same reason if there is one."""
    return (func.sum(page.c.size).over(partition_by=reason, order_by=order) - page.c.size).label("bytes_before")


def _within_bytes(page: Select[*tuple[Any, ...]]) -> CTE:
    measured = page.cte("measured")
    return select(measured).where(measured.c.bytes_before < literal_column(str(MAX_NOTES_BYTES))).cte("shown")


def _whole(page: CTE, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Return the rows of a page with their records and positions."""
    records = {
        "interview": (INTERVIEW_COLUMNS, Interview.id),
        "task": (TASK_COLUMNS, Task.id),
        "practice_session": (SESSION_COLUMNS, InterviewSession.id),
    }
    record = case(
        *(
            (
                page.c.kind == literal_column(f"'{kind}'"),
                select(as_json(fields)).where(row_id == page.c.id).correlate(page).scalar_subquery(),
            )
            for kind, (fields, row_id) in records.items()
        )
    )
    position = select(_POSITION).where(Position.id == page.c.position_id).correlate(page).scalar_subquery()
    return select(*columns, record.label("record"), position.label("position"))


def _attention() -> Select[*tuple[Any, ...]]:
    now = bindparam("now", type_=DateTime(timezone=True))
    watched = (
        select(Position.id, Position.status, Position.created_at)
        .where(
            Position.user_id == _ID,
            Position.archived.is_(False),
            Position.status.in_([_constant(status) for status in (*UNDER_WAY, PositionStatus.OFFER)]),
        )
        .cte("watched")
    )
    # By an array and not by a join, as in the statistics: whatever the planner guesses, it is a search in an index.
    changes = (
        select(StatusChange.position_id, func.max(StatusChange.occurred_at).label("at"))
        .where(StatusChange.position_id == _any_id(watched.c.id), StatusChange.occurred_at <= now)
        .group_by(StatusChange.position_id)
        .cte("changes")
    )
    # Whoever has an interview ahead waits for nothing else.
    activity = union_all(
        select(changes.c.position_id, changes.c.at),
        select(Interview.position_id, Interview.scheduled_date).where(
            Interview.user_id == _ID,
            or_(Interview.scheduled_date <= now, Interview.outcome != _constant(InterviewOutcome.CANCELLED)),
        ),
        select(Note.position_id, Note.occurred_at).where(Note.user_id == _ID),
        select(Task.position_id, Task.done_at).where(Task.user_id == _ID, Task.done_at.is_not(None)),
        select(DocumentPosition.position_id, Document.created_at)
        .join(Document, Document.id == DocumentPosition.document_id)
        .where(DocumentPosition.user_id == _ID, Document.user_id == _ID),
        select(InterviewSession.position_id, session_at).where(InterviewSession.user_id == _ID),
    ).subquery("activity")
    newest = (
        select(activity.c.position_id, func.max(activity.c.at).label("at"))
        .group_by(activity.c.position_id)
        .cte("newest")
    )
    quiet_at = func.coalesce(newest.c.at, watched.c.created_at)
    offered_at = func.coalesce(changes.c.at, watched.c.created_at)
    is_offer = watched.c.status == _constant(PositionStatus.OFFER)
    found = union_all(
        select(
            literal_column("1").label("rank"),
            _word("no_activity", "reason"),
            _word("position", "kind"),
            quiet_at.label("at"),
            _NO_DATE.label("date"),
            watched.c.id.label("id"),
            watched.c.id.label("position_id"),
            _NO_SIZE,
        )
        .select_from(watched.outerjoin(newest, newest.c.position_id == watched.c.id))
        .where(~is_offer, quiet_at <= bindparam("quiet_since")),
        select(
            literal_column("2"),
            _word("outcome_pending", "reason"),
            _word("interview", "kind"),
            Interview.scheduled_date,
            _NO_DATE,
            Interview.id,
            Interview.position_id,
            _SIZE,
        )
        .join(Position, Position.id == Interview.position_id)
        .where(
            Interview.user_id == _ID,
            Interview.scheduled_date < now,
            Interview.outcome == _constant(InterviewOutcome.PENDING),
            # Said of both, so that no plan looks at others' positions.
            Position.user_id == _ID,
            Position.archived.is_(False),
        ),
        select(
            literal_column("3"),
            _word("task_overdue", "reason"),
            _word("task", "kind"),
            _NO_TIME,
            Task.due_date,
            Task.id,
            Task.position_id,
            _NO_SIZE,
        ).where(Task.user_id == _ID, Task.due_date < bindparam("today"), Task.done_at.is_(None)),
        select(
            literal_column("4"),
            _word("offer_unanswered", "reason"),
            _word("position", "kind"),
            offered_at,
            _NO_DATE,
            watched.c.id,
            watched.c.id,
            _NO_SIZE,
        )
        .select_from(watched.outerjoin(changes, changes.c.position_id == watched.c.id))
        .where(is_offer, offered_at <= bindparam("offered_since")),
    ).subquery("found")
    order = (found.c.date, found.c.at, found.c.id)
    numbered = select(
        *found.c,
        func.count().over(partition_by=found.c.rank).label("total"),
        func.row_number().over(partition_by=found.c.rank, order_by=order).label("place"),
    ).cte("numbered")
    page = select(numbered).where(numbered.c.place <= bindparam("limit")).cte("page")
    shown = _within_bytes(select(page, _bytes_before(page, (page.c.place,), page.c.rank)))
    columns = (shown.c.reason, shown.c.at, shown.c.date, shown.c.total)
    return _whole(shown, *columns).order_by(shown.c.rank, shown.c.place)


def _any_id(ids: ColumnElement[Any]) -> Any:
    return any_(func.array(select(ids).scalar_subquery()))


def _constant(value: PositionStatus | InterviewOutcome) -> ColumnElement[Any]:
    return literal_column(f"'{value.value}'")


_AGENDA = Read(_agenda())
_ATTENTION = Read(_attention())
