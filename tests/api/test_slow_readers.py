"""Clients that ask for much and read nothing hold little, and not for long."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from app.api.middleware.slow_readers import PIECE_BYTES, SlowReaderMiddleware
from tests.support.rooms import serving
from tests.support.waiting import PATIENCE_SECONDS, turns_of_the_loop, until

BODY = bytes(range(256)) * 16 * 1024
"""4 MiB: more than the socket buffers of both sides hold."""


class Served:
    """How many parts the application has been made to send so far."""

    def __init__(self) -> None:
        self.parts = 0


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def slow_app(served: Served) -> FastAPI:
    """Give an application with one long answer in one piece and one in parts."""
    router = APIRouter()

    @router.get("/whole")
    async def whole() -> Response:
        return Response(BODY, media_type="application/octet-stream")

    @router.get("/parts")
    async def parts() -> StreamingResponse:
        async def made() -> AsyncIterator[bytes]:
            while True:
                served.parts += 1
                yield b"x" * PIECE_BYTES

        return StreamingResponse(made())

    app = FastAPI()
    app.include_router(router)
    app.middleware_stack = SlowReaderMiddleware(app.build_middleware_stack(), timeout_seconds=0.3)
    return app


def ask_and_leave_unread(address: str, path: str) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", int(address.rpartition(":")[2])))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return connection


def read_all(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while data := connection.recv(65536):
            received += data
    return received


async def test_a_reader_gets_a_long_answer_whole(slow_app: FastAPI) -> None:
    async with serving(slow_app) as url, httpx.AsyncClient(base_url=url) as web:
        assert (await web.get("/whole")).content == BODY


async def test_an_answer_that_is_left_unread_ends_with_its_connection(slow_app: FastAPI) -> None:
    async with serving(slow_app) as url:
        with ask_and_leave_unread(url, "/whole") as connection:
            await until(lambda: is_reset(connection))

            # What the sockets had taken, and no more.
            assert len(await asyncio.to_thread(read_all, connection)) < len(BODY)


async def test_what_would_make_an_endless_answer_is_stopped(slow_app: FastAPI, served: Served) -> None:
    async with serving(slow_app) as url:
        with ask_and_leave_unread(url, "/parts") as connection:
            await until(lambda: is_reset(connection))
            await turns_of_the_loop(10)
            made = served.parts
            await turns_of_the_loop(100)

            assert served.parts == made


async def answer(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Send the head of an answer (an application)."""
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def ask() -> Message:
    return {"type": "http.request"}


async def never_take(_message: Message) -> None:
    """Take nothing that is sent (a client)."""
    await asyncio.Event().wait()


async def test_a_server_that_tells_no_transport_gets_an_error() -> None:
    with pytest.raises(TimeoutError):
        await SlowReaderMiddleware(answer, timeout_seconds=0.01)({"type": "http"}, ask, never_take)


async def test_each_of_many_slow_readers_is_cut_off_by_one_timer() -> None:
    async def at_once(_message: Message) -> None:
        pass

    middleware = SlowReaderMiddleware(answer, timeout_seconds=0.05)
    slow = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        for _ in range(3):
            slow.append(asyncio.create_task(middleware({"type": "http"}, ask, never_take)))
            await turns_of_the_loop(5)
            await middleware({"type": "http"}, ask, at_once)
        ended = await asyncio.gather(*slow, return_exceptions=True)

    assert [type(error) for error in ended] == [TimeoutError] * 3
    assert not middleware._limits._ends


def is_reset(connection: socket.socket) -> bool:
    """Tell whether the other side has broken a connection, without reading from it."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    return info[0] != 1
