"""The first seconds of a process: all is served but calls, and who calls waits for the voice."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from app.core.config import ConfigurationError, Settings
from app.interview_session.api import calls_router
from app.interview_session.voice import gateway
from app.interview_session.voice.gateway import ProcessVoice
from tests.support.rooms import Room, open_room
from tests.support.users import SignedIn
from tests.support.waiting import until

ANSWER = {"sdp": "v=0", "type": "answer", "pc_id": "peer-1"}


class SlowVoice:
    """What is loaded in the place of Pipecat, when the test says so."""

    def __init__(self) -> None:
        self.is_due = threading.Event()
        self.calls = Mock(offer=AsyncMock(return_value=ANSWER), stop=AsyncMock())
        self.calls.are_ready, self.calls.ready = True, AsyncMock(return_value=True)
        self.open_calls = AsyncMock(return_value=self.calls)

    def load(self) -> Any:
        assert self.is_due.wait(20)
        return SimpleNamespace(open_calls=self.open_calls)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowVoice:
    voice = SlowVoice()
    monkeypatch.setattr(gateway, "_load_calls", voice.load)
    return voice


@pytest.fixture
async def voice(app: FastAPI, slow: SlowVoice, make_settings: Callable[..., Settings]) -> AsyncIterator[ProcessVoice]:
    """Give the shared application a voice that nobody has asked for, as with every setting at its default."""
    settings = make_settings(voice_enabled=True)
    settings.model_fields_set.discard("voice_enabled")
    voice = ProcessVoice(Mock(settings=settings), Mock())
    before, app.state.voice = app.state.voice, voice
    await voice.start()
    yield voice
    app.state.voice = before
    slow.is_due.set()
    await voice.stop()


@pytest.fixture
async def room(app: FastAPI, user: SignedIn) -> Room:
    return await open_room(app, user, 5)


async def says_it_is_getting_ready(user: SignedIn, room: Room) -> bool:
    answer = (await user.get(f"/api/interview/{room.id}/ice-servers")).json()
    return bool(answer.get("interviewer_is_getting_ready", False))


def waiting_at(voice: ProcessVoice) -> bool:
    """Tell whether somebody waits for a voice to be there."""
    assert voice._opening is not None
    return len(voice._opening._callbacks or ()) > 0


async def test_an_offer_waits_for_the_voice_and_the_page_is_told(
    user: SignedIn, room: Room, voice: ProcessVoice, slow: SlowVoice
) -> None:
    assert await says_it_is_getting_ready(user, room)
    offer = asyncio.create_task(user.post("/api/offer", {"room_id": room.id, "sdp": "v=0", "type": "offer"}))

    await until(lambda: waiting_at(voice))

    slow.is_due.set()

    response = await offer
    assert response.status_code == 200, response.text
    assert response.json() == ANSWER
    assert not await says_it_is_getting_ready(user, room)


async def test_an_offer_does_not_wait_for_ever(
    user: SignedIn, room: Room, voice: ProcessVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_router, "GETTING_READY_SECONDS", 0.05)

    response = await user.post("/api/offer", {"room_id": room.id, "sdp": "v=0", "type": "offer"})

    assert voice.is_getting_ready
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.json()["error"]["details"] == {"service_name": "voice", "reason": "getting_ready"}


async def test_a_voice_that_does_not_come_up_leaves_rooms_in_writing(
    user: SignedIn, room: Room, voice: ProcessVoice, slow: SlowVoice
) -> None:
    slow.open_calls.side_effect = ConfigurationError("VOICE_ENABLED: the process of the ears did not come up")
    with capture_logs() as lines:
        slow.is_due.set()
        response = await user.post("/api/offer", {"room_id": room.id, "sdp": "v=0", "type": "offer"})

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "3600"
    assert not voice.is_getting_ready
    assert [line["event"] for line in lines] == ["voice_unavailable"]


async def test_who_set_voice_enabled_is_refused_a_start_without_one(
    slow: SlowVoice, make_settings: Callable[..., Settings]
) -> None:
    slow.open_calls.side_effect = ConfigurationError("VOICE_ENABLED: the process of the ears did not come up")
    slow.is_due.set()

    with pytest.raises(ConfigurationError, match="did not come up"):
        await ProcessVoice(Mock(settings=make_settings(voice_enabled=True)), Mock()).start()
