"""A file as a table, whoever made it: what reading returns and recognising starts from."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.errors import ValidationError

MAX_ROWS = 5_000
MAX_COLUMNS = 500
MAX_ROWS_ABOVE_HEADER = 20
"""Rows among which the header is looked for: people put a heading above their tables."""

_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Which names are known, so that the right delimiter, sheet and row are chosen by the header that has most.

    ``fields`` has what each name means by its key; several may mean the same.
    """

    fields: Mapping[str, str]

    def __call__(self, names: Sequence[str]) -> int:
        """Return how many fields some names name."""
        return len({self.fields[key] for key in map(key_of, names) if key in self.fields})


def key_of(name: str) -> str:
    """Return a name by its letters and digits, without regard to case, and without what stands in brackets."""
    folded = unicodedata.normalize("NFKC", name[:200]).casefold()
    plain = "".join(filter(str.isalnum, _IN_BRACKETS.sub("", folded)))
    return plain or "".join(filter(str.isalnum, folded))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that is not blank: its number in the spreadsheet, from 1, and its cells up to the last that is not."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Origin:
    """How a file was read: ``encoding`` and ``delimiter`` of a text, ``sheet`` of a workbook."""

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    other_sheets: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """The header, the rows below it, and where they come from.

    A cell is text: times are in ISO 8601, true and false are words. ``counts_from_1904`` says that the numbers of
    days in a workbook begin there and not in 1900.
    """

    header: list[str]
    rows: list[TableRow]
    origin: Origin
    counts_from_1904: bool = False


def without_blank_end(cells: Sequence[str]) -> list[str]:
    """Return cells up to the last one in which something stands."""
    end = len(cells)
    while end and is_blank_cell(cells[end - 1]):
        end -= 1
    return list(cells[:end])


def is_blank_cell(cell: str) -> bool:
    """Tell whether nothing stands in a cell."""
    return not cell or cell.isspace()


def header_index(rows: Sequence[Sequence[str]], known: KnownNames) -> int:
    """Return which of the first rows is the header: the one with the most known names, or else the first.

    A single known name is no sign: the cell of a status may be called like a column.
    """
    counts = [known(row) for row in rows]
    best = max(range(len(rows)), key=lambda index: (counts[index], -index), default=0)
    return best if counts and counts[best] > 1 else 0


def unreadable(sentence: str) -> ValidationError:
    """Return the error of a file that cannot be read as a whole."""
    return ValidationError({"file": sentence})
