"""The keyless voice: hibari, in a child process that serves all calls of this one.

A sentence is pronounced, cut into pieces at its clauses, and asked for piece by piece, a few seconds ahead of what
the candidate hears. So a long sentence is heard as soon as its first clause is there, and neither memory nor the
queue grows with what is said: a call waits for one piece at most.

When the child dies, another takes its place and the pieces that it had not finished are asked for again. The same
piece gives the same sound, so one of which some has been heard goes on behind that. A piece at which the child died
twice is given up, with one error, and the call goes on.
"""

import asyncio
import itertools
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable

import structlog
from pipecat.frames.frames import ErrorFrame, Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from app.core.metrics import VOICE_SLOW
from app.interview_session.voice.services.child_process import ChildProcess
from app.interview_session.voice.services.clauses import LONGEST_FIRST_PIECE, LONGEST_PIECE, next_piece
from app.interview_session.voice.services.pronunciation import pronounced
from app.interview_session.voice.services.stall import Stall
from app.interview_session.voice.services.voice_operations import AUDIO, BEGUN, CANCEL, DONE, FAILED, SYNTHESISE

log = structlog.get_logger(__name__)

SAMPLE_RATE = 24000
BYTES_PER_SECOND = SAMPLE_RATE * 2
SPEED = 1.0
"""The voice's pace: 0.5 is slow, 2 fast."""

AHEAD_SECONDS = 6.0
"""So far ahead of what is heard the next piece is asked for."""

LONGEST_FIRST_PIECE_OF_MANY = 36
"""``LONGEST_FIRST_PIECE`` while several calls wait for the voice."""

MANY = 2
MOST_DEATHS = 2
NOTICE_SECONDS = 60.0
"""A candidate whom the voice keeps waiting again and again is told so no more often than this."""

SIGN_SECONDS = 8.0
"""A child of which nothing has come for so long, with pieces waiting, does not work."""

SILENCE_SECONDS = 20.0
"""A child that says nothing for so long hangs, and is replaced: before the calls that wait for it have given up."""

LONGEST_SILENCE_SECONDS = 60.0
"""Pipecat takes a sentence without sound for finished after this time."""


class VoiceError(Exception):
    """A piece cannot be said."""


class Piece:
    """A piece of speech that was asked for: give it to ``async for`` once, and ``close`` it in any case."""

    def __init__(self, voice: "Hibari", number: int, request: bytes) -> None:
        self.request = request
        self.is_begun = False
        self.deaths = 0
        self._voice = voice
        self._number = number
        self._sound: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._received_bytes = 0
        self._known_bytes = 0
        self._has_failed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the sound as 16-bit PCM.

        Raises:
            VoiceError: the voice cannot say it.

        """
        while (sound := await self._sound.get()) is not None:
            yield sound
        if self._has_failed:
            raise VoiceError

    def close(self) -> None:
        """Want no more of it."""
        self._voice.forget(self._number)

    def take(self, sound: bytes) -> None:
        """Take in sound from the child; what is there from a child that died is known."""
        known = min(len(sound), self._known_bytes)
        self._known_bytes -= known
        if known < len(sound):
            self._received_bytes += len(sound) - known
            self._sound.put_nowait(sound[known:])

    def start_again(self) -> None:
        """Expect the sound from its beginning."""
        self.is_begun = False
        self._known_bytes = self._received_bytes

    def end(self, *, has_failed: bool = False) -> None:
        """Expect no more sound."""
        self._has_failed = has_failed
        self._sound.put_nowait(None)


class Hibari:
    """The child process and the pieces that it has been asked for.

    Args:
        module: what the child runs; tests have one that can be made to die.

    """

    def __init__(self, module: str = "app.interview_session.voice.services.voice_process") -> None:
        self._child = ChildProcess(
            "voice",
            module,
            [],
            on_message=self._take,
            on_restart=self._ask_again,
            is_owed=lambda: bool(self._pieces),
            silence_seconds=SILENCE_SECONDS,
        )
        self._numbers = itertools.count(1)
        self._pieces: dict[int, Piece] = {}
        self._last_sign = 0.0

    @property
    def pid(self) -> int | None:
        """Return the number of the process; None while there is none."""
        return self._child.pid

    @property
    def waiting(self) -> int:
        """Return how many pieces have been asked for and are not there."""
        return len(self._pieces)

    @property
    def is_at_work(self) -> bool:
        """Tell whether the child says something, if not to everyone: it is slow then, and not dead."""
        seconds = asyncio.get_running_loop().time() - self._last_sign
        return self._child.is_ready and bool(self._pieces) and seconds < SIGN_SECONDS

    async def start(self) -> None:
        """Start the child and wait until it is warm.

        Raises:
            ChildError: it does not come up.

        """
        await self._child.start()

    async def stop(self) -> None:
        """End the child."""
        await self._child.stop()

    def say(self, text: str, *, ahead_seconds: float) -> Piece:
        """Ask for a piece.

        Args:
            text: what to say, as ``pronounced`` gives it.
            ahead_seconds: how much sound the caller has left to hear; 0 if nothing sounds.

        """
        number = next(self._numbers)
        request = json.dumps({"text": text, "speed": SPEED, "ahead_seconds": ahead_seconds}).encode()
        piece = self._pieces[number] = Piece(self, number, request)
        # Without a child to take it, it is sent by ``_ask_again``.
        self._child.send(number, SYNTHESISE, request)
        return piece

    def forget(self, number: int) -> None:
        """Drop a piece that may still be on its way."""
        if self._pieces.pop(number, None):
            self._child.send(number, CANCEL)

    def _take(self, number: int, operation: int, content: bytes) -> None:
        self._last_sign = asyncio.get_running_loop().time()
        piece = self._pieces.get(number)
        if piece is None:
            return
        if operation == BEGUN:
            piece.is_begun = True
        elif operation == AUDIO:
            piece.take(content)
        elif operation in {DONE, FAILED}:
            del self._pieces[number]
            piece.end(has_failed=operation == FAILED)

    def _ask_again(self) -> None:
        for number, piece in [*self._pieces.items()]:
            # Only the one that was being worked on can be what the child died of.
            piece.deaths += piece.is_begun
            if piece.deaths >= MOST_DEATHS:
                log.warning("voice_piece_given_up", deaths=piece.deaths)
                del self._pieces[number]
                piece.end(has_failed=True)
            else:
                piece.start_again()
                self._child.send(number, SYNTHESISE, piece.request)


class HibariVoice(TTSService):
    """Pipecat's interface to the voice; ``on_slow`` is called when the call waits too long, once a minute at most."""

    def __init__(self, hibari: Hibari) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            stop_frame_timeout_s=LONGEST_SILENCE_SECONDS,
            # A text at which the child dies says nothing about the next one.
            max_consecutive_zero_audio_contexts=0,
            settings=TTSSettings(model="hibari", voice="heart", language=None),
        )
        self.on_slow: Callable[[], None] = lambda: None
        self._hibari = hibari
        self._piece: Piece | None = None
        self._runs_out_at = 0.0
        self._stall = Stall(self._note_slow)
        self._noticed_at = -math.inf

    @property
    def is_waiting(self) -> bool:
        """Tell whether the call waits for a voice that is at work for others."""
        return self._piece is not None and self._hibari.is_at_work

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Forget what an interruption cuts off."""
        if isinstance(frame, InterruptionFrame):
            self._runs_out_at = 0.0
        await super().process_frame(frame, direction)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Say a sentence."""
        has_sound = False
        try:
            async for frame in self._stream_audio_frames_from_iterator(
                self._sound(pronounced(text)), in_sample_rate=SAMPLE_RATE, context_id=context_id
            ):
                has_sound = True
                yield frame
        except VoiceError as error:
            # Pipecat itself reports a sentence without any sound.
            if has_sound:
                yield ErrorFrame("the voice broke off", exception=error)

    async def on_turn_context_completed(self) -> None:
        """Close a sentence of which no sound came, too: Pipecat would wait for some."""
        self._is_yielding_frames_synchronously = True
        await super().on_turn_context_completed()

    async def cleanup(self) -> None:
        """Want nothing more."""
        self._close_piece()
        await super().cleanup()

    async def _sound(self, text: str) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while text:
            await asyncio.sleep(self._runs_out_at - loop.time() - AHEAD_SECONDS)
            ahead = max(0.0, self._runs_out_at - loop.time())
            words, text = next_piece(text, self._longest(ahead))
            self._close_piece()
            piece = self._piece = self._hibari.say(words, ahead_seconds=ahead)
            self._stall.begin(after_seconds=ahead)
            try:
                async for sound in piece:
                    self._runs_out_at = max(self._runs_out_at, loop.time()) + len(sound) / BYTES_PER_SECOND
                    # A child that dies may take the rest of the piece along.
                    self._stall.begin(after_seconds=self._runs_out_at - loop.time())
                    yield sound
            finally:
                self._stall.end()
                piece.close()
                if self._piece is piece:
                    self._piece = None

    def _longest(self, ahead: float) -> int:
        if ahead > 0:
            return LONGEST_PIECE
        return LONGEST_FIRST_PIECE if self._hibari.waiting < MANY else LONGEST_FIRST_PIECE_OF_MANY

    def _note_slow(self) -> None:
        VOICE_SLOW.labels("voice").inc()
        log.warning("voice_slow", waiting=self._hibari.waiting)
        now = asyncio.get_running_loop().time()
        if now - self._noticed_at >= NOTICE_SECONDS:
            self._noticed_at = now
            self.on_slow()

    def _close_piece(self) -> None:
        if self._piece:
            self._piece.close()
            self._piece = None
