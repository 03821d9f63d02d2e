"""Bodies of the account endpoints."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field, model_validator

from app.schemas.fields import (
    BLANK_IS_NULL,
    Email,
    Label,
    Name,
    NewPassword,
    OpaqueToken,
    Password,
    TimeZoneName,
    Username,
    is_blank,
)
from app.schemas.paging import PageResponse

_NAMES = {"first_name", "last_name", "username"}


class RegisterRequest(BaseModel):
    """A new account: an email and a password, and a ``first_name`` or a ``username`` to be called by."""

    email: Email
    password: NewPassword
    first_name: Name | None = None
    last_name: Label | None = None
    username: Username | None = None

    @model_validator(mode="before")
    @classmethod
    def _require_a_name(cls, data: Any) -> Any:
        """Drop blank names, and ask for the first name if none is left.

        Before the fields are checked, so that all that is wrong is told at once.
        """
        if not isinstance(data, dict):
            return data
        given = {key: value for key, value in data.items() if key not in _NAMES or not _is_missing(value)}
        if "first_name" not in given and "username" not in given:
            given["first_name"] = ""
        return given


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and is_blank(value))


class LoginRequest(BaseModel):
    """Who signs in."""

    email: Email
    password: Password


class RefreshRequest(BaseModel):
    """The refresh token to exchange; an access token in the header stands in for it."""

    refresh_token: Annotated[OpaqueToken | None, BLANK_IS_NULL] = None


class ChangePasswordRequest(BaseModel):
    """The password now and the one from now on."""

    current_password: Password
    new_password: NewPassword


class ProfileUpdate(BaseModel):
    """The fields of the account to change; the others stay as they are. Null clears one.

    A first name or a username must be left.
    """

    first_name: Annotated[Name | MISSING | None, BLANK_IS_NULL] = MISSING
    last_name: Annotated[Label | MISSING | None, BLANK_IS_NULL] = MISSING
    username: Annotated[Username | MISSING | None, BLANK_IS_NULL] = MISSING
    timezone: Annotated[
        TimeZoneName | MISSING | None,
        BLANK_IS_NULL,
        Field(description="Whose days and times are meant where none is said; null is the server's"),
    ] = MISSING


class DeleteAccountRequest(BaseModel):
    """The password, as a last check before everything is erased."""

    password: Password


class UserResponse(BaseModel):
    """An account as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    username: str | None
    first_name: str | None
    last_name: str | None
    timezone: Annotated[str | None, Field(description="Null where the account goes by the server's")]
    created_at: datetime
    updated_at: datetime


class TokenResponse(BaseModel):
    """The tokens of a login; ``expires_in`` is the access token's lifetime in seconds.

    There is no ``refresh_token`` where an access token alone was exchanged.
    """

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the scheme, not a secret
    expires_in: int
    refresh_token: str | None = Field(default=None, exclude_if=lambda token: token is None)
    user: UserResponse


class LoginResponse(BaseModel):
    """A login in force; ``address`` and ``user_agent`` are those of its last sign-in or refresh."""

    id: UUID
    created_at: datetime
    last_used_at: datetime
    address: str | None
    user_agent: str | None
    current: bool


class LoginListResponse(PageResponse):
    """A page of the user's logins."""

    logins: list[LoginResponse]


class ValidateResponse(UserResponse):
    """A good token's user."""

    valid: bool = True


class MessageResponse(BaseModel):
    """A sentence that says what was done."""

    message: str
