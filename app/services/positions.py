"""What can be done with positions, and what follows from it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from app.core.clock import utc_now
from app.core.errors import BusinessLogicError, ResourceNotFoundError, ValidationError
from app.core.time_zones import start_of_day
from app.models import Position
from app.models.enums import PositionStatus
from app.repositories.access import DataAccess
from app.repositories.positions import PositionRepository
from app.schemas.paging import page_of
from app.schemas.position import PositionCreate, PositionQuery, PositionResponse, PositionUpdate, StatusUpdate
from app.services.authorization import AuthorizationService
from app.services.position_events import COMPUTED_FIELDS, SeenPosition, as_seen

MAX_LOOK_ALIKES = 20
_OWN_FIELDS = PositionResponse.model_fields.keys() - COMPUTED_FIELDS


class PositionService:
    """The positions of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, position_id: UUID, user_id: UUID) -> SeenPosition:
        """Return one position with its interviews."""
        return as_seen(await self._authorization.get_user_position_record(position_id, user_id))

    async def list_page(self, user_id: UUID, query: PositionQuery) -> dict[str, Any]:
        """Return one page of the positions that match; where it is too long to be held they have an id alone."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page", "sort_by", "sort_order"})
        rows, total = await self._positions.list_page(
            user_id,
            filters,
            sort_by=query.sort_by,
            sort_order=query.sort_order,
            limit=query.per_page,
            offset=query.offset,
        )
        return page_of("positions", [as_seen(row) for row in rows], total, query)

    async def batch(self, ids: Sequence[UUID], user_id: UUID) -> list[SeenPosition]:
        """Return the first of these positions, as many as may be held at once."""
        return [as_seen(row) for row in await self._positions.batch(ids, user_id)]

    async def history(self, position_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return every status that the position had, oldest first."""
        history = await self._positions.history(position_id, user_id)
        if not history:
            raise ResourceNotFoundError("Position", position_id)
        return {"history": history}

    async def duplicates(self, position_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return other positions of the user that look like the same job, the newest first."""
        alike = await self._positions.look_alikes_of(position_id, user_id, limit=MAX_LOOK_ALIKES)
        if not alike:
            # Only then it may be that there is no such position.
            await self._authorization.get_user_position(position_id, user_id)
        return {"possible_duplicates": alike}

    async def create(self, user_id: UUID, body: PositionCreate) -> dict[str, Any]:
        """Store a new position, begin its history, and name those that look like the same job."""
        now = utc_now()
        fields = body.model_dump() | {"application_date": body.day_of_application}
        position = Position(user_id=user_id, **fields)
        await self._positions.add(position)
        creation = position.record_creation(now)
        await self._positions.add(creation)
        alike = await self._positions.look_alikes(position, limit=MAX_LOOK_ALIKES)
        return {name: getattr(position, name) for name in _OWN_FIELDS} | {
            "interviews": [],
            "last_activity_at": creation.occurred_at if creation.occurred_at <= now else position.created_at,
            "next_event": None,
            "possible_duplicates": alike,
        }

    async def update(self, position_id: UUID, user_id: UUID, body: PositionUpdate) -> dict[str, Any]:
        """Change the fields that were sent; a new status or application date changes the history with it."""
        position = await self._authorization.lock_user_position(position_id, user_id)
        changes = body.model_dump(exclude_unset=True)
        status = changes.pop("status", position.status)
        day = changes.get("application_date", position.application_date)
        if day is None and "application_date" in changes and status != PositionStatus.SAVED:
            raise ValidationError({"application_date": "This field is required"})
        if day is not None and day != position.application_date:
            await self._positions.move_creation(position_id, start_of_day(day))
        for name, value in changes.items():
            setattr(position, name, value)
        await self._positions.add_latest(position.record_status(status, utc_now()))
        return await self._as_written(position)

    async def update_status(self, position_id: UUID, user_id: UUID, body: StatusUpdate) -> dict[str, Any]:
        """Change the status, with effect from now or from an earlier time."""
        position = await self._authorization.lock_user_position(position_id, user_id)
        # Not before the lock: whoever held it may have dated a change meanwhile.
        now = utc_now()
        if body.occurred_at is not None and body.occurred_at > now:
            raise ValidationError({"occurred_at": "Must not be in the future"})
        change = position.record_status(body.status, body.occurred_at or now, body.note)
        if change is None and body.note:
            await self._positions.note_latest(position_id, body.note)
        elif body.occurred_at is None:
            await self._positions.add_latest(change)
        else:
            await self._positions.add(change)
        return await self._as_written(position)

    async def delete(self, position_id: UUID, user_id: UUID) -> None:
        """Erase the position with its interviews and history.

        Raises:
            BusinessLogicError: a practice session of it is live.

        """
        # The lock keeps a session from being opened between the look and the deletion.
        position = await self._authorization.lock_user_position(position_id, user_id)
        if await self._positions.has_live_session([position.id]):
            raise BusinessLogicError("Cannot delete position with active interviews")
        await self._positions.delete([position.id])

    async def _as_written(self, position: Position) -> dict[str, Any]:
        seen = as_seen(await self._positions.written_record(position.id, position.user_id))
        written: dict[str, Any] = orjson.loads(seen.whole or "")
        return written
