"""A voice for machines on which hibari does not run: espeak-ng, robotic, clear and cheap.

libespeak-ng is under the GPLv3. It is loaded as a separate library: the system's, or that of the package
``espeakng-loader``.
"""

import asyncio
import ctypes
import ctypes.util
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pipecat.frames.frames import Frame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from app.core.config import ConfigurationError

DEFAULT_VOICE = "en-us"
WORDS_PER_MINUTE = 165
CHUNK_MILLISECONDS = 100

# Of espeak-ng's speak_lib.h.
_OUTPUT_SYNCHRONOUS = 2
_PARAMETER_RATE = 1
_POSITION_CHARACTER = 1
_CHARACTERS_UTF8 = 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class EspeakError(ConfigurationError):
    """The library does not work here; the message is one line that names the setting."""


class UnknownVoiceError(EspeakError):
    """The library does not know the voice."""


def find_library() -> tuple[str, str | None] | None:
    """Return where the library is, and its data unless it finds that itself; None if there is no library."""
    if find_spec("espeakng_loader"):
        package = import_module("espeakng_loader")
        return package.get_library_path(), package.get_data_path()
    name = ctypes.util.find_library("espeak-ng")
    return (name, None) if name else None


def has_voice(name: str) -> bool:
    """Tell whether the library knows a voice."""
    try:
        Espeak(name).close()
    except UnknownVoiceError:
        return False
    return True


class Espeak:
    """The library, on one thread of its own: ctypes lets go of the interpreter's lock while it speaks.

    It keeps its state in globals, so whoever uses it sets that state first.
    """

    _in_use = threading.Lock()

    def __init__(self, voice: str) -> None:
        self._library: Any = None
        self._voice = voice.encode()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak")
        self._spoken = bytearray()
        self._callback = _CALLBACK(self._collect)
        try:
            self.sample_rate: int = self._thread.submit(self._load).result()
        except EspeakError:
            self.close()
            raise

    async def start(self) -> None:
        """Warm up."""
        await self.speak("Hello.")

    async def stop(self) -> None:
        """End the thread."""
        self.close()

    async def speak(self, text: str) -> bytes:
        """Return a text as mono 16-bit PCM of ``sample_rate``."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._speak, text)

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=True)

    def _load(self) -> int:
        found = find_library()
        if found is None:
            raise EspeakError("TTS_PROVIDER=espeak: there is no library libespeak-ng")
        path, data = found
        try:
            self._library = library = ctypes.CDLL(path)
        except OSError as error:
            raise EspeakError(f"TTS_PROVIDER=espeak: {path} could not be loaded") from error
        library.espeak_Synth.argtypes = [
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_uint,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]
        with self._in_use:
            sample_rate: int = library.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 60, data and data.encode(), 0)
            if sample_rate <= 0:
                raise EspeakError("TTS_PROVIDER=espeak: espeak-ng could not be loaded")
            self._set_up()
        return sample_rate

    def _speak(self, text: str) -> bytes:
        encoded = text.encode() + b"\0"
        with self._in_use:
            self._set_up()
            self._spoken.clear()
            self._library.espeak_Synth(encoded, len(encoded), 0, _POSITION_CHARACTER, 0, _CHARACTERS_UTF8, None, None)
            return bytes(self._spoken)

    def _set_up(self) -> None:
        self._library.espeak_SetSynthCallback(self._callback)
        if self._library.espeak_SetVoiceByName(self._voice) != 0:
            raise UnknownVoiceError(f"TTS_VOICE: espeak-ng has no voice {self._voice.decode()!r}")
        self._library.espeak_SetParameter(_PARAMETER_RATE, WORDS_PER_MINUTE, 0)

    def _collect(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._spoken.extend(ctypes.string_at(samples, count * 2))
        return 0


class EspeakVoice(TTSService):
    """Pipecat's interface to the voice."""

    def __init__(self, espeak: Espeak) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            settings=TTSSettings(model="espeak-ng", voice=DEFAULT_VOICE, language=None),
        )
        self._espeak = espeak

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Speak a sentence, in pieces that can be stopped between."""
        spoken = await self._espeak.speak(text)
        pieces = _pieces(spoken, self._espeak.sample_rate * 2 * CHUNK_MILLISECONDS // 1000)
        async for frame in self._stream_audio_frames_from_iterator(
            pieces, in_sample_rate=self._espeak.sample_rate, context_id=context_id
        ):
            yield frame


async def _pieces(audio: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(audio), size):
        yield audio[start : start + size]
