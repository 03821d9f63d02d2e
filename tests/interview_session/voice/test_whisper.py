"""Whisper's ears: what a real model hears, in pieces and again after a death, and that a late text is an error."""

import os
import shutil
import signal
import subprocess
import wave
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest

from app.core.config import ConfigurationError, Settings
from app.interview_session.voice.services import whisper_ears
from app.interview_session.voice.services.whisper_ears import Utterance, Whisper
from app.interview_session.voice.services.whisper_process import (
    AUDIO,
    BYTES_PER_SECOND,
    CUT_FROM_SECONDS,
    DROP,
    END,
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


class Listener:
    """What whisper told of an utterance."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.ends: list[str | None] = []

    def note_piece(self, utterance: Utterance) -> None:
        self.pieces.append(utterance.text)

    def note_end(self, _utterance: Utterance, error: str | None) -> None:
        self.ends.append(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper_folder(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
async def whisper(folder: Path, make_settings: MakeSettings) -> AsyncIterator[Whisper]:
    whisper = Whisper(make_settings(stt_provider="whisper", stt_model=str(folder), stt_device="cpu"))
    await whisper.start()
    yield whisper
    await whisper.stop()


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait long for a text: other tests run on the same cores."""
    monkeypatch.setattr(whisper_ears, "ANSWER_SECONDS", 60.0)


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
    work.take(1, AUDIO, bytes((PIECE_SECONDS + 1) * BYTES_PER_SECOND))
    work.take(2, AUDIO, bytes(BYTES_PER_SECOND))
    work.take(2, END, b"")
    work.take(3, AUDIO, bytes(BYTES_PER_SECOND))
    work.take(3, END, b"")
    work.take(3, DROP, b"")

    assert work.next() == (2, bytes(BYTES_PER_SECOND), 0, True)
    number, audio, before, is_last = work.next()
    assert (number, before, is_last) == (1, 0, False)
    assert CUT_FROM_SECONDS <= len(audio) / BYTES_PER_SECOND <= PIECE_SECONDS
    work.take(1, END, b"")
    assert work.next() == (1, bytes((PIECE_SECONDS + 1) * BYTES_PER_SECOND - len(audio)), len(audio), True)


def test_a_word_in_pieces_is_one_word() -> None:
    tokens = [(" A", 0.0, 0.2), (" real", 0.2, 0.5), ("-time", 0.5, 0.8), (" ", 0.8, 0.8), (" job.", 0.9, 1.2)]
    made = [SimpleNamespace(word=word, start=start, end=end) for word, start, end in tokens]

    assert _words(made) == ("A real-time job.", [[0, 200], [200, 800], [900, 1200]])


@needs(WHISPER)
class TestTheModel:
    async def test_it_hears_a_sentence_and_when_each_word_was(
        self, whisper: Whisper, listener: Listener, tmp_path: Path, patient: None
    ) -> None:
        utterance = whisper.begin(listener.note_piece, listener.note_end)
        audio = recording(tmp_path, SENTENCE)
        whisper.listen(utterance, audio)
        whisper.end(utterance)
        await until(lambda: listener.ends)

        assert listener.ends == [None]
        heard = words_of(utterance.text)
        assert len(set(words_of(SENTENCE)) - set(heard)) <= 1
        times = utterance.times_since_first_voice
        assert len(times) == len(utterance.text.split())
        assert times[0][0] == 0
        assert all(begin <= end for begin, end in times)
        assert times == sorted(times)
        assert 2000 < times[-1][1] < len(audio) * 1000 / BYTES_PER_SECOND

    @pytest.mark.parametrize("loudness", [0, 300], ids=["silence", "noise"])
    async def test_it_hears_no_words_where_there_are_none(
        self, whisper: Whisper, listener: Listener, loudness: int, patient: None
    ) -> None:
        noise = np.random.default_rng(8).normal(0, 1, 3 * SAMPLE_RATE) * loudness
        utterance = whisper.begin(listener.note_piece, listener.note_end)
        whisper.listen(utterance, noise.astype(np.int16).tobytes())
        whisper.end(utterance)
        await until(lambda: listener.ends)

        assert (listener.ends, utterance.text, utterance.word_times) == ([None], "", [])

    async def test_a_long_answer_comes_in_pieces_and_outlives_its_child(
        self, whisper: Whisper, listener: Listener, tmp_path: Path, patient: None
    ) -> None:
        first = whisper.pid
        assert first is not None
        audio = recording(tmp_path, ANSWER)
        assert len(audio) > PIECE_SECONDS * BYTES_PER_SECOND
        utterance = whisper.begin(listener.note_piece, listener.note_end)
        whisper.listen(utterance, audio)
        await until(lambda: listener.pieces)
        told = listener.pieces[0]
        whisper.end(utterance)
        os.kill(first, signal.SIGKILL)
        await until(lambda: listener.ends)

        assert listener.ends == [None]
        assert whisper.pid != first
        assert utterance.text.startswith(told)
        assert len(set(words_of(ANSWER)) & set(words_of(utterance.text))) > 0.8 * len(set(words_of(ANSWER)))
        assert len(words_of(utterance.text)) > len(words_of(told)) > 20
        assert utterance.word_times == sorted(utterance.word_times)
        assert not whisper._utterances

    async def test_a_name_that_it_does_not_know_ends_the_start(self, make_settings: MakeSettings) -> None:
        unknown = Whisper(make_settings(stt_provider="whisper", stt_model="enormous"))

        with pytest.raises(ConfigurationError, match=r"^STT_MODEL: whisper has no model 'enormous'; it has tiny.en"):
            await unknown.start()


@needs(WHISPER)
async def test_a_call_is_heard_and_what_comes_too_late_is_an_error(
    make_app: MakeApp, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: None
) -> None:
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

        monkeypatch.setattr(whisper_ears, "ANSWER_SECONDS", 0.0)
        await peer.say(spoken(tmp_path, "I did it."))
        assert await until(lambda: failures(room)) == [("ears", False)]
        await peer.close()


async def has_asked(room: Room) -> bool:
    return len(await texts(room)) >= 2


async def failures(room: Room) -> list[tuple[str, bool]]:
    return [(line.data["service"], line.data["is_replaced"]) for line in await room.log() if line.type == "error"]
