"""An utterance on its way through the ears: the words that came of it, and the sound of which none have come yet."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.interview_session.voice.services.joined_pieces import Piece, joined

SAMPLE_RATE = 16000
BYTES_PER_MS = SAMPLE_RATE * 2 // 1000
WordTimes = list[tuple[int, int]]

_numbers: Iterator[int] = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Words:
    """What an utterance has come to.

    Attributes:
        text: all of its words so far.
        word_times: when each word began and ended, in milliseconds since the utterance's first voice.
        is_final: whether the utterance is over and nothing more comes of it.
        is_incomplete: whether some of it was given up since the last words.
        began: when its first voice was, as the speaker's side was told.

    """

    text: str
    word_times: WordTimes
    is_final: bool
    is_incomplete: bool = False
    began: datetime | None = None


@dataclass(slots=True, eq=False)
class Utterance:
    """What is known of an utterance. Its number is that of its sound: with other sound it gets another."""

    began: datetime | None = None
    number: int = field(default_factory=lambda: next(_numbers))
    pieces: list[Piece] = field(default_factory=list)
    undecoded: bytearray = field(default_factory=bytearray)
    decoded_ms: int = 0
    first_voice_ms: int | None = None
    deaths: int = 0
    is_over: bool = False
    is_finished: bool = False
    is_incomplete: bool = False
    deadline: asyncio.TimerHandle | None = None

    def add(self, found: dict[str, Any]) -> None:
        """Put the words of the next piece behind those that there are."""
        begin = self.decoded_ms
        if self.first_voice_ms is None and found["voice_ms"] is not None:
            self.first_voice_ms = begin + found["voice_ms"]
        times = [(begin + first, begin + last) for first, last in found["word_times"]]
        self.pieces.append(Piece(found["text"], times, found["is_at_pause"]))
        size = 2 * found["samples"]
        del self.undecoded[:size]
        self.decoded_ms += size // BYTES_PER_MS
        self.deaths = 0

    def give_up(self, more_bytes: int = 0) -> None:
        """Forget the sound that is not decoded, and so much more that was not even kept."""
        self.decoded_ms += (len(self.undecoded) + more_bytes) // BYTES_PER_MS
        self.undecoded.clear()
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
        return Words(joined(self.pieces), times, self.is_finished, is_incomplete, self.began)
