"""What is on which day, and what would slip."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.clock import utc_now
from app.core.errors import ValidationError
from app.core.time_zones import account_zone, start_of_day, zone_named
from app.repositories.access import DataAccess
from app.repositories.agenda import AgendaRepository
from app.schemas.agenda import AgendaQuery, AttentionQuery
from app.schemas.fields import MAX_DATE

DEFAULT_DAYS = 14
MAX_DAYS = 366
MAX_ENTRIES = 1_000
MAX_ENTRIES_PER_REASON = 100
OFFER_DAYS = 5
"""Offers are answered within a week or so; by then somebody should have asked."""

REASONS = ("no_activity", "outcome_pending", "task_overdue", "offer_unanswered")


class AgendaService:
    """The days of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._agenda = AgendaRepository(access)

    async def agenda(self, user_id: UUID, query: AgendaQuery) -> dict[str, Any]:
        """Return the days from ``from`` to ``to`` on which there is something.

        Raises:
            ValidationError: ``to`` is too far behind ``from``.

        """
        zone = _zone(query.tz)
        first, last = _period(query, utc_now().astimezone(zone).date())
        entries = await self._agenda.entries(
            user_id,
            since=start_of_day(first, zone),
            until=start_of_day(last + timedelta(days=1), zone),
            first=first,
            last=last,
            limit=MAX_ENTRIES + 1,
        )
        truncated = len(entries) > MAX_ENTRIES or any(entry["has_next"] for entry in entries[-1:])
        days: dict[date, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
        for entry in entries[:MAX_ENTRIES]:
            del entry["has_next"]
            day = entry.pop("date") or entry["at"].astimezone(zone).date()
            # What has no time, tasks, comes before what has one.
            days.setdefault(day, ([], []))[entry["at"] is not None].append(entry)
        return {
            "days": [{"date": day, "entries": tasks + timed} for day, (tasks, timed) in sorted(days.items())],
            "truncated": truncated,
        }

    async def attention(self, user_id: UUID, query: AttentionQuery) -> dict[str, Any]:
        """Return what would slip, with the reason."""
        now = utc_now()
        found = await self._agenda.slipping(
            user_id,
            now=now,
            today=now.astimezone(_zone(query.tz)).date(),
            quiet_days=query.days,
            offer_days=OFFER_DAYS,
            limit=MAX_ENTRIES_PER_REASON,
        )
        totals = dict.fromkeys(REASONS, 0) | {entry["reason"]: entry["total"] for entry in found}
        return {"entries": [_slipping(entry) for entry in found], "totals": totals}


def _zone(name: str | None) -> ZoneInfo:
    return (zone_named(name) if name else None) or account_zone.get()


def _period(query: AgendaQuery, today: date) -> tuple[date, date]:
    first = query.first or (min(today, query.last) if query.last else today)
    last = query.last or min(first + timedelta(days=DEFAULT_DAYS - 1), MAX_DATE)
    if last - first >= timedelta(days=MAX_DAYS):
        raise ValidationError({"to": f"Must be within {MAX_DAYS} days of from"})
    return first, last


def _slipping(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {"reason": entry["reason"], "position": entry["position"]}
    if entry["reason"] == "task_overdue":
        return shown | {"due_date": entry["date"], "task": entry["record"]}
    if entry["reason"] == "outcome_pending":
        shown["interview"] = entry["record"]
    return shown | {"since": entry["at"]}
