"""Counts that only the older front-end asks for, each endpoint's in one statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, bindparam, cast, distinct, extract, func, literal_column, select, union_all

from app.core.reads import Read
from app.models import Interview, Position, StatusChange
from app.models.enums import InterviewOutcome, PositionStatus
from app.repositories.access import DataAccess

_IS_APPLICATION = Position.status != literal_column(f"'{PositionStatus.SAVED.value}'")
_WAS_HELD = Interview.outcome != literal_column(f"'{InterviewOutcome.CANCELLED.value}'")
_OWN = (Position.user_id == bindparam("user_id"), _IS_APPLICATION)

_SUCCESS_INTERVIEWS = (
    select(
        func.count().label("interviews"),
        func.count(distinct(Position.id)).label("interviewed"),
        func.count(distinct(Position.id)).filter(Position.offered).label("interviewed_and_offered"),
    )
    .select_from(Interview)
    .join(Position, Position.id == Interview.position_id)
    .where(Interview.user_id == bindparam("user_id"), _WAS_HELD, *_OWN)
    .subquery("held")
)
_SUCCESS = Read(
    select(
        func.count().label("applications"),
        func.count().filter(Position.offered).label("offered"),
        *(select(column).scalar_subquery().label(column.key) for column in _SUCCESS_INTERVIEWS.c),
    ).where(*_OWN)
)

_FIRST_OFFERS = (
    select(func.timezone(literal_column("'UTC'"), func.min(StatusChange.occurred_at)).label("at"))
    .select_from(StatusChange)
    .join(Position, Position.id == StatusChange.position_id)
    .where(*_OWN, Position.offered, StatusChange.to_status == literal_column(f"'{PositionStatus.OFFER.value}'"))
    .group_by(Position.id)
    .subquery("offers")
)
_SCHEDULED_AT = func.timezone(literal_column("'UTC'"), Interview.scheduled_date.expression)
_HAPPENED = union_all(
    select(Position.application_date.label("day"), literal_column("'positions_applied'").label("what")).where(*_OWN),
    select(cast(_SCHEDULED_AT, Date), literal_column("'interviews_conducted'"))
    .select_from(Interview)
    .join(Position, Position.id == Interview.position_id)
    .where(Interview.user_id == bindparam("user_id"), _WAS_HELD, Interview.scheduled_date <= bindparam("now"), *_OWN),
    select(cast(_FIRST_OFFERS.c.at, Date), literal_column("'offers_received'")),
).subquery("happened")
_MONTH = extract("month", _HAPPENED.c.day)
_MONTHS = Read(
    select(_MONTH.label("month"), _HAPPENED.c.what, func.count().label("count"))
    .where(_HAPPENED.c.day.between(bindparam("first_day"), bindparam("last_day")))
    .group_by(_MONTH, _HAPPENED.c.what)
)


class FrontEndStatisticsRepository:
    """Counts of one user's applications, saved positions left out."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def success(self, user_id: UUID) -> dict[str, int]:
        """Return how many applications, interviews, applications with one and offers there are."""
        [row] = await self._access.reads.all(_SUCCESS, user_id=user_id)
        return dict(row)

    async def months(self, user_id: UUID, year: int, now: datetime) -> dict[tuple[int, str], int]:
        """Return the counts of a year by month (1 to 12) and name, those that are not 0; interviews until ``now``."""
        period: dict[str, Any] = {"first_day": date(year, 1, 1), "last_day": date(year, 12, 31)}
        rows = await self._access.reads.all(_MONTHS, user_id=user_id, now=now, **period)
        return {(int(row["month"]), row["what"]): row["count"] for row in rows}
