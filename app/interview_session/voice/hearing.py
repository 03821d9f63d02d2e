"""What the candidate says: when it began, what it means, in the order in which it came."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from typing import Any

import structlog
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from app.core.clock import utc_now
from app.interview_session.conversation.utterance import Understander, Understanding

log = structlog.get_logger(__name__)

LONGEST_REQUEST_WORDS = 14
"""Up to so many words a turn is understood as a whole: a request may come in pieces."""

UNHEARD_SECONDS = 3.0
"""Voice of which no text has come for so long was a cough or a murmur."""

LONGEST_UTTERANCE_MS = 24 * 60 * 60 * 1000

WordTimes = list[list[int]]
"""Begin and end of each word of a text, in milliseconds since the text's entry began."""


@dataclass(slots=True)
class _Voice:
    """The candidate's voice in one go. ``first`` is its first sound, ``began`` where its untold words begin."""

    first: datetime
    began: datetime
    ended: datetime | None = None


class HeardSentences(FrameProcessor):
    """Stands behind the ears, and tells what they understood, and when the candidate began to say it.

    ``heard`` gets each final text with the times of its words, and tells whether it goes on to where turns are
    detected. ``heard_so_far`` gets what is not final, and that ends here: a turn must not last longer for a guess.

    Ears that know when a text's utterance began hand that on in its ``result``. Of other ears' texts it is guessed.
    """

    def __init__(
        self,
        heard: Callable[[str, datetime, WordTimes | None], bool],
        heard_so_far: Callable[[str, datetime], None],
    ) -> None:
        super().__init__(enable_direct_mode=True)
        self._heard = heard
        self._heard_so_far = heard_so_far
        self._voices: list[_Voice] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on, and tell of what was understood; what is for nobody stays here."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            self._begin_voice(frame.start_secs)
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._end_voice()
        elif isinstance(frame, InterimTranscriptionFrame):
            if text := frame.text.strip():
                guess = self._voices[0].began if self._voices else utc_now()
                self._heard_so_far(text, _utterance_began(frame.result) or guess)
            return
        elif isinstance(frame, TranscriptionFrame) and (text := frame.text.strip()):
            began, first_voice = self._take_voices()
            if known := _utterance_began(frame.result):
                began = first_voice = known
            offset_ms = round((first_voice - began) / timedelta(milliseconds=1)) if first_voice else None
            if not self._heard(text, began, _word_times(frame.result, text, offset_ms)):
                return
        await self.push_frame(frame, direction)

    def _begin_voice(self, noticed_after_seconds: float) -> None:
        now = utc_now()
        self._end_voice()
        self._voices = [
            voice for voice in self._voices if voice.ended and (now - voice.ended).total_seconds() <= UNHEARD_SECONDS
        ]
        first = now - timedelta(seconds=noticed_after_seconds)
        self._voices.append(_Voice(first, first))

    def _end_voice(self) -> None:
        if self._voices and self._voices[-1].ended is None:
            self._voices[-1].ended = utc_now()

    def _take_voices(self) -> tuple[datetime, datetime | None]:
        """Return when the words of a final text began, and the first voice that the times of its words count from.

        The candidate may have gone on before the text came: it is of what has ended, unless nothing has. A cough
        before them belongs to the words, as far as anybody can tell.
        """
        ended = [voice for voice in self._voices if voice.ended]
        if ended:
            self._voices = [voice for voice in self._voices if voice.ended is None]
            return ended[0].began, ended[-1].first
        if not self._voices:
            return utc_now(), None
        [running] = self._voices
        began, running.began = running.began, utc_now()
        return began, running.first


@dataclass(slots=True)
class Turn:
    """A turn of the candidate's: the phase in which it began, and what has been understood of it so far.

    ``is_interruption`` says that it cut the interviewer off, ``is_heard`` that there are words in it.
    """

    sequence: int
    field: Mapping[str, Any]
    is_interruption: bool = False
    is_heard: bool = False
    texts: list[str] = attribute(default_factory=list)


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of a turn, as the ears understood it at once."""

    turn: Turn
    text: str
    began: datetime
    ended: datetime
    word_times: WordTimes | None = None


class Hearing:
    """Understands the pieces of the candidate's turns in order; ``on_understood`` gets each with its sense."""

    def __init__(
        self, understander: Understander, language: str, on_understood: Callable[[Heard, Understanding], None]
    ) -> None:
        self._understander = understander
        self._language = language
        self._on_understood = on_understood
        self._waiting: deque[Heard] = deque()
        self._news = asyncio.Event()
        self._is_finished = False

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that was heard has been understood."""
        return not self._waiting

    def take(self, heard: Heard) -> None:
        """Have a piece understood."""
        self._waiting.append(heard)
        self._news.set()
        if self._is_finished:
            self.finish()

    async def run(self) -> None:
        """Understand until cancelled. A piece waits until it is understood, so that ``finish`` finds it."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                heard = self._waiting[0]
                understanding = await self._understand(heard)
                if not self._is_finished:
                    self._waiting.popleft()
                    heard.turn.texts.append(heard.text)
                    self._on_understood(heard, understanding)

    def finish(self) -> None:
        """Take all that is waiting, and what comes after this, for what it most likely is: none of it may be lost."""
        self._is_finished = True
        while self._waiting:
            self._on_understood(self._waiting.popleft(), Understanding())

    async def _understand(self, heard: Heard) -> Understanding:
        text = " ".join([*heard.turn.texts, heard.text])
        if len(text.split()) > LONGEST_REQUEST_WORDS:
            text = heard.text
        try:
            return await self._understander.understand(text, field=heard.turn.field, language=self._language)
        except Exception:
            # Whatever it is, the candidate has said something.
            log.exception("understanding_failed")
            return Understanding()


def _utterance_began(result: Any) -> datetime | None:
    """Return when a text's utterance began, if its ears know that."""
    began = result.get("began") if isinstance(result, Mapping) else None
    return began if isinstance(began, datetime) else None


def _word_times(result: Any, text: str, offset_ms: int | None) -> WordTimes | None:
    """Return the times of a text's words as the ears gave them, moved by an offset; None unless all are sound.

    The words must follow each other, and each must end after it began.
    """
    pairs = result.get("word_times") if isinstance(result, Mapping) else None
    if offset_ms is None or not isinstance(pairs, list | tuple) or len(pairs) != len(text.split()):
        return None
    times: WordTimes = []
    last_begin = 0
    for pair in pairs:
        if not isinstance(pair, list | tuple) or [type(time) in {int, float} for time in pair] != [True, True]:
            return None
        # Before they are rounded: neither infinity nor what is not a number can be.
        if not -LONGEST_UTTERANCE_MS <= pair[0] <= pair[1] <= LONGEST_UTTERANCE_MS:
            return None
        begin, end = (round(time) + offset_ms for time in pair)
        if begin < last_begin:
            return None
        times.append([begin, end])
        last_begin = begin
    return times
