"""Positions as an XLSX workbook."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime
from typing import IO, Any
from uuid import UUID

from app.core.clock import iso_utc
from app.repositories.access import DataAccess
from app.schemas.position import PositionFilters
from app.services.position_csv import EXPORTED_COLUMNS, cell_of
from app.services.position_export import PositionExportService

SHEET = "Positions"
MAX_CELL_UNITS = 32_767
"""What a spreadsheet takes in a cell, in UTF-16 units."""

_CHUNK_BYTES = 64 * 1024
_FIRST_RELIABLE_YEAR = 1901
"""Spreadsheets count a day in 1900 that there was not."""

# What XML cannot hold, a carriage return that it would not give back, and what looks like one of these escaped.
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class PositionWorkbookService:
    """The columns of the CSV export as a workbook of one sheet."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionExportService(access)

    async def export(self, user_id: UUID, query: PositionFilters) -> AsyncIterator[bytes]:
        """Return the parts of the file, which is made on the disk, batch by batch, before the first is sent."""
        # Few ask for a workbook, and every start would pay for it.
        from openpyxl import Workbook  # noqa: PLC0415

        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet(SHEET)
        sheet.freeze_panes = "A2"
        file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it was sent
        try:
            try:
                sheet.append(list(EXPORTED_COLUMNS))
                async for batch in self._positions.batches(user_id, query):
                    await asyncio.to_thread(append_positions, sheet, batch)
            finally:
                # Also where the batches failed: it is the saving that removes openpyxl's own temporary file.
                await asyncio.to_thread(workbook.save, file)
        except BaseException:
            file.close()
            raise
        return _parts(file)


def append_positions(sheet: Any, positions: Sequence[dict[str, Any]]) -> None:
    """Add positions, given by their exported values, to a sheet that is only written."""
    for position in positions:
        sheet.append([_value(position[name]) for name in EXPORTED_COLUMNS])


def _value(value: Any) -> Any:
    """Return a value as it stands in a cell: dates as dates, times with all their digits as text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, date) and value.year >= _FIRST_RELIABLE_YEAR:
        return value
    # Defused as in the CSV file: whoever saves the sheet as one is safe as well.
    return _fitting(cell_of(str(value)))


def _fitting(text: str) -> str:
    """Return a text that a cell holds: control characters escaped as Excel does, or left out if that is too long."""
    escaped = _TO_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    if _units(escaped) <= MAX_CELL_UNITS:
        return escaped
    plain = _TO_ESCAPE.sub(lambda found: found[0] if found[0] == "_" else "", text)
    return plain.encode("utf-16-le")[: MAX_CELL_UNITS * 2].decode("utf-16-le", "ignore")


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


async def _parts(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while part := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield part
