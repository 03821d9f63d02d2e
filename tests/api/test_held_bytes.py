"""Long answers are made only as fast as their reader takes them: a slow one holds little in the process."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from app.interview_session.conversation.utterance import Line, Purpose
from app.interview_session.room.act import Act
from app.repositories.paging import READ_BYTES
from app.repositories.position_export import BATCH_BYTES
from tests.api.test_long_lists import add_interviews, add_positions
from tests.conftest import MakeApp, client_of
from tests.interview_session.api.test_event_stream import fill_log
from tests.support.counted_reads import counted_reads
from tests.support.rooms import open_room
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import PATIENCE_SECONDS

TEXT = "x" * 100_000
COUNT = 40
TAKEN_BYTES = 150_000
ALL_BYTES = COUNT * len(TEXT)
ONE_BATCH_BYTES = max(READ_BYTES, BATCH_BYTES) + 2 * len(TEXT)


async def held_bytes(app: FastAPI, user: SignedIn, path: str, query: str = "") -> int:
    """Have a client take the first bytes of an answer and leave the rest; return how many more were read for it."""
    taken, has_asked = 0, False

    async def receive() -> Message:
        nonlocal has_asked
        if has_asked:
            await asyncio.Event().wait()
        has_asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal taken
        if taken >= TAKEN_BYTES:
            await asyncio.Event().wait()
        taken += len(message.get("body", b""))

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"authorization", user.headers["Authorization"].encode())],
        "client": ("127.0.0.1", 50000),
        "server": ("test", 80),
    }
    # A server that tells its connection has it broken; one that does not is told that the answer failed.
    with counted_reads() as read, suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await app(scope, receive, send)
    assert TAKEN_BYTES <= taken < ALL_BYTES
    return read.bytes - taken


@pytest.fixture(scope="module")
async def impatient(make_app: MakeApp) -> Any:
    """Run an application that soon gives a slow reader up, as its only user."""
    async with make_app(send_timeout_seconds=0.3) as app, client_of(app) as client:
        yield app, await sign_up(client)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/positions/export.csv", ""),
        ("/api/v1/positions", "per_page=100"),
        ("/api/v1/interviews", "per_page=100"),
        ("/api/v1/positions/{position}", ""),
        ("/api/v1/positions/{position}/interviews", ""),
    ],
)
async def test_a_long_answer_is_read_one_batch_ahead(
    impatient: tuple[FastAPI, SignedIn], path: str, query: str
) -> None:
    app, user = impatient
    listed = (await user.get("/api/v1/positions", per_page=1, sort_order="asc")).json()
    if not listed["positions"]:
        await add_positions(app, user, COUNT, TEXT)
        listed = (await user.get("/api/v1/positions", per_page=1, sort_order="asc")).json()
        await add_interviews(app, user, listed["positions"][0]["id"], COUNT, TEXT)

    held = await held_bytes(app, user, path.format(position=listed["positions"][0]["id"]), query)

    assert held < ONE_BATCH_BYTES


async def test_an_event_stream_is_read_one_batch_ahead(impatient: tuple[FastAPI, SignedIn]) -> None:
    app, user = impatient
    room = await open_room(app, user)
    await fill_log(room, COUNT, TEXT)

    held = await held_bytes(app, user, f"{room.path}/events", "last_event_id=0")

    assert held < ONE_BATCH_BYTES


async def test_a_transcript_is_read_one_batch_ahead(impatient: tuple[FastAPI, SignedIn]) -> None:
    app, user = impatient
    room = await open_room(app, user)
    await room.act("timer/start")

    def reply(act: Act) -> None:
        for _ in range(COUNT):
            act.write(Line(Purpose.REPLY, TEXT, 1))

    await room.perform(reply)

    held = await held_bytes(app, user, f"/api/v1/sessions/{room.session_id}/transcript")

    assert held < ONE_BATCH_BYTES
