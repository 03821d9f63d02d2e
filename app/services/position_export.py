"""Positions as a CSV file, made while it is sent."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.clock import iso_utc
from app.repositories.access import DataAccess
from app.repositories.position_export import BEFORE_ALL, PositionExportRepository
from app.schemas.position import PositionFilters
from app.services.position_csv import EXPORTED_COLUMNS, STATUS_COLUMNS, cell_of, joined_tags

BATCH_ROWS = 200
"""Positions held at once at most; long descriptions make it fewer."""


class PositionExportService:
    """The user's positions with the first time of each status, newest application first."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionExportRepository(access)

    async def export(self, user_id: UUID, query: PositionFilters) -> AsyncIterator[str]:
        """Return the parts of the file.

        The first batch is read before anything is sent, so that a failing database can still be told. Each batch
        is a statement of its own: nothing is held while the client takes its time.
        """
        batches = self.batches(user_id, query)
        return self._parts(await anext(batches), batches)

    async def batches(self, user_id: UUID, query: PositionFilters) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the positions, each with the exported columns; the last batch is empty."""
        filters = query.model_dump(exclude_none=True)
        cursor = BEFORE_ALL
        while True:
            batch = await self._positions.batch(user_id, filters, after=cursor, limit=BATCH_ROWS)
            yield [exported_values(position) for position in batch]
            if not batch:
                return
            cursor = (batch[-1]["application_date"], batch[-1]["id"])

    async def _parts(
        self, batch: list[dict[str, Any]], batches: AsyncIterator[list[dict[str, Any]]]
    ) -> AsyncIterator[str]:
        yield _csv([EXPORTED_COLUMNS])
        while batch:
            yield csv_of(batch)
            batch = await anext(batches)


def exported_values(position: dict[str, Any]) -> dict[str, Any]:
    """Return the values of the exported columns of a position, as the repository gives it."""
    times = {f"{status}_at": datetime.fromisoformat(time) for status, time in position["status_times"].items()}
    return position | dict.fromkeys(STATUS_COLUMNS) | times | {"tags": joined_tags(position["tags"])}


def csv_of(positions: Sequence[dict[str, Any]]) -> str:
    """Return the lines of positions, given by their exported values."""
    return _csv([[cell_of(_text(position[name])) for name in EXPORTED_COLUMNS] for position in positions])


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso_utc(value) if isinstance(value, datetime) else str(value)
