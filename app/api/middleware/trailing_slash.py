"""One resource, two spellings: ``/positions`` and ``/positions/``.

Answered directly, because a redirect loses the body of a POST and fails a browser's CORS preflight.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlashMiddleware:
    """Takes one trailing slash off the path before it is routed; routes are declared without."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if len(path) > 1 and path[-1] == "/":
                scope["path"] = path[:-1]
        await self.app(scope, receive, send)
