"""Kokoro's and Piper's voices from files: in turns, said again by the next child, and dropped when nobody listens."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from app.core.config import ConfigurationError, Settings
from app.interview_session.conversation.utterance import Line, Purpose
from app.interview_session.voice.services.clauses import pieces
from app.interview_session.voice.services.local_models import VoiceFiles, voice_files
from app.interview_session.voice.services.local_voice import LocalVoice, LocalVoiceService, VoiceError
from app.interview_session.voice.services.local_voice_process import Queue
from tests.support.speaking import on_stage
from tests.support.speech_models import KOKORO, PIPER, kokoro_model, needs, piper_model
from tests.support.waiting import until

pytestmark = pytest.mark.slow
MakeSettings = Callable[..., Settings]
LONG = (
    "When the traffic doubled in the spring, we put a cache in front of the database, and so the slowest requests, "
    "which had taken two seconds, were done in a fifth of the time."
)


@pytest.fixture(scope="module")
async def piper(make_settings: MakeSettings) -> AsyncIterator[LocalVoice]:
    voice = LocalVoice(voice_files(make_settings(tts_provider="piper", tts_model=str(piper_model()))))
    await voice.start()
    yield voice
    await voice.stop()


async def spoken(voice: LocalVoice, text: str) -> list[bytes]:
    return [sound async for sound in voice.speak(text)]


def seconds_of(sounds: list[bytes], rate: int) -> float:
    return sum(map(len, sounds)) / 2 / rate


def test_sentences_that_wait_take_turns() -> None:
    queue = Queue()
    queue.put(1, ["a", "b", "c"])
    queue.put(2, ["d"])
    said = []
    for _ in range(4):
        number, [clause, *rest] = queue.next()
        said.append(clause)
        if rest:
            queue.put_back(number, rest)

    assert said == ["a", "d", "b", "c"]


def test_a_dropped_sentence_is_not_gone_on_with() -> None:
    queue = Queue()
    for number in (1, 2, 3):
        queue.put(number, [str(number), "rest"])
    queue.drop(2)
    assert queue.next()[0] == 1
    queue.drop(1)
    queue.put_back(1, ["rest"])

    assert queue.next() == (3, ["3", "rest"])
    assert not queue._waiting


@needs(PIPER)
class TestPiper:
    async def test_two_calls_get_their_own_sentences(self, piper: LocalVoice) -> None:
        short, long = await asyncio.gather(spoken(piper, "Yes."), spoken(piper, LONG))

        assert len(short) == 1
        assert len(long) == len(pieces(LONG)) > 1
        assert seconds_of(short, 22050) < 3
        assert seconds_of(long, 22050) > 5
        assert int(np.abs(np.frombuffer(short[0], np.int16).astype(np.int32)).max()) > 2000

    async def test_what_a_dead_child_had_begun_fails_and_the_next_one_says_the_rest(self, piper: LocalVoice) -> None:
        begun = piper.speak(LONG)
        assert await anext(begun)
        waiting = asyncio.create_task(spoken(piper, "Yes, I did."))
        await until(lambda: len(piper._sentences) == 2)
        first = piper.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)

        with pytest.raises(VoiceError, match="child_died"):
            async for _ in begun:
                pass
        assert seconds_of(await waiting, 22050) > 0.3
        assert piper.pid != first

    async def test_nothing_is_kept_of_a_sentence_that_nobody_listens_to(self, piper: LocalVoice) -> None:
        speaking = asyncio.create_task(spoken(piper, LONG))
        await until(lambda: piper._sentences)
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)

        assert not piper._sentences
        assert await spoken(piper, "Yes.")

    async def test_the_speaker_hears_of_each_sentence(self, piper: LocalVoice) -> None:
        async with on_stage(LocalVoiceService(piper)) as stage:
            await stage.speaker.say(Line(Purpose.QUESTION, "This is the first. Here comes the second.", 1))
            await stage.until_end()

        assert stage.told == [(1, "This is the first.", None), (2, "Here comes the second.", None)]

    async def test_a_file_that_is_no_model_ends_the_start(self, tmp_path: Path) -> None:
        model = tmp_path / "voice.onnx"
        model.write_bytes(b"nonsense")
        broken = LocalVoice(VoiceFiles("piper", model, model, "", 22050))

        with pytest.raises(ConfigurationError, match=r"^TTS_PROVIDER=piper: .* did not come up"):
            await broken.start()


@needs(KOKORO)
async def test_kokoro_speaks(make_settings: MakeSettings, tmp_path: Path) -> None:
    model = kokoro_model(tmp_path)
    settings = make_settings(tts_provider="kokoro", tts_model=str(model), tts_voice="jf_alpha")
    voice = LocalVoice(voice_files(settings))
    await voice.start()

    sounds = await spoken(voice, "Yes, I did.")
    await voice.stop()

    assert 0.3 < seconds_of(sounds, 24000) < 4
