"""The interviews of the docs, held by voice: what each sentence is for is the same as in writing.

The call is a real one: its line, the detection of speech and of turns, the pipeline and the voice, which speaks fast
and only the beginning of each sentence. The candidate's voice says the same each time; the words of the script come
in where the ears ask a provider what was said.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.interview_session.voice.conftest import VOICE
from tests.support.courses import PHASE_IS_OVER, Exchange, course_of, exchanges_of
from tests.support.interviews import INTERVIEWS, hold_interview
from tests.support.openai_stub import OpenAIStub
from tests.support.peer import Peer, spoken
from tests.support.rooms import Room, ShiftedTime, room_name, runner_of, serving, until
from tests.support.users import SignedIn, sign_up

pytestmark = pytest.mark.slow
EXCHANGE_SECONDS = 30
PATIENCE_SECONDS = 0.3
SPOKEN_WORDS = 4
SOUND = "I would like to tell you about that."
PLAN = "behavioral"


@dataclass
class Studio:
    """An application with a voice, and ears that hear what they are told to whenever the candidate says ``sound``."""

    app: FastAPI
    http: httpx.AsyncClient
    ears: OpenAIStub
    sound: bytes


@pytest.fixture(scope="module")
async def studio(make_app: MakeApp, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Studio]:
    """Run the application."""
    ears = OpenAIStub()
    sound = spoken(tmp_path_factory.mktemp("sound"), SOUND)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.interview_session.voice.services.offline_voice.WORDS_PER_MINUTE", 450)
        patch.setattr("app.interview_session.voice.interviewer.speakable", first_words)
        async with serving(ears.app) as ears_url:
            hearing = {"stt_provider": "openai", "stt_api_key": "key", "stt_base_url": f"{ears_url}/v1"}
            async with (
                make_app(**VOICE, **hearing, meaning_enabled=True) as app,
                serving(app) as url,
                httpx.AsyncClient(base_url=url, timeout=20) as http,
            ):
                yield Studio(app, http, ears, sound)


@pytest.fixture(scope="module")
async def in_writing(make_app: MakeApp) -> dict[str, list[Exchange]]:
    """Hold the interviews in writing, at the pace of their scripts."""
    exchanges = {}
    async with make_app(meaning_enabled=True) as app:
        await runner_of(app).stop()
        for name in INTERVIEWS:
            room = await start(app, await sign_up(client_of(app)))
            with pytest.MonkeyPatch.context() as patch:
                await hold_interview(room, ShiftedTime(patch), name)
            exchanges[name] = exchanges_of(await room.log())
    return exchanges


@pytest.fixture
async def room(studio: Studio) -> Room:
    """Give a room with the interview, not yet started."""
    return await start(studio.app, await sign_up(studio.http))


@pytest.fixture
async def candidate(studio: Studio, room: Room) -> AsyncIterator[Peer]:
    """Call the room."""
    peer = Peer(studio.http, room.id, room.headers)
    yield await peer.connect(patience_seconds=PATIENCE_SECONDS)
    await peer.close()


@pytest.mark.parametrize("name", INTERVIEWS)
async def test_each_sentence_is_for_the_same_as_in_writing(
    name: str, in_writing: dict[str, list[Exchange]], studio: Studio, room: Room, candidate: Peer
) -> None:
    expected: list[str] = []
    for exchange in in_writing[name]:
        if exchange.turn == PHASE_IS_OVER:
            await room.act(PHASE_IS_OVER)
        elif exchange.turn:
            studio.ears.heard = exchange.turn
            await candidate.say(studio.sound)
        expected += exchange.course
        await until_course(room, expected)

    await until(lambda: candidate.pc.connectionState == "closed")
    assert course_of(await room.log()) == expected


async def start(app: FastAPI, user: SignedIn) -> Room:
    """Start a room with the interview."""
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": PLAN})
    return Room(app, user.client, started.json(), user.headers)


async def until_course(room: Room, expected: list[str]) -> None:
    """Wait until an interview has come so far as is expected; whatever is not, fails at once."""

    async def has_come_so_far() -> bool:
        course = course_of(await room.log())
        assert course == expected[: len(course)]
        return len(course) == len(expected)

    try:
        await until(has_come_so_far, EXCHANGE_SECONDS)
    except TimeoutError:
        assert course_of(await room.log()) == expected


def first_words(text: str) -> str:
    """Return as much of a sentence as is spoken, so that an interview takes a minute or two."""
    return " ".join(text.split()[:SPOKEN_WORDS])
