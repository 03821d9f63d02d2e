"""The second stage of an import: the table's rows become positions to be, or are told what is wrong with them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pydantic

from app.core.clock import utc_now
from app.schemas.position_import import DateOrder, PositionRow, WrongRow
from app.services.imports.cells import date_columns, texts_of, values_of
from app.services.imports.column_names import STATUS_TIMES, Column, Mapped, recognise_columns
from app.services.imports.dates import order_of
from app.services.imports.history import future_times
from app.services.imports.table import Origin, Table, TableRow, is_blank_cell, unreadable

SLICE_ROWS = 50
"""Rows that are checked, or stored, before other requests have their turn; all are stored in one transaction."""

Wording = Callable[[Sequence[Mapping[str, Any]]], dict[str, str]]
"""How Pydantic's findings are told to the user: one sentence a field."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class GoodRow:
    """A row that can be stored, by its number in the spreadsheet."""

    number: int
    position: PositionRow


@dataclass(frozen=True, slots=True)
class RecognisedFile:
    """What a file was understood as: its columns, its good rows, and what is wrong with the others."""

    origin: Origin
    date_order: DateOrder | None
    columns: list[Column]
    rows: list[GoodRow]
    errors: list[WrongRow]

    @property
    def total_rows(self) -> int:
        """Return how many rows the file has below its header."""
        return len(self.rows) + len(self.errors)

    @property
    def has_all_times(self) -> bool:
        """Tell whether each status has a column with its times, as in an export."""
        return {column.field for column in self.columns}.issuperset(STATUS_TIMES)


async def recognise(table: Table, mapped: Mapped, told_order: DateOrder | None, worded: Wording) -> RecognisedFile:
    """Return the rows of a table as positions to be, each checked as if it were created alone.

    Raises:
        ValidationError: columns are missing or doubled, or the order of day and month cannot be told.

    """
    columns, order = await asyncio.to_thread(_columns_and_order, table, mapped, told_order)
    good: list[GoodRow] = []
    errors: list[WrongRow] = []
    for rows in slices(table.rows):
        for row in rows:
            found = _position_row(row, table, columns, order, worded)
            if isinstance(found, PositionRow):
                good.append(GoodRow(row.number, found))
            else:
                cells = texts_of(row, columns)
                errors.append(WrongRow(row=row.number, field_errors=found, cells=cells))
        # Not all in a thread: that would share the interpreter's time half and half with all other requests.
        await asyncio.sleep(0)
    return RecognisedFile(table.origin, order, columns, good, errors)


def slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Yield all items, a few at a time."""
    return (items[start : start + SLICE_ROWS] for start in range(0, len(items), SLICE_ROWS))


def _columns_and_order(
    table: Table, mapped: Mapped, told_order: DateOrder | None
) -> tuple[list[Column], DateOrder | None]:
    filled = {index for row in table.rows for index, cell in enumerate(row.cells) if not is_blank_cell(cell)}
    columns = recognise_columns(table.header, filled, mapped)
    if not table.rows:
        raise unreadable("Must have at least one row below the header")
    return columns, order_of(date_columns(table, columns), told_order)


def _position_row(
    row: TableRow, table: Table, columns: Sequence[Column], order: DateOrder | None, worded: Wording
) -> PositionRow | dict[str, str]:
    """Return a row as a position to be, or what is wrong with its fields."""
    if len(row.cells) > len(table.header):
        # Most likely a comma without quotes around it, after which every cell is in the wrong column.
        return {"row": "Must not have more cells than the header"}
    values = values_of(row, columns, order, counts_from_1904=table.counts_from_1904)
    try:
        position = PositionRow.model_validate(values)
    except pydantic.ValidationError as error:
        findings = error.errors(include_url=False)
        return worded([{**finding, "loc": ("row", *finding["loc"])} for finding in findings])
    return dict.fromkeys(future_times(position, utc_now()), "Must not be in the future") or position
