"""The error envelope, for the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from app.core.errors import ErrorCode


class ErrorBody(BaseModel):
    """What went wrong; ``details`` and ``field_errors`` are there only if they hold something."""

    code: ErrorCode
    message: str
    timestamp: Annotated[datetime, Field(description="UTC")]
    details: dict[str, Any] = {}
    field_errors: dict[str, str] = {}


class ErrorResponse(BaseModel):
    """The body of every error."""

    error: ErrorBody
