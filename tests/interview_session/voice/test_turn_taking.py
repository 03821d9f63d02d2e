"""Who stops for whom in a real call: its line, the detection of speech, the ears and the voice."""

import time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from benchmarks.turns.calls import EchoingPeer
from tests.interview_session.voice.conftest import MakePeer, sentences, texts, until_said
from tests.support.peer import Peer
from tests.support.rooms import Room, open_room, phases
from tests.support.sounds import pcm, silence, speech
from tests.support.users import SignedIn
from tests.support.waiting import until

pytestmark = pytest.mark.slow
QUESTION = (
    "Please tell me about the long list of things that a good engineer has to think about when a service for many "
    "people has to be fast and safe and cheap and easy to change for everybody who works on it in years to come."
)
SLOW_SECONDS = 3.0
PIECES = ("The hardest decision was to stop the project.", "Nobody in my team wanted to go on.")


@pytest.fixture
async def long_room(voice_app: FastAPI, candidate: SignedIn) -> Room:
    """Give a room whose question is one long sentence."""
    return await open_room(voice_app, candidate, planner_fields=[phases(10)[0] | {"question": QUESTION}])


async def test_a_back_channel_does_not_stop_the_interviewer(long_room: Room, make_peer: MakePeer) -> None:
    peer = await into_question(long_room, make_peer(long_room))

    await peer.say(pcm(speech("Mm-hmm.")))

    await until_said(long_room, QUESTION)
    assert [entry.get("cut_by") for entry in await sentences(long_room, "interviewer")] == [None, None]
    assert await texts(long_room, "candidate") == []


async def test_an_interruption_stops_the_interviewer(long_room: Room, make_peer: MakePeer) -> None:
    peer = await into_question(long_room, make_peer(long_room))

    await peer.say(pcm(speech("Sorry, can I ask something about that first?")))

    cut = await until(lambda: first_cut(long_room))
    assert cut["cut_by"] == "candidate"
    assert cut["purpose"] == "question"
    await until(lambda: texts(long_room, "candidate"))


async def test_a_candidate_with_a_patient_interviewer_may_think(room: Room, make_peer: MakePeer) -> None:
    peer = await make_peer(room).connect(patience_seconds=SLOW_SECONDS)
    await until_said(room, "Question 1?")

    for piece in PIECES:
        await peer.say(pcm(speech(piece)))
        if piece != PIECES[-1]:
            await peer.say(pcm(silence(SLOW_SECONDS)))

    await until(lambda: said_in_turn(room, count=5))
    speakers = [entry["speaker"] for entry in await said_in_turn(room, count=5) or []]
    assert speakers[:5] == ["interviewer", "interviewer", "candidate", "candidate", "interviewer"]


async def test_an_echo_is_nobodys_words(voice_web: httpx.AsyncClient, long_room: Room) -> None:
    peer = EchoingPeer(voice_web, long_room.id, long_room.headers)
    try:
        await peer.connect()
        await until_said(long_room, QUESTION)
        await peer.hears_silence(lasting=1.0)
    finally:
        await peer.close()

    assert await texts(long_room, "candidate") == []


async def into_question(room: Room, peer: Peer) -> Peer:
    """Call the room, and listen until the question has begun."""
    await peer.connect()
    await until(lambda: texts(room))
    await peer.hears_speech(since=time.monotonic())
    return peer


async def first_cut(room: Room) -> dict[str, Any] | None:
    """Return the first sentence that was cut off."""
    return next((entry for entry in await sentences(room, "interviewer") if "cut_by" in entry), None)


async def said_in_turn(room: Room, *, count: int) -> list[dict[str, Any]] | None:
    """Return what both have said, in order; None until there is enough."""
    said = [line.data for line in await room.log() if line.type == "transcript"]
    return said if len(said) >= count else None
