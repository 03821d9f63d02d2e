"""An application with a voice, served over TCP, and rooms with short plans."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp
from tests.support.peer import Peer
from tests.support.rooms import Room, open_room, phases, serving
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

VOICE = {
    "voice_enabled": True,
    "allow_private_ice_candidates": True,
    "allow_anonymous_rooms": True,
    # The tests wait for it at every answer.
    "voice_patience_seconds": 0.7,
}
MakePeer = Callable[..., Peer]


@pytest.fixture(scope="session")
async def voice_app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run the application that the voice tests share. Its voice speaks fast, because the tests wait for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.interview_session.voice.services.hibari_voice.SPEED", 3.0)
        async with make_app(**VOICE, max_connections=20, max_voice_peers=20, call_setup_seconds=4) as app:
            yield app


@pytest.fixture(scope="session")
async def voice_web(voice_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of it."""
    async with serving(voice_app) as url, httpx.AsyncClient(base_url=url, timeout=20) as http:
        yield http


@pytest.fixture
async def candidate(voice_web: httpx.AsyncClient) -> SignedIn:
    """Give a new user."""
    return await sign_up(voice_web)


@pytest.fixture
async def room(voice_app: FastAPI, candidate: SignedIn) -> Room:
    """Give a room with two long phases."""
    return await open_voice_room(voice_app, candidate)


@pytest.fixture
async def make_peer(voice_web: httpx.AsyncClient) -> AsyncIterator[MakePeer]:
    """Return a function that makes peers, and hang them up in the end."""
    peers: list[Peer] = []

    def make(room: Room, http: httpx.AsyncClient | None = None) -> Peer:
        peers.append(Peer(http or voice_web, room.id, room.headers))
        return peers[-1]

    yield make
    await asyncio.gather(*(peer.close() for peer in peers))


async def open_voice_room(app: FastAPI, user: SignedIn) -> Room:
    """Start a room with two long phases and short things to say."""
    fields = [field | {"follow_ups": ["Why?"]} for field in phases(10, 10)]
    return await open_room(app, user, planner_fields=fields)


async def sentences(room: Room, speaker: str) -> list[dict[str, Any]]:
    """Return what a speaker has said in a room, by voice."""
    return [
        line.data
        for line in await room.log()
        if line.type == "transcript" and line.data["speaker"] == speaker and line.data["source"] == "voice"
    ]


async def texts(room: Room, speaker: str = "interviewer") -> list[str]:
    """Return the words of a speaker, in order."""
    return [sentence["text"] for sentence in await sentences(room, speaker)]


async def until_said(room: Room, words: str) -> str:
    """Wait until the interviewer's words end with these; return all of them as one text."""
    together = ""

    async def said() -> bool:
        nonlocal together
        together = " ".join(await texts(room))
        return together.endswith(words)

    try:
        await until(said)
    except TimeoutError:
        pytest.fail(f"waited for {words!r}; the log: {[(line.type, line.data) for line in await room.log()]}")
    return together


def new_name() -> str:
    """Return a name that is not taken."""
    return uuid4().hex[:12]
