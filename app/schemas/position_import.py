"""Bodies of the import, and what a row of its file holds."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import MISSING, BaseModel, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.models.enums import PositionStatus
from app.schemas.fields import BLANK_IS_NULL, LongText, Moment, Remark
from app.schemas.position import PositionCreate

MAX_MAPPED_COLUMNS = 500
MAX_ROW_NUMBER = 2_000_000
"""More than the rows of any spreadsheet, blank ones included."""


class DateOrder(StrEnum):
    """Whether the month or the day comes first in dates such as ``3/4/2024``."""

    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


def _plain(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class PositionRow(PositionCreate):
    """A position as a row of a file: the texts of its cells, blank ones left out.

    The times say since when the position had each status for the first time; ``status_note`` belongs to the status
    that it has now. ``notes`` become a note of the position.
    """

    status: Annotated[PositionStatus, BeforeValidator(_plain)] = PositionStatus.APPLIED
    status_note: Annotated[Remark | None, BLANK_IS_NULL] = None
    notes: LongText | None = None
    # Not strict: true, false, yes, no, 1 and 0.
    archived: Annotated[bool, BeforeValidator(_plain)] = False
    applied_at: Moment | None = None
    screening_at: Moment | None = None
    interviewing_at: Moment | None = None
    offer_at: Moment | None = None
    rejected_at: Moment | None = None
    withdrawn_at: Moment | None = None
    saved_at: Moment | None = None

    @property
    def status_times(self) -> dict[PositionStatus, datetime]:
        """Return the times that are given, by status."""
        times = ((status, getattr(self, name)) for status, name in _TIMES if name in self.model_fields_set)
        return {status: time for status, time in times if time is not None}


_TIMES = [(status, f"{status}_at") for status in PositionStatus]
"""The status and the name of each of them."""


IMPORTED_FIELDS = tuple(PositionRow.model_fields)
"""The fields that a column can be."""

ImportedField = Literal[IMPORTED_FIELDS]  # type: ignore[valid-type]


def _mapping(value: Any) -> Any:
    """Return a mapping that is sent as JSON, or refuse it in one sentence."""
    try:
        mapping = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        mapping = ()
    if mapping is None:
        return None
    if (
        not isinstance(mapping, Mapping)
        or len(mapping) > MAX_MAPPED_COLUMNS
        or any(field is not None and field not in IMPORTED_FIELDS for field in mapping.values())
    ):
        raise PydanticCustomError(
            "mapping",
            "Must be a JSON object of columns, each with null or one of: {fields}",
            {"fields": ", ".join(IMPORTED_FIELDS)},
        )
    return mapping


class ImportOptions(BaseModel):
    """How a file is to be read, and what is to be done with it."""

    dry_run: Annotated[bool, Field(description="Only check the file, store nothing")] = False
    mapping: Annotated[
        dict[str, str | None] | None,
        BeforeValidator(_mapping),
        WithJsonSchema({"type": "string", "contentMediaType": "application/json"}),
        Field(description='What columns hold, as JSON: `{"Role": "title", "Mood": null}`; null leaves one out'),
    ] = None
    date_order: Annotated[
        DateOrder | None, Field(description="Which comes first in dates such as 3/4/2024, where the file cannot tell")
    ] = None
    skip_duplicates: Annotated[bool, Field(description="Leave out what looks like a position that is there")] = False
    rows_after: Annotated[
        int, Field(ge=0, le=MAX_ROW_NUMBER, description="Of a dry run: show the rows behind this one, by its number")
    ] = 0


class RowError(BaseModel):
    """What is wrong with one row, by its number in the spreadsheet; the header is row 1."""

    row: int
    field_errors: dict[str, str]


class WrongRow(BaseModel):
    """A row that cannot be stored: what is wrong, and what stands in it."""

    row: int
    field_errors: dict[str, str]
    cells: Annotated[dict[str, str], Field(description="The row's own texts by the field they are read as, cut")]


class ColumnFate(BaseModel):
    """What became of a column: the field that it was read as, or null and the reason."""

    name: str
    field: str | None
    reason: Annotated[str | MISSING, Field(description="Why it was not read, or not as it is")] = MISSING


class DuplicateRow(BaseModel):
    """A row that looks like a position that is there, or like a row above it."""

    row: int
    position_id: UUID | None = None
    same_as_row: int | None = None


class FileRead(BaseModel):
    """How the file was read."""

    format: Literal["csv", "xlsx"]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    other_sheets: list[str]
    date_order: DateOrder | None


class UnderstoodStatus(BaseModel):
    """One entry of the history that a row is understood as."""

    status: PositionStatus
    occurred_at: datetime
    note: str | None


class UnderstoodRow(BaseModel):
    """A row as the position that it would become; long texts are cut."""

    row: int
    title: str
    company: str
    description: str | None
    location: str | None
    salary_range: str | None
    status: PositionStatus
    application_date: date | None
    job_url: str | None
    source: str | None
    tags: list[str]
    archived: bool
    notes: str | None
    history: list[UnderstoodStatus]


class ImportResult(BaseModel):
    """How many positions were stored, and how the file was understood."""

    dry_run: Literal[False] = False
    total_rows: int
    imported: int
    import_id: Annotated[UUID | None, Field(description="What undoes it; null where nothing was stored")]
    skipped: int = 0
    errors: list[RowError] = []
    columns: list[ColumnFate]
    duplicates: list[DuplicateRow]
    read_as: FileRead


class DryRunResult(BaseModel):
    """What an import of the file would say; at most 100 wrong rows and 200 good ones are shown."""

    dry_run: Literal[True] = True
    total_rows: int
    imported: Literal[0] = 0
    skipped: int = 0
    valid_rows: int
    errors: list[WrongRow]
    columns: list[ColumnFate]
    duplicates: list[DuplicateRow]
    read_as: FileRead
    rows: list[UnderstoodRow]
