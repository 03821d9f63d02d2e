"""The one place where the application reads the time of day.

The database's time is what all replicas share. A replica whose own clock goes wrong would date what happens before
what came before it, so each compares its clock with the database's again and again, and takes the difference off.
"""

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(seconds=0.25)
"""Smaller differences are left alone: they are those of the way to the database, and times should not jump."""


class Clock:
    """The clock of this process, set by the database's."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return system_now() + self._ahead

    def compare(self, database_time: datetime, *, asked_at: datetime, answered_at: datetime) -> None:
        """Take in what the database's time was between two moments of ``system_now``."""
        way = (answered_at - asked_at) / 2
        ahead = database_time - asked_at - way
        if abs(ahead) <= TOLERANCE + way:
            ahead = timedelta(0)
        if abs(ahead - self._ahead) > TOLERANCE + way or not ahead:
            self._ahead = ahead


process_clock = Clock()


def system_now() -> datetime:
    """Return what the machine takes for the present moment, in UTC."""
    return datetime.now(UTC)


def utc_now() -> datetime:
    """Return the present moment as an aware datetime in UTC, by the database's clock."""
    return process_clock.now()


def iso_utc(moment: datetime) -> str:
    """Return an aware datetime as ISO 8601 in UTC, ending in ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
