"""A Kokoro or Piper voice from files on this machine: one child process for all calls, and Pipecat's interface."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from pipecat.frames.frames import ErrorFrame, Frame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from app.core.config import ConfigurationError
from app.interview_session.voice.services.child_process import ChildError, ChildProcess
from app.interview_session.voice.services.local_models import VoiceFiles
from app.interview_session.voice.services.local_voice_process import DONE, DROP, FAILED, SOUND, SPEAK

MODULE = "app.interview_session.voice.services.local_voice_process"
BYTES_PER_SAMPLE = 2
CHUNK_MILLISECONDS = 100
SILENCE_SECONDS = 60.0
"""Kokoro on a slow CPU needs some tens of seconds for a long clause."""


class VoiceError(Exception):
    """A sentence could not be said; the message names the cause and none of the words."""


@dataclass(slots=True)
class _Sentence:
    """A sentence that is being said, and what has come of it: sound, then None, or the error."""

    text: str
    sound: asyncio.Queue[bytes | VoiceError | None] = field(default_factory=asyncio.Queue)
    is_begun: bool = False
    losses: int = 0


class LocalVoice:
    """The child process, and the sentences that it is to say."""

    def __init__(self, files: VoiceFiles) -> None:
        self._files = files
        self._numbers = itertools.count(1)
        self._sentences: dict[int, _Sentence] = {}
        self._child = ChildProcess(
            files.engine,
            MODULE,
            [files.engine, str(files.model), str(files.beside), files.speaker],
            on_message=self._take,
            on_restart=self._begin_again,
            is_owed=lambda: bool(self._sentences),
            silence_seconds=SILENCE_SECONDS,
        )

    @property
    def files(self) -> VoiceFiles:
        """Return what it speaks from."""
        return self._files

    @property
    def pid(self) -> int | None:
        """Return the number of the child process; None while there is none."""
        return self._child.pid

    async def start(self) -> None:
        """Load the voice.

        Raises:
            ConfigurationError: it does not load.

        """
        try:
            await self._child.start()
        except ChildError as error:
            raise ConfigurationError(f"TTS_PROVIDER={self._files.engine}: {error}; what it says is above") from None

    async def stop(self) -> None:
        """End the child."""
        await self._child.stop()

    async def speak(self, text: str) -> AsyncIterator[bytes]:
        """Yield a sentence as mono 16-bit PCM of the voice's own rate, clause by clause.

        Raises:
            VoiceError: it cannot be said, or its second half cannot.

        """
        number = next(self._numbers)
        self._sentences[number] = sentence = _Sentence(text)
        self._child.send(number, SPEAK, text.encode())
        try:
            while (sound := await sentence.sound.get()) is not None:
                if isinstance(sound, VoiceError):
                    raise sound
                yield sound
        finally:
            if self._sentences.pop(number, None):
                self._child.send(number, DROP)

    def _take(self, number: int, operation: int, content: bytes) -> None:
        sentence = self._sentences.get(number)
        if sentence is None:
            return
        if operation == SOUND:
            sentence.is_begun = True
            sentence.sound.put_nowait(content)
        elif operation == DONE:
            self._sentences.pop(number)
            sentence.sound.put_nowait(None)
        elif operation == FAILED:
            self._sentences.pop(number)
            sentence.sound.put_nowait(VoiceError(content.decode()))

    def _begin_again(self) -> None:
        for number, sentence in list(self._sentences.items()):
            sentence.losses += 1
            # Half a sentence is not said again, and a text that two children died of is not tried a third time.
            if sentence.is_begun or sentence.losses > 1:
                self._sentences.pop(number)
                sentence.sound.put_nowait(VoiceError("child_died"))
            else:
                self._child.send(number, SPEAK, sentence.text.encode())


class LocalVoiceService(TTSService):
    """Pipecat's interface to the voice."""

    def __init__(self, voice: LocalVoice) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            settings=TTSSettings(model=voice.files.engine, voice=voice.files.speaker, language=None),
        )
        self._voice = voice

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Speak a sentence, in pieces that can be stopped between."""
        rate = self._voice.files.sample_rate
        try:
            async for frame in self._stream_audio_frames_from_iterator(
                _pieces(self._voice.speak(text), rate * BYTES_PER_SAMPLE * CHUNK_MILLISECONDS // 1000),
                in_sample_rate=rate,
                context_id=context_id,
            ):
                yield frame
        except VoiceError as error:
            yield ErrorFrame(error=f"{self._voice.files.engine}: {error}")


async def _pieces(sound: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    async for clause in sound:
        for start in range(0, len(clause), size):
            yield clause[start : start + size]
