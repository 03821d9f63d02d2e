"""A pipeline of nothing but a voice and an output that takes sound as fast as it would be heard, or faster."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipecat.frames.frames import EndFrame, OutputAudioRawFrame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from app.interview_session.conversation.utterance import CutBy, Line
from app.interview_session.voice.services.providers import PROVIDER_SAMPLE_RATE
from app.interview_session.voice.speaker import Speaker, Spoken
from app.interview_session.voice.speech_marks import Mouth, SpeechMarks

PATIENCE_SECONDS = 30
CHUNKS_OF_10MS = 4
SPEED = 4.0
"""So much faster than in life sound goes by."""


class Loudspeaker(BaseOutputTransport):
    """Takes sound in its own time. While it is ``muted`` nobody is there to hear it."""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_10ms_chunks=CHUNKS_OF_10MS))
        self.is_muted = False
        self.seconds = 0.0

    async def start(self, frame: StartFrame) -> None:
        """Be ready at once."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Let a piece of sound go by."""
        if self.is_muted:
            return False
        seconds = len(frame.audio) / (2 * frame.sample_rate)
        await asyncio.sleep(seconds / SPEED)
        self.seconds += seconds
        return True


class Stage:
    """A speaker with what it has told: sentences as ``(part, text, cut_by)``, and ends as ``(line, cut_by)``."""

    def __init__(self, voice: FrameProcessor) -> None:
        self.loudspeaker = Loudspeaker()
        self.heard: list[Spoken] = []
        self.ends: list[tuple[Line, CutBy | None]] = []
        self.silences = 0
        self._news = asyncio.Event()
        mouth = Mouth()
        self.speaker = Speaker(
            mouth.push_frame,
            on_heard=self._note_heard,
            on_end=self._note_end,
            on_silence=self._note_silence,
            speakable=str,
        )
        self.worker = PipelineWorker(
            Pipeline([mouth, voice, self.loudspeaker, SpeechMarks(self.speaker)]),
            params=PipelineParams(audio_out_sample_rate=PROVIDER_SAMPLE_RATE),
            idle_timeout_secs=None,
            enable_turn_tracking=False,
            enable_rtvi=False,
        )

    @property
    def told(self) -> list[tuple[int, str, CutBy | None]]:
        """Return the sentences that were heard."""
        return [(one.part, one.text, one.cut_by) for one in self.heard]

    async def until_heard(self, count: int) -> None:
        """Wait until so many sentences have been heard or cut off."""
        await self._until(lambda: len(self.heard) >= count)

    async def until_audible(self) -> None:
        """Wait until the current sentence has a sound."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self.speaker.is_audible:  # noqa: ASYNC110 - a sound gives no sign
                await asyncio.sleep(0.005)

    async def until_end(self, count: int = 1) -> None:
        """Wait until so many lines have ended."""
        await self._until(lambda: len(self.ends) >= count)

    async def until_silence(self) -> None:
        """Wait until the voice was missed."""
        await self._until(lambda: self.silences > 0)

    async def _until(self, condition) -> None:  # type: ignore[no-untyped-def]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self._news.clear()
                await self._news.wait()

    def _note_heard(self, spoken: Spoken) -> None:
        self.heard.append(spoken)
        self._news.set()

    def _note_end(self, line: Line, cut_by: CutBy | None) -> None:
        self.ends.append((line, cut_by))
        self._news.set()

    def _note_silence(self) -> None:
        self.silences += 1
        self._news.set()


@asynccontextmanager
async def on_stage(voice: FrameProcessor) -> AsyncIterator[Stage]:
    """Run the pipeline of a voice."""
    stage = Stage(voice)
    started = asyncio.Event()

    async def note_start(*_: object) -> None:
        started.set()

    stage.worker.add_event_handler("on_pipeline_started", note_start)
    runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
    await runner.add_workers(stage.worker)
    running = asyncio.create_task(runner.run())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await started.wait()
        yield stage
        stage.speaker.stop()
        await stage.worker.queue_frame(EndFrame())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await running
    finally:
        if not running.done():
            await stage.worker.cancel()
            await running
