"""Positions as CSV: the columns, and how values become cells and cells values.

What ``cell_of`` and ``joined_tags`` write, ``text_of`` and ``split_tags`` read back unchanged.
"""

import csv
import io
import re
from collections.abc import Iterable

from app.models.enums import PositionStatus

FIELD_COLUMNS = (
    "id",
    "title",
    "company",
    "description",
    "location",
    "salary_range",
    "status",
    "application_date",
    "job_url",
    "source",
    "tags",
    "archived",
    "created_at",
    "updated_at",
)
STATUS_COLUMNS = tuple(f"{status}_at" for status in PositionStatus)
EXPORTED_COLUMNS = FIELD_COLUMNS + STATUS_COLUMNS
IMPORTED_COLUMNS = frozenset(EXPORTED_COLUMNS) - {"id", "created_at", "updated_at"}

# What OWASP's page on CSV injection names, full-width forms included; a spreadsheet may drop blanks before it.
# The apostrophes at the front are there so that a text which already looks defused comes back as it was.
_FORMULA = re.compile(r"'*\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")


def cell_of(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs: what looks like a formula gets a leading apostrophe."""
    return f"'{text}" if _FORMULA.match(text) else text


def text_of(cell: str) -> str:
    """Return the text of a cell, without the apostrophe of ``cell_of``."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def joined_tags(tags: Iterable[str]) -> str:
    """Return tags as one cell: ``remote; python``. A tag that holds a semicolon is quoted, as in CSV itself."""
    return "; ".join(_quoted(tag) for tag in tags)


def split_tags(cell: str) -> list[str]:
    """Return the tags of a cell."""
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True)
    return [tag for row in rows for tag in row if tag.strip()]


def _quoted(tag: str) -> str:
    if tag.startswith('"') or any(special in tag for special in ";\r\n"):
        return '"' + tag.replace('"', '""') + '"'
    return tag
