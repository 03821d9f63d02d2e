"""The history of a position that was not watched, from the time of each status in a row of a file."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from app.core.time_zones import day_of, start_of_day, today
from app.models import Position, StatusChange
from app.models.enums import PositionStatus
from app.schemas.position_import import PositionRow

Step = tuple[PositionStatus, datetime]
"""A status and when it took effect."""

_ORDER = list(PositionStatus)


def position_of(row: PositionRow, user_id: UUID) -> tuple[Position, list[StatusChange]]:
    """Return a row as a position with its history, the creation first."""
    application_date = _application_date(row)
    (status, created_at), *later = _steps(row, application_date)
    position = Position(
        id=uuid4(),
        user_id=user_id,
        title=row.title,
        company=row.company,
        description=row.description,
        location=row.location,
        salary_range=row.salary_range,
        status=status,
        application_date=application_date if row.application_date or row.status_times else None,
        job_url=row.job_url,
        source=row.source,
        tags=row.tags,
        archived=row.archived,
    )
    creation = position.record_creation(created_at)
    creation.occurred_at = created_at
    changes = [position.record_status(*step) for step in later]
    return position, [creation, *filter(None, changes)]


def future_times(row: PositionRow, now: datetime) -> Sequence[str]:
    """Return the names of the row's times that have not come yet.

    The application's own day may: it can be planned, and it begins elsewhere before it does in UTC.
    """
    start = start_of_day(_application_date(row)) if "application_date" in row.model_fields_set else None
    return [f"{status}_at" for status, time in row.status_times.items() if time > now and time != start]


def _application_date(row: PositionRow) -> date:
    """Return the day that the row names, or else the day of its first time, or else today."""
    times = row.status_times.values()
    if "application_date" in row.model_fields_set or not times:
        return row.application_date or today()
    return day_of(min(times))


def _steps(row: PositionRow, application_date: date) -> list[Step]:
    """Return every status in the order in which the position had it.

    It begins with the status that dates from the application's day, as every position's history does; where none
    does, with ``applied`` on that day, unless ``applied`` has another time. The others follow by their times. A row
    whose status is not the last of them went back to it, or into it, at an unknown time, for which the last known
    one stands.
    """
    start = start_of_day(application_date)
    times = row.status_times
    if not times:
        return [(row.status, start)]
    if "application_date" in row.model_fields_set and start not in times.values():
        times.setdefault(PositionStatus.APPLIED, start)
    steps = sorted(times.items(), key=lambda step: (step[1] != start, step[1], _ORDER.index(step[0])))
    if "status" in row.model_fields_set and row.status != steps[-1][0]:
        steps.append((row.status, steps[-1][1]))
    return steps
