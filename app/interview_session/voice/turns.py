"""When the candidate has the word."""

import asyncio
from collections.abc import Callable

from pipecat.audio.vad.vad_analyzer import VAD_STOP_SECS
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import BaseUserTurnStartStrategy
from pipecat.turns.user_stop.speech_timeout_user_turn_stop_strategy import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies

HURRIED_SECONDS = 0.3
INTERRUPTION_SECONDS = 0.4
"""So much voice in one go stops the interviewer. A murmur ("mhm") and a cough are shorter."""

LOOK_SECONDS = 0.03


class DeliberateTurnStart(BaseUserTurnStartStrategy):
    """Begins the candidate's turn at once; while the interviewer speaks only after ``INTERRUPTION_SECONDS`` of voice.

    Args:
        interviewer_speaks: tells whether the interviewer is speaking.
        voice_seconds: returns for how long the candidate has had their voice in one go.

    """

    def __init__(self, interviewer_speaks: Callable[[], bool], voice_seconds: Callable[[], float]) -> None:
        # The interviewer is silenced where its words come from, not at the pipeline's beginning.
        super().__init__(enable_interruptions=False)
        self._interviewer_speaks = interviewer_speaks
        self._voice_seconds = voice_seconds
        self._listening: asyncio.Task[None] | None = None
        self.is_murmur = False
        """Whether what the candidate said last, or is saying, has not interrupted the interviewer."""

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        """Follow the begin and the end of voice."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            await self._stop_listening()
            self.is_murmur = self._interviewer_speaks()
            if self.is_murmur:
                self._listening = self.task_manager.create_task(self._listen(), f"{self}: murmur or interruption")
            else:
                await self.trigger_user_turn_started()
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            await self._stop_listening()
        return ProcessFrameResult.CONTINUE

    async def cleanup(self) -> None:
        """End with the pipeline."""
        await self._stop_listening()
        await super().cleanup()

    async def _listen(self) -> None:
        while self._interviewer_speaks() and self._voice_seconds() < INTERRUPTION_SECONDS:  # noqa: ASYNC110 - no signs
            await asyncio.sleep(LOOK_SECONDS)
        self.is_murmur = False
        self._listening = None
        await self.trigger_user_turn_started()

    async def _stop_listening(self) -> None:
        listening, self._listening = self._listening, None
        if listening:
            await self.task_manager.cancel_task(listening)


class PatientTurnEnd(SpeechTimeoutUserTurnStopStrategy):
    """Ends the candidate's turn after a silence of ``patience_seconds``; after a short one once it was hurried."""

    def __init__(self, patience_seconds: float) -> None:
        # That the candidate is silent is known only after some of the silence.
        self._patience = max(0.0, patience_seconds - VAD_STOP_SECS)
        super().__init__(user_speech_timeout=self._patience)

    async def hurry(self) -> None:
        """Make do with a short pause, for this turn."""
        self._user_speech_timeout = min(HURRIED_SECONDS, self._patience)
        if self._user_speech_timeout_task:
            # The candidate is silent already.
            await self._restart_user_speech_timer()

    async def handle_user_turn_stopped(self) -> None:
        """Be patient again."""
        self._user_speech_timeout = self._patience
        await super().handle_user_turn_stopped()


class CandidateTurns(UserTurnProcessor):
    """Tells when the candidate's turns begin and end, and is deaf while a condition holds.

    A turn that began before it became deaf ends as it would have: that somebody falls silent always gets through.
    """

    def __init__(self, strategies: UserTurnStrategies, *, stop_timeout: float, is_deaf: Callable[[], bool]) -> None:
        super().__init__(user_turn_strategies=strategies, user_turn_stop_timeout=stop_timeout)
        self._is_deaf = is_deaf

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the candidate's voice and words, unless deaf."""
        heard = (VADUserStartedSpeakingFrame, TranscriptionFrame, InterimTranscriptionFrame)
        if not (isinstance(frame, heard) and self._is_deaf()):
            await super().process_frame(frame, direction)
