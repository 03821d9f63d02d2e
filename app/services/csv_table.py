"""A CSV file as rows of named cells, whichever spreadsheet saved it."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from app.core.errors import ValidationError

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number in the spreadsheet, its cells that are not blank, and whether it has cells too many."""

    number: int
    cells: dict[str, str]
    is_too_wide: bool


@dataclass(frozen=True, slots=True)
class TableForm:
    """What a file may hold: columns to read, those among them that it must have, and how many rows."""

    columns: Collection[str]
    required: Sequence[str]
    max_rows: int


def read_table(content: bytes, form: TableForm) -> list[TableRow]:
    """Return the rows that are not blank, below the header row.

    UTF-8, with or without a byte order mark; comma, semicolon or tab. Names in the header are trimmed and their
    case is ignored, as are columns that the form does not name.

    Raises:
        ValidationError: the file as a whole cannot be read; ``field_errors.file`` says why.

    """
    text = _decoded(content)
    records = _Records(text, _delimiter(text, form.columns))
    header = _names(next((record for record in records if not _is_blank(record)), []))
    _check_header(header, form)
    rows: list[TableRow] = []
    for record in records:
        if _is_blank(record):
            continue
        if len(rows) == form.max_rows:
            raise _unreadable(f"Must have at most {form.max_rows} rows")
        rows.append(_row(records.number, header, record, form.columns))
    if not rows:
        raise _unreadable("Must have at least one row below the header")
    return rows


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable("Must be UTF-8 text") from None
    if "\x00" in text:
        raise _unreadable("Must not contain NUL characters")
    return text


def _delimiter(text: str, columns: Collection[str]) -> str:
    """Return the delimiter that finds the most known names in the header."""

    def found(delimiter: str) -> int:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            header = next((record for record in records if not _is_blank(record)), [])
        except csv.Error:
            return 0
        return sum(name in columns for name in _names(header))

    return max(DELIMITERS, key=found)


class _Records(Iterator[list[str]]):
    """The records of a CSV text; ``number`` counts them from 1, blank ones too, as a spreadsheet does."""

    def __init__(self, text: str, delimiter: str) -> None:
        # Without `newline=""` a carriage return inside a cell would become a line feed.
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        self.number = 0

    def __next__(self) -> list[str]:
        try:
            record = next(self._reader)
        except csv.Error as error:
            line = max(1, self._reader.line_num)
            # The module has one class for all its errors.
            if str(error).startswith("field larger than"):
                limit = f"{csv.field_size_limit():,}"
                raise _unreadable(
                    f"Must not have cells of more than {limit} characters; line {line} has one"
                ) from None
            raise _unreadable(f"Must be valid CSV; line {line} cannot be read") from None
        self.number += 1
        return record


def _is_blank(cells: Sequence[str]) -> bool:
    return all(not cell or cell.isspace() for cell in cells)


def _names(header: list[str]) -> list[str]:
    return [name.strip().lower() for name in header]


def _check_header(header: list[str], form: TableForm) -> None:
    if _is_blank(header):
        raise _unreadable("The file is empty")
    if missing := [name for name in form.required if name not in header]:
        raise _unreadable(f"Must have columns: {', '.join(missing)}")
    counts = Counter(header)
    if repeated := sorted(name for name in form.columns if counts[name] > 1):
        raise _unreadable(f"Must have each column once: {', '.join(repeated)}")


def _row(number: int, header: list[str], record: list[str], columns: Collection[str]) -> TableRow:
    cells = {
        name: cell
        for name, cell in zip(header, record, strict=False)
        if name in columns and cell and not cell.isspace()
    }
    return TableRow(number, cells, is_too_wide=not _is_blank(record[len(header) :]))


def _unreadable(sentence: str) -> ValidationError:
    return ValidationError({"file": sentence})
