"""The error envelope, for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel


class ErrorBody(BaseModel):
    """What went wrong; ``details`` and ``field_errors`` are there only if they hold something."""

    code: str
    message: str
    timestamp: str
    details: dict[str, Any] = {}
    field_errors: dict[str, str] = {}


class ErrorResponse(BaseModel):
    """The body of every error."""

    error: ErrorBody
