"""Pipecat's interface to ears that run on this machine: one speaker's."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import timedelta

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

from app.core.clock import utc_now
from app.interview_session.voice.services.ear_utterance import BYTES_PER_MS, SAMPLE_RATE, Words
from app.interview_session.voice.services.ears import Ears

BEFORE_SPEECH_BYTES = 600 * BYTES_PER_MS
"""What came before speech was noticed: the detector needs 0.2 s, and words begin softly."""

LOOK_SECONDS = 0.03


class EarsError(Exception):
    """The ears could not work out some of what was said."""


class EarService(STTService):
    """One speaker's ear.

    Its texts come with ``result["word_times"]``, milliseconds since ``result["began"]``, the moment at which their
    utterance began.
    """

    def __init__(self, ears: Ears, model: str, terms: Sequence[str] = ()) -> None:
        super().__init__(
            sample_rate=SAMPLE_RATE,
            audio_passthrough=False,
            # Whoever waits for words asks ``is_owed_words``.
            ttfs_p99_latency=0.0,
            settings=STTSettings(model=model, language=Language.EN),
        )
        self._found: asyncio.Queue[Words] = asyncio.Queue()
        self._finals_under_way = 0
        self._ear = ears.lend(self._note_words, terms)
        self._before_speech = bytearray()
        self._is_listening = False
        self._is_deaf = False
        self._pushing: asyncio.Task[None] | None = None

    @property
    def is_owed_words(self) -> bool:
        """Tell whether something was said to its end of which not all words have been handed on."""
        return self._ear.is_owed_words or self._finals_under_way > 0

    async def finish(self, seconds: float) -> None:
        """Hear no more, and wait for the words of what was said; for so long at most."""
        self._is_deaf = True
        self._end_utterance()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.is_owed_words:  # noqa: ASYNC110 - a child process gives no signs
                    await asyncio.sleep(LOOK_SECONDS)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the beginning and the end of speech."""
        if isinstance(frame, VADUserStartedSpeakingFrame) and not self._is_deaf:
            if self._pushing is None:
                self._pushing = self.create_task(self._push_words(), "words")
            self._is_listening = True
            self._ear.begin(utc_now() - timedelta(seconds=frame.start_secs))
            self._ear.listen(bytes(self._before_speech))
            self._before_speech.clear()
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._end_utterance()
        await super().process_frame(frame, direction)

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Hand audio on while there is speech, and remember the last moments while there is none."""
        self._ear.move_if_stranded()
        if self._is_listening:
            self._ear.listen(audio)
        else:
            self._before_speech += audio
            del self._before_speech[:-BEFORE_SPEECH_BYTES]
        yield None

    async def cleanup(self) -> None:
        """Give the ear back."""
        if self._pushing:
            await self.cancel_task(self._pushing)
            self._pushing = None
        self._ear.give_back()
        await super().cleanup()

    def _end_utterance(self) -> None:
        if self._is_listening:
            self._is_listening = False
            self._ear.end()

    def _note_words(self, words: Words) -> None:
        self._finals_under_way += words.is_final
        self._found.put_nowait(words)

    async def _push_words(self) -> None:
        while True:
            words = await self._found.get()
            try:
                await self._push(words)
            finally:
                self._finals_under_way -= words.is_final

    async def _push(self, words: Words) -> None:
        if words.is_incomplete:
            await self.push_error("some speech was not understood", exception=EarsError())
        if not words.text:
            return
        result = {"word_times": [list(times) for times in words.word_times], "began": words.began}
        about = (words.text, self._user_id, time_now_iso8601(), Language.EN, result)
        if words.is_final:
            await self.push_frame(TranscriptionFrame(*about, finalized=True))
        else:
            await self.push_frame(InterimTranscriptionFrame(*about))
