"""A call from its offer to its end: who may call, how many, and what is left behind."""

import asyncio
import base64
import gc
import hashlib
import hmac
import time
from typing import NamedTuple
from uuid import uuid4

import httpx
import psutil
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, MakePeer, open_voice_room, texts, until_said
from tests.support.peer import Peer
from tests.support.rooms import Room, execute, open_anonymous_room, open_room, serving
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import nothing_happens, until

pytestmark = pytest.mark.slow
SECRET = "shared-with-coturn"
SPARE = 8
SETTLING_SECONDS = 1
"""How long the tasks of closed peers may take to end."""
CALLS_AT_ONCE = 8
ROUNDS = 5
WARM_UP_ROUNDS = 2


async def is_gone(room: Room) -> bool:
    return bool((await room.row())["bot_status"] == "disconnected")


async def test_an_offer_is_answered_by_a_voice_that_asks_the_question(room: Room, make_peer: MakePeer) -> None:
    peer = await make_peer(room).connect()

    assert await peer.hears_speech() < 3
    assert (await room.row())["bot_status"] == "connected"
    assert (await room.timer())["timer_status"]["is_running"]
    await until_said(room, "Question 1?")
    assert await texts(room) == ["Welcome to your practice interview.", "Question 1?"]

    await peer.close()
    await until(lambda: is_gone(room))
    said = ["transcript"] * 2
    assert (await room.log_types()) == ["bot_connected", "phase_started", *said, "bot_disconnected"]


@pytest.mark.parametrize(
    ("sdp", "sentence"),
    [
        ("", "Must be a session description with audio"),
        ("garbage", "Must be a session description with audio"),
        ("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", "Must be a session description with audio"),
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "Must be a session description that can be answered"),
        ("v=0\r\nm=audio 9 nonsense\r\na=setup:x\r\n", "Must be a session description that can be answered"),
        ("v=0\r\nm=audio 9 \r\n" + "a=x\r\n" * 20_000, "Must be at most 65536 bytes"),
    ],
)
async def test_a_description_that_cannot_be_answered_is_refused(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, sdp: str, sentence: str
) -> None:
    body = {"room_id": room.id, "sdp": sdp, "type": "offer"}
    response = await voice_web.post("/api/offer", json=body, headers=room.headers)

    assert response.status_code == 422
    assert response.json()["error"]["field_errors"] == {"sdp": sentence}
    # Those of the test before may still be hanging up.
    await until(lambda: no_calls(voice_app))


async def test_only_who_may_enter_the_room_can_call_it(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room
) -> None:
    stranger = await sign_up(voice_web)
    anonymous = await open_anonymous_room(voice_app, voice_web)
    body = {"room_id": room.id, "sdp": "garbage", "type": "offer"}

    assert (await voice_web.post("/api/offer", json=body)).status_code == 403
    assert (await stranger.post("/api/offer", body)).status_code == 404
    nowhere = body | {"room_id": "nobody-is-here"}
    assert (await voice_web.post("/api/offer", json=nowhere)).status_code == 403
    assert (await stranger.post("/api/offer", nowhere)).status_code == 404
    assert (await voice_web.post("/api/offer", json=body, params={"token": room.token})).status_code == 422
    del body["room_id"]
    assert (await voice_web.post("/api/offer", json=body, params={"room_id": anonymous.id})).status_code == 422
    missing = await voice_web.post("/api/offer", json=body)
    assert missing.json()["error"]["field_errors"] == {"room_id": "This field is required"}


async def test_an_interview_that_is_over_takes_no_call(room: Room, make_peer: MakePeer) -> None:
    await room.act("end")

    response = await make_peer(room).offer()

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "The interview is over"


async def test_a_full_process_says_so_and_a_call_that_is_there_can_be_replaced(
    voice_app: FastAPI, room: Room, candidate: SignedIn, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_app.state.runtime.settings, "max_connections", 1)
    await make_peer(room).connect()

    other = await open_room(voice_app, candidate, 10)
    refused = await make_peer(other).offer()
    again = await make_peer(room).offer()

    assert refused.status_code == 503
    assert refused.json()["error"]["code"] == "EXTERNAL_SERVICE_ERROR"
    assert int(refused.headers["Retry-After"]) > 0
    assert again.status_code == 200


async def test_candidates_are_added_to_a_live_peer_by_who_may_enter(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    assert (await peer.offer()).status_code == 200
    found = {"candidate": "candidate:1 1 UDP 2122 127.0.0.1 40000 typ host", "sdp_mid": "0", "sdp_mline_index": 0}
    body = {"pc_id": peer.pc_id, "candidates": [found, {"candidate": "", "sdpMid": "0", "sdpMLineIndex": 0}]}

    assert (await voice_web.patch("/api/offer", json=body, headers=room.headers)).status_code == 200
    assert (await voice_web.patch("/api/offer", json=body)).status_code == 403
    unknown = await voice_web.patch("/api/offer", json=body | {"pc_id": "x"}, headers=room.headers)
    assert unknown.status_code == 404


async def test_turn_credentials_expire_and_prove_themselves(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{room.path}/ice-servers"
    assert (await voice_web.get(path, headers=room.headers)).json() == {"ice_servers": []}
    settings = voice_app.state.runtime.settings
    monkeypatch.setattr(settings, "stun_servers", ["stun:stun.example.com:3478"])
    monkeypatch.setattr(settings, "turn_servers", ["turn:turn.example.com:3478?transport=udp"])
    monkeypatch.setattr(settings, "turn_shared_secret", SecretStr(SECRET))

    stun, turn = (await voice_web.get(path, headers=room.headers)).json()["ice_servers"]

    assert stun == {"urls": ["stun:stun.example.com:3478"]}
    assert turn["urls"] == ["turn:turn.example.com:3478?transport=udp"]
    expiry, name = turn["username"].split(":")
    assert name == room.id
    assert 3500 < int(expiry) - time.time() <= 3601
    digest = hmac.new(SECRET.encode(), turn["username"].encode(), hashlib.sha1).digest()
    assert turn["credential"] == base64.b64encode(digest).decode()
    assert (await voice_web.get(path)).status_code == 403


async def test_offers_that_never_connect_leave_nothing_behind(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, candidate: SignedIn, make_peer: MakePeer
) -> None:
    await until(lambda: no_calls(voice_app))
    rooms = [await open_room(voice_app, candidate, 10) for _ in range(10)]

    for number in range(4):
        if number == 1:
            # The first round opens connections, over HTTP and to the database, that are kept.
            await until(lambda: no_calls(voice_app))
            await nothing_happens(SETTLING_SECONDS, because="what is being closed gives no sign")
            before = Held.now()
        peers = [Peer(voice_web, room.id, room.headers) for room in rooms]
        answers = await asyncio.gather(*(peer.offer() for peer in peers))
        assert {answer.status_code for answer in answers} == {200}
        await asyncio.gather(*(peer.close() for peer in peers))
    await until(lambda: no_calls(voice_app))

    await until(lambda: hold_no_more_than(before))
    assert {(await room.row())["bot_id"] for room in rooms} == {None}


async def test_many_calls_leave_nothing_behind(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, candidate: SignedIn
) -> None:
    await until(lambda: no_calls(voice_app))
    rooms = [await open_voice_room(voice_app, candidate) for _ in range(CALLS_AT_ONCE)]

    for number in range(ROUNDS):
        if number == WARM_UP_ROUNDS:
            await nothing_happens(SETTLING_SECONDS, because="what is being closed gives no sign")
            before, memory = Held.now(), psutil.Process().memory_info().rss
        peers = await asyncio.gather(*(Peer(voice_web, room.id, room.headers).connect() for room in rooms))
        await asyncio.gather(*(peer.hears_speech() for peer in peers))
        await asyncio.gather(*(peer.close() for peer in peers))
        await until(lambda: no_calls(voice_app))

    await until(lambda: hold_no_more_than(before))
    # One call that is kept would be two megabytes.
    assert psutil.Process().memory_info().rss - memory < 30e6


async def test_a_lost_line_is_noticed_and_the_next_call_goes_on_without_a_greeting(
    room: Room, make_peer: MakePeer
) -> None:
    first = await make_peer(room).connect()
    await until_said(room, "Question 1?")

    first.vanish()
    await until(lambda: is_gone(room))

    second = await make_peer(room).connect(pc_id=first.pc_id, restart_pc=True)
    await second.hears_speech()
    said = await until_said(room, "Let us go on. Question 1?")
    assert said.count("Welcome") == 1


async def test_the_newest_peer_takes_the_room_over_also_from_another_replica(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, make_app: MakeApp, room: Room, make_peer: MakePeer
) -> None:
    first = await make_peer(room).connect()
    await first.hears_speech()

    second = await make_peer(room).connect()
    await second.hears_speech()
    await until(lambda: closed(first))

    url = voice_app.state.runtime.database.dsn
    jwt = voice_app.state.runtime.settings.jwt_secret_key
    async with (
        make_app(**VOICE, database_url=url, jwt_secret_key=jwt) as replica,
        serving(replica) as replica_url,
        httpx.AsyncClient(base_url=replica_url, timeout=20) as http,
    ):
        third = await make_peer(room, http).connect()
        await third.hears_speech()
        await until(lambda: closed(second))
        assert (await room.row())["bot_status"] == "connected"
        assert (await room.log_types()).count("bot_connected") == 3
        assert "bot_disconnected" not in await room.log_types()
    # The replica has stopped, in order.
    assert await is_gone(room)
    assert (await room.log_types())[-1] == "bot_disconnected"


async def test_the_call_of_a_process_that_was_killed_is_given_up(room: Room, voice_app: FastAPI) -> None:
    await execute(
        voice_app,
        """UPDATE interview_sessions SET bot_status = 'connected', bot_id = :bot,
           bot_seen_at = clock_timestamp() - interval '21 seconds' WHERE id = :id""",
        id=room.session_id,
        bot=uuid4(),
    )

    await until(lambda: is_gone(room))
    assert await room.log_types() == ["bot_disconnected"]


async def test_an_offer_for_a_live_peer_changes_it_in_place(room: Room, make_peer: MakePeer) -> None:
    peer = await make_peer(room).connect()
    await peer.hears_speech()

    again = await peer.offer(pc_id=peer.pc_id)

    assert again.status_code == 200
    assert again.json()["pc_id"] == peer.pc_id
    assert (await room.log_types()).count("bot_connected") == 1


async def test_a_process_without_a_voice_says_so(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 10)
    response = await user.post("/api/offer", {"room_id": room.id, "sdp": "", "type": "offer"})

    assert response.status_code == 503
    assert response.json()["error"]["details"] == {"service_name": "voice"}


async def closed(peer: Peer) -> bool:
    return peer.pc.connectionState in {"closed", "failed"}


async def no_calls(app: FastAPI) -> bool:
    return calls_of(app) == 0


def calls_of(app: FastAPI) -> int:
    return len(app.state.voice.calls._calls)


class Held(NamedTuple):
    """What the process holds."""

    descriptors: int
    tasks: int

    @classmethod
    def now(cls) -> "Held":
        gc.collect()
        return cls(psutil.Process().num_fds(), len(asyncio.all_tasks()))


async def hold_no_more_than(before: Held) -> bool:
    """Tell whether no more is held than before, give or take what the other servers of this process open.

    Where each of thirty or more calls leaves something behind, that is far more.
    """
    now = Held.now()
    return now.descriptors <= before.descriptors + SPARE and now.tasks <= before.tasks + SPARE


async def test_an_offer_whose_peer_could_never_be_known_is_refused(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    await peer.pc.setLocalDescription(await peer.pc.createOffer())
    lines = peer.pc.localDescription.sdp.splitlines(keepends=True)
    without = [line for line in lines if not line.startswith("a=fingerprint:")]
    for sdp in ("".join(without), "".join([*without, "a=fingerprint:sha-256 ZZ\r\n"])):
        body = {"room_id": room.id, "sdp": sdp, "type": "offer"}
        response = await voice_web.post("/api/offer", json=body, headers=room.headers)

        assert response.status_code == 422
        assert response.json()["error"]["field_errors"].keys() == {"sdp"}
    assert calls_of(voice_app) == 0


async def test_a_type_with_blanks_around_it_is_an_offer(room: Room, make_peer: MakePeer) -> None:
    response = await make_peer(room).offer(type=" offer ", room_id=f" {room.id} ")

    assert response.status_code == 200, response.text


async def test_what_is_no_candidate_is_named_by_its_place(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    assert (await peer.offer()).status_code == 200
    good = {"candidate": "candidate:1 1 udp 1 127.0.0.1 40000 typ host", "sdpMid": "0", "sdpMLineIndex": 0}
    bad = good | {"candidate": "candidate:1 one udp 1 127.0.0.1 40000 typ host"}

    body = {"pc_id": peer.pc_id, "candidates": [good, bad]}
    response = await voice_web.patch("/api/offer", json=body, headers=room.headers)

    assert response.status_code == 422, response.text
    assert response.json()["error"]["field_errors"].keys() == {"candidates.1"}
