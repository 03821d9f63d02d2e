"""``/api/v1/positions/export.csv``, ``/export.xlsx`` and ``/import``: positions as a file.

Its paths look like a position's id, so this router comes before the one of the positions.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import StreamingResponse

from app.api.dependencies import Creation, CurrentUser, Db, get_creation, reading, runtime, writing
from app.api.field_errors import field_errors
from app.api.middleware.head_requests import wants_head_alone
from app.api.openapi import ERRORS
from app.api.query_parameters import checked_values, documented, query_parameters
from app.api.uploads import CSV, FORM, XLSX, Upload, uploaded_table, with_body
from app.schemas.position import PositionFilters
from app.schemas.position_import import DryRunResult, ImportOptions, ImportResult
from app.services.imports.importing import CheckedFile, ImportCheckService, PositionImportService
from app.services.position_export import PositionExportService
from app.services.position_workbook import PositionWorkbookService

router = APIRouter(prefix="/api/v1/positions", tags=["positions"], responses=ERRORS)
Uploaded = Annotated[Upload, Depends(uploaded_table)]
Imports = Annotated[PositionImportService, Depends(writing(PositionImportService))]
Filters = Annotated[PositionFilters, Depends(query_parameters(PositionFilters))]

_DOCUMENTED_OPTIONS = documented(ImportOptions)
_IMPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            CSV: {"schema": {"type": "string", "description": "A CSV file with a header row"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **{option["name"]: option["schema"] for option in _DOCUMENTED_OPTIONS["parameters"]},
                    },
                }
            },
        },
    }
}


class CsvResponse(StreamingResponse):
    """A CSV file, sent while it is made."""

    media_type = CSV


class WorkbookResponse(StreamingResponse):
    """An XLSX workbook."""

    media_type = XLSX


@router.get("/export.csv", response_class=CsvResponse, openapi_extra=documented(PositionFilters))
async def export_positions(
    request: Request,
    user: CurrentUser,
    query: Filters,
    exports: Annotated[PositionExportService, Depends(reading(PositionExportService))],
) -> CsvResponse:
    """Return the positions that match the filters as a CSV file, newest application first.

    Beside the fields there is a column for each status, with the time at which the position first had it. Tags are
    joined with semicolons. Cells that a spreadsheet would run as a formula have an apostrophe before them.
    """
    parts = () if wants_head_alone(request) else await exports.export(user.user_id, query)
    return CsvResponse(parts, headers={"Content-Disposition": 'attachment; filename="positions.csv"'})


async def import_place(request: Request, user: CurrentUser) -> AsyncIterator[None]:
    """Hold one of the places for work on files until it is done."""
    async with runtime(request).import_places.one(user.user_id):
        yield


Place = Annotated[None, Depends(import_place, scope="function")]


@router.get("/export.xlsx", response_class=WorkbookResponse, openapi_extra=documented(PositionFilters))
async def export_workbook(
    user: CurrentUser,
    query: Filters,
    place: Place,
    workbooks: Annotated[PositionWorkbookService, Depends(reading(PositionWorkbookService))],
) -> WorkbookResponse:
    """Return the same columns as an XLSX workbook of one sheet, with dates as dates."""
    return WorkbookResponse(
        await workbooks.export(user.user_id, query),
        headers={"Content-Disposition": 'attachment; filename="positions.xlsx"'},
    )


async def import_options(request: Request, upload: Uploaded) -> ImportOptions:
    """Give the options, which are query parameters or fields of the form; a query parameter counts before a field."""
    return checked_values(ImportOptions, upload.fields | dict(request.query_params))


Options = Annotated[ImportOptions, Depends(import_options)]


async def checked_file(
    *,
    upload: Uploaded,
    options: Options,
    user: CurrentUser,
    place: Place,
    checks: Annotated[ImportCheckService, Depends(reading(ImportCheckService))],
) -> CheckedFile:
    """Give the rows of the uploaded file; before the transaction, which would wait for it."""
    return await checks.check(user.user_id, upload.content, options, field_errors)


Checked = Annotated[CheckedFile, Depends(checked_file)]


async def import_creation(
    *, request: Request, user: CurrentUser, upload: Uploaded, checked: Checked, options: Options, db: Db
) -> Creation:
    """Begin an import that may come with an ``Idempotency-Key``; a dry run creates nothing and needs none.

    The file and the options are what makes two requests the same: every sending of a form draws its own boundary.
    """
    if options.dry_run:
        return Creation(None)
    return await get_creation(with_body(request, upload.content + options.model_dump_json().encode()), user, db)


@router.post(
    "/import",
    status_code=status.HTTP_201_CREATED,
    response_model=ImportResult | DryRunResult,
    responses={200: {"model": DryRunResult, "description": "What an import would say, with `dry_run`"}},
    openapi_extra=_DOCUMENTED_OPTIONS | _IMPORT_BODY,
)
async def import_positions(
    *,
    user: CurrentUser,
    checked: Checked,
    options: Options,
    creation: Annotated[Creation, Depends(import_creation)],
    imports: Imports,
    response: Response,
) -> Any:
    """Store the positions of a CSV file or an XLSX workbook, of ours or of another tracker: all rows or none.

    Columns are found by their usual names or by `mapping`; a title and a company are required. Cells in `applied_at`,
    `screening_at`, … become the position's history; a `status` that is not the latest of them follows it at the same
    time. With `dry_run` nothing is stored, up to 100 wrong rows are named and up to 200 others are shown as they were
    understood. `columns` says what became of each column, `duplicates` which rows look like positions that are there.
    """
    if options.dry_run:
        response.status_code = status.HTTP_200_OK
        return checked.as_dry_run()
    return await creation.answered(ImportResult, await imports.store(user.user_id, checked))


@router.delete("/import/{import_id}", status_code=status.HTTP_204_NO_CONTENT)
async def undo_import(import_id: UUID, user: CurrentUser, imports: Imports) -> None:
    """Erase the positions that an import made, with all that has been added to them since."""
    await imports.undo(import_id, user.user_id)
