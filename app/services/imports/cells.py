"""From the cells of a row to the fields of a position."""

import re
from collections.abc import Mapping, Sequence

from app.models.enums import PositionStatus
from app.schemas.position_import import DateOrder
from app.services.imports.column_names import SALARY_FROM, SALARY_TO, STATUS_DATE, STATUS_TIMES, Column
from app.services.imports.dates import as_iso, date_of
from app.services.imports.status_words import says_nothing, status_of
from app.services.imports.table import Table, TableRow, is_blank_cell
from app.services.position_csv import split_tags, text_of

DATE_FIELDS = ("application_date", STATUS_DATE, *STATUS_TIMES)
_OF_FEW_WORDS = frozenset((*DATE_FIELDS, "status", "archived", "job_url"))
"""Fields in which a dash or ``n/a`` can only mean that there is nothing."""

_HOST_AND_PATH = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?:[/?#:]\S*)?")


def date_columns(table: Table, columns: Sequence[Column]) -> list[tuple[str, list[str]]]:
    """Return the names and the cells of the columns with dates."""
    return [
        (column.name, [row.cells[column.index] for row in table.rows if column.index < len(row.cells)])
        for column in columns
        if column.field in DATE_FIELDS
    ]


def values_of(
    row: TableRow, columns: Sequence[Column], order: DateOrder | None, *, counts_from_1904: bool
) -> dict[str, str | list[str]]:
    """Return what a row says of the fields of a position; what cannot be understood stays as it is written."""
    cells: dict[str, str] = {}
    for column in columns:
        cell = row.cells[column.index] if column.index < len(row.cells) else ""
        if column.field is None or is_blank_cell(cell):
            continue
        text = text_of(cell)
        if column.field in DATE_FIELDS:
            text = as_iso(text, order, counts_from_1904=counts_from_1904)
        if column.field not in _OF_FEW_WORDS or not says_nothing(text):
            cells[column.field] = text
    return _values(cells)


def texts_of(row: TableRow, columns: Sequence[Column]) -> dict[str, str]:
    """Return what stands in a row, as it is written, by the fields in which it would end up."""
    texts: dict[str, list[str]] = {}
    for column in columns:
        cell = row.cells[column.index] if column.index < len(row.cells) else ""
        if column.stored_field is not None and not is_blank_cell(cell):
            texts.setdefault(column.stored_field, []).append(text_of(cell))
    return {field: " · ".join(parts) for field, parts in texts.items()}


def _values(cells: dict[str, str]) -> dict[str, str | list[str]]:
    parts = {name: cells.pop(name, "") for name in (SALARY_FROM, SALARY_TO, STATUS_DATE)}
    values: dict[str, str | list[str]] = {**_status_of(cells), **cells}
    status = values.get("status")
    # The day of an application has its own column where there is one.
    if parts[STATUS_DATE] and status and not (status == PositionStatus.APPLIED and "application_date" in cells):
        values.setdefault(f"{status}_at", parts[STATUS_DATE])
    if "application_date" in cells:
        values["application_date"] = date_of(cells["application_date"])
    if "tags" in cells:
        values["tags"] = split_tags(cells["tags"])
    if "job_url" in cells:
        values["job_url"] = _with_scheme(cells["job_url"])
    if salary := _range(parts[SALARY_FROM], parts[SALARY_TO]):
        values.setdefault("salary_range", salary)
    return values


def _status_of(cells: dict[str, str]) -> Mapping[str, str]:
    """Return the status, and the note of a word that says more than the status; a note of its own stays."""
    word = status_of(cells.get("status", ""))
    if word is None:
        return {}
    del cells["status"]
    return {"status": str(word.status)} | ({"status_note": word.note} if word.note else {})


def _with_scheme(address: str) -> str:
    """Return an address as a browser takes it: people leave out what stands before the host."""
    address = address.strip()
    return f"https://{address}" if _HOST_AND_PATH.fullmatch(address) else address


def _range(low: str, high: str) -> str:
    low, high = low.strip(), high.strip()
    return f"{low} – {high}" if low and high and low != high else low or high
