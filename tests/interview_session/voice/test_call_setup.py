"""What finds its way to a peer: candidates, ids of other peers, tokens, and requests that cross."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from aiortc.sdp import SessionDescription
from fastapi import FastAPI

from app.core.loading import UNUSED_SECONDS
from app.interview_session.voice.calls.call import Call
from app.interview_session.voice.calls.sdp import MAX_CANDIDATES
from tests.interview_session.voice.conftest import MakePeer, open_voice_room
from tests.support.peer import Peer
from tests.support.probing import without_moment
from tests.support.rooms import Room
from tests.support.trace_collector import spans_in_memory
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow
OFFER = "/api/offer"


@pytest.fixture
def strangers_are_unreachable(voice_app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop every candidate of the tests' own peers, as production does."""
    monkeypatch.setattr(voice_app.state.runtime.settings, "allow_private_ice_candidates", False)


def call_of(app: FastAPI, peer: Peer) -> Call:
    """Return the server's side of a call."""
    calls: list[Call] = [*app.state.voice.calls._calls]
    return next(call for call in calls if call.connection.pc_id == peer.pc_id)


def remote_addresses(app: FastAPI, peer: Peer) -> set[tuple[str, int]]:
    """Return where the server's side was told to send to."""
    audio = call_of(app, peer).connection.pc.getTransceivers()[0].receiver.transport.transport
    return {(candidate.ip, candidate.port) for candidate in audio.getRemoteCandidates()}


def found(port: int, address: str = "127.0.0.9") -> dict[str, Any]:
    """Return a candidate in the form in which Pipecat's client sends it."""
    line = f"candidate:1 1 udp 2122 {address} {port} typ host"
    return {"candidate": line, "sdp_mid": "0", "sdp_mline_index": 0}


async def offer_without_end(peer: Peer, **fields: Any) -> httpx.Response:
    """Send an offer as a browser does, that does not say that no more candidates follow."""
    await peer.pc.setLocalDescription(await peer.pc.createOffer())
    sdp = peer.pc.localDescription.sdp.replace("a=end-of-candidates\r\n", "")
    return await peer.offer(sdp=sdp, **fields)


@pytest.mark.usefixtures("strangers_are_unreachable")
async def test_a_peer_whose_candidates_are_all_dropped_is_answered_where_it_came_from(
    voice_app: FastAPI, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    await peer.pc.setLocalDescription(await peer.pc.createOffer())
    offered = peer.pc.localDescription.sdp
    # The peer names nothing but private addresses, and says that these are all.
    assert SessionDescription.parse(offered).media[0].ice_candidates
    assert "a=end-of-candidates" in offered

    await peer.connect()

    await peer.hears_speech()


@pytest.mark.usefixtures("strangers_are_unreachable")
async def test_the_end_of_candidates_that_were_dropped_ends_nothing(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    response = await peer.offer()
    for end in ("", "end-of-candidates", "a=end-of-candidates"):
        body = {"pc_id": peer.pc_id, "candidates": [found(40_000), found(40_000) | {"candidate": end}]}
        assert (await voice_web.patch(OFFER, json=body, headers=room.headers)).status_code == 200

    await peer.take(response)

    await peer.hears_speech()


async def test_a_call_takes_only_so_many_addresses_whatever_is_sent(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    assert (await offer_without_end(peer)).status_code == 200
    assert remote_addresses(voice_app, peer)

    for start in (40_000, 41_000):
        body = {"pc_id": peer.pc_id, "candidates": [found(start + number) for number in range(MAX_CANDIDATES)]}
        response = await voice_web.patch(OFFER, json=body, headers=room.headers)
        assert response.status_code == 200
        assert response.json() == {"success": True, "message": "Candidates noted"}

    addresses = remote_addresses(voice_app, peer)
    assert len(addresses) == MAX_CANDIDATES
    assert ("127.0.0.9", 40_000) in addresses
    assert all(port < 41_000 or address != "127.0.0.9" for address, port in addresses)


async def test_a_page_that_was_loaded_again_gets_a_connection_of_its_own(
    voice_app: FastAPI, room: Room, make_peer: MakePeer
) -> None:
    first = await make_peer(room).connect()
    await first.hears_speech()

    second = await make_peer(room).connect(pc_id=first.pc_id)

    await second.hears_speech()
    assert second.pc_id != first.pc_id
    await until(lambda: has_closed(first))
    assert (await room.log_types()).count("bot_connected") == 2


async def test_the_id_of_a_peer_that_is_gone_or_never_was_begins_a_new_call(room: Room, make_peer: MakePeer) -> None:
    first = await make_peer(room).connect()
    await first.close()
    await until(lambda: is_gone(room))

    for pc_id in (first.pc_id, "SmallWebRTCConnection#0-0", "x"):
        peer = await make_peer(room).connect(pc_id=pc_id)
        assert peer.pc_id not in {first.pc_id, pc_id}
        await peer.hears_speech()


async def test_the_id_of_a_peer_in_another_room_changes_nothing_there(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, candidate: SignedIn, make_peer: MakePeer
) -> None:
    first = await make_peer(room).connect()
    await first.hears_speech()
    other = await open_voice_room(voice_app, candidate)

    second = await make_peer(other).connect(pc_id=first.pc_id)

    assert second.pc_id != first.pc_id
    assert first.pc.connectionState == "connected"


async def test_two_offers_of_one_peer_at_once_are_both_answered(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = await make_peer(room).connect()
    body = {"room_id": room.id, "sdp": peer.pc.localDescription.sdp, "type": "offer", "pc_id": peer.pc_id}

    answers = await asyncio.gather(*(voice_web.post(OFFER, json=body, headers=room.headers) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [200] * 4, answers[0].text
    assert {answer.json()["pc_id"] for answer in answers} == {peer.pc_id}
    await peer.hears_speech()


async def test_a_call_that_is_being_closed_takes_neither_candidates_nor_offers(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = await make_peer(room).connect()
    call = call_of(voice_app, peer)

    call.hang_up("test")

    body = {"pc_id": peer.pc_id, "candidates": [found(40_000)]}
    patched = await voice_web.patch(OFFER, json=body, headers=room.headers)
    offered = await peer.offer(pc_id=peer.pc_id)
    assert patched.status_code == 404
    assert offered.status_code == 200
    assert offered.json()["pc_id"] != call.connection.pc_id
    await voice_app.state.voice.calls.add_candidates(call.connection.pc_id, [found(40_000)])


async def test_candidates_for_somebody_elses_peer_name_no_room(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    assert (await offer_without_end(peer)).status_code == 200
    stranger = await sign_up(voice_web)
    body = {"candidates": [found(40_000)]}

    for headers, statuses in (
        (stranger.headers, {404}),
        ({"Authorization": "Bearer bad"}, {401}),
        # Where nobody needs a token there is nothing to ask for one.
        ({}, {403, 404}),
    ):
        others = await voice_web.patch(OFFER, json=body | {"pc_id": peer.pc_id}, headers=headers)
        nobodys = await voice_web.patch(OFFER, json=body | {"pc_id": "nobody"}, headers=headers)

        assert others.status_code == nobodys.status_code
        assert others.status_code in statuses
        assert room.id not in others.text
        assert without_moment(others, peer.pc_id) == without_moment(nobodys, "nobody")
    assert ("127.0.0.9", 40_000) not in remote_addresses(voice_app, peer)


@pytest.mark.parametrize("name", ["request_data", "requestData"])
async def test_a_token_in_the_body_opens_the_room_and_the_peers_id_takes_its_candidates(
    voice_app: FastAPI, voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer, name: str
) -> None:
    peer = make_peer(room)
    peer.headers = {}
    data = {"room_id": room.id, "token": room.token, "camera": False}

    assert (await offer_without_end(peer, room_id=None, **{name: data})).status_code == 200

    body = {"pc_id": peer.pc_id, "candidates": [found(40_000)]}
    assert (await voice_web.patch(OFFER, json=body)).status_code == 200
    assert ("127.0.0.9", 40_000) in remote_addresses(voice_app, peer)
    # Who shows a token shows a good one.
    assert (await voice_web.patch(OFFER, json=body, params={"token": "bad"})).status_code == 401
    stranger = await sign_up(voice_web)
    assert (await voice_web.patch(OFFER, json=body, headers=stranger.headers)).status_code == 404


async def test_without_a_token_in_the_body_the_peers_id_is_not_enough(
    voice_web: httpx.AsyncClient, room: Room, make_peer: MakePeer
) -> None:
    peer = make_peer(room)
    assert (await peer.offer(request_data={"room_id": "elsewhere"})).status_code == 200

    response = await voice_web.patch(OFFER, json={"pc_id": peer.pc_id, "candidates": [found(40_000)]})

    assert response.status_code == 403


async def has_closed(peer: Peer) -> bool:
    return peer.pc.connectionState in {"closed", "failed"}


async def is_gone(room: Room) -> bool:
    return bool((await room.row())["bot_status"] == "disconnected")


async def test_a_call_is_a_trace_of_its_own_from_its_offer_to_its_end(
    voice_app: FastAPI, room: Room, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = spans_in_memory(monkeypatch)
    peer = make_peer(room)
    await peer.connect()
    call = call_of(voice_app, peer)

    call.hang_up("enough")

    [span] = await until(lambda: [span for span in spans.get_finished_spans() if span.name == "voice call"])
    assert span.parent is None
    assert span.attributes == {
        "interview_tracker.session_id": str(call.session_id),
        "interview_tracker.call_id": str(call.id),
        "interview_tracker.reason": "enough",
    }


async def test_a_call_after_ten_minutes_without_any_is_answered_when_the_voice_is_back(
    voice_app: FastAPI, candidate: SignedIn, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = voice_app.state.voice
    await until(lambda: not voice.calls._calls)
    children = voice.calls._children
    monkeypatch.setattr(children, "_clock", lambda: time.monotonic() + UNUSED_SECONDS)
    children.look()
    assert voice.is_getting_ready

    room = await open_voice_room(voice_app, candidate)
    told = (await candidate.get(f"/api/interview/{room.id}/ice-servers")).json()
    peer = make_peer(room)
    await peer.connect()

    assert told["interviewer_is_getting_ready"] is True
    assert not voice.is_getting_ready
    await peer.hears_speech()
