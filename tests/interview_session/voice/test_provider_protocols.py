"""Every provider over its own protocol, in whole calls: at work, failing, and not there at all.

OpenAI's is in ``test_providers.py``. In the end stands what a start says about a choice that cannot work.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from fastapi import FastAPI

from app.configured import configured_settings
from app.core import traces
from app.core.config import ConfigurationError, Settings
from app.interview_session.conversation import scripted
from app.interview_session.conversation.utterance import sentences
from app.interview_session.voice.provider_checks import check_providers
from app.interview_session.voice.services import traced_speech
from app.interview_session.voice.services.provider_services import ProviderServices
from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, open_voice_room, texts
from tests.support.peer import Peer, spoken
from tests.support.rooms import Room, serving
from tests.support.stubs.anthropic import AnthropicMind
from tests.support.stubs.cartesia import CartesiaEars, CartesiaVoice
from tests.support.stubs.deepgram import DeepgramEars, DeepgramVoice
from tests.support.stubs.elevenlabs import ElevenLabsEars, ElevenLabsVoice
from tests.support.stubs.google import GoogleMind
from tests.support.stubs.model_server import WORDS, ModelServer
from tests.support.stubs.socket_server import SocketServer
from tests.support.stubs.sound import HEARD
from tests.support.trace_collector import spans_in_memory
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow

COMBINATIONS = [
    (DeepgramEars, AnthropicMind, CartesiaVoice),
    (ElevenLabsEars, GoogleMind, ElevenLabsVoice),
    (CartesiaEars, AnthropicMind, DeepgramVoice),
]
OPENING = [scripted.WELCOME, "Question 1?"]
SPARE_FILES = 4
"""Connections to a model's server are kept for the next call, and so is each end of one in the same process."""


@dataclass(frozen=True)
class Providers:
    """An application whose interviewer uses three stubs."""

    app: FastAPI
    user: SignedIn
    ears: SocketServer
    mind: ModelServer
    voice: Any

    async def fail(self) -> None:
        """Have all three fail."""
        await asyncio.gather(self.mind.fail(), self.ears.fail(), self.voice.fail())

    def refused(self) -> list[str]:
        return [*self.ears.refused, *self.mind.refused, *self.voice.refused]


@pytest.fixture(scope="module", params=COMBINATIONS, ids=lambda stubs: "-".join(stub.__name__ for stub in stubs))
async def running(request: pytest.FixtureRequest, make_app: MakeApp) -> AsyncIterator[Providers]:
    """Run the application for one combination."""
    stub_app = FastAPI()
    ears, mind, voice = (stub(stub_app) for stub in request.param)
    chosen = ears.settings | mind.settings | voice.settings
    async with serving(stub_app) as stub_url:
        chosen |= {f"{kind}_base_url": stub_url for kind in ("llm", "stt", "tts")}
        async with (
            make_app(**VOICE, **chosen) as app,
            serving(app) as url,
            httpx.AsyncClient(base_url=url, timeout=20) as http,
        ):
            yield Providers(app, await sign_up(http), ears, mind, voice)


@pytest.fixture
def providers(running: Providers, monkeypatch: pytest.MonkeyPatch) -> Providers:
    """Give it with stubs that work and know nothing of earlier tests, and with a reserve that speaks fast."""
    monkeypatch.setattr("app.interview_session.voice.services.hibari_voice.SPEED", 3.0)
    for stub in (running.ears, running.mind, running.voice):
        stub.mend()
        stub.refused.clear()
    running.mind.requests.clear()
    running.voice.spoken.clear()
    return running


@asynccontextmanager
async def calling(providers: Providers) -> AsyncIterator[tuple[Room, Peer]]:
    """Call a new room; nothing of the call may be left in the end."""
    room = await open_voice_room(providers.app, providers.user)
    tasks, files = footprint()
    peer = Peer(providers.user.client, room.id, room.headers)
    await peer.connect()
    try:
        yield room, peer
    finally:
        await peer.close()

    async def is_gone() -> bool:
        tasks_now, files_now = footprint()
        return tasks_now <= tasks and files_now <= files + SPARE_FILES

    await until(is_gone)
    assert not providers.ears.sockets
    assert not providers.voice.sockets


def footprint() -> tuple[int, int]:
    """Return how many tasks and open files there are."""
    return len(asyncio.all_tasks()), psutil.Process().num_fds()


async def said_at_least(room: Room, count: int) -> list[str] | None:
    said = await texts(room)
    return said if len(said) >= count else None


async def test_ears_mind_and_voice_of_a_provider(
    providers: Providers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = spans_in_memory(monkeypatch)
    async with calling(providers) as (room, peer):
        await until(lambda: said_at_least(room, len(OPENING)))
        await peer.hears_silence()
        await peer.say(spoken(tmp_path, "This is what I have to say."))
        await peer.hears_speech(since=time.monotonic())
        said = await until(lambda: said_at_least(room, len(OPENING) + 2))
        heard = await texts(room, "candidate")

    assert providers.refused() == []
    assert said == [*OPENING, *sentences(WORDS)]
    assert providers.voice.spoken == said
    assert heard == [HEARD]
    [request] = providers.mind.requests
    assert HEARD in str(request)
    [call] = await until(lambda: [span for span in spans.get_finished_spans() if span.name == "voice call"])
    requests = [span for span in spans.get_finished_spans() if span.name.startswith(("hear ", "speak "))]
    ears, voice = providers.ears.settings["stt_provider"], providers.voice.settings["tts_provider"]
    assert {span.name for span in requests} == {f"hear {ears}", f"speak {voice}"}
    assert len([span for span in requests if span.name.startswith("speak ")]) == len(said)
    assert all(span.parent == call.context for span in requests)
    assert HEARD not in str([span.to_json() for span in requests])


async def test_the_reserve_carries_on_when_all_three_fail(providers: Providers) -> None:
    async with calling(providers) as (room, peer):
        await peer.hears_speech()
        await providers.fail()
        failed = time.monotonic()

        # No stub speaks these words.
        await room.post("answer", {"text": "I led the work on the payment service for two years."})
        await until(lambda: has_asked_why(room))
        # Longer than what the peer had already been sent.
        await peer.hears_speech(since=failed + 1.5)
        assert "Why?" not in " ".join(providers.voice.spoken)
        assert (await room.timer())["timer_status"]["is_running"]


async def has_asked_why(room: Room) -> bool:
    return "Why?" in await texts(room)


async def test_a_call_begins_soon_without_any_of_them(providers: Providers) -> None:
    await providers.fail()

    async with calling(providers) as (_, peer):
        assert await peer.hears_speech() < 6


def test_without_tracing_services_are_the_classes_that_they_were(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = CartesiaEars.settings | ElevenLabsVoice.settings
    monkeypatch.setattr(traces._Tracing, "tracer", None)
    services = ProviderServices(make_settings(**chosen))

    parents = [type(service).__mro__ for service in (services.stt(), services.tts())]

    assert [traced for mro in parents for traced in mro if traced.__module__ == traced_speech.__name__] == []


@pytest.mark.parametrize("ears", [CartesiaEars, ElevenLabsEars])
async def test_a_server_that_keeps_silent_is_not_waited_for(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, ears: type[SocketServer]
) -> None:
    monkeypatch.setattr("app.interview_session.voice.services.provider_services.CONNECT_SECONDS", 0.1)
    service: Any = ProviderServices(make_settings(**ears.settings)).stt()

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TimeoutError):
        await service._websocket_connect(f"ws://127.0.0.1:{silent.getsockname()[1]}")


@pytest.mark.parametrize(
    ("stub", "sentence"),
    [
        (AnthropicMind, "LLM_PROVIDER=anthropic needs: pip install 'pipecat-ai[anthropic]'"),
        (GoogleMind, "LLM_PROVIDER=google needs: pip install 'pipecat-ai[google]'"),
        (DeepgramEars, "STT_PROVIDER=deepgram needs: pip install 'pipecat-ai[deepgram]'"),
    ],
)
def test_a_missing_package_ends_the_start(
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
    stub: type[ModelServer | SocketServer],
    sentence: str,
) -> None:
    # A model writes practice plans, also without a voice.
    settings = make_settings(voice_enabled=stub not in {AnthropicMind, GoogleMind}, **stub.settings)
    check_providers(settings)
    monkeypatch.setattr(
        "app.interview_session.voice.provider_checks.find_spec", lambda name: name == "pipecat" or None
    )

    with pytest.raises(ConfigurationError) as raised:
        check_providers(settings)

    assert str(raised.value) == sentence


def test_an_unknown_voice_of_espeak_ends_the_start_with_one_line(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("espeakng_loader")
    espeak = {"voice_enabled": True, "tts_provider": "espeak"}
    check_providers(make_settings(**espeak, tts_voice="en-gb-scotland"))
    monkeypatch.setattr("app.configured.load_settings", lambda: make_settings(**espeak, tts_voice="nonsense"))

    with pytest.raises(SystemExit) as raised:
        configured_settings()

    assert str(raised.value) == "Configuration error: TTS_VOICE: espeak-ng has no voice 'nonsense'"


def test_espeak_without_its_library_ends_the_start_with_one_line(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.services.espeak_voice.find_library", lambda: None)

    with pytest.raises(ConfigurationError, match="TTS_PROVIDER=espeak needs the library libespeak-ng"):
        check_providers(make_settings(voice_enabled=True, tts_provider="espeak"))


def test_espeak_with_a_library_that_is_none_ends_the_start_with_one_line(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    library = tmp_path / "libespeak-ng.so"
    library.write_bytes(b"nonsense")
    monkeypatch.setattr(
        "app.interview_session.voice.services.espeak_voice.find_library", lambda: (str(library), None)
    )

    with pytest.raises(ConfigurationError, match=r"^TTS_PROVIDER=espeak: .*libespeak-ng\.so could not be loaded$"):
        check_providers(make_settings(voice_enabled=True, tts_provider="espeak", tts_voice="en-us"))


def test_the_keyless_voice_cannot_be_chosen(make_settings: Callable[..., Settings]) -> None:
    with pytest.raises(ConfigurationError, match="TTS_VOICE"):
        check_providers(make_settings(voice_enabled=True, tts_voice="en-us"))
