"""Positions from a CSV file: all rows or none."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

import pydantic

from app.core.clock import utc_now
from app.core.errors import ValidationError
from app.repositories.access import DataAccess
from app.repositories.positions import PositionRepository
from app.schemas.position_import import DryRunResult, ImportResult, PositionRow, RowError
from app.services.csv_table import TableForm, TableRow, read_table
from app.services.imported_history import future_times, position_of
from app.services.position_csv import IMPORTED_COLUMNS, split_tags, text_of

MAX_ROWS = 5_000
MAX_ERRORS_SHOWN = 100
ROWS_STORED_AT_ONCE = 200
"""So that other requests have their turn in between; all are one transaction."""

FORM = TableForm(columns=IMPORTED_COLUMNS, required=("title", "company"), max_rows=MAX_ROWS)

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


class PositionImportService:
    """Checks a file, and stores its positions."""

    def __init__(self, access: DataAccess) -> None:
        self._positions = PositionRepository(access)

    async def check(self, content: bytes, worded: Wording) -> CheckedFile:
        """Return the rows of a file as positions to be, each checked as if it were created alone.

        Raises:
            ValidationError: the file as a whole cannot be read.

        """
        # Thousands of rows take long enough for other requests to notice.
        return await asyncio.to_thread(_checked, content, worded)

    async def store(self, user_id: UUID, file: CheckedFile) -> ImportResult:
        """Store every row as a position with its history.

        Raises:
            ValidationError: some rows are wrong, and none was stored.

        """
        if file.errors:
            raise _refusal(file.errors)
        for start in range(0, len(file.rows), ROWS_STORED_AT_ONCE):
            await self._store(file.rows[start : start + ROWS_STORED_AT_ONCE], user_id)
        return ImportResult(total_rows=file.total_rows, imported=len(file.rows))

    async def _store(self, rows: list[PositionRow], user_id: UUID) -> None:
        positions, histories = zip(*(position_of(row, user_id) for row in rows), strict=True)
        await self._positions.add(*positions)
        await self._positions.add(*chain.from_iterable(histories))


def _checked(content: bytes, worded: Wording) -> CheckedFile:
    rows: list[PositionRow] = []
    errors: list[RowError] = []
    for table_row in read_table(content, FORM):
        row = _position_row(table_row, worded)
        if isinstance(row, PositionRow):
            rows.append(row)
        else:
            errors.append(RowError(row=table_row.number, field_errors=row))
    return CheckedFile(rows, errors)


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
