"""The one file that a request brings, as its whole body or as a part of a form."""

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.api.field_errors import REQUIRED
from app.core.errors import UnsupportedMediaTypeError, ValidationError

CSV = "text/csv"
FORM = "multipart/form-data"


async def uploaded_csv(request: Request) -> bytes:
    """Return the content of the file, however it was sent.

    Raises:
        UnsupportedMediaTypeError: neither a CSV file nor a form.
        ValidationError: the form cannot be read, or holds no file.

    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {CSV, FORM}:
        raise UnsupportedMediaTypeError(CSV, FORM)
    # Read whole in either case, so that whoever asks for the body after the form still finds it.
    body = await request.body()
    return body if media_type == CSV else await _file_of_form(request)


async def _file_of_form(request: Request) -> bytes:
    try:
        async with request.form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if isinstance(file, UploadFile):
                return await file.read()
    except HTTPException:
        raise ValidationError({"file": "Must be the one file of a valid form"}) from None
    raise ValidationError({"file": REQUIRED})


def with_body(request: Request, body: bytes) -> Request:
    """Return the request as if ``body`` were all that it brought."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(request.scope, receive)
