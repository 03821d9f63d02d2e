"""When the candidate has the word."""

import asyncio
from collections.abc import Callable

from pipecat.audio.turn.base_turn_analyzer import BaseTurnAnalyzer
from pipecat.audio.vad.vad_analyzer import VAD_STOP_SECS
from pipecat.frames.frames import (
    Frame,
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import TurnMetricsData
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy
from pipecat.turns.user_stop import BaseUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies

HURRIED_SECONDS = 0.3
INTERRUPTION_SECONDS = 0.6
"""So much voice in one go stops the interviewer. A murmur ("mhm", "okay") and a cough are shorter."""

UNFINISHED_SECONDS = 3.0
"""So much longer than their patience the interviewer waits for somebody who has not finished their sentence."""

BRIEF_WORDS = 15
BRIEF_SECONDS = 1.0
"""Fewer words are seldom a whole answer: the interviewer waits that much longer, but no more than twice as long."""

UNFINISHED_PROBABILITY = 0.1
"""A sentence sounds unfinished if the model gives its end no more than this.

In the answers of ``benchmarks.turns`` it gave at most 0.02 to the breaks that it recognised, and 0.13 and more to all
ends. Its own limit of 0.5 kept people waiting who had finished.
"""

UNSETTLED_INTERRUPTION_SECONDS = 1.0
"""The same while the voice may be the interviewer's own: what comes back of it ends when it falls silent."""

LONGEST_HESITATION_SECONDS = 1.5
"""Whoever stutters has no voice in one go. After so long, whatever the gaps, they have the word."""

LATE_WORDS_SECONDS = 10.0
"""So long at most a turn that seems over waits for ears that are behind."""

WORDLESS_SECONDS = 2.0
"""How much longer than the longest silence a turn lasts of which no words have come."""

LOOK_SECONDS = 0.03


class DeliberateTurnStart(BaseUserTurnStartStrategy):
    """Begins the candidate's turn at once; while the interviewer speaks only after ``INTERRUPTION_SECONDS`` of voice.

    A murmur and the beginning of an interruption sound alike. So the interviewer hesitates at either, as people do,
    as soon as there may be a voice, and goes on when it was a murmur or none.

    Args:
        interviewer_speaks: tells whether the interviewer is speaking.
        voice_seconds: returns for how long the candidate has had their voice in one go.
        is_settled: tells whether it is known that this voice is no echo of the interviewer's.
        hesitate: has the interviewer fall silent for a while, to go on where it was.
        go_on: has it go on.

    """

    def __init__(
        self,
        interviewer_speaks: Callable[[], bool],
        voice_seconds: Callable[[], float],
        *,
        is_settled: Callable[[], bool],
        hesitate: Callable[[], None],
        go_on: Callable[[], None],
    ) -> None:
        # The interviewer is silenced where its words come from, not at the pipeline's beginning.
        super().__init__(enable_interruptions=False)
        self._interviewer_speaks = interviewer_speaks
        self._voice_seconds = voice_seconds
        self._is_settled = is_settled
        self._hesitate = hesitate
        self._go_on = go_on
        self._listening: asyncio.Task[None] | None = None
        self.is_murmur = False
        """Whether what the candidate said last, or is saying, has not interrupted the interviewer."""

    def notice(self, is_voice: bool) -> None:
        """Take in that a voice may have begun, before it is certain; or that there is none after all."""
        if is_voice and self._interviewer_speaks() and self._is_settled():
            self._hesitate()
        elif not is_voice and self._listening is None:
            self._go_on()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Follow the begin and the end of voice."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            await self._stop_listening()
            self.is_murmur = self._interviewer_speaks()
            if self.is_murmur:
                self._hesitate()
                self._listening = self.task_manager.create_task(self._listen(), f"{self}: murmur or interruption")
            else:
                await self.trigger_user_turn_started()
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            await self._stop_listening()
            self._go_on()
        return ProcessFrameResult.CONTINUE

    async def cleanup(self) -> None:
        """End with the pipeline."""
        await self._stop_listening()
        await super().cleanup()

    async def _listen(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        while (
            self._interviewer_speaks()
            and self._voice_seconds() < self._seconds_to_interrupt()
            and clock() - began < LONGEST_HESITATION_SECONDS
        ):
            await asyncio.sleep(LOOK_SECONDS)
            # Each time anew, because what is held goes on by itself after a while.
            self._hesitate()
        self.is_murmur = False
        self._listening = None
        await self.trigger_user_turn_started()

    def _seconds_to_interrupt(self) -> float:
        return INTERRUPTION_SECONDS if self._is_settled() else UNSETTLED_INTERRUPTION_SECONDS

    async def _stop_listening(self) -> None:
        listening, self._listening = self._listening, None
        if listening:
            await self.task_manager.cancel_task(listening)


class PatientTurnEnd(BaseUserTurnStopStrategy):
    """Ends the candidate's turn after a silence of ``patience_seconds``, or of more where more is to be expected.

    More is to come in the middle of a sentence, which is told by its words and, where there is an analyzer, by how it
    sounds; and likely after a few words that are no question. A turn also waits for the words that belong to it: if
    the ears know whether some are to come, until they are there; else for as long as these ears may need.

    Args:
        patience_seconds: how long the candidate may be silent.
        analyzer: judges by the sound; it hears the call by other means.
        is_unfinished: judges by the words of the turn so far; None where nothing can.
        are_words_due: tells whether something was said of which the words are still to come; None if nobody knows.

    """

    def __init__(
        self,
        patience_seconds: float,
        *,
        are_words_due: Callable[[], bool | None],
        analyzer: BaseTurnAnalyzer | None = None,
        is_unfinished: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__()
        self._patience = patience_seconds
        self._analyzer = analyzer
        self._is_unfinished = is_unfinished
        self._are_words_due = are_words_due
        self._is_hurried = False
        self._is_speaking = False
        self._silent_since: float | None = None
        self._sounds_unfinished = False
        self._texts: list[str] = []
        self._is_text_complete = False
        self._text_due_seconds = 0.0
        self._waiting: asyncio.Task[None] | None = None

    @property
    def longest_seconds(self) -> float:
        """Return the longest silence that does not end a turn of which all words are there."""
        return self._patience + UNFINISHED_SECONDS

    @property
    def latest_seconds(self) -> float:
        """Return after how long a silence every turn is over."""
        return self.longest_seconds + WORDLESS_SECONDS + LATE_WORDS_SECONDS

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override] # as Pipecat's own strategies
        """Get ready with the pipeline."""
        await super().setup(setup)
        if self._analyzer:
            self._analyzer.set_sample_rate(setup.audio_in_sample_rate)

    async def cleanup(self) -> None:
        """End with the pipeline."""
        await self._stop_waiting()
        if self._analyzer:
            await self._analyzer.cleanup()
        await super().cleanup()

    async def hurry(self) -> None:
        """Make do with a short pause, for this turn."""
        self._is_hurried = True
        await self._wait_anew()

    async def handle_user_turn_started(self) -> None:
        """Begin anew. Whether there is voice belongs to the candidate, not to the turn."""
        await self._forget()

    async def handle_user_turn_stopped(self) -> None:
        """Be patient again."""
        self._is_hurried = False
        await self._forget()
        if self._analyzer:
            self._analyzer.clear()

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Follow the begin and the end of voice, and the words."""
        match frame:
            case STTMetadataFrame():
                self._text_due_seconds = frame.ttfs_p99_latency
            case VADUserStartedSpeakingFrame():
                self._is_speaking = True
                self._silent_since = None
                self._is_text_complete = False
                await self._stop_waiting()
                if self._analyzer:
                    self._analyzer.update_vad_start_secs(frame.start_secs)
            case VADUserStoppedSpeakingFrame():
                self._is_speaking = False
                self._silent_since = asyncio.get_running_loop().time() - frame.stop_secs
                self._sounds_unfinished = await self._judge_sound()
                await self._wait_anew()
            case TranscriptionFrame():
                self._texts.append(frame.text)
                if not self._is_speaking:
                    # Before that it was the text of an earlier utterance.
                    self._is_text_complete = self._is_text_complete or frame.finalized
                    # Words without a voice: the silence began with them.
                    self._silent_since = self._silent_since or asyncio.get_running_loop().time()
                await self._wait_anew()
            case _:
                pass
        return ProcessFrameResult.CONTINUE

    async def _judge_sound(self) -> bool:
        if self._analyzer is None:
            return False
        _, judgement = await self._analyzer.analyze_end_of_turn()
        return isinstance(judgement, TurnMetricsData) and judgement.probability < UNFINISHED_PROBABILITY

    async def _forget(self) -> None:
        self._texts.clear()
        self._silent_since = None
        self._is_text_complete = False
        await self._stop_waiting()

    async def _wait_anew(self) -> None:
        """Wait for the end of the silence, as long as it is to be by what is known now."""
        await self._stop_waiting()
        if self._silent_since is not None:
            self._waiting = self.task_manager.create_task(self._end(self._silent_since), f"{self}: silence")

    async def _stop_waiting(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting:
            await self.task_manager.cancel_task(waiting)

    async def _end(self, silent_since: float) -> None:
        loop = asyncio.get_running_loop()
        due = self._silence_seconds()
        if self._are_words_due() is None and not self._is_text_complete:
            due = max(due, self._text_due_seconds)
        await asyncio.sleep(max(0.0, silent_since + due - loop.time()))
        latest = loop.time() + LATE_WORDS_SECONDS
        while self._are_words_due() and loop.time() < latest:  # noqa: ASYNC110 - the ears give no signs
            # Words that come begin the wait anew; they may be under way when the ears are done.
            await asyncio.sleep(LOOK_SECONDS)
        self._waiting = None
        await self.trigger_user_turn_stopped()

    def _silence_seconds(self) -> float:
        if not self._texts:
            return self.longest_seconds + WORDLESS_SECONDS
        if self._is_hurried:
            return min(HURRIED_SECONDS + VAD_STOP_SECS, self._patience)
        last = self._texts[-1]
        if self._sounds_unfinished or (self._is_unfinished is not None and self._is_unfinished(last)):
            return self.longest_seconds
        is_brief = sum(len(text.split()) for text in self._texts) < BRIEF_WORDS and not last.rstrip().endswith("?")
        return self._patience + (min(BRIEF_SECONDS, self._patience) if is_brief else 0.0)


class CandidateTurns(UserTurnProcessor):
    """Tells when the candidate's turns begin and end, and is deaf while a condition holds.

    A turn that began before it became deaf ends as it would have: that somebody falls silent always gets through.
    """

    def __init__(self, strategies: UserTurnStrategies, *, stop_timeout: float, is_deaf: Callable[[], bool]) -> None:
        super().__init__(user_turn_strategies=strategies, user_turn_stop_timeout=stop_timeout)
        self._is_deaf = is_deaf

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the candidate's voice and words, unless deaf."""
        heard = (VADUserStartedSpeakingFrame, TranscriptionFrame)
        if not (isinstance(frame, heard) and self._is_deaf()):
            await super().process_frame(frame, direction)
