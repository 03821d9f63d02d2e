"""When the candidate has the word, and when the interviewer may run."""

from collections.abc import Callable

from pipecat.audio.vad.vad_analyzer import VAD_STOP_SECS
from pipecat.frames.frames import Frame, LLMContextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_mute.base_user_mute_strategy import BaseUserMuteStrategy
from pipecat.turns.user_stop.speech_timeout_user_turn_stop_strategy import SpeechTimeoutUserTurnStopStrategy

HURRIED_SECONDS = 0.3


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


class DeafWhile(BaseUserMuteStrategy):
    """Lets nothing of the candidate through while a condition holds."""

    def __init__(self, condition: Callable[[], bool]) -> None:
        super().__init__()
        self._condition = condition

    async def process_frame(self, frame: Frame) -> bool:
        """Tell whether the candidate is unheard from now on."""
        return self._condition()


class Gate(FrameProcessor):
    """Stands before the language model: every reply passes here, or does not."""

    def __init__(self, may_reply: Callable[[], bool]) -> None:
        super().__init__(enable_direct_mode=True)
        self._may_reply = may_reply

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on; a request for a reply only if there may be one."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame) and not self._may_reply():
            return
        await self.push_frame(frame, direction)
