"""The history of a position that was not watched, from the time of each status in a row of a file."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from app.core.clock import utc_now
from app.core.time_zones import day_of, start_of_day, today
from app.models import Note, Position, StatusChange
from app.models.enums import PositionStatus
from app.schemas.position_import import PositionRow

Step = tuple[PositionStatus, datetime]
"""A status and when it took effect."""

_ORDER = [PositionStatus.SAVED, *(status for status in PositionStatus if status != PositionStatus.SAVED)]


def position_of(row: PositionRow, user_id: UUID, *, has_all_times: bool) -> tuple[Position, list[StatusChange]]:
    """Return a row as a position with its history, the creation first.

    ``has_all_times`` says that the file tells the time of each status, as an export does: a blank cell then means
    that the position never had that status.
    """
    application_date = _application_date(row)
    (status, created_at), *later = _steps(row, application_date, has_all_times=has_all_times)
    position = Position(
        id=uuid4(),
        user_id=user_id,
        title=row.title,
        company=row.company,
        description=row.description,
        location=row.location,
        salary_range=row.salary_range,
        status=status,
        application_date=application_date,
        job_url=row.job_url,
        source=row.source,
        tags=row.tags,
        archived=row.archived,
    )
    creation = position.record_creation(created_at)
    creation.occurred_at = created_at
    history = [creation, *filter(None, [position.record_status(*step) for step in later])]
    history[-1].note = row.status_note or None
    return position, history


def note_of(row: PositionRow, position: Position, history: Sequence[StatusChange]) -> Note | None:
    """Return what a row notes of its position, dated at the last thing known of it: nothing has happened now."""
    if not row.notes:
        return None
    latest = max(change.occurred_at for change in history)
    return Note(user_id=position.user_id, position_id=position.id, text=row.notes, occurred_at=min(latest, utc_now()))


def future_times(row: PositionRow, now: datetime) -> Sequence[str]:
    """Return the names of the row's times that have not come yet.

    The application's own day may: it can be planned, and it begins elsewhere before it does here.
    """
    day = row.application_date if "application_date" in row.model_fields_set else None
    return [
        f"{status}_at"
        for status, time in row.status_times.items()
        if time > now and (day is None or abs((time.date() - day).days) > 1)
    ]


def _application_date(row: PositionRow) -> date | None:
    """Return the day that the row names, or else that of its first time, or else today; a saved job has none."""
    if "application_date" in row.model_fields_set:
        return row.application_date
    times = {status: time for status, time in row.status_times.items() if status != PositionStatus.SAVED}
    if times:
        return day_of(min(times.values()))
    saved_at = row.status_times.get(PositionStatus.SAVED)
    if row.status == PositionStatus.SAVED or (saved_at is not None and "status" not in row.model_fields_set):
        return None
    return today() if saved_at is None else day_of(saved_at)


def _steps(row: PositionRow, application_date: date | None, *, has_all_times: bool) -> list[Step]:
    """Return every status in the order in which the position had it.

    It begins with the status that dates from the application's day, as the history of every application does; where
    none does, with ``applied`` on that day, unless ``applied`` has another time. The others follow by their times. A
    job that is saved no longer was so before all that. A row whose status is not the last of them went back to it, or
    into it, at an unknown time, for which the last known one stands.
    """
    start = None if application_date is None else start_of_day(application_date)
    times = row.status_times
    is_saved = row.status == PositionStatus.SAVED
    if not times:
        return [(row.status, utc_now() if is_saved or start is None else start)]
    is_told = "application_date" in row.model_fields_set and not (has_all_times or is_saved)
    if is_told and start is not None and start not in times.values():
        times.setdefault(PositionStatus.APPLIED, start)
    steps = sorted(
        times.items(),
        key=lambda step: (
            is_saved or step[0] != PositionStatus.SAVED,
            step[1] != start,
            step[1],
            _ORDER.index(step[0]),
        ),
    )
    if "status" in row.model_fields_set and row.status != steps[-1][0]:
        steps.append((row.status, max(time for _, time in steps)))
    return steps
