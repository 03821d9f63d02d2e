"""Bodies of the import, and what a row of its file holds."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from app.models.enums import PositionStatus
from app.schemas.fields import Moment
from app.schemas.position import PositionCreate


def _plain(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class PositionRow(PositionCreate):
    """A position as a row of a file: the texts of its cells, blank ones left out.

    The times say since when the position had each status for the first time.
    """

    status: Annotated[PositionStatus, BeforeValidator(_plain)] = PositionStatus.APPLIED
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
        times = {status: getattr(self, f"{status}_at") for status in PositionStatus}
        return {status: time for status, time in times.items() if time is not None}


class ImportQuery(BaseModel):
    """Whether the file is only to be checked."""

    dry_run: Annotated[bool, Field(description="Only check the file, store nothing")] = False


class RowError(BaseModel):
    """What is wrong with one row, by its number in the spreadsheet; the header is row 1."""

    row: int
    field_errors: dict[str, str]


class ImportResult(BaseModel):
    """How many positions were stored."""

    dry_run: Literal[False] = False
    total_rows: int
    imported: int
    errors: list[RowError] = []


class DryRunResult(BaseModel):
    """What an import of the file would say; at most 100 rows are named in ``errors``."""

    dry_run: Literal[True] = True
    total_rows: int
    imported: Literal[0] = 0
    valid_rows: int
    errors: list[RowError]
