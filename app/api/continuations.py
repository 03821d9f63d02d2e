"""What an answer goes on with when the application has begun it: event streams, which last for hours.

While an application answers, each middleware, the router and FastAPI wait for it, with frames, closures and stacks:
two thirds of what an open stream took. Once the head is out they have nothing to do. So a response may send
its beginning, leave a continuation and return; what stands around them all runs it when they are gone.
"""

from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

_KEY = "interview_tracker.continuations"

_LASTING = {
    *("type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path", "headers"),
    *("client", "server", "extensions"),
    # The log names it if the client has to be cut off.
    "route",
}
"""What a scope has of the server, which may look at it again, and what outlives the application's part."""


class Continuation(Protocol):
    """The rest of an answer."""

    async def run(self, receive: Receive, send: Send) -> None:
        """Send the rest, its end included."""

    def abandon(self) -> None:
        """Give up what it holds: it will not be run."""


class ContinuationMiddleware:
    """Runs the continuation of an answer that has left one. Outside of all that looks at heads."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and then run what was left."""
        left: list[Continuation] = []
        scope[_KEY] = left
        try:
            await self.app(scope, receive, send)
        except BaseException:
            for continuation in left:
                continuation.abandon()
            raise
        if left:
            _forget_what_was_noted(scope)
            await left.pop().run(receive, send)


def continue_later(scope: Scope, continuation: Continuation) -> None:
    """Leave the rest of an answer whose beginning was sent."""
    scope[_KEY].append(continuation)


def _forget_what_was_noted(scope: Scope) -> None:
    """Take out what the layers noted for themselves: the server keeps the scope as long as the connection lasts."""
    for name in scope.keys() - _LASTING:
        del scope[name]
