"""One call's interviewer: a pipeline of ears and voice, and a director who decides what is said in it.

The room outlives it. Whatever it has to know it reads from the log, and whatever is said it puts there, so that the
next call, here or on another replica, goes on where this one was.
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pipecat.frames.frames import EndFrame, ErrorFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from app.core.metrics import VOICE_REPLACED
from app.interview_session.conversation.conversation import Conversation
from app.interview_session.conversation.utterance import CutBy, Understander
from app.interview_session.conversation.wording import ReplyWriter
from app.interview_session.events.events import Event, Service
from app.interview_session.voice.chronicle import Chronicle
from app.interview_session.voice.director import Director
from app.interview_session.voice.hearing import HeardSentences, WordTimes
from app.interview_session.voice.own_words import are_own_words
from app.interview_session.voice.rtvi import ClientMessages
from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE, PeerTransport
from app.interview_session.voice.services.providers import Services
from app.interview_session.voice.services.speakable import speakable
from app.interview_session.voice.speaker import Speaker
from app.interview_session.voice.speech_marks import Mouth, SpeechMarks
from app.interview_session.voice.turns import CandidateTurns, DeliberateTurnStart, PatientTurnEnd
from app.interview_session.voice.unfinished import is_unfinished

if TYPE_CHECKING:
    from app.interview_session.voice.services.smart_turn import SmartTurnModel
    from app.interview_session.voice.services.speech_detector import SpeechDetector

log = structlog.get_logger(__name__)

LAST_WORDS_SECONDS = 1.5
"""So long a call that is hung up waits for the ears to work out what was said just before."""

OWN_WORDS = timedelta(seconds=1.5)
"""So long after a sentence of the interviewer's it may still come back from the candidate's loudspeaker."""

OVERLAP = timedelta(seconds=0.3)
"""What begins so soon after a sentence began, as far as anybody can tell, while it was heard."""

FOUND_WITHIN = timedelta(seconds=1.5)
"""A murmur that began no longer before an echo was found is what it was found by."""


class Interviewer:
    """Speaks with the candidate of one call until the interview is over or ``stop`` is called."""

    def __init__(
        self,
        transport: PeerTransport,
        detector: "SpeechDetector",
        services: Services,
        conversation: Conversation,
        chronicle: Chronicle,
        *,
        understander: Understander,
        reply_writer: ReplyWriter | None,
        patience_seconds: float,
        smart_turns: "SmartTurnModel | None",
        client: ClientMessages | None,
    ) -> None:
        self._services = services
        analyzer = smart_turns.new_analyzer(patience_seconds) if smart_turns else None
        if analyzer:
            detector.overhear = analyzer.append_audio
        self._echo = transport.echo
        detector.is_echo = self._echo.explains
        self._turn_end = PatientTurnEnd(
            patience_seconds,
            analyzer=analyzer,
            is_unfinished=is_unfinished if conversation.language == "en" else None,
            are_words_due=lambda: services.are_words_due,
        )
        self._director = Director(
            conversation,
            chronicle,
            understander=understander,
            reply_writer=reply_writer,
            hurry_turn=self._turn_end.hurry,
            hang_up=self._hang_up,
        )
        mouth = Mouth()
        self._speaker = Speaker(
            mouth.push_frame,
            on_heard=self._director.note_sentence,
            on_end=self._director.note_end,
            on_silence=self._replace_voice,
            speakable=speakable,
        )
        self._director.use(self._speaker)
        self._turn_start = DeliberateTurnStart(
            interviewer_speaks=lambda: self._speaker.is_audible,
            voice_seconds=lambda: detector.voice_seconds,
            is_settled=lambda: self._echo.is_settled,
            hesitate=transport.hold,
            go_on=transport.go_on,
        )
        detector.notice = self._turn_start.notice
        turns = CandidateTurns(
            UserTurnStrategies(start=[self._turn_start], stop=[self._turn_end]),
            stop_timeout=self._turn_end.latest_seconds + 1.0,
            is_deaf=lambda: self._director.is_paused,
        )
        self._worker = PipelineWorker(
            Pipeline(
                [
                    transport.input(),
                    VADProcessor(vad_analyzer=detector),
                    services.ears,
                    HeardSentences(self._hear, self._hear_so_far),
                    turns,
                    mouth,
                    services.voice,
                    transport.output(),
                    SpeechMarks(self._speaker),
                ]
            ),
            params=PipelineParams(audio_in_sample_rate=INPUT_SAMPLE_RATE, audio_out_sample_rate=services.sample_rate),
            # A candidate may think for longer than any of its limits; the call has its own.
            idle_timeout_secs=None,
            enable_turn_tracking=False,
            enable_rtvi=client is not None,
            rtvi_processor=client,
        )
        self._is_connected = asyncio.Event()
        self._is_started = asyncio.Event()
        self._directing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._listen_to(transport, turns)

    async def run(self) -> None:
        """Speak until the interview is over or ``stop`` is called."""
        runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
        directing = self._directing = asyncio.create_task(self._direct(), name="director")
        try:
            await runner.add_workers(self._worker)
            await runner.run()
        finally:
            self._director.stop()
            for task in [directing, *self._tasks]:
                task.cancel()
            await asyncio.gather(directing, *self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Fall silent and end. What was said just before goes into the log as well, if its words come soon."""
        self._director.stop()
        if self._directing:
            self._directing.cancel()
        await self._services.finish_hearing(LAST_WORDS_SECONDS)
        await self._worker.cancel(reason="hung up")

    async def take_in(self, event: Event) -> None:
        """Act upon what has just happened in the room."""
        await self._director.take_in(event)

    def _listen_to(self, transport: Any, turns: Any) -> None:
        """Connect the pipeline's parts to what follows below."""
        transport.add_event_handler("on_client_connected", self._on_connected)
        turns.add_event_handler("on_user_turn_started", self._on_turn_started)
        turns.add_event_handler("on_user_turn_stopped", self._on_turn_stopped)
        self._worker.add_event_handler("on_pipeline_started", self._on_started)
        self._worker.add_event_handler("on_pipeline_error", self._on_error)
        self._services.on_replaced(self._on_replaced)
        self._services.on_slow_voice(self._on_slow_voice)

    async def _direct(self) -> None:
        await self._is_started.wait()
        await self._is_connected.wait()
        await self._director.run()

    async def _on_connected(self, *_: object) -> None:
        self._is_connected.set()

    async def _on_started(self, *_: object) -> None:
        self._is_started.set()

    async def _on_turn_started(self, *_: object) -> None:
        await self._director.begin_turn()

    async def _on_turn_stopped(self, *_: object) -> None:
        self._director.end_turn()

    def _hear(self, text: str, began: datetime, word_times: WordTimes | None) -> bool:
        if self._is_own(text, began):
            self._director.take_back_interim()
            return False
        return self._director.hear(text, began, is_murmur=self._turn_start.is_murmur, word_times=word_times)

    def _hear_so_far(self, text: str, began: datetime) -> None:
        if not self._is_own(text, began):
            self._director.hear_so_far(text, began, is_murmur=self._turn_start.is_murmur)

    def _is_own(self, text: str, began: datetime) -> bool:
        """Tell whether the interviewer's voice came out of the loudspeaker into the microphone."""
        found_at = self._echo.found_at
        if self._turn_start.is_murmur and found_at and timedelta() <= found_at - began <= FOUND_WITHIN:
            # The echo was found by these very sounds, so nothing kept them from the ears; few words may be misheard.
            return True
        is_echo_likely = found_at is not None or bool(self._speaker.words_since(began - OVERLAP))
        said = self._speaker.words_since(began - OWN_WORDS)
        return are_own_words(text, said, is_echo_likely=is_echo_likely)

    async def _on_error(self, _worker: object, frame: ErrorFrame) -> None:
        kind = self._services.kind_of(frame.processor)
        # Not its message, which may quote what was said.
        log.warning("voice_service_failed", service=kind, error=_name_of(frame.exception))
        if kind:
            await self._director.note_failure(kind, is_replaced=False)

    async def _on_replaced(self, kind: Service) -> None:
        VOICE_REPLACED.labels(kind.value).inc()
        log.warning("voice_service_replaced", service=kind)
        await self._director.note_failure(kind, is_replaced=True)

    def _on_slow_voice(self) -> None:
        self._director.note_slow_voice()

    def _replace_voice(self) -> None:
        """Replace a voice that gives no sound, unless others keep it busy; the reserve itself is tried again."""
        if self._services.is_voice_slow:
            return
        task = asyncio.create_task(self._overcome_silence(), name="replace voice")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _overcome_silence(self) -> None:
        if not await self._services.replace_silent():
            await self._speaker.cut(CutBy.FAILURE)

    async def _hang_up(self, is_graceful: bool) -> None:
        if is_graceful:
            await self._worker.queue_frame(EndFrame(reason="completed"))
        else:
            await self._worker.cancel(reason="goodbye took too long")


def _name_of(error: Exception | None) -> str:
    return type(error).__name__ if error else "unknown"
