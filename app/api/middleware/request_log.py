"""The outermost middleware: a request id and one log line."""

import re
import secrets
import time
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.logging import request_log as log
from app.core.metrics import count_request
from app.core.request_context import RequestContext, current_request

_SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,100}")
_HEADER = b"x-request-id"
_FILES_OF_PAGES = "/app/static/{path:path}"
"""A page loads dozens of them, and each visit asks for them again."""

_EVENT_STREAM = (b"content-type", b"text/event-stream; charset=utf-8")


class RequestLogMiddleware:
    """Gives each request its context, returns its ``X-Request-ID`` and logs how it was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        context = RequestContext(_request_id(scope))
        token = current_request.set(context)
        status = 0
        is_stream = False

        async def send_with_id(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers", ())
                is_stream = _EVENT_STREAM in headers
                message["headers"] = [*headers, (_HEADER, context.request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            route = _route(scope)
            seconds = time.perf_counter() - started
            count_request(scope["method"], route, status, None if is_stream else seconds)
            # That a file is missing is worth a line.
            write = log.debug if route == _FILES_OF_PAGES and 0 < status < 400 else log.info
            write(
                "request",
                method=scope["method"],
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                queries=context.queries,
            )
            current_request.reset(token)


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == _HEADER and _SANE_REQUEST_ID.fullmatch(value):
            return str(value, "ascii")
    return secrets.token_hex(16)


def _route(scope: Scope) -> str:
    """Return the path as it was declared: it groups well, and shows neither ids nor a query string."""
    route: Any = scope.get("route")
    return getattr(route, "path", None) or "unmatched"
