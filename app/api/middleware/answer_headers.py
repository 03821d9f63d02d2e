"""What every answer says to caches, browsers and proxies, errors and streams included."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_DEFAULTS = (
    # What an answer holds is its user's; no cache, and no other user of the same browser, may keep it.
    (b"cache-control", b"no-store"),
    # A browser must not take text that a user wrote for a page or a script.
    (b"x-content-type-options", b"nosniff"),
)
_LAST_OF_ITS_CONNECTION = (b"connection", b"close")
"""What a process says that goes away, so that the next request does not meet it in the moment in which it is gone."""


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
                added = [header for header in _DEFAULTS if header[0] not in names]
                if scope["app"].state.runtime.drain.active and b"connection" not in names:
                    added.append(_LAST_OF_ITS_CONNECTION)
                message["headers"] = [*headers, *added]
            await send(message)

        await self.app(scope, receive, send_with_defaults)
