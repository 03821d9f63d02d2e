"""The end of a turn by how it sounds, where that is chosen."""

import time
from pathlib import Path

import httpx
import pytest

from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, open_voice_room, until_said
from tests.support.peer import Peer, spoken
from tests.support.rooms import serving
from tests.support.users import sign_up

pytestmark = pytest.mark.slow
PATIENCE = 5


async def test_a_sentence_that_sounds_complete_is_replied_to_before_the_patience_is_over(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.services.hibari_voice.SPEED", 2.0)
    settings = VOICE | {"voice_turn_detection": "smart", "voice_patience_seconds": PATIENCE}
    async with (
        make_app(**settings) as app,
        serving(app) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        room = await open_voice_room(app, await sign_up(http))
        peer = await Peer(http, room.id, room.headers).connect()
        await until_said(room, "Question 1?")
        await peer.hears_silence()

        await peer.say(spoken(tmp_path, "I worked with a small team on a new system for our company."))
        complete = await peer.hears_speech(since=time.monotonic())
        await until_said(room, "Why?")
        await peer.hears_silence()

        # Cut off in the middle, the voice does not fall.
        sentence = spoken(tmp_path, "Um, so, I think that the")
        await peer.say(sentence[: len(sentence) // 10 * 8])
        unfinished = await peer.hears_speech(since=time.monotonic())
        await peer.close()

    assert complete < PATIENCE < unfinished
