"""Positions in the order and the batches of an export."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Subquery,
    Uuid,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.reads import Read
from app.models import Position, StatusChange
from app.models.position import HISTORY_ORDER
from app.repositories.access import DataAccess
from app.repositories.position_filters import conditions, filter_values
from app.repositories.position_records import POSITION_COLUMNS

Cursor = tuple[date | None, UUID]
"""The application date and the id of the last position of a batch; saved ones without a date come last."""

_BEFORE_ANY = UUID(int=0)
BEFORE_ALL: Cursor = (date.max, _BEFORE_ANY)

BATCH_BYTES = 512 * 1024
"""Bytes of descriptions in one batch, unless a single one has more. All other fields are short."""

_FIRST_TIMES = (
    select(StatusChange.to_status, StatusChange.occurred_at)
    .where(StatusChange.position_id == Position.id)
    .ext(distinct_on(StatusChange.to_status))
    # The creation comes first even where a change was dated back to before it.
    .order_by(
        StatusChange.to_status,
        StatusChange.from_status.is_not(None),
        StatusChange.occurred_at,
        StatusChange.sequence,
    )
    .correlate(Position)
    .lateral("first_times")
)
_ORDER = (Position.application_date.desc().nulls_last(), Position.id)
_STATUS_TIMES = (
    select(func.json_object_agg(_FIRST_TIMES.c.to_status, _FIRST_TIMES.c.occurred_at))
    .select_from(_FIRST_TIMES)
    .correlate(Position)
    .scalar_subquery()
    .label("status_times")
)


_STATUS_NOTE = (
    select(StatusChange.note)
    .where(StatusChange.position_id == Position.id, StatusChange.to_status == Position.status)
    .order_by(*(key.desc() for key in HISTORY_ORDER))
    .limit(1)
    .correlate(Position)
    .scalar_subquery()
    .label("status_note")
)


class PositionExportRepository:
    """The user's positions, newest application first, each with the first time of every status it had."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def batch(
        self, user_id: UUID, filters: dict[str, Any], *, after: Cursor, limit: int
    ) -> list[dict[str, Any]]:
        """Return the next matching positions behind the cursor: up to ``limit`` and ``BATCH_BYTES``, none at the end.

        ``status_times`` maps a status to the ISO 8601 text of its first entry in the history; ``status_note`` belongs
        to the present status.
        """
        after_date, after_id = after
        rows = await self._access.reads.all(
            _batch_read(frozenset(filters)),
            **filter_values(filters),
            user_id=user_id,
            after_date=after_date or date.min,
            after_id=after_id,
            after_dateless_id=_BEFORE_ANY if after_date else after_id,
            limit=limit,
        )
        return [{**row, "status_times": orjson.loads(row["status_times"] or "{}")} for row in rows]


@lru_cache(maxsize=256)
def _batch_read(filters: frozenset[str]) -> Read:
    after_date: BindParameter[date] = bindparam("after_date")
    after_id: BindParameter[UUID] = bindparam("after_id")
    dated = _candidates(
        filters,
        # Said twice, so that the index is entered at the date.
        Position.application_date <= after_date,
        or_(
            Position.application_date < after_date,
            and_(Position.application_date == after_date, Position.id > after_id),
        ),
    )
    dateless = _candidates(
        filters, Position.application_date.is_(None), Position.id > bindparam("after_dateless_id", type_=Uuid())
    )
    both = union_all(select(dated), select(dateless)).subquery()
    in_both = (both.c.application_date.desc().nulls_last(), both.c.id)
    candidates = select(both).order_by(*in_both).limit(bindparam("limit")).cte("candidates")
    in_order = (candidates.c.application_date.desc().nulls_last(), candidates.c.id)
    measured = select(
        candidates.c.id,
        (func.sum(candidates.c.size).over(order_by=in_order) - candidates.c.size).label("bytes_before"),
    ).cte("measured")
    batch = select(measured.c.id).where(measured.c.bytes_before < literal_column(str(BATCH_BYTES))).cte("batch")
    return Read(
        select(*POSITION_COLUMNS, _STATUS_TIMES, _STATUS_NOTE)
        .join_from(batch, Position, batch.c.id == Position.id)
        .order_by(*_ORDER)
    )


def _candidates(filters: frozenset[str], *behind_the_cursor: ColumnElement[bool]) -> Subquery:
    """Return the next positions of one kind, narrow, with the bytes of their descriptions."""
    return (
        select(
            Position.id,
            Position.application_date,
            func.coalesce(func.octet_length(Position.description), 0).label("size"),
        )
        .where(*conditions(filters), *behind_the_cursor)
        .order_by(*_ORDER)
        .limit(bindparam("limit"))
        .subquery()
    )
