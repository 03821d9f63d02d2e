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
EXPORTED_COLUMNS = (*FIELD_COLUMNS, *STATUS_COLUMNS, "status_note")

# A spreadsheet that splits lines at semicolons or tabs, as many do outside of the English-speaking world, begins new
# cells in the midst of ours, and knows nothing of our quotes then. So each piece of a text counts as a cell.
_PIECE = r"(?:\A|(?<=[;\t]))"
_LINE = r"(?<=[\r\n])"
# What OWASP's page on CSV injection names, full-width forms included; a spreadsheet may drop blanks and quotes before
# it. The apostrophes are there so that a text which already looks defused comes back as it was.
_IGNORED = r"(?:['\"]|[^\S\t\r\n])*"
_FORMULA = rf"{_IGNORED}[=+\-@\uff1d\uff0b\uff0d\uff20]"
# Not "- " within a text, because half of all postings are lists; but nothing is called without one of the two signs.
_FORMULA_IN_LINE = rf"{_IGNORED}(?:[=+@\uff1d\uff0b\uff0d\uff20]|-(?! [^|(\r\n]*(?:[\r\n]|\Z)))"
_CONTROL = r"'*[\t\r\n]"
_DANGEROUS = re.compile(rf"{_PIECE}(?={_FORMULA})|{_LINE}(?={_FORMULA_IN_LINE})|\A(?={_CONTROL})")
_DEFUSED = re.compile(rf"{_PIECE}'(?={_FORMULA})|{_LINE}'(?={_FORMULA_IN_LINE})|\A'(?={_CONTROL})")


def cell_of(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs: what looks like a formula gets an apostrophe."""
    return _DANGEROUS.sub("'", text)


def text_of(cell: str) -> str:
    """Return the text of a cell, without the apostrophes of ``cell_of``."""
    return _DEFUSED.sub("", cell) if "'" in cell else cell


def joined_tags(tags: Iterable[str]) -> str:
    """Return tags as one cell: ``remote; python``. A tag that holds a semicolon is quoted, as in CSV itself."""
    return "; ".join(_quoted(tag) for tag in tags)


def split_tags(cell: str) -> list[str]:
    """Return the tags of a cell. Other programs separate them by commas: a cell without semicolons is taken so."""
    tags = _split(cell, ";")
    return _split(cell, ",") if len(tags) == 1 and not cell.lstrip().startswith('"') else tags


def _split(cell: str, delimiter: str) -> list[str]:
    rows = csv.reader(io.StringIO(cell, newline=""), delimiter=delimiter, skipinitialspace=True)
    return [tag for row in rows for tag in row if tag.strip()]


def _quoted(tag: str) -> str:
    if tag.startswith('"') or any(special in tag for special in ",;\r\n"):
        return '"' + tag.replace('"', '""') + '"'
    return tag
