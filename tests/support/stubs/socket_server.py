"""What those stubs have in common that are spoken to over a websocket."""

from collections.abc import Mapping
from typing import Any, ClassVar

from fastapi import FastAPI, Response, WebSocket, WebSocketDisconnect

INTERNAL_ERROR = 1011


class SocketServer:
    """Accepts whoever has the key and asks for what it expects."""

    settings: ClassVar[Mapping[str, str]]
    path: ClassVar[str]
    key: ClassVar[tuple[str, str]]
    """The header with the key, and what it has to hold."""

    query: ClassVar[Mapping[str, str]]
    """What the address has to ask for, among other things."""

    def __init__(self, app: FastAPI) -> None:
        self.refused: list[str] = []
        self.sockets: set[WebSocket] = set()
        self._is_failing = False
        app.websocket(self.path)(self._serve)

    async def fail(self) -> None:
        """Break off, and accept nobody from now on."""
        self._is_failing = True
        for socket in [*self.sockets]:
            await socket.close(INTERNAL_ERROR)

    def mend(self) -> None:
        """Work again."""
        self._is_failing = False

    async def talk(self, socket: WebSocket) -> None:
        """Speak the protocol until the other side leaves."""
        raise NotImplementedError

    async def _serve(self, socket: WebSocket) -> None:
        if status := 503 if self._is_failing else self._refusal(socket):
            await socket.send_denial_response(Response(status_code=status))
            return
        await socket.accept()
        self.sockets.add(socket)
        try:
            await self.talk(socket)
        except (WebSocketDisconnect, RuntimeError):
            # The other side is gone, or this one is failing: neither a half sent nor a half read message matters.
            pass
        finally:
            self.sockets.discard(socket)

    def _refusal(self, socket: WebSocket) -> int:
        name, value = self.key
        if socket.headers.get(name) != value:
            self.refused.append(f"{name}: {socket.headers.get(name)}")
            return 401
        wrong: dict[str, Any] = dict(self.query.items() - socket.query_params.items())
        if wrong:
            self.refused.append(f"{socket.query_params} without {wrong}")
            return 400
        return 0
