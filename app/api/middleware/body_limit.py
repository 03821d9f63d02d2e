"""A limit on the size of request bodies.

Starlette has one too, but answers in plain text, and replaces whatever an endpoint said to a declared length over
the limit. This one keeps to the error envelope.
"""

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import PayloadTooLargeError


class BodyLimitMiddleware:
    """Answers 413 to a body that is declared, or turns out, to be larger than ``max_bytes``."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        if _declared_length(scope) > self.max_bytes:
            error = PayloadTooLargeError(self.max_bytes)
            response = JSONResponse(error.envelope(), status_code=error.status, headers=error.headers)
            await response(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                # Not our own error: FastAPI would take it for an unreadable body and answer 400.
                raise HTTPException(413)
            return message

        await self.app(scope, receive_within_limit, send)


def _declared_length(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
