"""Providers chosen by settings: over the wire end to end, and what happens when they fail in the middle."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.interview_session.conversation import scripted
from app.interview_session.conversation.utterance import sentences as sentences_of
from app.interview_session.voice.services.traced_speech import OTHER
from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, open_voice_room, texts
from tests.support.metrics import figure
from tests.support.openai_stub import HEARD, WORDS, OpenAIStub
from tests.support.peer import Peer, spoken
from tests.support.rooms import Room, serving
from tests.support.trace_collector import spans_in_memory
from tests.support.users import sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow
OPENING = [scripted.WELCOME, "Question 1?"]


@dataclass
class Online:
    """A call by way of the stub, after its first words."""

    stub: OpenAIStub
    room: Room
    peer: Peer


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    return spans_in_memory(monkeypatch)


@pytest.fixture
async def online(make_app: MakeApp, spans: InMemorySpanExporter) -> AsyncIterator[Online]:
    async with calling(make_app) as call:
        yield call


@asynccontextmanager
async def calling(make_app: MakeApp) -> AsyncIterator[Online]:
    stub = OpenAIStub()
    async with serving(stub.app) as stub_url:
        settings = {f"{kind}_provider": "openai" for kind in ("llm", "stt", "tts")}
        settings |= {f"{kind}_base_url": f"{stub_url}/v1" for kind in ("llm", "stt", "tts")}
        settings |= {"llm_model": "stub-model"}
        async with (
            make_app(**VOICE, **settings) as app,
            serving(app) as url,
            httpx.AsyncClient(base_url=url, timeout=20) as http,
        ):
            room = await open_voice_room(app, await sign_up(http))
            peer = Peer(http, room.id, room.headers)
            await peer.connect()
            assert await until(lambda: said_at_least(room, 2)) == OPENING
            yield Online(stub, room, peer)
            await peer.close()


async def failures(room: Room) -> list[tuple[str, bool]]:
    """Return what the log tells of trouble: with which service, and whether the reserve took its place."""
    return [(line.data["service"], line.data["is_replaced"]) for line in await room.log() if line.type == "error"]


async def said_with(room: Room, words: str) -> bool:
    return words in " ".join(await texts(room))


async def said_at_least(room: Room, count: int) -> list[str] | None:
    said = await texts(room)
    return said if len(said) >= count else None


async def test_ears_mind_and_voice_of_a_provider(online: Online, tmp_path: Path) -> None:
    stub, room, peer = online.stub, online.room, online.peer
    # What the plan asks is asked as it stands.
    assert stub.chats == []

    await peer.hears_silence()
    await peer.say(spoken(tmp_path, "This is what I have to say."))
    ended = time.monotonic()

    await peer.hears_speech(since=ended)
    said = await until(lambda: said_at_least(room, 4))
    assert said == [*OPENING, *sentences_of(WORDS)]
    assert stub.spoken == said
    assert await texts(room, "candidate") == [HEARD]
    [chat] = stub.chats
    assert chat["model"] == "stub-model"
    assert HEARD in str(chat["messages"])


async def test_the_scripted_words_and_the_offline_voice_carry_on(online: Online) -> None:
    stub, room, peer = online.stub, online.room, online.peer

    stub.failing.add("chat")
    await room.post("answer", {"text": "I did it on my own."})
    said = await until(lambda: said_at_least(room, 3))
    assert said[2] == scripted.TELL_ME_MORE
    assert stub.spoken[-1] == said[2]

    await peer.hears_silence()
    stub.failing.add("tts")
    since = time.monotonic()
    await room.post("answer", {"text": "I led the work on the payment service for two years."})
    await peer.hears_speech(since=since)
    said = await until(lambda: said_at_least(room, 4))
    assert said[3:] == ["Why?"]
    assert await failures(room) == [("mind", True), ("voice", False), ("voice", True)]
    assert (await room.timer())["timer_status"]["is_running"]


async def test_a_voice_that_fails_in_mid_line_loses_no_sentence_and_says_none_twice(online: Online) -> None:
    stub, room, peer = online.stub, online.room, online.peer
    await peer.hears_silence()
    stub.unspeakable = "Say why."

    await room.inject_problem("Reverse a list. Sort it. Say why. Then say how.")

    said = await until(lambda: said_at_least(room, 7))
    assert said[2:] == [
        "Here is a problem for you.",
        "Reverse a list.",
        "Sort it.",
        f"{scripted.GO_ON} Say why.",
        "Then say how.",
    ]
    assert ("voice", True) in await failures(room)


async def test_an_answer_that_is_understood_late_is_replied_to(online: Online, tmp_path: Path) -> None:
    stub, room, peer = online.stub, online.room, online.peer
    await peer.hears_silence()
    stub.hearing_seconds = 5

    await peer.say(spoken(tmp_path, "This is what I have to say."))

    assert await until(lambda: said_at_least(room, 4)) == [*OPENING, *sentences_of(WORDS)]
    assert await texts(room, "candidate") == [HEARD]


async def test_an_interruption_in_which_nothing_was_understood_is_asked_about(online: Online, tmp_path: Path) -> None:
    stub, room, peer = online.stub, online.room, online.peer
    await peer.hears_silence()
    stub.heard = ""
    stub.seconds = 8

    since = time.monotonic()
    await room.post("answer", {"text": "I led the work on the payment service for two years."})
    await peer.hears_speech(since=since)
    await peer.say(spoken(tmp_path, "This is what I have to say."))

    assert await until(lambda: said_with(room, scripted.NOT_HEARD))


async def test_ears_that_fail_are_replaced_and_the_candidate_is_asked_again(
    online: Online, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    stub, room, peer = online.stub, online.room, online.peer
    before = figure("voice_services_replaced_total", service="ears")
    await peer.hears_silence()

    stub.failing.add("stt")
    for _ in range(2):
        await peer.say(spoken(tmp_path, "This is what I have to say."))
        await peer.hears_silence(lasting=1.0)
    await until(lambda: said_with(room, scripted.NOT_HEARD))

    await peer.hears_silence()
    await peer.say(spoken(tmp_path, "I worked with a small team on a new system."))
    answers = await until(lambda: texts(room, "candidate"))
    assert "team" in answers[-1]
    assert await failures(room) == [("ears", False), ("ears", True)]
    assert figure("voice_services_replaced_total", service="ears") == before + 1
    told = [span for span in spans.get_finished_spans() if span.name == "hear openai"]
    assert {(span.attributes or {}).get("error.type") for span in told if not span.status.is_ok} >= {OTHER}
    assert "speak openai" in {span.name for span in spans.get_finished_spans()}
