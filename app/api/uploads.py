"""The one file that a request brings, as its whole body or as a part of a form, and the fields beside it."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Message

from app.api.field_errors import REQUIRED
from app.core.errors import UnsupportedMediaTypeError, ValidationError
from app.schemas.fields import is_blank

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = "multipart/form-data"
JSON = "application/json"
BROKEN_FORM = "Must be the one file of a valid form"


def media_type_of(request: Request) -> str:
    """Return what the request says that its body is, in small letters and without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def form_with_file(request: Request, *, max_bytes: int) -> tuple[FormData, UploadFile]:
    """Return a form and its file, which is in memory: once, and not on a disk, which there need not be.

    ``max_bytes`` is how large the whole body may be; the door of the route sees to that.

    Raises:
        ValidationError: the form cannot be read, or holds no file.

    """
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=200)
    parser.spool_max_size = max_bytes
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeError):
        raise ValidationError({"file": BROKEN_FORM}) from None
    file = form.get("file")
    if isinstance(file, UploadFile):
        return form, file
    await form.close()
    raise ValidationError({"file": REQUIRED})


def fields_of_form(form: FormData, *lists: str) -> dict[str, Any]:
    """Return the texts of a form by name; of ``lists`` all that are there, each perhaps several with commas."""
    fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
    for name in lists:
        texts = [value for value in form.getlist(name) if isinstance(value, str)]
        fields[name] = [part.strip() for text in texts for part in text.split(",") if part.strip()]
    return fields


@dataclass(frozen=True, slots=True)
class Upload:
    """The content of a file, and the form's fields that are not blank."""

    content: bytes
    fields: dict[str, str] = field(default_factory=dict)


async def uploaded_table(request: Request) -> Upload:
    """Return the file, however it was sent.

    Raises:
        UnsupportedMediaTypeError: neither a CSV file nor a workbook nor a form.
        ValidationError: the form cannot be read, or holds no file.

    """
    media_type = media_type_of(request)
    if media_type not in {CSV, XLSX, FORM}:
        raise UnsupportedMediaTypeError(CSV, XLSX, FORM)
    # Read whole in either case, so that whoever asks for the body after the form still finds it.
    body = await request.body()
    return await _form_of(request) if media_type == FORM else Upload(body)


async def _form_of(request: Request) -> Upload:
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if isinstance(file, UploadFile):
                fields = {name: text for name, text in fields_of_form(form).items() if not is_blank(text)}
                return Upload(await file.read(), fields)
    except HTTPException:
        raise ValidationError({"file": BROKEN_FORM}) from None
    raise ValidationError({"file": REQUIRED})


def with_body(request: Request, body: bytes) -> Request:
    """Return the request as if ``body`` were all that it brought."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
