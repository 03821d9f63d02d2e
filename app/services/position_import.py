"""Positions from a CSV file: all rows or none."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

import pydantic

from app.core.clock import utc_now
from app.core.errors import ExternalServiceError, ValidationError
from app.repositories.access import DataAccess
from app.repositories.positions import PositionRepository
from app.schemas.position_import import DryRunResult, ImportResult, PositionRow, RowError
from app.services.csv_table import TableForm, TableRow, read_table
from app.services.imported_history import future_times, position_of
from app.services.position_csv import IMPORTED_COLUMNS, split_tags, text_of

MAX_ROWS = 5_000
MAX_ERRORS_SHOWN = 100
SLICE_ROWS = 50
"""Rows that are checked, or stored, before other requests have their turn; all are stored in one transaction."""

IMPORTS_AT_ONCE = 2
"""In one process: they take its time and its connections from whoever does anything else."""

WAIT_SECONDS = 5.0

FORM = TableForm(columns=IMPORTED_COLUMNS, required=("title", "company"), max_rows=MAX_ROWS)

Row = TypeVar("Row")
Wording = Callable[[Sequence[Mapping[str, Any]]], dict[str, str]]
"""How Pydantic's findings are told to the user: one sentence a field."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The rows of a file that are good, and what is wrong with the others."""

    rows: list[PositionRow]
    errors: list[RowError]

    @property
    def total_rows(self) -> int:
        """Return how many rows the file has below its header."""
        return len(self.rows) + len(self.errors)

    def as_dry_run(self) -> DryRunResult:
        """Return what an import would say."""
        return DryRunResult(
            total_rows=self.total_rows, valid_rows=len(self.rows), errors=self.errors[:MAX_ERRORS_SHOWN]
        )


class ImportPlaces:
    """The places of one process for imports under way, from the look at the file to the commit."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(IMPORTS_AT_ONCE)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold one of the places for the length of a block.

        Raises:
            ExternalServiceError: none became free in time.

        """
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise ExternalServiceError("imports") from None
        try:
            yield
        finally:
            self._places.release()


async def check_file(content: bytes, worded: Wording) -> CheckedFile:
    """Return the rows of a file as positions to be, each checked as if it were created alone.

    Raises:
        ValidationError: the file as a whole cannot be read.

    """
    rows: list[PositionRow] = []
    errors: list[RowError] = []
    table = await asyncio.to_thread(read_table, content, FORM)
    for table_rows in _slices(table):
        for table_row in table_rows:
            row = _position_row(table_row, worded)
            if isinstance(row, PositionRow):
                rows.append(row)
            else:
                errors.append(RowError(row=table_row.number, field_errors=row))
        # Not all in a thread: that would share the interpreter's time half and half with all other requests.
        await asyncio.sleep(0)
    return CheckedFile(rows, errors)


class PositionImportService:
    """Stores the positions of a file."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionRepository(access)

    async def store(self, user_id: UUID, file: CheckedFile) -> ImportResult:
        """Store every row as a position with its history.

        Raises:
            ValidationError: some rows are wrong, and none was stored.

        """
        if file.errors:
            raise _refusal(file.errors)
        for rows in _slices(file.rows):
            positions, histories = zip(*(position_of(row, user_id) for row in rows), strict=True)
            await self._positions.insert(positions, list(chain.from_iterable(histories)))
        return ImportResult(total_rows=file.total_rows, imported=len(file.rows))


def _slices(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[start : start + SLICE_ROWS] for start in range(0, len(rows), SLICE_ROWS))


def _position_row(table_row: TableRow, worded: Wording) -> PositionRow | dict[str, str]:
    """Return a row as a position to be, or what is wrong with its fields."""
    if table_row.is_too_wide:
        # Most likely a comma without quotes around it, after which every cell is in the wrong column.
        return {"row": "Must not have more cells than the header"}
    values: dict[str, Any] = {name: text_of(cell) for name, cell in table_row.cells.items()}
    if "tags" in values:
        values["tags"] = split_tags(values["tags"])
    try:
        row = PositionRow.model_validate(values)
    except pydantic.ValidationError as error:
        findings = error.errors(include_url=False)
        return worded([{**finding, "loc": ("row", *finding["loc"])} for finding in findings])
    return dict.fromkeys(future_times(row, utc_now()), "Must not be in the future") or row


def _refusal(errors: list[RowError]) -> ValidationError:
    count = len(errors)
    return ValidationError(
        {"file": "1 row has errors" if count == 1 else f"{count} rows have errors"},
        details={"errors": [error.model_dump() for error in errors[:MAX_ERRORS_SHOWN]], "total_errors": count},
    )
