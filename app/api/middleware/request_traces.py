"""A span for each request, in the trace that its client says it belongs to."""

from typing import Any

from opentelemetry.trace import Span, SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import traces
from app.core.metrics import METHODS

_EVENT_STREAM = b"text/event-stream"


class RequestTraceMiddleware:
    """Stands outside of the request's log, whose line names the trace. Only there where traces are sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, within its span."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # What a client made up would be a name of its own.
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        attributes = {"http.request.method": method, "url.scheme": scope.get("scheme", "http")}
        span = traces.begin(
            method, kind=SpanKind.SERVER, attributes=attributes, parent=traces.sent_along(scope["headers"])
        )

        async def send_noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                _note_answer(span, method, scope, message)
            await send(message)

        with traces.as_current(span):
            await self.app(scope, receive, send_noting)


def _note_answer(span: Span, method: str, scope: Scope, message: Message) -> None:
    route: Any = scope.get("route")
    if path := getattr(route, "path", None):
        # As it was declared: it shows neither ids nor what is asked for.
        span.update_name(f"{method} {path}")
        span.set_attribute("http.route", path)
    status: int = message["status"]
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        traces.note_failure(span, str(status))
    if any(name.lower() == b"content-type" and _EVENT_STREAM in value for name, value in message.get("headers", ())):
        # It may go on for hours, and what it does then is no part of an answer any more.
        span.end()
