"""What either side says, sentence by sentence, as soon as it is final."""

import re
from collections.abc import Callable
from datetime import datetime

from pipecat.frames.frames import (
    Frame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSTextFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.string import TextPartForConcatenation, concatenate_aggregated_text

from app.core.clock import utc_now

_END_OF_SENTENCE = re.compile(r"[.!?…。！？][\"'”’)\]]*$")


class HeardSentences(FrameProcessor):
    """Stands behind the ears; ``heard`` gets what they understood, and when the candidate began to say it.

    It tells whether that goes on to where the turn's words are collected.
    """

    def __init__(self, heard: Callable[[str, datetime], bool]) -> None:
        super().__init__(enable_direct_mode=True)
        self._heard = heard
        self._began: datetime | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on, and tell of what was understood; what is for nobody stays here."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._began = self._began or utc_now()
        elif isinstance(frame, TranscriptionFrame) and (text := frame.text.strip()):
            began, self._began = self._began or utc_now(), None
            if not self._heard(text, began):
                return
        await self.push_frame(frame, direction)


class SpokenSentences(FrameProcessor):
    """Stands behind the transport's output, where a text passes when its sound is on its way to the peer.

    Some voices tell each word, others each sentence.
    """

    def __init__(self, heard: Callable[[str], None]) -> None:
        super().__init__(enable_direct_mode=True)
        self._heard = heard
        self._parts: list[TextPartForConcatenation] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on, and tell of a sentence that it completes. Sound ends here: nothing behind needs it."""
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            return
        if isinstance(frame, TTSTextFrame) and frame.append_to_context:
            text = frame.raw_text or frame.text
            self._parts.append(
                TextPartForConcatenation(text, includes_inter_part_spaces=frame.includes_inter_frame_spaces)
            )
            if _END_OF_SENTENCE.search(text.rstrip()):
                self.complete()
        await self.push_frame(frame, direction)

    def complete(self) -> None:
        """Tell of what has been said since the last sentence: nothing more of it is coming."""
        text = concatenate_aggregated_text(self._parts).strip()
        self._parts.clear()
        if text:
            self._heard(text)
