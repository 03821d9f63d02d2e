"""Tables in XLSX workbooks. Slow, and fed by strangers: the service runs it in a process of its own."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.workbook import Workbook

from app.core.errors import ValidationError
from app.services.imports.table import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_ROWS_ABOVE_HEADER,
    KnownNames,
    Origin,
    Table,
    TableRow,
    header_index,
    unreadable,
    without_blank_end,
)

MAX_UNPACKED_BYTES = 32 * 1024 * 1024
MAX_PARTS = 1_000
MAX_SHEETS = 50
MAX_CELLS = 500_000
MAX_ROW_NUMBER = 1_048_576
"""The last row of a spreadsheet. openpyxl would count up to any number that a file names."""

NOT_A_WORKBOOK = "Must be a valid XLSX file"

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_workbook(content: bytes, known: KnownNames) -> Table:
    """Return the table of the sheet whose header has the most known names; hidden sheets are not looked at.

    Formulas count with the values that they had when the file was saved.

    Raises:
        ValidationError: the file as a whole cannot be read; ``field_errors.file`` says why.

    """
    _check_archive(content)
    try:
        # What openpyxl does not know (a header's picture, a check of data) it warns of, and goes on.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return _best_table(workbook, known)
    except ValidationError:
        raise
    except Exception as error:
        raise unreadable(NOT_A_WORKBOOK) from error


def _check_archive(content: bytes) -> None:
    """Refuse what would unpack to too much. ``zipfile`` reads no more of a part than its directory declares."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise unreadable(NOT_A_WORKBOOK) from None
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names:
        raise unreadable("Must be CSV or XLSX; save the spreadsheet as one of them")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise unreadable(f"Must unpack to at most {MAX_UNPACKED_BYTES // 1024 // 1024} MiB")


def _best_table(workbook: Workbook, known: KnownNames) -> Table:
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if len(sheets) > MAX_SHEETS:
        raise unreadable(f"Must have at most {MAX_SHEETS} sheets")
    tops = [list(islice(_rows(sheet), MAX_ROWS_ABOVE_HEADER)) for sheet in sheets]
    scores = [(max((known(row.cells) for row in top), default=0), bool(top)) for top in tops]
    best = max(range(len(sheets)), key=lambda index: (scores[index], -index), default=None)
    if best is None or not tops[best]:
        raise unreadable("The file is empty")
    top = header_index([row.cells for row in tops[best]], known)
    header = tops[best][top]
    rows = list(islice((row for row in _rows(sheets[best]) if row.number > header.number), MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise unreadable(f"Must have at most {MAX_ROWS} rows")
    width = max([len(header.cells), *(len(row.cells) for row in rows)])
    other_sheets = [sheet.title for sheet in sheets if sheet is not sheets[best]]
    return Table(
        header.cells + [""] * (width - len(header.cells)),
        rows,
        Origin("xlsx", sheet=sheets[best].title, other_sheets=other_sheets),
        counts_from_1904=workbook.epoch == MAC_EPOCH,
    )


def _rows(sheet: Any) -> Iterator[TableRow]:
    """Yield the rows of a sheet that are not blank."""
    # What a sheet says of its own size is often wrong, and rows would be filled up to it.
    sheet.reset_dimensions()
    cells = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MAX_ROW_NUMBER:
            raise unreadable(NOT_A_WORKBOOK)
        cells += len(values)
        if cells > MAX_CELLS:
            raise unreadable(f"Must have at most {MAX_CELLS:,} cells")
        row = without_blank_end([_text_of(value) for value in values])
        if len(row) > MAX_COLUMNS:
            raise unreadable(f"Must have at most {MAX_COLUMNS} columns")
        if row:
            yield TableRow(number, row)


def _text_of(value: Any) -> str:
    """Return what stands in a cell as text; a time without its midnight is a date."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _ESCAPED.sub(_character, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _character(escaped: re.Match[str]) -> str:
    """Return the character that XML cannot hold; halves of characters stay as they are written."""
    code = int(escaped[1], 16)
    return escaped[0] if 0xD800 <= code <= 0xDFFF or not code else chr(code)
