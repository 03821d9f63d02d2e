"""How many calls an owner may have, who gives place to whom, and that a call ends with its login."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.interview_session.voice.conftest import MakePeer, open_voice_room
from tests.support.probing import assert_envelope
from tests.support.rooms import Room
from tests.support.users import SignedIn, sign_in, sign_up
from tests.support.waiting import nothing_happens, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def few_places(voice_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Let two peers in, and two of each owner, when the calls of other tests are over."""
    await until(lambda: not voice_app.state.voice.calls._calls)
    settings = voice_app.state.runtime.settings
    monkeypatch.setattr(settings, "max_connections", 2)
    monkeypatch.setattr(settings, "max_voice_peers", 2)
    # None of them leaves by itself.
    monkeypatch.setattr(settings, "call_setup_seconds", 300)
    yield
    for call in voice_app.state.voice.calls._calls:
        call.hang_up("test_over")


def endings(app: FastAPI) -> list[str]:
    """Return why calls that are still known end."""
    return [call._reason for call in app.state.voice.calls._calls if call.is_ending]


@pytest.mark.usefixtures("few_places")
async def test_offers_that_never_connect_never_keep_another_user_out(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, candidate: SignedIn, make_peer: MakePeer
) -> None:
    rooms = [await open_voice_room(voice_app, candidate) for _ in range(10)]
    victim = await open_voice_room(voice_app, await sign_up(voice_web))

    attack = [await make_peer(room).offer() for room in rooms]
    peer = await make_peer(victim).connect()

    assert [answer.status_code for answer in attack] == [200] * 2 + [429] * 8
    error = assert_envelope(attack[-1], "RATE_LIMIT_ERROR")
    assert error["details"]["limit"] == "voice_peers"
    assert int(attack[-1].headers["Retry-After"]) == error["details"]["retry_after"]
    await peer.hears_speech()
    # One of the two places is the victim's now, and an owner's peers give none to that owner.
    assert [(await make_peer(room).offer()).status_code for room in rooms[2:4]] == [503, 503]
    assert (await victim.row())["bot_status"] == "connected"


@pytest.mark.usefixtures("few_places")
async def test_peers_that_are_connected_give_no_place(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, candidate: SignedIn, make_peer: MakePeer
) -> None:
    for _ in range(2):
        await make_peer(await open_voice_room(voice_app, candidate)).connect()
    other = await open_voice_room(voice_app, await sign_up(voice_web))

    refused = await make_peer(other).offer()

    assert refused.status_code == 503
    assert endings(voice_app) == []


async def revoke_by_logout(user: SignedIn) -> None:
    assert (await user.post("/api/v1/auth/logout")).status_code == 200


async def revoke_by_new_password(user: SignedIn) -> None:
    again = await sign_in(user.client, user.email)
    body = {"current_password": user.password, "new_password": "another password"}
    assert (await again.post("/api/v1/auth/change-password", body)).status_code == 200


async def revoke_by_deletion(user: SignedIn) -> None:
    assert (await user.delete("/api/v1/auth/me", {"password": user.password})).status_code == 204


@pytest.mark.parametrize("revoke", [revoke_by_logout, revoke_by_new_password, revoke_by_deletion])
@pytest.mark.parametrize("by_room_token", [False, True])
async def test_a_call_ends_with_its_login(
    voice_app: FastAPI, room: Room, candidate: SignedIn, make_peer: MakePeer, revoke: Any, *, by_room_token: bool
) -> None:
    if by_room_token:
        room.headers = {"Authorization": f"Bearer {room.token}"}
    peer = await make_peer(room).connect()
    (call,) = [call for call in voice_app.state.voice.calls._calls if call.connection.pc_id == peer.pc_id]

    await revoke(candidate)

    # Far within the time in which a line is given up for lost.
    await until(lambda: call.is_ending, 4)
    # With an account its rooms go, too, and the call may see that first.
    assert call._reason in {"login_ended", "RoomNotFoundError"}


async def test_the_end_of_another_login_ends_no_call(
    voice_app: FastAPI, room: Room, candidate: SignedIn, make_peer: MakePeer
) -> None:
    elsewhere = await sign_in(candidate.client, candidate.email)
    await make_peer(room).connect()

    await revoke_by_logout(elsewhere)
    await nothing_happens(1.5, because="the look at the logins of all calls leaves no trace")

    assert endings(voice_app) == []
    assert (await room.row())["bot_status"] == "connected"
