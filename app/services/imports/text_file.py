"""Tables in text files: CSV and its kin, as spreadsheets, trackers and databases write them."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

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

DELIMITERS = (",", ";", "\t")
NAMED_DELIMITERS = (*DELIMITERS, "|")
"""What a ``sep=`` line may name. An upright line is not looked for, because it also stands in texts."""

MAX_RECORDS_FOR_DELIMITER = 1_000
"""Records, blank ones too, in which the header is looked for with each delimiter."""

_SEPARATOR_LINE_CHARACTERS = 16


def read_text_file(content: bytes, known: KnownNames) -> Table:
    """Return the table of a text file.

    UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab, or whatever a ``sep=`` line says. Rows are numbered as a
    spreadsheet does, which does not show a ``sep=`` line.

    Raises:
        ValidationError: the file as a whole cannot be read; ``field_errors.file`` says why.

    """
    text, encoding = decoded(content)
    delimiter, text = _named_delimiter(text)
    delimiter = delimiter or _likely_delimiter(text, known)
    records = list(_records(text, delimiter))
    if not records:
        raise unreadable("The file is empty")
    top = header_index([row.cells for row in records[:MAX_ROWS_ABOVE_HEADER]], known)
    rows = records[top + 1 :]
    if len(rows) > MAX_ROWS:
        raise unreadable(f"Must have at most {MAX_ROWS} rows")
    return Table(records[top].cells, _trimmed(rows), Origin("csv", encoding=encoding, delimiter=delimiter))


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding.

    Raises:
        ValidationError: it is in none of the encodings that are known, or it is no text.

    """
    if _is_damaged_utf_8(content):
        raise unreadable("Must be UTF-8 text")
    for encoding in _likely_encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise unreadable("Must not contain NUL characters")
        return text.removeprefix("\ufeff"), encoding.removesuffix("-sig")
    raise unreadable("Must be text in UTF-8, UTF-16 or Windows-1252")


def _likely_encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    beginning = content[:256]
    if len(content) % 2 == 0 and beginning:
        # Without a mark: in text of Western languages every other byte is zero.
        odd, even = beginning[1::2].count(0), beginning[::2].count(0)
        if odd * 4 > len(beginning) and not even:
            return ("utf-16-le",)
        if even * 4 > len(beginning) and not odd:
            return ("utf-16-be",)
    return ("utf-8-sig", "windows-1252")


def _is_damaged_utf_8(content: bytes) -> bool:
    """Tell whether a text is meant to be UTF-8 and is not: read as Windows-1252 it would be full of wrong letters."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    text = content.decode("utf-8", "replace")
    wrong = text.count("\ufffd") - content.count("\ufffd".encode())
    if not wrong:
        return False
    if content.startswith(codecs.BOM_UTF8):
        return True
    right = len(text) - len(text.encode("ascii", "ignore")) - wrong
    return right > wrong or _holds_surrogates_only(content)


def _holds_surrogates_only(content: bytes) -> bool:
    """Tell whether nothing is wrong with UTF-8 but halves of characters, which some programs write."""
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _named_delimiter(text: str) -> tuple[str | None, str]:
    """Return the delimiter that the first line names as ``sep=;``, if it does, and the text below that line."""
    line = text[:_SEPARATOR_LINE_CHARACTERS].splitlines()[:1]
    if not line or len(line[0]) == _SEPARATOR_LINE_CHARACTERS:
        return None, text
    name, _, delimiter = line[0].strip(" ").strip('"').partition("=")
    # A delimiter of the line itself may follow, where a spreadsheet took the line for a row.
    delimiter = delimiter[:1]
    if name.lower() != "sep" or delimiter not in NAMED_DELIMITERS:
        return None, text
    below = text[len(line[0]) :]
    return delimiter, below.removeprefix("\r").removeprefix("\n")


def _likely_delimiter(text: str, known: KnownNames) -> str:
    """Return the delimiter that finds the most known names in one of the first rows, or else the most cells."""

    def found(delimiter: str) -> tuple[int, int]:
        rows: list[list[str]] = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for row in islice(reader, MAX_RECORDS_FOR_DELIMITER):
                if without_blank_end(row):
                    rows.append(row[: MAX_COLUMNS + 1])
                if len(rows) == MAX_ROWS_ABOVE_HEADER:
                    break
        except csv.Error:
            pass
        return max(map(known, rows), default=0), len(rows[0]) if rows else 0

    return max(DELIMITERS, key=found)


def _records(text: str, delimiter: str) -> Iterator[TableRow]:
    """Yield the records that are not blank, blank ones counted too; stop when there are too many."""
    # Without `newline=""` a carriage return inside a cell would become a line feed.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found = number = 0
    while found <= MAX_ROWS + MAX_ROWS_ABOVE_HEADER:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise unreadable(_reason(error, max(1, reader.line_num))) from None
        if record is None:
            return
        number += 1
        if not without_blank_end(record):
            continue
        if len(record) > MAX_COLUMNS and len(without_blank_end(record)) > MAX_COLUMNS:
            raise unreadable(f"Must have at most {MAX_COLUMNS} columns")
        found += 1
        yield TableRow(number, record)


def _reason(error: csv.Error, line: int) -> str:
    # The module has one class for all its errors.
    if str(error).startswith("field larger than"):
        return f"Must not have cells of more than {csv.field_size_limit():,} characters; line {line} has one"
    return f"Must be valid CSV; line {line} cannot be read"


def _trimmed(rows: list[TableRow]) -> list[TableRow]:
    return [TableRow(row.number, without_blank_end(row.cells)) for row in rows]
