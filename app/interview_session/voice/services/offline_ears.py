"""The keyless ears: Moonshine in child processes that all calls of this process share, and Pipecat's interface to it.

An utterance goes to a child while it is spoken. Here are kept the words of the pieces that came back, and the sound
of which none have: so a child that dies costs time and no words.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
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

from app.interview_session.voice.services.child_process import ChildError, ChildProcess
from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, DECODING, END, LAST, LEAVE, PIECE
from app.interview_session.voice.services.joined_pieces import Piece, joined
from app.interview_session.voice.services.model_files import MOONSHINE_FOLDER
from app.interview_session.voice.services.stall import Stall

log = structlog.get_logger(__name__)

SAMPLE_RATE = 16000
BYTES_PER_MS = SAMPLE_RATE * 2 // 1000
BEFORE_SPEECH_BYTES = 600 * BYTES_PER_MS
"""What came before speech was noticed: the detector needs 0.2 s, and words begin softly."""

MAX_UNDECODED_BYTES = 60_000 * BYTES_PER_MS
"""Of one utterance; if the child is so far behind, the sound is given up rather than memory."""

MAX_BACKLOG_BYTES = 4_000_000
MAX_DEATHS = 2
"""Sound on which a child has died so often is not given to another."""

MODULE = "app.interview_session.voice.services.ear_process"
WordTimes = list[tuple[int, int]]


class EarsError(Exception):
    """The ears could not work out some of what was said."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an utterance has come to.

    Attributes:
        text: all of its words so far.
        word_times: when each word began and ended, in milliseconds since the utterance's first voice.
        is_final: whether the utterance is over and nothing more comes of it.
        is_incomplete: whether some of it was given up since the last words.

    """

    text: str
    word_times: WordTimes
    is_final: bool
    is_incomplete: bool = False


Listener = Callable[[Words], None]


class Ears:
    """The decoder processes of this process. Speakers share them; one that died is replaced.

    Args:
        processes: how many there are to be. If not all of them can be started, those that can be carry on.

    """

    def __init__(self, processes: int) -> None:
        self._children = [_Child() for _ in range(processes)]

    async def start(self) -> None:
        """Start the processes and wait until each can decode.

        Raises:
            ChildError: none of them can be started.

        """
        results = await asyncio.gather(*(child.process.start() for child in self._children), return_exceptions=True)
        errors = [result for result in results if result is not None]
        for error in errors:
            if not isinstance(error, ChildError | OSError):
                raise error
        if len(errors) == len(results):
            raise errors[0]
        if errors:
            log.warning("ears_incomplete", processes=len(results) - len(errors), wanted=len(results))
            pairs = zip(self._children, results, strict=True)
            self._children = [child for child, result in pairs if result is None]

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(child.process.stop() for child in self._children))

    def lend(self, listener: Listener, terms: Sequence[str] = ()) -> "Ear":
        """Return an ear for one speaker, on the process that has the fewest.

        Args:
            listener: gets what each utterance has come to whenever there are new words, and at its end; utterances
                end in the order in which they began.
            terms: what the ear leans to, besides the field's terms.

        """
        return Ear(self._children, listener, terms)


class Ear:
    """One speaker's place at the decoder processes."""

    def __init__(self, children: Sequence["_Child"], listener: Listener, terms: Sequence[str]) -> None:
        self._children = children
        self._listener = listener
        self._terms = "\n".join(terms).encode()
        self._utterances: deque[_Utterance] = deque()
        self._stall = Stall(self._note_slow)
        self._child = min(children, key=lambda child: len(child.ears))
        self._child.ears.append(self)

    @property
    def pid(self) -> int | None:
        """Return the number of the process that it is at; None while there is none."""
        return self._child.process.pid

    @property
    def is_owed_words(self) -> bool:
        """Tell whether an utterance is over of which not all words are there."""
        return any(utterance.is_over for utterance in self._utterances)

    def begin(self) -> None:
        """Begin an utterance; one that is still under way ends."""
        self.end()
        self._utterances.append(_Utterance())
        self._give(self._utterances[-1])

    def listen(self, audio: bytes) -> None:
        """Hear a piece of the utterance."""
        if not self._utterances or self._utterances[-1].is_over:
            return
        utterance = self._utterances[-1]
        if self._child.process.backlog_bytes > MAX_BACKLOG_BYTES or len(utterance.undecoded) > MAX_UNDECODED_BYTES:
            self._give_up(utterance, reason="too slow")
        utterance.undecoded += audio
        self._child.process.send(utterance.number, AUDIO, audio)

    def end(self) -> None:
        """End the utterance; the rest of its words comes soon."""
        if self._utterances and not self._utterances[-1].is_over:
            utterance = self._utterances[-1]
            if not self.is_owed_words:
                self._stall.begin()
            utterance.is_over = True
            self._child.process.send(utterance.number, END)

    def move_if_stranded(self) -> None:
        """Go to another process, with all that is not decoded, if this one is gone; where there is one."""
        if self._child.process.is_ready or not self._utterances:
            return
        others = [child for child in self._children if child.process.is_ready]
        if others:
            gone = self._child
            gone.ears.remove(self)
            for utterance in self._utterances:
                gone.forget(utterance)
            self._child = min(others, key=lambda child: len(child.ears))
            self._child.ears.append(self)
            self.give_again(gone.decoding)

    def give_back(self) -> None:
        """Free the place; nothing more is heard."""
        if self in self._child.ears:
            self._child.ears.remove(self)
        for utterance in self._utterances:
            self._child.forget(utterance)
        self._stall.end()
        self._utterances.clear()

    def give_again(self, fatal_number: int | None) -> None:
        """Give a new process what the old one had; not what has killed one twice, if that is the one it died on."""
        for utterance in [*self._utterances]:
            if utterance.number == fatal_number:
                utterance.deaths += 1
            if utterance.deaths >= MAX_DEATHS:
                self._give_up(utterance, reason="deadly")
                if utterance.is_over:
                    self._finish(utterance)
            else:
                self._give(utterance)

    def take(self, utterance: "_Utterance", operation: int, found: dict[str, Any]) -> None:
        """Take in the words of a piece."""
        utterance.add(found)
        if operation == LAST:
            self._finish(utterance)
        elif found["text"] and utterance is self._utterances[0]:
            self._listener(utterance.words())

    def _give(self, utterance: "_Utterance") -> None:
        """Give the process an utterance, or what is left of it."""
        self._child.know(utterance, self)
        send = self._child.process.send
        send(utterance.number, BEGIN, self._terms)
        if utterance.undecoded:
            send(utterance.number, AUDIO, bytes(utterance.undecoded))
        if utterance.is_over:
            send(utterance.number, END)

    def _give_up(self, utterance: "_Utterance", *, reason: str) -> None:
        """Drop the sound that is not decoded, as a whole; what follows it is heard."""
        if not utterance.undecoded:
            return
        milliseconds = len(utterance.undecoded) // BYTES_PER_MS
        log.warning("speech_given_up", seconds=round(milliseconds / 1000, 1), reason=reason)
        self._child.forget(utterance)
        utterance.give_up()
        if not utterance.is_over:
            self._give(utterance)

    def _finish(self, utterance: "_Utterance") -> None:
        utterance.is_finished = True
        self._child.forget(utterance)
        while self._utterances and self._utterances[0].is_finished:
            self._listener(self._utterances.popleft().words())
        if not self.is_owed_words:
            self._stall.end()

    def _note_slow(self) -> None:
        log.warning("ears_slow", waiting=self._child.waiting)


class OfflineEars(STTService):
    """Pipecat's interface to an ear. Its texts come as ``TranscriptionFrame`` with ``result["word_times"]``."""

    def __init__(self, ears: Ears, terms: Sequence[str] = ()) -> None:
        super().__init__(
            sample_rate=SAMPLE_RATE,
            audio_passthrough=False,
            ttfs_p99_latency=0.6,
            settings=STTSettings(model="moonshine-tiny-en", language=Language.EN),
        )
        self._found: asyncio.Queue[Words] = asyncio.Queue()
        self._ear = ears.lend(self._found.put_nowait, terms)
        self._before_speech = bytearray()
        self._is_listening = False
        self._pushing: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Follow the beginning and the end of speech."""
        if isinstance(frame, VADUserStartedSpeakingFrame):
            if self._pushing is None:
                self._pushing = self.create_task(self._push_words(), "words")
            self._is_listening = True
            self._ear.begin()
            self._ear.listen(bytes(self._before_speech))
            self._before_speech.clear()
        elif isinstance(frame, VADUserStoppedSpeakingFrame) and self._is_listening:
            self._is_listening = False
            self._ear.end()
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

    async def _push_words(self) -> None:
        while True:
            words = await self._found.get()
            if words.is_incomplete:
                await self.push_error("some speech was not understood", exception=EarsError())
            if not words.text:
                continue
            result = {"word_times": [list(times) for times in words.word_times]}
            if words.is_final:
                await self.push_frame(
                    TranscriptionFrame(
                        words.text, self._user_id, time_now_iso8601(), Language.EN, result=result, finalized=True
                    )
                )
            else:
                await self.push_frame(
                    InterimTranscriptionFrame(
                        words.text, self._user_id, time_now_iso8601(), Language.EN, result=result
                    )
                )


_numbers: Iterator[int] = itertools.count(1)


@dataclass(slots=True, eq=False)
class _Utterance:
    """What is known of an utterance. Its number is that of its sound: with other sound it gets another."""

    number: int = field(default_factory=lambda: next(_numbers))
    pieces: list[Piece] = field(default_factory=list)
    undecoded: bytearray = field(default_factory=bytearray)
    decoded_ms: int = 0
    first_voice_ms: int | None = None
    deaths: int = 0
    is_over: bool = False
    is_finished: bool = False
    is_incomplete: bool = False

    def add(self, found: dict[str, Any]) -> None:
        """Put the words of the next piece behind those that there are."""
        begin = self.decoded_ms
        if self.first_voice_ms is None and found["voice_ms"] is not None:
            self.first_voice_ms = begin + found["voice_ms"]
        times = [(begin + first, begin + last) for first, last in found["word_times"]]
        self.pieces.append(Piece(found["text"], times, found["is_at_pause"]))
        self._pass(2 * found["samples"])
        self.deaths = 0

    def give_up(self) -> None:
        """Forget the sound that is not decoded."""
        self._pass(len(self.undecoded))
        self.number = next(_numbers)
        self.deaths = 0
        self.is_incomplete = True

    def words(self) -> Words:
        """Return what has come of it so far."""
        first = self.first_voice_ms or 0
        times = [
            (max(0, begin - first), max(0, end - first)) for piece in self.pieces for begin, end in piece.word_times
        ]
        is_incomplete, self.is_incomplete = self.is_incomplete, False
        return Words(joined(self.pieces), times, self.is_finished, is_incomplete)

    def _pass(self, size: int) -> None:
        self.decoded_ms += size // BYTES_PER_MS
        del self.undecoded[:size]


class _Child:
    """A decoder process, the ears that are there, and the utterances that it has been given."""

    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self._given: dict[int, tuple[_Utterance, Ear]] = {}
        self.decoding: int | None = None
        self.process = ChildProcess(
            "ears", MODULE, [str(MOONSHINE_FOLDER)], on_message=self._take, on_restart=self._give_again
        )

    @property
    def waiting(self) -> int:
        """Return how many utterances are over of which not all words are there."""
        return sum(utterance.is_over for utterance, _ in self._given.values())

    def know(self, utterance: _Utterance, ear: Ear) -> None:
        """Expect the words of an utterance."""
        self._given[utterance.number] = (utterance, ear)

    def forget(self, utterance: _Utterance) -> None:
        """Have an utterance given up, if it is not over."""
        if self._given.pop(utterance.number, None):
            self.process.send(utterance.number, LEAVE)

    def _take(self, number: int, operation: int, content: bytes) -> None:
        if operation == DECODING:
            self.decoding = number
        elif operation in {PIECE, LAST}:
            self.decoding = None
            if known := self._given.get(number):
                utterance, ear = known
                ear.take(utterance, operation, orjson.loads(content))

    def _give_again(self) -> None:
        fatal, self.decoding = self.decoding, None
        self._given.clear()
        for ear in [*self.ears]:
            ear.give_again(fatal)
