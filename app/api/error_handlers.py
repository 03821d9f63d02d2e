"""Every failure becomes the documented envelope here, and nowhere else."""

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app.api.field_errors import field_errors
from app.core.database_errors import DRIVER_ERRORS, to_app_error
from app.core.errors import AppError, PayloadTooLargeError, UnsupportedMediaTypeError, ValidationError, error_envelope
from app.services.idempotency import ReplayedAnswer

log = structlog.get_logger(__name__)

_HTTP_ERRORS = {
    400: ("BAD_REQUEST", "The request could not be read"),
    404: ("RESOURCE_NOT_FOUND", "Path not found"),
    405: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    408: ("REQUEST_TIMEOUT", "The request body took too long"),
    413: (PayloadTooLargeError.code, "Request body too large"),
}


def install_error_handlers(app: FastAPI) -> None:
    """Make the application answer every foreseen failure in the envelope."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ReplayedAnswer, _replay)
    for driver_error in DRIVER_ERRORS:
        app.add_exception_handler(driver_error, _database_error)


def error_response(error: AppError) -> JSONResponse:
    """Return the response to an error."""
    return JSONResponse(error.envelope(), status_code=error.status, headers=error.headers)


async def _app_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return error_response(error)


async def _validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    findings = error.errors()
    if any(finding["loc"] == ("body",) and isinstance(finding["input"], bytes) for finding in findings):
        # FastAPI leaves a body of another content type unparsed.
        return error_response(UnsupportedMediaTypeError("application/json"))
    return error_response(ValidationError(field_errors(findings)))


async def _http_error(request: Request, error: Exception) -> Response:
    """Answer what the framework itself refuses: unknown paths, wrong methods."""
    assert isinstance(error, HTTPException)
    code, message = _HTTP_ERRORS.get(error.status_code, ("HTTP_ERROR", str(error.detail)))
    headers = _allowed_methods(request) if error.status_code == 405 else error.headers
    return JSONResponse(error_envelope(code, message), status_code=error.status_code, headers=headers)


def _allowed_methods(request: Request) -> dict[str, str]:
    """Return the ``Allow`` header; Starlette's own names the methods of the path's first route alone."""
    methods: set[str] = set()
    for route in request.app.routes:
        if isinstance(route, APIRoute) and route.path_regex.match(request.scope["path"]):
            methods |= route.methods or set()
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}


async def _database_error(_request: Request, error: Exception) -> Response:
    answer = to_app_error(error)
    if answer.status == 500:
        log.error("database_error", exc_info=error)
    else:
        log.warning("database_refused", error=type(error).__name__, status=answer.status)
    return error_response(answer)


async def _replay(_request: Request, answer: Exception) -> Response:
    assert isinstance(answer, ReplayedAnswer)
    return Response(
        answer.body,
        status_code=answer.status,
        media_type="application/json",
        headers={"Idempotent-Replayed": "true"},
    )
