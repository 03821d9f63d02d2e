"""Days and times as the user of a request means them.

What a client sends without an offset, and what it calls today, is meant in the time zone of its account. The door of
the API notes the zone of whoever signed in for the length of the request; outside of requests it is UTC.
"""

import os
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from app.core.clock import utc_now

MAX_NAME_CHARACTERS = 64

UTC_ZONE = ZoneInfo("UTC")

account_zone: ContextVar[ZoneInfo] = ContextVar("account_zone", default=UTC_ZONE)
"""The time zone of the account that the request being served belongs to."""

_NO_ZONES = frozenset(("localtime", "Factory"))
"""What lies among the zones and is none: the server's own one, and the one of a clock that nobody has set."""

_FIRST_ZONE = timezone(timedelta(hours=14))
"""Where a day begins first: the Line Islands."""


def machine_zone() -> ZoneInfo:
    """Return the time zone that this machine is set to, or UTC where that has no name."""
    link = os.path.realpath("/etc/localtime")
    named = os.environ.get("TZ", "").removeprefix(":") or link.partition("/zoneinfo/")[2]
    return zone_named(named) or UTC_ZONE


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the names of zones that there are, as IANA's database has them."""
    return frozenset(available_timezones() - _NO_ZONES)


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """Return the time zone of a name, or None if there is no such name."""
    return ZoneInfo(name) if name in zone_names() else None


def in_account_zone(local: datetime) -> datetime:
    """Return the moment in UTC of a local time without an offset.

    Where the clocks went forward over it, it is read by the offset before, and so lies as far behind the gap as it
    was in it; where they went back over it, it is the first of the two.
    """
    return _in_zone(local, account_zone.get())


def today() -> date:
    """Return the date where the account is."""
    return day_of(utc_now())


def day_of(moment: datetime) -> date:
    """Return the date of a moment where the account is."""
    return moment.astimezone(account_zone.get()).date()


def start_of_day(day: date, zone: ZoneInfo | None = None) -> datetime:
    """Return in UTC when a day begins in a zone, or where the account is: at midnight, unless the clocks skip it."""
    return _in_zone(datetime.combine(day, time.min), zone or account_zone.get())


def has_begun_somewhere(day: date) -> bool:
    """Tell whether a day is today, or over, anywhere on earth."""
    return day <= utc_now().astimezone(_FIRST_ZONE).date()


def _in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)
