"""Whisper as the ears of the calls: one child process for all of them, and Pipecat's interface to it."""

import asyncio
import itertools
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from app.core.config import ConfigurationError, Settings
from app.interview_session.voice.services.child_process import ChildError, ChildProcess, module_environment
from app.interview_session.voice.services.local_models import check_whisper_model
from app.interview_session.voice.services.whisper_process import (
    AUDIO,
    BYTES_PER_SECOND,
    DONE,
    DROP,
    END,
    FAILED,
    PIECE,
    SAMPLE_RATE,
)

log = structlog.get_logger(__name__)

MODULE = "app.interview_session.voice.services.whisper_process"
DOWNLOAD_MODULE = "app.interview_session.voice.services.whisper_download"
BEFORE_SPEECH_BYTES = BYTES_PER_SECOND * 6 // 10
"""What came before speech was noticed: the detector needs 0.2 s, and words begin softly."""

LONGEST_UTTERANCE_BYTES = 600 * BYTES_PER_SECOND
ANSWER_SECONDS = 15.0
"""Ears whose text is not there so long after the end of speech count as failing: the reserve is quicker."""

TEXT_SECONDS = 10.0
"""How long a turn that seems over waits for words that are still being worked out; it is told when there are none."""

MOST_LOSSES = 1
"""So many children may die over an utterance before it is given up."""


@dataclass(slots=True)
class Utterance:
    """Something that is being said: what was heard of it, and the audio that is not worked out yet.

    ``on_piece`` is called as its text grows, ``on_end`` once, with the name of the error if there is one.
    """

    number: int
    on_piece: Callable[["Utterance"], None]
    on_end: Callable[["Utterance", str | None], None]
    text: str = ""
    word_times: list[list[int]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    bytes_done: int = 0
    bytes_before_child: int = 0
    is_ended: bool = False
    losses: int = 0
    watch: asyncio.TimerHandle | None = None

    @property
    def times_since_first_voice(self) -> list[list[int]]:
        """Return begin and end of each word in ms since the first."""
        first = self.word_times[0][0] if self.word_times else 0
        return [[begin - first, end - first] for begin, end in self.word_times]


class Whisper:
    """The child process, and what it is working on. What it had when it died is given to the next one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._numbers = itertools.count(1)
        self._utterances: dict[int, Utterance] = {}
        self._child: ChildProcess | None = None

    @property
    def pid(self) -> int | None:
        """Return the number of the child process; None while there is none."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Download the model if it is not here, and load it.

        Raises:
            ConfigurationError: there is no such model, or it does not load.

        """
        settings = self._settings
        folder = await _folder_of(check_whisper_model(settings))
        self._child = ChildProcess(
            "whisper",
            MODULE,
            [folder, settings.stt_device, settings.stt_compute_type or "default"],
            on_message=self._take,
            on_restart=self._begin_again,
        )
        try:
            await self._child.start()
        except ChildError as error:
            raise ConfigurationError(f"STT_PROVIDER=whisper: {error}; what it says is above") from None

    async def stop(self) -> None:
        """End the child."""
        if self._child:
            await self._child.stop()

    def begin(
        self, on_piece: Callable[[Utterance], None], on_end: Callable[[Utterance, str | None], None]
    ) -> Utterance:
        """Begin an utterance."""
        utterance = Utterance(next(self._numbers), on_piece, on_end)
        self._utterances[utterance.number] = utterance
        return utterance

    def listen(self, utterance: Utterance, audio: bytes) -> None:
        """Hear a piece of the utterance; one of ten minutes is heard no further."""
        is_listened_to = utterance.number in self._utterances and not utterance.is_ended
        if is_listened_to and utterance.bytes_done + len(utterance.audio) < LONGEST_UTTERANCE_BYTES:
            utterance.audio += audio
            self._send(utterance.number, AUDIO, audio)

    def end(self, utterance: Utterance) -> None:
        """End the utterance; its text comes soon."""
        if utterance.number in self._utterances and not utterance.is_ended:
            utterance.is_ended = True
            self._send(utterance.number, END)
            loop = asyncio.get_running_loop()
            utterance.watch = loop.call_later(ANSWER_SECONDS, self._fail, utterance, "timeout")

    def drop(self, utterance: Utterance) -> None:
        """Expect no text of the utterance any more."""
        if self._forget(utterance):
            self._send(utterance.number, DROP)

    def _send(self, number: int, operation: int, content: bytes = b"") -> None:
        # To a child that has died nothing needs to be said: the next one hears all of it.
        if self._child:
            self._child.send(number, operation, content)

    def _take(self, number: int, operation: int, content: bytes) -> None:
        utterance = self._utterances.get(number)
        if utterance is None:
            return
        if operation == PIECE:
            self._take_piece(utterance, content)
        elif operation == DONE:
            self._forget(utterance)
            utterance.on_end(utterance, None)
        elif operation == FAILED:
            self._fail(utterance, content.decode())

    def _take_piece(self, utterance: Utterance, content: bytes) -> None:
        piece = json.loads(content)
        del utterance.audio[: piece["bytes"]]
        utterance.bytes_done += piece["bytes"]
        offset = utterance.bytes_before_child * 1000 // BYTES_PER_SECOND
        utterance.word_times += [[begin + offset, end + offset] for begin, end in piece["word_times"]]
        utterance.text = f"{utterance.text} {piece['text']}".strip()
        utterance.on_piece(utterance)

    def _begin_again(self) -> None:
        for utterance in list(self._utterances.values()):
            utterance.losses += 1
            if utterance.losses > MOST_LOSSES:
                self._fail(utterance, "child_died")
                continue
            utterance.bytes_before_child = utterance.bytes_done
            self._send(utterance.number, AUDIO, bytes(utterance.audio))
            if utterance.is_ended:
                self._send(utterance.number, END)

    def _fail(self, utterance: Utterance, reason: str) -> None:
        self.drop(utterance)
        utterance.on_end(utterance, reason)

    def _forget(self, utterance: Utterance) -> bool:
        if utterance.watch:
            utterance.watch.cancel()
            utterance.watch = None
        utterance.audio.clear()
        return self._utterances.pop(utterance.number, None) is not None


class WhisperEars(STTService):
    """Pipecat's interface to whisper: one speaker."""

    def __init__(self, whisper: Whisper, model: str) -> None:
        super().__init__(
            sample_rate=SAMPLE_RATE,
            audio_passthrough=False,
            ttfs_p99_latency=TEXT_SECONDS,
            settings=STTSettings(model=model, language=Language.EN),
        )
        self._whisper = whisper
        self._news: asyncio.Queue[tuple[Utterance, bool, str | None]] = asyncio.Queue()
        self._before_speech = bytearray()
        self._current: Utterance | None = None
        self._open: list[Utterance] = []
        self._telling: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the begin and the end of speech."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            if self._telling is None:
                self._telling = self.create_task(self._tell(), "texts")
            self._end_current()
            self._current = self._whisper.begin(self._note_piece, self._note_end)
            self._open.append(self._current)
            self._whisper.listen(self._current, bytes(self._before_speech))
            self._before_speech.clear()
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._end_current()
        await super().process_frame(frame, direction)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Hand audio on while there is speech, and remember the last moments while there is none."""
        if self._current:
            self._whisper.listen(self._current, audio)
        else:
            self._before_speech += audio
            del self._before_speech[:-BEFORE_SPEECH_BYTES]
        yield None

    async def cleanup(self) -> None:
        """Want no more texts."""
        if self._telling:
            await self.cancel_task(self._telling)
            self._telling = None
        for utterance in self._open:
            self._whisper.drop(utterance)
        self._open.clear()
        self._current = None
        await super().cleanup()

    def _end_current(self) -> None:
        if self._current:
            self._whisper.end(self._current)
            self._current = None

    def _note_piece(self, utterance: Utterance) -> None:
        self._news.put_nowait((utterance, False, None))

    def _note_end(self, utterance: Utterance, error: str | None) -> None:
        if utterance in self._open:
            self._open.remove(utterance)
        if self._current is utterance:
            self._current = None
        self._news.put_nowait((utterance, True, error))

    async def _tell(self) -> None:
        while True:
            utterance, is_end, error = await self._news.get()
            if error:
                await self.push_error(f"whisper: {error}")
            if is_end:
                # One without words lets the turn end as well.
                await self._push_text(utterance)
            elif utterance.text and not utterance.is_ended:
                now = time_now_iso8601()
                await self.push_frame(InterimTranscriptionFrame(utterance.text, self._user_id, now, Language.EN))

    async def _push_text(self, utterance: Utterance) -> None:
        result = {"word_times": utterance.times_since_first_voice}
        frame = TranscriptionFrame(utterance.text, self._user_id, time_now_iso8601(), Language.EN, result)
        # Where more is being worked out, the end of the turn waits for that.
        frame.finalized = not any(other.is_ended for other in self._open)
        await self.push_frame(frame)


async def _folder_of(name: str) -> str:
    """Return the folder of a model, which may have to be downloaded first, for as long as that takes."""
    if Path(name).is_absolute():
        return name
    log.info("whisper_model_looked_for", model=name)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        DOWNLOAD_MODULE,
        name,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        env=module_environment(),
    )
    try:
        output, complaints = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        *_, complaint = complaints.decode(errors="replace").strip().splitlines() or ["no such model"]
        raise ConfigurationError(f"STT_MODEL: {complaint}")
    return output.decode().strip()
