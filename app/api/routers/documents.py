"""``/api/v1/documents``: CVs, letters and others, with their files, and the positions that they went to."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import pydantic
from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse

from app.api.dependencies import (
    Creation,
    CurrentUser,
    Db,
    NewHoldingsDep,
    get_creation,
    reading,
    runtime,
    writing,
)
from app.api.field_errors import REQUIRED
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, inlined, query_parameters
from app.api.route_rules import SMALL_BODY_BYTES
from app.api.routes import JsonRequest
from app.api.rows_response import RowsResponse
from app.api.uploads import FORM, JSON, fields_of_form, form_with_file, media_type_of, with_body
from app.core.errors import UnsupportedMediaTypeError, ValidationError
from app.schemas.document import (
    DocumentCreate,
    DocumentListResponse,
    DocumentQuery,
    DocumentResponse,
    DocumentUpdate,
    DocumentUpload,
)
from app.services.documents import DocumentService, IncomingFile, look_at

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], responses=ERRORS)
Reading = Annotated[DocumentService, Depends(reading(DocumentService))]
Writing = Annotated[DocumentService, Depends(writing(DocumentService))]

Model = TypeVar("Model", bound=pydantic.BaseModel)

MAX_FILE_NAME_CHARACTERS = 200


def _inline_schema(model: type[pydantic.BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(mode="validation", ref_template="#/components/schemas/{model}")
    definitions = schema.pop("$defs", {})
    schema["properties"] = {name: inlined(part, definitions) for name, part in schema["properties"].items()}
    return schema


def _form_schema() -> dict[str, Any]:
    schema = _inline_schema(DocumentUpload)
    schema["properties"] = {"file": {"type": "string", "format": "binary"}} | schema["properties"]
    return schema | {"required": ["file", *schema["required"]]}


_NEW_DOCUMENT = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": _inline_schema(DocumentCreate)},
            FORM: {"schema": _form_schema()},
        },
    }
}


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file and the fields that came with it."""

    fields: DocumentUpload
    file: IncomingFile


@dataclass(frozen=True, slots=True)
class NewDocument:
    """The document that a request brings; requests with the same ``identity`` bring the same."""

    content: DocumentCreate | Upload
    identity: bytes


async def new_document(request: Request, user: CurrentUser) -> AsyncIterator[NewDocument]:
    """Give the document that a request brings, as JSON or as a form with a file; before the transaction.

    It lasts as long as the request, which may be tried again and then finds it in its state.

    Raises:
        UnsupportedMediaTypeError: neither JSON nor a form.
        PayloadTooLargeError: the file is too large.
        ValidationError: there is no file, or it is not what it says.
        RequestValidationError: some fields are wrong.

    """
    known: NewDocument | None = getattr(request.state, "new_document", None)
    if known is not None:
        yield known
        return
    async with AsyncExitStack() as stack:
        request.state.new_document = document = await _read_document(request, stack)
        yield document


async def _read_document(request: Request, stack: AsyncExitStack) -> NewDocument:
    # Without a type it is JSON, as everywhere.
    media_type = media_type_of(request) or JSON
    if media_type == JSON:
        return await _of_json(request)
    if media_type == FORM:
        return await _of_form(request, stack)
    raise UnsupportedMediaTypeError(JSON, FORM)


async def _of_json(request: Request) -> NewDocument:
    as_json = JsonRequest(request.scope, request.receive)
    content = await as_json.body()
    if not content:
        raise ValidationError({"body": REQUIRED})
    try:
        values = await as_json.json()
    except ValueError:
        finding = {"type": "json_invalid", "loc": ("body",), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([finding]) from None
    return NewDocument(_checked(DocumentCreate, values), content)


async def _of_form(request: Request, stack: AsyncExitStack) -> NewDocument:
    max_bytes = runtime(request).settings.max_document_bytes
    form, file = await form_with_file(request, max_bytes=max_bytes + SMALL_BODY_BYTES)
    stack.push_async_callback(form.close)
    fields = _checked(DocumentUpload, fields_of_form(form, "position_ids"))
    name = _file_name(file.filename or "")
    looked_at = await look_at(file, name, file.content_type or "", max_bytes=max_bytes)
    # Every sending of a form draws a boundary of its own.
    identity = b"\n".join((looked_at.sha256, name.encode(), fields.model_dump_json().encode()))
    return NewDocument(Upload(fields, looked_at), identity)


def _checked(model: type[Model], values: Any) -> Model:
    try:
        return model.model_validate(values)
    except pydantic.ValidationError as error:
        findings = error.errors(include_url=False)
        in_body = [{**finding, "loc": ("body", *finding["loc"])} for finding in findings]
        raise RequestValidationError(in_body) from None


def _file_name(name: str) -> str:
    """Return the last part of a name, as clients may send a whole path, without what cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(character for character in last if character.isprintable()).strip()
    return seen[-MAX_FILE_NAME_CHARACTERS:] or "document"


Document = Annotated[NewDocument, Depends(new_document)]


async def document_creation(request: Request, user: CurrentUser, document: Document, db: Db) -> Creation:
    """Begin a creation that may come with an ``Idempotency-Key``."""
    return await get_creation(with_body(request, document.identity), user, db)


@router.get("", response_model=DocumentListResponse, openapi_extra=documented(DocumentQuery))
async def list_documents(
    request: Request,
    user: CurrentUser,
    query: Annotated[DocumentQuery, Depends(query_parameters(DocumentQuery))],
    documents: Reading,
) -> RowsResponse:
    """Return one page of the documents that match, the newest first, and how much room all files take."""
    room = {"max_stored_bytes": runtime(request).settings.max_stored_document_bytes}
    return RowsResponse(await documents.list_page(user.user_id, query) | room)


@router.post("", status_code=status.HTTP_201_CREATED, response_model=DocumentResponse, openapi_extra=_NEW_DOCUMENT)
async def create_document(
    *,
    user: CurrentUser,
    document: Document,
    creation: Annotated[Creation, Depends(document_creation)],
    documents: Writing,
    holdings: NewHoldingsDep,
) -> Any:
    """Store a new document: as JSON one with a ``url``, as a form one with its ``file``."""
    content = document.content
    if isinstance(content, Upload):
        stored = await documents.upload(user.user_id, content.fields, content.file, holdings)
    else:
        stored = await documents.create(user.user_id, content)
    return await creation.answered(DocumentResponse, stored)


@router.get("/{document_id}", response_model=DocumentResponse)
async def get_document(document_id: UUID, user: CurrentUser, documents: Reading) -> RowsResponse:
    """Return one document."""
    return RowsResponse(await documents.get(document_id, user.user_id))


class FileResponse(StreamingResponse):
    """A file, sent while it is read."""

    media_type = "application/octet-stream"


@router.get(
    "/{document_id}/file",
    response_class=FileResponse,
    responses={304: {"description": "The file is still the one of `If-None-Match`"}},
)
async def get_document_file(document_id: UUID, request: Request, user: CurrentUser, documents: Reading) -> Response:
    """Return the file of a document, always as an attachment: no browser shows or runs it."""
    document, parts = await documents.file(document_id, user.user_id)
    headers = {
        "ETag": f'"{document["sha256"]}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(document['file_name'], safe='')}",
        "Content-Security-Policy": "sandbox",
    }
    if document["sha256"] in request.headers.get("if-none-match", ""):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    headers["Content-Length"] = str(document["size_bytes"])
    return FileResponse(parts, headers=headers, media_type=document["media_type"])


@router.put("/{document_id}", response_model=DocumentResponse)
async def update_document(
    document_id: UUID, body: DocumentUpdate, user: CurrentUser, documents: Writing
) -> dict[str, Any]:
    """Change the fields that are sent; ``position_ids`` replaces the whole list. A file stays as it is."""
    return await documents.update(document_id, user.user_id, body)


router.add_api_route(
    "/{document_id}", update_document, methods=["PATCH"], response_model=DocumentResponse, name="patch_document"
)


@router.delete("/{document_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_document(document_id: UUID, user: CurrentUser, documents: Writing) -> None:
    """Erase a document with its file; the positions stay."""
    await documents.delete(document_id, user.user_id)
