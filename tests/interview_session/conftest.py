"""An application of the rooms' tests: its phase runner performs steps only when a test says so.

No application here makes reports by itself, and so no stream waits for one: logs end with their sessions.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.support.completion_stub import CompletionStub
from tests.support.rooms import Room, execute, feed_of, open_room, reports_of, runner_of, serving
from tests.support.users import SignedIn

STREAMS_PER_USER = 4


@pytest.fixture(scope="session")
def make_app(make_app: MakeApp) -> MakeApp:
    """Return a function that runs an application of its own without reports, else as everywhere."""

    @asynccontextmanager
    async def make(**overrides: Any) -> AsyncIterator[FastAPI]:
        async with make_app(**overrides) as app:
            await reports_of(app).stop()
            feed_of(app).report_wait_seconds = 0
            yield app

    return make


@pytest.fixture(scope="session")
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run the application that the rooms' tests share.

    Its heartbeats are too far apart to play a part, and so is the silence that its interviewer asks about: else a
    room that one test has left running would be due in another.
    """
    async with make_app(
        allow_anonymous_rooms=True,
        event_heartbeat_seconds=300,
        max_event_streams_per_user=STREAMS_PER_USER,
        writing_nudge_seconds=3600,
    ) as shared:
        await runner_of(shared).stop()
        yield shared


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that calls the application directly."""
    async with client_of(app) as http:
        yield http


@pytest.fixture(scope="session")
async def web(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that calls the application over TCP, for streams."""
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        yield http


@pytest.fixture
async def stopped_clocks(app: FastAPI) -> None:
    """Stop the clocks of the rooms that other tests have left running, for tests that count what is due."""
    await execute(app, "UPDATE interview_sessions SET wake_at = NULL, deadline = NULL WHERE ended_at IS NULL")


@pytest.fixture
async def room(app: FastAPI, user: SignedIn) -> Room:
    """Give a room of the user with three phases, not yet started."""
    return await open_room(app, user)


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[tuple[CompletionStub, str]]:
    """Serve a stub of the providers' completions; each module sets what it answers."""
    stub = CompletionStub()
    async with serving(stub.app) as url:
        yield stub, url
