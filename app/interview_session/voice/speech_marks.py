"""How far the interviewer's words have got: marks that travel through the pipeline between its sentences.

A frame that follows a sentence into the voice leaves the transport's output behind that sentence's sound, whatever
the voice. So a mark that arrives behind the output says that everything before it has been heard.
"""

from dataclasses import dataclass
from typing import Protocol

from pipecat.frames.frames import (
    AggregatedTextFrame,
    ControlFrame,
    Frame,
    InterimTranscriptionFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

_BYTES_PER_SAMPLE = 2


@dataclass
class SpeechMark(ControlFrame):
    """Says that the sentence ``part`` of the utterance ``utterance``, and all before it, lie behind."""

    utterance: int
    part: int


class SpeechListener(Protocol):
    """Who learns what has been heard."""

    async def pass_mark(self, utterance: int, part: int) -> None:
        """Take in that a mark has come out of the output."""

    def hear_sound(self, seconds: float) -> None:
        """Take in that so much sound is on its way to the peer."""

    def announce(self, segment: int, text: str) -> None:
        """Take in that the voice is about to say a text."""

    def hear_words(self, segment: int, words: str) -> None:
        """Take in words that a voice with word timestamps has come to."""


class Mouth(FrameProcessor):
    """Stands before the voice: what the interviewer says enters the pipeline here.

    Interruptions enter here as well. From the pipeline's beginning they would drop transcriptions on their way.
    What the candidate has said ends here: it has been taken down, and nothing behind needs it.
    """

    def __init__(self) -> None:
        super().__init__(enable_direct_mode=True)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on, unless it is a transcription."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, TranscriptionFrame | InterimTranscriptionFrame):
            await self.push_frame(frame, direction)


class SpeechMarks(FrameProcessor):
    """Stands behind the transport's output, and tells a listener what comes out of it. Sound and marks end here."""

    def __init__(self, listener: SpeechListener) -> None:
        super().__init__(enable_direct_mode=True)
        self._listener = listener

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Tell what a frame says of the interviewer's speech."""
        await super().process_frame(frame, direction)
        match frame:
            case OutputAudioRawFrame():
                bytes_per_second = frame.sample_rate * frame.num_channels * _BYTES_PER_SAMPLE
                self._listener.hear_sound(len(frame.audio) / bytes_per_second)
                return
            case SpeechMark():
                await self._listener.pass_mark(frame.utterance, frame.part)
                return
            case TTSTextFrame() if frame.text_type == TextType.WORD and frame.segment_id is not None:
                self._listener.hear_words(frame.segment_id, frame.text)
            case AggregatedTextFrame() if frame.will_be_spoken and not isinstance(frame, TTSTextFrame):
                self._listener.announce(frame.id, frame.text)
        await self.push_frame(frame, direction)
