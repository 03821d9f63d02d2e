"""Positions as a CSV file, made while it is sent."""

import csv
import io
from collections.abc import AsyncIterator
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
        filters = query.model_dump(exclude_none=True)
        first_batch = await self._positions.batch(user_id, filters, after=BEFORE_ALL, limit=BATCH_ROWS)
        return self._parts(user_id, filters, first_batch)

    async def _parts(self, user_id: UUID, filters: dict[str, Any], batch: list[dict[str, Any]]) -> AsyncIterator[str]:
        yield _csv([EXPORTED_COLUMNS])
        while batch:
            yield _csv([_cells(position) for position in batch])
            last = batch[-1]
            batch = await self._positions.batch(
                user_id, filters, after=(last["application_date"], last["id"]), limit=BATCH_ROWS
            )


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cells(position: dict[str, Any]) -> tuple[str, ...]:
    times = {f"{status}_at": datetime.fromisoformat(time) for status, time in position["status_times"].items()}
    values = position | dict.fromkeys(STATUS_COLUMNS) | times | {"tags": joined_tags(position["tags"])}
    return tuple(cell_of(_text(values[column])) for column in EXPORTED_COLUMNS)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso_utc(value) if isinstance(value, datetime) else str(value)
