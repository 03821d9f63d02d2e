"""A 500 in the envelope for what nobody foresaw. Inside the CORS middleware, so that a browser may read it."""

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import AppError

log = structlog.get_logger(__name__)


class UnexpectedErrorMiddleware:
    """Logs an exception that no handler knows, and answers it without a word of its cause."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting_start(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting_start)
        except Exception:
            log.exception("request_failed")
            if started:
                # Half an answer is out: only a broken connection can say that it is not whole.
                raise
            error = AppError("An unexpected error occurred")
            await JSONResponse(error.envelope(), status_code=error.status)(scope, receive, send)
