"""One call's interviewer: a pipeline of ears, mind and voice that follows the room's log.

The room outlives it. Whatever it has to know it reads from the log, and whatever is said it puts there, so that the
next call, here or on another replica, goes on where this one was.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
    UserTurnStoppedMessage,
)
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import BaseUserTurnStopStrategy, TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from app.core.clock import utc_now
from app.interview_session.conversation import scripted
from app.interview_session.events.events import Event, EventType, Service, Source, Speaker
from app.interview_session.voice.chronicle import Chronicle
from app.interview_session.voice.memory import Cue, Memory, Message
from app.interview_session.voice.rtvi import ClientMessages
from app.interview_session.voice.sentences import HeardSentences, SpokenSentences
from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE, PeerTransport, SpeechDetector
from app.interview_session.voice.services.providers import Services
from app.interview_session.voice.services.smart_turn import SmartTurnModel
from app.interview_session.voice.turns import DeafWhile, Gate, PatientTurnEnd

log = structlog.get_logger(__name__)

LONGEST_WAIT_SECONDS = 10.0
"""So long a candidate may go on after the next question was due."""

TURN_TIMEOUT_SECONDS = 2.0
"""How long the end of a turn waits for its text, beyond the candidate's patience."""

REPLY_SECONDS = 8.0
"""A reply that is not heard by then is not coming."""

MAX_TRIES = 4
GOODBYE_SECONDS = 20.0
SHORTEST_NOTICE_SECONDS = 4.0
QUIET_POLL_SECONDS = 0.1


class Interviewer:
    """Speaks with the candidate of one call until the interview is over or ``stop`` is called."""

    def __init__(
        self,
        transport: PeerTransport,
        detector: SpeechDetector,
        services: Services,
        memory: Memory,
        chronicle: Chronicle,
        *,
        patience_seconds: float,
        smart_turns: SmartTurnModel | None,
        client: ClientMessages | None,
    ) -> None:
        self._memory = memory
        self._chronicle = chronicle
        self._services = services
        self._transport = transport
        self._turn_end = PatientTurnEnd(patience_seconds)
        self._sentences = SpokenSentences(self._on_sentence)
        turn_ends: list[BaseUserTurnStopStrategy] = [self._turn_end]
        if smart_turns:
            analyzer = smart_turns.new_analyzer(patience_seconds)
            detector.overhear = analyzer.append_audio
            turn_ends.append(TurnAnalyzerUserTurnStopStrategy(turn_analyzer=analyzer))
        self._tasks: set[asyncio.Task[None]] = set()
        self._overdue: asyncio.TimerHandle | None = None
        self._tries = 0
        self._is_ending = False
        self._is_speaking = False
        self._failures: set[tuple[Service, bool]] = set()
        self._speaks_since: datetime | None = None
        self._unheard: list[str] = []
        self._paused_since = utc_now()
        self._clock_changes = 0
        self._candidate_speaks_since: datetime | None = None
        self._candidate_began_in = memory.sequence
        self._context = LLMContext(messages=list(memory.messages))  # type: ignore[arg-type]
        user, assistant = LLMContextAggregatorPair(
            self._context,
            user_params=LLMUserAggregatorParams(
                user_turn_stop_timeout=patience_seconds + TURN_TIMEOUT_SECONDS,
                user_turn_strategies=UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=turn_ends),
                user_mute_strategies=[DeafWhile(lambda: memory.is_paused)],
            ),
        )
        self._worker = PipelineWorker(
            Pipeline(
                [
                    transport.input(),
                    VADProcessor(vad_analyzer=detector),
                    services.ears,
                    HeardSentences(self._on_heard),
                    user,
                    Gate(self._may_reply),
                    services.mind,
                    services.voice,
                    transport.output(),
                    self._sentences,
                    assistant,
                ]
            ),
            params=PipelineParams(audio_in_sample_rate=INPUT_SAMPLE_RATE, audio_out_sample_rate=services.sample_rate),
            # A candidate may think for longer than any of its limits; the call has its own.
            idle_timeout_secs=None,
            enable_turn_tracking=False,
            enable_rtvi=client is not None,
            rtvi_processor=client,
        )
        self._listen_to(transport, user, assistant)

    async def run(self) -> None:
        """Speak until the interview is over or ``stop`` is called."""
        runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
        try:
            await runner.add_workers(self._worker)
            await runner.run()
        finally:
            self._reply_is_there()
            await self._end_tasks()

    async def stop(self) -> None:
        """Fall silent and end."""
        self._is_ending = True
        await self._worker.cancel(reason="hung up")

    async def take_in(self, event: Event) -> None:
        """Act upon what has just happened in the room."""
        data = event.data
        match event.type:
            case EventType.PHASE_STARTED | EventType.PHASE_CHANGED:
                self._memory.is_paused = False
                await self._bring_up(self._memory.turn_to(data.get("new_sequence") or data["sequence"]))
            case EventType.PHASE_ENDING:
                self._own(self._announce_end(data["sequence"], data["remaining_time_seconds"]), "time check")
            case EventType.TIMER_PAUSED:
                await self._fall_silent()
            case EventType.TIMER_RESET:
                self._memory.begin_phase(1)
                await self._fall_silent()
            case EventType.TIMER_RESUMED:
                await self._go_on()
            case EventType.PROBLEM_INJECTED:
                await self._bring_up(self._memory.problem(data))
            case EventType.CONTEXT_INJECTED:
                await self._bring_up(self._memory.context(data))
            case EventType.TRANSCRIPT if (data["source"], data["speaker"]) == (Source.TYPED, Speaker.CANDIDATE):
                await self._hear_typed(data["text"])
            case EventType.INTERVIEW_COMPLETED:
                await self._say_goodbye(data["reason"])
            case _:
                pass

    def _listen_to(self, transport: Any, user: Any, assistant: Any) -> None:
        """Connect the pipeline's parts to what follows below."""
        transport.add_event_handler("on_client_connected", self._on_connected)
        user.add_event_handler("on_user_turn_started", self._on_candidate_started)
        user.add_event_handler("on_user_turn_stopped", self._on_candidate_stopped)
        assistant.add_event_handler("on_assistant_turn_started", self._on_words)
        assistant.add_event_handler("on_assistant_turn_stopped", self._on_words_ended)
        self._worker.set_reached_upstream_filter((BotStartedSpeakingFrame, BotStoppedSpeakingFrame))
        self._worker.add_event_handler("on_frame_reached_upstream", self._on_voice)
        self._worker.add_event_handler("on_pipeline_error", self._on_error)
        self._services.on_replaced(self._on_replaced)

    async def _on_connected(self, _transport: object, _connection: object) -> None:
        if not self._memory.is_paused:
            await self._bring_up(self._memory.opening())

    async def _on_candidate_started(self, *_: object) -> None:
        self._reply_is_there()
        self._candidate_speaks_since = utc_now()
        self._candidate_began_in = self._memory.sequence

    def _on_heard(self, text: str, began: datetime) -> bool:
        """Note what the ears understood; tell whether it belongs to a turn under way."""
        if self._memory.is_paused and began >= self._paused_since:
            return False
        # A turn that outlasts its phase belongs to it as a whole.
        sequence = self._candidate_began_in
        self._memory.note(Speaker.CANDIDATE, text, sequence)
        self._chronicle.note(Speaker.CANDIDATE, text, sequence=sequence, began=began, ended=utc_now())
        is_late = not self._candidate_speaks_since and not self._memory.is_paused
        if is_late:
            # The turn ended without it, and so without a reply.
            self._own(self._interrupt_and_run([{"role": "user", "content": text}]), "late answer")
        return not is_late

    async def _on_candidate_stopped(self, _user: object, _strategy: object, turn: UserTurnStoppedMessage) -> None:
        self._candidate_speaks_since = None
        if not (turn.content or "").strip() and self._memory.has_cues and not self._memory.is_paused:
            # Nothing was understood, so no reply comes that would bring up what waits.
            await self._interrupt_and_run([])

    async def _on_words(self, *_: object) -> None:
        self._memory.begin_saying()

    def _on_sentence(self, text: str) -> None:
        if began := self._speaks_since:
            self._speaks_since = utc_now()
            self._memory.note(Speaker.INTERVIEWER, text)
            sequence = self._memory.sequence
            self._chronicle.note(Speaker.INTERVIEWER, text, sequence=sequence, began=began, ended=self._speaks_since)
        else:
            # Some voices tell a text before its sound. Without a sound nobody hears it.
            self._unheard.append(text)

    async def _on_words_ended(self, _assistant: object, turn: AssistantTurnStoppedMessage) -> None:
        self._sentences.complete()
        self._unheard.clear()
        began, self._speaks_since = self._speaks_since, None
        text = turn.content.strip() if began else ""
        self._memory.end_saying(text, was_interrupted=turn.interrupted or not began)

    async def _on_voice(self, _worker: object, frame: Frame) -> None:
        self._is_speaking = isinstance(frame, BotStartedSpeakingFrame)
        if self._is_speaking:
            self._reply_is_there()
            self._speaks_since = self._speaks_since or utc_now()
            unheard, self._unheard = self._unheard, []
            for text in unheard:
                self._on_sentence(text)

    async def _on_error(self, _worker: object, frame: ErrorFrame) -> None:
        kind = self._services.kind_of(frame.processor)
        # Not its message, which may quote what was said.
        log.warning("voice_service_failed", service=kind, error=_name_of(frame.exception))
        self._report_failure(kind, is_replaced=False)
        await self._try_again(kind)

    async def _on_replaced(self, kind: Service) -> None:
        log.warning("voice_service_replaced", service=kind)
        self._report_failure(kind, is_replaced=True)
        if kind is Service.EARS:
            await self._bring_up(self._memory.not_heard())
        else:
            await self._try_again(kind)

    def _report_failure(self, kind: Service | None, *, is_replaced: bool) -> None:
        """Put trouble into the log, once in a call: ears may fail at every word."""
        if kind and (kind, is_replaced) not in self._failures:
            self._failures |= {(kind, is_replaced), (kind, False)}
            self._chronicle.note_failure(kind, is_replaced=is_replaced)

    async def _bring_up(self, cue: Cue) -> None:
        """Say something at once; to a candidate who is speaking at the next pause, or at last after a while."""
        self._memory.add(cue)
        if self._memory.is_paused:
            await self._append([cue.message], run=False)
        elif self._candidate_speaks_since:
            # The reply to what the candidate is saying will bring it up.
            await self._append([cue.message], run=False)
            await self._turn_end.hurry()
            self._own(self._bring_up_at_last(self._candidate_speaks_since), "overlong turn")
        else:
            await self._interrupt_and_run([cue.message])

    async def _bring_up_at_last(self, turn: datetime) -> None:
        await asyncio.sleep(LONGEST_WAIT_SECONDS)
        if self._candidate_speaks_since is turn and self._memory.has_cues and not self._memory.is_paused:
            await self._interrupt_and_run([])

    async def _hear_typed(self, text: str) -> None:
        self._memory.hear_typed(text)
        message = {"role": "user", "content": text}
        if self._candidate_speaks_since or self._memory.is_paused:
            await self._append([message], run=False)
        else:
            await self._interrupt_and_run([message])

    async def _announce_end(self, sequence: int, remaining_seconds: float) -> None:
        """Say how much time is left, as soon as nobody speaks; too late is not at all."""
        loop, clock = asyncio.get_running_loop(), self._clock_changes
        ends_at = loop.time() + remaining_seconds
        while self._somebody_speaks():  # noqa: ASYNC110 - four signs, each in its own time
            await asyncio.sleep(QUIET_POLL_SECONDS)
        remaining = ends_at - loop.time()
        if (
            remaining >= SHORTEST_NOTICE_SECONDS
            and sequence == self._memory.sequence
            and clock == self._clock_changes
            and not self._is_ending
        ):
            await self._worker.queue_frame(TTSSpeakFrame(scripted.time_check(remaining)))

    def _somebody_speaks(self) -> bool:
        return bool(self._candidate_speaks_since or self._is_speaking or self._overdue or self._memory.has_cues)

    async def _fall_silent(self) -> None:
        self._memory.is_paused = True
        self._paused_since = utc_now()
        self._clock_changes += 1
        self._reply_is_there()
        self._memory.break_off_by_itself()
        await self._interrupt()

    async def _go_on(self) -> None:
        self._memory.is_paused = False
        self._candidate_speaks_since = None
        if self._memory.has_cues and not self._memory.has_question_to_ask:
            await self._interrupt_and_run([])
        else:
            await self._bring_up(self._memory.taking_up())

    async def _say_goodbye(self, reason: str) -> None:
        self._is_ending = True
        self._reply_is_there()
        goodbye = TTSSpeakFrame(scripted.GOODBYE if reason == "completed" else scripted.GOODBYE_EARLY)
        goodbye.interruptible = False
        await self._worker.queue_frames([InterruptionFrame(), goodbye, EndFrame(reason="completed")])
        self._own(self._hang_up_at_last(), "goodbye")

    async def _hang_up_at_last(self) -> None:
        await asyncio.sleep(GOODBYE_SECONDS)
        await self._worker.cancel(reason="goodbye took too long")

    async def _interrupt_and_run(self, messages: list[Message]) -> None:
        await self._interrupt()
        await self._append(messages, run=True)

    async def _interrupt(self) -> None:
        self._memory.interrupt()
        await self._worker.queue_frame(InterruptionFrame())

    async def _append(self, messages: list[Message], *, run: bool) -> None:
        await self._worker.queue_frame(LLMMessagesAppendFrame(messages=messages, run_llm=run))  # type: ignore[arg-type]

    def _may_reply(self) -> bool:
        """Tell whether the mind may run, and expect to hear it soon if so."""
        if self._memory.is_paused or self._is_ending:
            return False
        if self._overdue:
            self._overdue.cancel()
        self._overdue = asyncio.get_running_loop().call_later(REPLY_SECONDS, self._miss_reply)
        return True

    def _reply_is_there(self) -> None:
        self._tries = 0
        if self._overdue:
            self._overdue.cancel()
            self._overdue = None

    def _miss_reply(self) -> None:
        """Replace what kept silent: first the mind, then the voice."""
        self._own(self._services.replace_silent(), "replace")

    async def _try_again(self, kind: Service | None) -> None:
        """Run for a reply that did not come, or that broke off; one that the candidate broke off stays so."""
        broke_off = kind is Service.MIND or (kind is Service.VOICE and self._is_speaking)
        is_due = bool(self._overdue) or (broke_off and not self._candidate_speaks_since)
        if is_due and self._tries < MAX_TRIES:
            self._tries += 1
            self._memory.break_off()
            await self._interrupt()
            await self._worker.queue_frame(LLMRunFrame())

    def _own(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=f"interviewer: {name}")
        self._tasks.add(task)
        task.add_done_callback(self._disown)

    def _disown(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("interviewer_task_failed", task=task.get_name(), error=type(error).__name__)

    async def _end_tasks(self) -> None:
        for task in [*self._tasks]:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


def _name_of(error: Exception | None) -> str:
    return type(error).__name__ if error else "unknown"
