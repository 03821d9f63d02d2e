"""Whisper's ears: what a real model hears, in pieces and again after a death, and that a late text is an error."""

import os
import shutil
import signal
import subprocess
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest

from app.core.config import ConfigurationError, Settings
from app.interview_session.voice.services import provider_services, whisper_ears
from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, END, LEAVE
from app.interview_session.voice.services.ear_utterance import Words
from app.interview_session.voice.services.ears import Ear, Ears
from app.interview_session.voice.services.whisper_ears import start_whisper
from app.interview_session.voice.services.whisper_process import (
    BYTES_PER_SECOND,
    CUT_FROM_SECONDS,
    PIECE_SECONDS,
    SAMPLE_RATE,
    Workload,
    _words,
    quietest_cut,
)
from tests.conftest import MakeApp
from tests.interview_session.voice.conftest import VOICE, open_voice_room, texts
from tests.support.peer import Peer, spoken
from tests.support.rooms import Room, serving
from tests.support.speech_models import WHISPER, needs, whisper_folder
from tests.support.users import sign_up
from tests.support.waiting import until

pytestmark = pytest.mark.slow
MakeSettings = Callable[..., Settings]
SENTENCE = "I led the work on the payment service for two years."
# Not one sentence many times: the model leaves out what it has just heard.
ANSWER = (
    "I led the work on the payment service for two years. In the spring the traffic doubled and the database "
    "became slow. I measured the queries first, and two of them took most of the time. We added an index and a "
    "cache in front of the database. After that the slowest requests were five times faster. I also wrote down "
    "what we had learned, so that the next team could use it."
)


class Speaker:
    """Somebody who speaks into whisper's ear."""

    def __init__(self, whisper: Ears) -> None:
        self.words: list[Words] = []
        self.ear: Ear = whisper.lend(self.words.append)

    def utter(self, audio: bytes) -> None:
        self.ear.begin()
        self.ear.listen(audio)
        self.ear.end()

    @property
    def final(self) -> Words | None:
        return next((words for words in self.words if words.is_final), None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper_folder(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
async def whisper(folder: Path, make_settings: MakeSettings) -> AsyncIterator[Ears]:
    with pytest.MonkeyPatch.context() as patch:
        # Other tests run on the same cores.
        patch.setattr(whisper_ears, "ANSWER_SECONDS", 60.0)
        whisper = await start_whisper(make_settings(stt_provider="whisper", stt_model=str(folder), stt_device="cpu"))
    yield whisper
    await whisper.stop()


@pytest.fixture
def speaker(whisper: Ears) -> Iterator[Speaker]:
    speaker = Speaker(whisper)
    yield speaker
    speaker.ear.give_back()


def recording(folder: Path, text: str) -> bytes:
    """Return a text as flite speaks it, 16 kHz, with half a second of silence before and behind it."""
    program = shutil.which("flite")
    if program is None:
        pytest.skip("flite, the voice of the test candidate, is not installed")
    path = folder / "spoken.wav"
    subprocess.run([program, "-voice", "slt", "-t", text, "-o", str(path)], check=True, timeout=30)
    with wave.open(str(path)) as file:
        assert file.getframerate() == SAMPLE_RATE
        silence = bytes(BYTES_PER_SECOND // 2)
        speech: bytes = file.readframes(file.getnframes())
        return silence + speech + silence


def words_of(text: str) -> list[str]:
    return [word.strip(".,!?").lower() for word in text.split()]


def test_a_stretch_is_cut_where_it_is_quietest() -> None:
    samples = np.ones(PIECE_SECONDS * SAMPLE_RATE, np.float32)
    samples[14 * SAMPLE_RATE : 14 * SAMPLE_RATE + SAMPLE_RATE // 2] = 0
    # What is quiet too early does not count.
    samples[: 5 * SAMPLE_RATE] = 0

    assert 14 * SAMPLE_RATE < quietest_cut(samples) < 14.5 * SAMPLE_RATE


def test_those_who_have_ended_come_before_those_who_go_on() -> None:
    work = Workload()
    for number in (1, 2, 3):
        work.take(number, BEGIN, b"")
    work.take(1, AUDIO, bytes((PIECE_SECONDS + 1) * BYTES_PER_SECOND))
    work.take(2, AUDIO, bytes(BYTES_PER_SECOND))
    work.take(2, END, b"")
    work.take(3, AUDIO, bytes(BYTES_PER_SECOND))
    work.take(3, END, b"")
    work.take(3, LEAVE, b"")

    assert work.next() == (2, bytes(BYTES_PER_SECOND), True)
    number, audio, is_last = work.next()
    assert (number, is_last) == (1, False)
    assert CUT_FROM_SECONDS <= len(audio) / BYTES_PER_SECOND <= PIECE_SECONDS
    work.take(1, END, b"")
    assert work.next() == (1, bytes((PIECE_SECONDS + 1) * BYTES_PER_SECOND - len(audio)), True)


def test_a_word_in_pieces_is_one_word() -> None:
    tokens = [(" A", 0.0, 0.2), (" real", 0.2, 0.5), ("-time", 0.5, 0.8), (" ", 0.8, 0.8), (" job.", 0.9, 1.2)]
    made = [SimpleNamespace(word=word, start=start, end=end) for word, start, end in tokens]

    assert _words(made) == ("A real-time job.", [[0, 200], [200, 800], [900, 1200]])


@needs(WHISPER)
class TestTheModel:
    async def test_it_hears_a_sentence_and_when_each_word_was(self, speaker: Speaker, tmp_path: Path) -> None:
        audio = recording(tmp_path, SENTENCE)
        speaker.utter(audio)
        words = await until(lambda: speaker.final)

        assert not words.is_incomplete
        assert len(set(words_of(SENTENCE)) - set(words_of(words.text))) <= 1
        times = words.word_times
        assert len(times) == len(words.text.split())
        assert times[0][0] == 0
        assert all(begin <= end for begin, end in times)
        assert times == sorted(times)
        assert 2000 < times[-1][1] < len(audio) * 1000 / BYTES_PER_SECOND

    @pytest.mark.parametrize("loudness", [0, 300], ids=["silence", "noise"])
    async def test_it_hears_no_words_where_there_are_none(self, speaker: Speaker, loudness: int) -> None:
        noise = np.random.default_rng(8).normal(0, 1, 3 * SAMPLE_RATE) * loudness
        speaker.utter(noise.astype(np.int16).tobytes())
        words = await until(lambda: speaker.final)

        assert (words.is_incomplete, words.text, words.word_times) == (False, "", [])

    async def test_a_long_answer_comes_in_pieces_and_outlives_its_child(
        self, speaker: Speaker, tmp_path: Path
    ) -> None:
        first = speaker.ear.pid
        assert first is not None
        audio = recording(tmp_path, ANSWER)
        assert len(audio) > PIECE_SECONDS * BYTES_PER_SECOND
        speaker.ear.begin()
        speaker.ear.listen(audio)
        await until(lambda: speaker.words)
        told = words_of(speaker.words[0].text)
        speaker.ear.end()
        os.kill(first, signal.SIGKILL)
        words = await until(lambda: speaker.final)

        assert not words.is_incomplete
        assert speaker.ear.pid != first
        heard = words_of(words.text)
        assert heard[: len(told)] == told
        assert len(set(words_of(ANSWER)) & set(heard)) > 0.8 * len(set(words_of(ANSWER)))
        assert len(heard) > len(told) > 20
        assert words.word_times == sorted(words.word_times)
        assert not speaker.ear.is_owed_words

    async def test_a_name_that_it_does_not_know_ends_the_start(self, make_settings: MakeSettings) -> None:
        unknown = make_settings(stt_provider="whisper", stt_model="enormous")

        with pytest.raises(ConfigurationError, match=r"^STT_MODEL: whisper has no model 'enormous'; it has tiny.en"):
            await start_whisper(unknown)


@needs(WHISPER)
async def test_a_call_is_heard_and_what_comes_too_late_is_an_error(
    make_app: MakeApp, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper_ears, "ANSWER_SECONDS", 60.0)
    whispers: list[Ears] = []

    async def start(settings: Settings) -> Ears:
        whispers.append(await start_whisper(settings))
        return whispers[0]

    monkeypatch.setattr(provider_services, "start_whisper", start)
    async with (
        make_app(**VOICE, stt_provider="whisper", stt_model=str(folder), stt_device="cpu") as app,
        serving(app) as url,
        httpx.AsyncClient(base_url=url, timeout=20) as http,
    ):
        room = await open_voice_room(app, await sign_up(http))
        peer = Peer(http, room.id, room.headers)
        await peer.connect()
        await until(lambda: has_asked(room))
        await peer.hears_silence()
        await peer.say(spoken(tmp_path, SENTENCE))
        await until(lambda: texts(room, "candidate"))
        [heard] = await texts(room, "candidate")
        assert "payment service" in heard

        whispers[0].answer_seconds = 0.0
        await peer.say(spoken(tmp_path, "I did it."))
        assert await until(lambda: failures(room)) == [("ears", False)]
        await peer.close()


async def has_asked(room: Room) -> bool:
    return len(await texts(room)) >= 2


async def failures(room: Room) -> list[tuple[str, bool]]:
    return [(line.data["service"], line.data["is_replaced"]) for line in await room.log() if line.type == "error"]
