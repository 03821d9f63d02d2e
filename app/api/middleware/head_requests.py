"""HEAD wherever there is GET: the same answer without its body."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadRequestsMiddleware:
    """Answers HEAD with the status and the headers of GET.

    The routes know GET alone, so that the OpenAPI document does not say everything twice. Those with a long body ask
    ``wants_head_alone`` before they begin with it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass HEAD on as GET, and of its answer only the beginning."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        # A copy, because the server goes by the method of its own scope when it counts the bytes of the answer.
        as_get = {**scope, "method": "GET", "state": {**scope.get("state", {}), "wants_head_alone": True}}
        answer = _Beginning(send)
        try:
            await self.app(as_get, answer.receive, answer.send)
        finally:
            # The request's log names the route.
            scope["route"] = as_get.get("route")


def wants_head_alone(request: Request) -> bool:
    """Tell whether nobody will read the body of the answer."""
    state: dict[str, Any] = request.scope.get("state", {})
    return bool(state.get("wants_head_alone"))


class _Beginning:
    """The beginning of an answer: once it is sent, the client seems to have gone, which is how a stream ends."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._is_sent = asyncio.Event()
        self._has_received = False

    async def receive(self) -> Message:
        """Give the empty body, and then no more than that the client has gone."""
        if not self._has_received:
            self._has_received = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._is_sent.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send the beginning and the end; leave out what is between."""
        if message["type"] == "http.response.start":
            await self._send(message)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            self._is_sent.set()
