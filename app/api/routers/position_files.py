"""``/api/v1/positions/export.csv`` and ``/import``: positions as a file.

Its paths look like a position's id, so this router comes before the one of the positions.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import StreamingResponse

from app.api.dependencies import Creation, CurrentUser, Db, get_creation, reading, runtime, writing
from app.api.field_errors import field_errors
from app.api.middleware.head_requests import wants_head_alone
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.uploads import CSV, FORM, uploaded_csv, with_body
from app.schemas.position import PositionFilters
from app.schemas.position_import import DryRunResult, ImportQuery, ImportResult
from app.services.position_export import PositionExportService
from app.services.position_import import CheckedFile, PositionImportService, check_file

router = APIRouter(prefix="/api/v1/positions", tags=["positions"], responses=ERRORS)
UploadedCsv = Annotated[bytes, Depends(uploaded_csv)]
Options = Annotated[ImportQuery, Depends(query_parameters(ImportQuery))]

_IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: {"schema": {"type": "string", "description": "A CSV file in UTF-8 with a header row"}},
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}


class CsvResponse(StreamingResponse):
    """A CSV file, sent while it is made."""

    media_type = CSV


@router.get("/export.csv", response_class=CsvResponse, openapi_extra=documented(PositionFilters))
async def export_positions(
    request: Request,
    user: CurrentUser,
    query: Annotated[PositionFilters, Depends(query_parameters(PositionFilters))],
    exports: Annotated[PositionExportService, Depends(reading(PositionExportService))],
) -> CsvResponse:
    """Return the positions that match the filters as a CSV file, newest application first.

    Beside the fields there is a column for each status, with the time at which the position first had it. Tags are
    joined with semicolons. Cells that a spreadsheet would run as a formula have an apostrophe before them.
    """
    parts = () if wants_head_alone(request) else await exports.export(user.user_id, query)
    return CsvResponse(parts, headers={"Content-Disposition": 'attachment; filename="positions.csv"'})


async def import_place(request: Request) -> AsyncIterator[None]:
    """Hold one of the places for imports until all is stored."""
    async with runtime(request).import_places.one():
        yield


async def checked_file(
    file: UploadedCsv, user: CurrentUser, place: Annotated[None, Depends(import_place, scope="function")]
) -> CheckedFile:
    """Give the rows of the uploaded file; before the transaction, which would wait for it."""
    return await check_file(file, field_errors)


Checked = Annotated[CheckedFile, Depends(checked_file)]


async def import_creation(
    *, request: Request, user: CurrentUser, file: UploadedCsv, checked: Checked, options: Options, db: Db
) -> Creation:
    """Begin an import that may come with an ``Idempotency-Key``; a dry run creates nothing and needs none.

    The file is what makes two requests the same: every sending of a form draws a boundary of its own.
    """
    return Creation(None) if options.dry_run else await get_creation(with_body(request, file), user, db)


@router.post(
    "/import",
    status_code=status.HTTP_201_CREATED,
    response_model=ImportResult | DryRunResult,
    responses={200: {"model": DryRunResult, "description": "What an import would say, with `dry_run`"}},
    openapi_extra=documented(ImportQuery) | _IMPORT_BODY,
)
async def import_positions(
    *,
    user: CurrentUser,
    checked: Checked,
    options: Options,
    creation: Annotated[Creation, Depends(import_creation)],
    imports: Annotated[PositionImportService, Depends(writing(PositionImportService))],
    response: Response,
) -> Any:
    """Store the positions of a CSV file in the columns of the export: all rows or none.

    `title` and `company` are required; other columns and cells may be left out. Cells in `applied_at`,
    `screening_at`, … become the position's history; a `status` that is not the latest of them follows it at the same
    time. With `dry_run` nothing is stored, and up to 100 wrong rows are named.
    """
    if options.dry_run:
        response.status_code = status.HTTP_200_OK
        return checked.as_dry_run()
    return await creation.answered(ImportResult, await imports.store(user.user_id, checked))
