"""The errors that a request can end in, and the envelope that they travel in.

Services raise these; ``app.api.error_handlers`` writes them. Each class carries the code and the HTTP status of
the API's documentation.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from app.core.clock import iso_utc, utc_now


class ErrorCode(StrEnum):
    """What a client tells errors apart by."""

    BUSINESS_LOGIC_ERROR = "BUSINESS_LOGIC_ERROR"
    BAD_REQUEST = "BAD_REQUEST"
    AUTHENTICATION_ERROR = "AUTHENTICATION_ERROR"
    AUTHORIZATION_ERROR = "AUTHORIZATION_ERROR"
    RESOURCE_NOT_FOUND = "RESOURCE_NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    RESOURCE_CONFLICT = "RESOURCE_CONFLICT"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    VALIDATION_ERROR = "VALIDATION_ERROR"
    RATE_LIMIT_ERROR = "RATE_LIMIT_ERROR"
    DATABASE_ERROR = "DATABASE_ERROR"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    EXTERNAL_SERVICE_ERROR = "EXTERNAL_SERVICE_ERROR"


class AppError(Exception):
    """An expected failure with an error code, an HTTP status and words for the user.

    ``details`` and ``field_errors`` are left out of the envelope when empty. ``headers`` go on the response.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    keeps_writes: ClassVar[bool] = False
    """Commit what the request wrote before it failed, instead of rolling it back."""

    def __init__(
        self,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        field_errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})
        self.field_errors = dict(field_errors or {})
        self.headers = dict(headers or {})

    def envelope(self) -> dict[str, Any]:
        """Return the body of the error response."""
        return error_envelope(self.code, self.message, details=self.details, field_errors=self.field_errors)


def error_envelope(
    code: str,
    message: str,
    *,
    details: Mapping[str, Any] | None = None,
    field_errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the documented error body; empty ``details`` and ``field_errors`` are left out."""
    error: dict[str, Any] = {"code": code, "message": message, "timestamp": iso_utc(utc_now())}
    if details:
        error["details"] = dict(details)
    if field_errors:
        error["field_errors"] = dict(field_errors)
    return {"error": error}


class BusinessLogicError(AppError):
    """The request is well-formed but breaks a rule of the domain."""

    code = "BUSINESS_LOGIC_ERROR"
    status = 400


class AuthenticationError(AppError):
    """The credentials are not good: bad, expired, revoked or orphaned."""

    code = "AUTHENTICATION_ERROR"
    status = 401

    def __init__(
        self,
        message: str = "Could not validate credentials",
        *,
        field_errors: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, field_errors=field_errors, headers={"WWW-Authenticate": "Bearer"})


class RefreshTokenReusedError(AuthenticationError):
    """A refresh token came a second time; the revocation of its login must outlive the failed request."""

    keeps_writes = True


class AuthorizationError(AppError):
    """The user is known, or nobody, and may not do this."""

    code = "AUTHORIZATION_ERROR"
    status = 403

    def __init__(self, message: str = "Access denied") -> None:
        super().__init__(message)


class NotAuthenticatedError(AuthorizationError):
    """The request carries no token at all."""

    def __init__(self) -> None:
        super().__init__("Not authenticated")


class ResourceNotFoundError(AppError):
    """The resource does not exist, or is another user's: the answer is the same."""

    code = "RESOURCE_NOT_FOUND"
    status = 404

    def __init__(self, resource_type: str, resource_id: object) -> None:
        super().__init__(
            f"{resource_type} with ID '{resource_id}' not found",
            details={"resource_type": resource_type, "resource_id": str(resource_id)},
        )


class ResourceConflictError(AppError):
    """The request clashes with the present state: something taken, or under way."""

    code = "RESOURCE_CONFLICT"
    status = 409

    def __init__(self, message: str, *, resource_type: str) -> None:
        super().__init__(message, details={"resource_type": resource_type})


class BudgetError(ResourceConflictError):
    """The owner holds as much as one owner may; ``limit`` names what of."""

    def __init__(self, message: str, *, limit: str, maximum: int) -> None:
        super().__init__(message, resource_type="Budget")
        self.details |= {"limit": limit, "maximum": maximum}


class PayloadTooLargeError(AppError):
    """The request's body is over the limit."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413

    def __init__(self, max_bytes: int) -> None:
        super().__init__("Request body too large", details={"max_bytes": max_bytes}, headers={"Connection": "close"})


class UnsupportedMediaTypeError(AppError):
    """The body's content type is not one that this endpoint reads."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415

    def __init__(self, *supported: str) -> None:
        super().__init__(f"Content-Type must be {' or '.join(supported)}", details={"supported": list(supported)})


class ValidationError(AppError):
    """Some fields of the request are wrong; ``field_errors`` says which and why."""

    code = "VALIDATION_ERROR"
    status = 422

    def __init__(self, field_errors: Mapping[str, str], *, details: Mapping[str, Any] | None = None) -> None:
        super().__init__("Request validation failed", details=details, field_errors=field_errors)


class RateLimitError(AppError):
    """Too many requests. ``retry_after`` is in whole seconds, at least 1; ``limit`` names the budget, if any."""

    code = "RATE_LIMIT_ERROR"
    status = 429

    def __init__(self, retry_after: int, *, limit: str | None = None, message: str = "Rate limit exceeded") -> None:
        super().__init__(
            message,
            details={"retry_after": retry_after} | ({"limit": limit} if limit else {}),
            headers={"Retry-After": str(retry_after)},
        )


class DatabaseError(AppError):
    """The database refused a statement for a reason that the user cannot mend."""

    code = "DATABASE_ERROR"

    def __init__(self) -> None:
        super().__init__("A database error occurred")


class ExternalServiceError(AppError):
    """Something that this process depends on does not answer; trying again later may help."""

    code = "EXTERNAL_SERVICE_ERROR"
    status = 503

    def __init__(self, service_name: str, *, retry_after: int = 5, reason: str | None = None) -> None:
        super().__init__(
            "External service unavailable",
            details={"service_name": service_name} | ({"reason": reason} if reason else {}),
            headers={"Retry-After": str(retry_after)},
        )


class SignInBusyError(ExternalServiceError):
    """So many passwords wait to be checked that this one would have waited too long."""

    def __init__(self) -> None:
        super().__init__("sign-in", retry_after=5)


class DatabaseUnavailableError(ExternalServiceError):
    """The database cannot do the work now; ``reason`` is one of those in ``app.core.database_errors``."""

    def __init__(self, reason: str = "unreachable", *, retry_after: int = 5) -> None:
        super().__init__("database", retry_after=retry_after, reason=reason)
        self.reason = reason
