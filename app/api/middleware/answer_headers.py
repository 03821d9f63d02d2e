"""What every answer says to caches and browsers, errors and streams included."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEFAULTS = (
    # What an answer holds is its user's; no cache, and no other user of the same browser, may keep it.
    (b"cache-control", b"no-store"),
    # A browser must not take text that a user wrote for a page or a script.
    (b"x-content-type-options", b"nosniff"),
)


class AnswerHeadersMiddleware:
    """Adds the headers that an answer does not set by itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and its answer with the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_defaults(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                names = {name.lower() for name, _ in headers}
                message["headers"] = [*headers, *(header for header in _DEFAULTS if header[0] not in names)]
            await send(message)

        await self.app(scope, receive, send_with_defaults)
