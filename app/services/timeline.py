"""What happened with a position, as one list in pages."""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError, ValidationError
from app.repositories.access import DataAccess
from app.repositories.timeline import Key, TimelineRepository
from app.schemas.paging import page_of
from app.schemas.timeline import TimelineQuery


class TimelineService:
    """The timelines of one user's positions."""

    def __init__(self, access: DataAccess) -> None:
        self._timeline = TimelineRepository(access)

    async def page(self, position_id: UUID, user_id: UUID, query: TimelineQuery) -> dict[str, Any]:
        """Return one page of a position's timeline, newest first.

        Raises:
            ResourceNotFoundError: there is no such position, or it is another user's.
            ValidationError: ``after`` is no page's ``next``.

        """
        after = key_of(query.after) if query.after else None
        entries, total = await self._timeline.page(
            position_id, user_id, after=after, limit=query.per_page, offset=query.offset
        )
        if not total:
            raise ResourceNotFoundError("Position", position_id)
        last = entries[-1] if entries else None
        has_more = last is not None and last["place"] < total
        page = page_of("entries", [_as_seen(entry) for entry in entries], total, query)
        page["next"] = token_of(Key(last["at"], last["kind"], last["id"])) if last and has_more else None
        if after is None:
            return page
        # A page that was asked for by its key lies where it lies, perhaps across two of those by numbers.
        before = entries[0]["place"] - 1 if entries else total
        return page | {
            "page": before // query.per_page + 1,
            "has_next": has_more,
            "has_prev": before > 0,
        }


def token_of(key: Key) -> str:
    """Return a key as a client gets it."""
    return base64.urlsafe_b64encode(f"{key.at.isoformat()} {key.kind} {key.id}".encode()).decode()


def key_of(token: str) -> Key:
    """Return the key that ``token_of`` made a token of.

    Raises:
        ValidationError: it made none such.

    """
    try:
        at, kind, entry_id = base64.urlsafe_b64decode(token.encode()).decode().split(" ")
        return Key(datetime.fromisoformat(at).astimezone(UTC), kind.replace("\0", ""), UUID(entry_id))
    except (ValueError, OverflowError, binascii.Error):
        raise ValidationError({"after": "Must be the next of a page"}) from None


def _as_seen(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in ("kind", "at", "record")}
