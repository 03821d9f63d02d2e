"""The secret address under which calendar programs read a user's interviews."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import AuthenticationError, NotAuthenticatedError, ResourceNotFoundError
from app.core.passwords import new_opaque_token, opaque_token_hash
from app.core.version import VERSION
from app.repositories.access import DataAccess
from app.repositories.calendar_feeds import CalendarFeedRepository

MAX_EVENTS = 2_000
"""The latest that a feed shows; more would keep a processor busy for too long at every look of a calendar program."""


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed whose token is known only now; stored is its hash."""

    token: str
    created_at: datetime


class NoFeedError(ResourceNotFoundError):
    """The user has no feed."""

    def __init__(self, user_id: UUID) -> None:
        super().__init__("Calendar feed", user_id)
        self.message = "There is no calendar feed"


class FeedContent:
    """What a feed has to show: cheap to tell apart by ``version``, made into a calendar only when asked."""

    def __init__(self, interviews: Sequence[dict[str, Any]], tasks: Sequence[dict[str, Any]]) -> None:
        self._interviews = interviews
        self._tasks = tasks
        # The rows decide what the calendar says, together with the code that writes it.
        self.version = hashlib.sha256(
            repr((VERSION, interviews, tasks)).encode("utf-8", "surrogatepass")
        ).hexdigest()[:32]

    async def calendar(self) -> bytes:
        """Return the iCalendar file."""
        return await asyncio.to_thread(_calendar_of, self._interviews, self._tasks)


def _calendar_of(interviews: Sequence[dict[str, Any]], tasks: Sequence[dict[str, Any]]) -> bytes:
    # Loaded when a calendar program first asks: its library would hold up every start.
    made: bytes = import_module("app.services.interview_calendar").calendar_of(interviews, tasks)
    return made


class CalendarFeedService:
    """One feed a user at most."""

    def __init__(self, access: DataAccess) -> None:
        self._feeds = CalendarFeedRepository(access)

    async def create(self, user_id: UUID) -> NewFeed:
        """Give the user a new address; the one before stops working."""
        feed = NewFeed(new_opaque_token(), utc_now())
        await self._feeds.replace(user_id, opaque_token_hash(feed.token), feed.created_at)
        return feed

    async def status(self, user_id: UUID) -> dict[str, Any]:
        """Tell since when the user has a feed.

        Raises:
            NoFeedError: there is none.

        """
        created_at = await self._feeds.created_at(user_id)
        if created_at is None:
            raise NoFeedError(user_id)
        return {"created_at": created_at}

    async def revoke(self, user_id: UUID) -> None:
        """Make the user's address stop working.

        Raises:
            NoFeedError: there is none.

        """
        if not await self._feeds.delete(user_id):
            raise NoFeedError(user_id)

    async def owner(self, token: str) -> UUID:
        """Return whose feed a token opens.

        Raises:
            NotAuthenticatedError: no token at all.
            AuthenticationError: it opens none, or no longer.

        """
        if not token:
            raise NotAuthenticatedError
        owner = await self._feeds.owner(opaque_token_hash(token))
        if owner is None:
            raise AuthenticationError
        return owner

    async def file_of(self, interview_id: UUID, user_id: UUID) -> bytes:
        """Return a calendar with one of the user's interviews.

        Raises:
            ResourceNotFoundError: it does not exist, or is another user's.

        """
        interview = await self._feeds.event(interview_id, user_id)
        if interview is None:
            raise ResourceNotFoundError("Interview", interview_id)
        return _calendar_of([interview], [])

    async def content(self, user_id: UUID, *, with_tasks: bool) -> FeedContent:
        """Return the user's interviews, and their tasks that have a date, as far as a feed shows them."""
        interviews = await self._feeds.events(user_id, limit=MAX_EVENTS)
        tasks = await self._feeds.tasks(user_id, limit=MAX_EVENTS) if with_tasks else []
        return FeedContent(interviews, tasks)
