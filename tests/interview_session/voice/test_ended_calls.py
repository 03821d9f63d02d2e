"""Calls that have ended leave nothing in memory."""

import gc
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import CapturingLogger

from tests.interview_session.voice.conftest import open_voice_room
from tests.support.peer import Peer
from tests.support.users import sign_up
from tests.support.waiting import until

PARTS_OF_CALLS = ("app.interview_session.voice.", "pipecat.", "aiortc.", "aioice.", "av.")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Have nothing but the application itself look for garbage."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
async def test_of_ended_calls_nothing_is_left(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.calls.calls.SIGN_OF_LIFE_SECONDS", 0.2)
    # What the first call loads stays.
    with monkeypatch.context() as patch:
        patch.setattr("app.interview_session.voice.calls.call.log", logged := CapturingLogger())
        await hold_call(voice_app, voice_web)
        # That it has ended is logged last, after it is no longer among the calls.
        await until(lambda: logged.calls[-1].args[0] == "call_ended")
    assert [line.args[0] for line in logged.calls] == ["call_started", "call_connected", "call_ended"]
    assert len({line.kwargs["call_id"] for line in logged.calls}) == 1
    assert logged.calls[-1].kwargs["reason"] == "peer_left"
    gc.collect()
    before = parts_of_calls()

    for _ in range(3):
        await hold_call(voice_app, voice_web)

    await until(lambda: not parts_of_calls() - before)


async def hold_call(app: FastAPI, http: httpx.AsyncClient) -> None:
    """Call a room of a new user, listen to the first words, and hang up."""
    room = await open_voice_room(app, await sign_up(http))
    peer = Peer(http, room.id, room.headers)
    await peer.connect()
    await peer.hears_speech()
    await peer.close()
    await until(lambda: not app.state.voice.calls._calls)


def parts_of_calls() -> Counter[str]:
    """Count the objects, by their types, of the modules that calls are made of."""
    names = (f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in gc.get_objects())
    return Counter(name for name in names if name.startswith(PARTS_OF_CALLS))
