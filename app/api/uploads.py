"""The one file that a request brings, as its whole body or as a part of a form, and the fields beside it."""

from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.api.field_errors import REQUIRED
from app.core.errors import UnsupportedMediaTypeError, ValidationError
from app.schemas.fields import is_blank

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORM = "multipart/form-data"


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
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
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
                fields = {
                    name: value
                    for name, value in form.multi_items()
                    if isinstance(value, str) and not is_blank(value)
                }
                return Upload(await file.read(), fields)
    except HTTPException:
        raise ValidationError({"file": "Must be the one file of a valid form"}) from None
    raise ValidationError({"file": REQUIRED})


def with_body(request: Request, body: bytes) -> Request:
    """Return the request as if ``body`` were all that it brought."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
