"""What the candidate says: when it began, what it means, in the order in which it came."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import Any

import structlog
from pipecat.frames.frames import (
    Frame,
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


class HeardSentences(FrameProcessor):
    """Stands behind the ears; ``heard`` gets what they understood, and when the candidate began to say it.

    It tells whether that goes on to where turns are detected.
    """

    def __init__(self, heard: Callable[[str, datetime], bool]) -> None:
        super().__init__(enable_direct_mode=True)
        self._heard = heard
        self._began: datetime | None = None
        self._ended: datetime | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on, and tell of what was understood; what is for nobody stays here."""
        await super().process_frame(frame, direction)
        if isinstance(frame, VADUserStartedSpeakingFrame):
            now = utc_now()
            is_stale = self._ended and (now - self._ended).total_seconds() > UNHEARD_SECONDS
            self._began = now if is_stale else self._began or now
            self._ended = None
        elif isinstance(frame, VADUserStoppedSpeakingFrame):
            self._ended = utc_now()
        elif isinstance(frame, TranscriptionFrame) and (text := frame.text.strip()):
            began, self._began = self._began or utc_now(), None
            if not self._heard(text, began):
                return
        await self.push_frame(frame, direction)


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


class Hearing:
    """Understands the pieces of the candidate's turns in order; ``on_understood`` gets each with its sense."""

    def __init__(
        self, understander: Understander, language: str, on_understood: Callable[[Heard, Understanding], None]
    ) -> None:
        self._understander = understander
        self._language = language
        self._on_understood = on_understood
        self._waiting: asyncio.Queue[Heard] = asyncio.Queue()
        self._pieces_under_way = 0

    @property
    def is_idle(self) -> bool:
        """Tell whether everything that was heard has been understood."""
        return self._pieces_under_way == 0

    def take(self, heard: Heard) -> None:
        """Have a piece understood."""
        self._pieces_under_way += 1
        self._waiting.put_nowait(heard)

    async def run(self) -> None:
        """Understand until cancelled."""
        while True:
            heard = await self._waiting.get()
            understanding = await self._understand(heard)
            heard.turn.texts.append(heard.text)
            self._pieces_under_way -= 1
            self._on_understood(heard, understanding)

    def finish(self) -> None:
        """Take what is still waiting for what it most likely is: none of it may be lost."""
        while not self._waiting.empty():
            self._pieces_under_way -= 1
            self._on_understood(self._waiting.get_nowait(), Understanding())

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
