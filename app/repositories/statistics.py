"""Figures about a user's applications, each endpoint's in one statement. Saved positions are in none of them.

Every statement begins with the positions that the filters leave, as a common table expression. What belongs to them
is then found by an array of their ids rather than by a join: PostgreSQL guesses that a filter leaves hardly any
position, and would loop over the whole of both sides where it leaves many. The array is a search in an index
whatever the guess, and never meets a row of another user.
"""

from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Select,
    all_,
    any_,
    bindparam,
    cast,
    distinct,
    extract,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.reads import Read
from app.models import Interview, Position, StatusChange
from app.models.enums import APPLICATION_STATUSES, InterviewOutcome, InterviewType, PositionStatus
from app.models.position import HISTORY_ORDER
from app.repositories.access import DataAccess
from app.repositories.position_filters import conditions, filter_values

_SHAPES = 16
"""How many sets of the four filters there are."""

_COMPANY_NAME = func.btrim(Position.company)
_COMPANY_KEY = func.lower(_COMPANY_NAME)
_SECONDS_PER_DAY: ColumnElement[int] = literal_column("86400")
_ZERO: ColumnElement[int] = literal_column("0")
# As parts of the statements' text: the index of the saved ones is found by the very words.
_IS_SAVED: ColumnElement[bool] = Position.status == literal_column(f"'{PositionStatus.SAVED.value}'")
_IS_APPLICATION: ColumnElement[bool] = Position.status != literal_column(f"'{PositionStatus.SAVED.value}'")
_WAS_HELD: ColumnElement[bool] = Interview.outcome != literal_column(f"'{InterviewOutcome.CANCELLED.value}'")
_SOURCE_NAME = func.nullif(func.btrim(Position.source), literal_column("''"))
TYPES, OUTCOMES = tuple(InterviewType), tuple(InterviewOutcome)


class StatisticsRepository:
    """Counts and averages over the positions that match, as the database sees them: no rates, no gaps filled."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def overview(self, user_id: UUID, filters: dict[str, Any]) -> dict[str, Any]:
        """Return totals and breakdowns."""
        row = await self._one(_overview_read(frozenset(filters)), user_id, filters)
        return {
            "total_applications": row["total_applications"],
            "total_companies": row["total_companies"],
            "total_interviews": row["total_interviews"],
            "total_saved": row["total_saved"],
            "responded": row["responded"],
            "interviewed": row["interviewed"],
            "offered": row["offered"],
            "status_breakdown": _breakdown(row, "status", APPLICATION_STATUSES),
            "interview_type_breakdown": _breakdown(row, "type", TYPES),
            "interview_outcome_breakdown": _breakdown(row, "outcome", OUTCOMES),
        }

    async def timeline(self, user_id: UUID, filters: dict[str, Any]) -> dict[str, Any]:
        """Return the counts of each month that has any, the first and last days, and the average durations."""
        row = dict(await self._one(_timeline_read(frozenset(filters)), user_id, filters))
        for name in ("applications_per_month", "interviews_per_month"):
            row[name] = orjson.loads(row[name]) if row[name] else {}
        return row

    async def companies(self, user_id: UUID, filters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the figures of each company, most applications first, then by name."""
        rows = await self._all(_companies_read(frozenset(filters)), user_id, filters)
        return [
            {
                "company_name": row["company_name"],
                "total_applications": row["total_applications"],
                "total_interviews": row["total_interviews"],
                "latest_application_date": row["latest_application_date"],
                "status_breakdown": _breakdown(row, "status", APPLICATION_STATUSES),
                "offered": row["offered"],
            }
            for row in rows
        ]

    async def sources(self, user_id: UUID, filters: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the counts of each source, most applications first, then by name; those without one last."""
        rows = await self._all(_sources_read(frozenset(filters)), user_id, filters)
        return [dict(row) for row in rows]

    async def funnel(self, user_id: UUID, filters: dict[str, Any]) -> dict[str, Any]:
        """Return how many positions reached which statuses, how long they stayed, and how they moved."""
        row = dict(await self._one(_funnel_read(frozenset(filters)), user_id, filters))
        for name in ("journeys", "stays", "flows"):
            row[name] = orjson.loads(row[name]) if row[name] else []
        return row

    async def _one(self, read: Read, user_id: UUID, filters: dict[str, Any]) -> asyncpg.Record:
        [row] = await self._all(read, user_id, filters)
        return row

    async def _all(self, read: Read, user_id: UUID, filters: dict[str, Any]) -> list[asyncpg.Record]:
        return await self._access.reads.all(read, **filter_values(filters), user_id=user_id)


@lru_cache(maxsize=_SHAPES)
def _overview_read(filters: frozenset[str]) -> Read:
    matching = _matching(
        filters, Position.id, Position.status, Position.responded, Position.offered, Position.company
    )
    # Put together first: what is counted of thousands of positions is then counted of some hundred kinds.
    alike = (matching.c.company, matching.c.status, matching.c.responded, matching.c.offered)
    kinds = select(*alike, cast(func.count(), Integer).label("positions")).group_by(*alike).cte("kinds")

    def number(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
        positions: Any = func.sum(kinds.c.positions)
        return func.coalesce(positions if condition is None else positions.filter(condition), _ZERO)

    positions = select(
        number().label("total_applications"),
        func.count(distinct(func.lower(func.btrim(kinds.c.company)))).label("total_companies"),
        number(kinds.c.responded).label("responded"),
        number(kinds.c.offered).label("offered"),
        *(
            number(kinds.c.status == _constant(value)).label(f"status_{value.value}")
            for value in APPLICATION_STATUSES
        ),
    ).subquery("positions_counted")
    interviews = (
        select(
            func.count().label("total_interviews"),
            func.count(distinct(Interview.position_id)).filter(_WAS_HELD).label("interviewed"),
            *_counts("type", Interview.type.expression, TYPES),
            *_counts("outcome", Interview.outcome.expression, OUTCOMES),
        )
        .where(*_interviews_of(matching, filters))
        .subquery("interviews_counted")
    )
    total_saved = select(func.count()).select_from(Position).where(*conditions(filters), _IS_SAVED).scalar_subquery()
    return Read(
        select(positions, interviews, total_saved.label("total_saved")).join_from(positions, interviews, true())
    )


@lru_cache(maxsize=_SHAPES)
def _timeline_read(filters: frozenset[str]) -> Read:
    matching = _matching(filters, Position.id, Position.application_date)
    held = (
        select(Interview.position_id, _utc(Interview.scheduled_date.expression).label("scheduled_at"))
        .where(*_interviews_of(matching, filters))
        .cte("held")
    )
    durations = _durations(matching, held).subquery("durations")
    response, decision = durations.c.response_days, durations.c.decision_seconds
    return Read(
        select(
            select(func.min(matching.c.application_date)).scalar_subquery().label("first_application"),
            select(func.max(matching.c.application_date)).scalar_subquery().label("last_application"),
            select(cast(func.max(held.c.scheduled_at), Date)).scalar_subquery().label("last_interview"),
            _per_month(matching.c.application_date).label("applications_per_month"),
            _per_month(held.c.scheduled_at).label("interviews_per_month"),
            _one_decimal(func.avg(response).filter(response >= _ZERO)).label("average_response_time_days"),
            _one_decimal(func.avg(decision).filter(decision >= _ZERO) / _SECONDS_PER_DAY).label(
                "average_interview_to_decision_days"
            ),
        )
    )


def _durations(matching: CTE, held: CTE) -> Select[*tuple[Any, ...]]:
    """Return what each position waited: for its first interview, and after its last one for the decision.

    The three kinds of row are put below each other and grouped, which costs the same however wrong the planner's
    guess is; a join of them does not.
    """
    no_time, no_answer = cast(null(), DateTime), cast(null(), Boolean)
    facts = union_all(
        select(
            matching.c.id,
            matching.c.application_date,
            no_time.label("scheduled_at"),
            no_time.label("decided_at"),
            no_answer.label("is_change"),
        ),
        select(held.c.position_id, cast(null(), Date), held.c.scheduled_at, no_time, no_answer),
        select(
            StatusChange.position_id,
            cast(null(), Date),
            no_time,
            _utc(StatusChange.occurred_at.expression),
            StatusChange.from_status.is_not(None),
        ).where(
            StatusChange.position_id == _any_id(held.c.position_id),
            StatusChange.to_status.in_([_constant(PositionStatus.OFFER), _constant(PositionStatus.REJECTED)]),
        ),
    ).subquery("facts")
    # The creation is the history's first entry even where a change was dated back to before it.
    decided_at = func.coalesce(func.max(facts.c.decided_at).filter(facts.c.is_change), func.max(facts.c.decided_at))
    return select(
        (cast(func.min(facts.c.scheduled_at), Date) - func.min(facts.c.application_date)).label("response_days"),
        extract("epoch", decided_at - func.max(facts.c.scheduled_at)).label("decision_seconds"),
    ).group_by(facts.c.id)


def _per_month(day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the counts by month (``YYYY-MM``) as one JSON object, null if there are none."""
    month = func.date_trunc(literal_column("'month'"), cast(day, DateTime))
    counted = (
        select(func.to_char(month, literal_column("'YYYY-MM'")).label("month"), func.count().label("count"))
        .group_by(month)
        .subquery()
    )
    return select(func.json_object_agg(counted.c.month, counted.c.count)).scalar_subquery()


@lru_cache(maxsize=_SHAPES)
def _companies_read(filters: frozenset[str]) -> Read:
    # One look into the index for each position, for the same reason.
    total_interviews = (
        select(func.count())
        .where(Interview.user_id == bindparam("user_id"), Interview.position_id == Position.id)
        .correlate(Position)
        .scalar_subquery()
    )
    matching = _matching(
        filters,
        Position.id,
        Position.status,
        Position.offered,
        Position.application_date,
        Position.created_at,
        _COMPANY_NAME.label("name"),
        _COMPANY_KEY.label("key"),
        total_interviews.label("interviews"),
    )
    newest_first = (matching.c.created_at.desc(), matching.c.id.desc())
    names: ColumnElement[Any] = func.array_agg(aggregate_order_by(matching.c.name, *newest_first))
    total_applications = func.count()
    return Read(
        select(
            names[literal_column("1")].label("company_name"),
            total_applications.label("total_applications"),
            func.sum(matching.c.interviews).label("total_interviews"),
            func.max(matching.c.application_date).label("latest_application_date"),
            func.count().filter(matching.c.offered).label("offered"),
            *_counts("status", matching.c.status, APPLICATION_STATUSES),
        )
        .group_by(matching.c.key)
        .order_by(total_applications.desc(), matching.c.key)
    )


@lru_cache(maxsize=_SHAPES)
def _sources_read(filters: frozenset[str]) -> Read:
    was_interviewed = (
        select(Interview.id)
        .where(Interview.user_id == bindparam("user_id"), Interview.position_id == Position.id, _WAS_HELD)
        .correlate(Position)
        .exists()
    )
    matching = _matching(
        filters,
        Position.id,
        Position.responded,
        Position.offered,
        Position.created_at,
        _SOURCE_NAME.label("name"),
        func.lower(_SOURCE_NAME).label("key"),
        was_interviewed.label("interviewed"),
    )
    newest_first = (matching.c.created_at.desc(), matching.c.id.desc())
    names: ColumnElement[Any] = func.array_agg(aggregate_order_by(matching.c.name, *newest_first))
    applications = func.count()
    return Read(
        select(
            names[literal_column("1")].label("source"),
            applications.label("applications"),
            func.count().filter(matching.c.responded).label("responses"),
            func.count().filter(matching.c.interviewed).label("interviews"),
            func.count().filter(matching.c.offered).label("offers"),
        )
        .group_by(matching.c.key)
        .order_by(matching.c.key.is_(None), applications.desc(), matching.c.key)
    )


@lru_cache(maxsize=_SHAPES)
def _funnel_read(filters: frozenset[str]) -> Read:
    matching = _matching(filters, Position.id)
    # In the order in which a position's history is shown.
    left_at = func.lead(StatusChange.occurred_at).over(
        partition_by=StatusChange.position_id,
        order_by=HISTORY_ORDER,
    )
    entries = (
        select(
            StatusChange.position_id,
            StatusChange.from_status,
            StatusChange.to_status,
            extract("epoch", left_at - StatusChange.occurred_at).label("seconds"),
        )
        .where(StatusChange.position_id == _any_id(matching.c.id))
        .cte("entries")
    )
    # Left out only here, so that whoever saves an application again has left its status.
    is_entry = entries.c.to_status != _constant(PositionStatus.SAVED)
    reached = (
        select(func.array_agg(distinct(entries.c.to_status)).filter(is_entry).label("statuses"))
        .group_by(entries.c.position_id)
        .subquery("reached")
    )
    median = func.percentile_cont(literal_column("0.5")).within_group(entries.c.seconds)
    return Read(
        select(
            select(func.count()).select_from(matching).scalar_subquery().label("applications"),
            _as_json(select(reached.c.statuses, func.count().label("count")).group_by(reached.c.statuses)).label(
                "journeys"
            ),
            _as_json(
                select(entries.c.to_status, _one_decimal(median / _SECONDS_PER_DAY).label("median_days"))
                .where(entries.c.seconds >= _ZERO, is_entry)
                .group_by(entries.c.to_status)
            ).label("stays"),
            _as_json(
                select(entries.c.from_status, entries.c.to_status, func.count().label("count"))
                .where(entries.c.from_status != _constant(PositionStatus.SAVED), is_entry)
                .group_by(entries.c.from_status, entries.c.to_status)
            ).label("flows"),
        )
    )


def _matching(filters: frozenset[str], *columns: Any) -> CTE:
    """Return the applications that the filters leave."""
    return select(*columns).where(*conditions(filters), _IS_APPLICATION).cte("matching")


def _interviews_of(matching: CTE, filters: frozenset[str]) -> list[ColumnElement[bool]]:
    """Return the conditions for the interviews of these applications.

    Without filters those are all of the user's, but for the few whose position is saved.
    """
    mine = Interview.user_id == bindparam("user_id")
    if filters:
        return [mine, Interview.position_id == _any_id(matching.c.id)]
    saved = select(Position.id).where(*conditions(filters), _IS_SAVED).scalar_subquery()
    return [mine, Interview.position_id != all_(func.array(saved))]


def _any_id(ids: ColumnElement[Any]) -> Any:
    return any_(func.array(select(ids).scalar_subquery()))


def _counts(prefix: str, column: ColumnElement[Any], values: tuple[StrEnum, ...]) -> list[ColumnElement[int]]:
    """Return one count for each value that the column may have; ``_breakdown`` puts them together again."""
    return [func.count().filter(column == _constant(value)).label(f"{prefix}_{value.value}") for value in values]


def _breakdown(row: asyncpg.Record, prefix: str, values: tuple[StrEnum, ...]) -> dict[str, int]:
    return {value: row[label] for value, label in _labels(prefix, values)}


@cache
def _labels(prefix: str, values: tuple[StrEnum, ...]) -> list[tuple[str, str]]:
    """Return each value with the name of its column; an enumeration is slow to walk through for every request."""
    return [(value.value, f"{prefix}_{value.value}") for value in values]


def _constant(value: StrEnum) -> ColumnElement[Any]:
    """Return a value of our own as part of the statement's text: a parameter for each would only cost."""
    return literal_column(f"'{value.value}'")


def _as_json(rows: Select[*tuple[Any, ...]]) -> ColumnElement[Any]:
    """Return rows as one JSON list of objects, null if there are none."""
    listed = rows.subquery()
    fields = [part for column in listed.c for part in (literal_column(f"'{column.key}'"), column)]
    return select(func.json_agg(func.json_build_object(*fields))).scalar_subquery()


def _utc(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone(literal_column("'UTC'"), moment)


def _one_decimal(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Round as people do, halves away from zero; PostgreSQL's floating point would round them to even."""
    return func.round(cast(value, Numeric), literal_column("1"))
