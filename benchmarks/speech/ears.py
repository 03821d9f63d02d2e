"""The application's ears, in their own process, as calls use them."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from app.interview_session.voice.services.ear_utterance import Words
from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.offline_ears import offline_ears
from benchmarks.speech.sound import SAMPLE_RATE, Samples, to_pcm

PIECE_SECONDS = 0.06
PIECE_BYTES = int(PIECE_SECONDS * SAMPLE_RATE) * 2
LONGEST_SECONDS = 120.0


class Ear(Protocol):
    """Something that hears."""

    name: str

    def hear(self, samples: Samples, terms: Sequence[str] = ()) -> str:
        """Return what is said; the terms are words of the room that may be said."""


class OfflineEar:
    """One speaker at the application's ears."""

    name = "the application's ears"

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self.ears = offline_ears(1)
        self._runner.run(self.ears.start())

    def hear(self, samples: Samples, terms: Sequence[str] = ()) -> str:
        """Return what is said; it is heard as fast as the ears can."""
        text, _ = self._runner.run(heard(self.ears, samples, terms, pace=0.0))
        return text

    def close(self) -> None:
        """End the process."""
        self._runner.run(self.ears.stop())
        self._runner.close()


async def heard(ears: Ears, samples: Samples, terms: Sequence[str], *, pace: float) -> tuple[str, float]:
    """Return what the ears understand, and the seconds from the end of speech until they have said it.

    Args:
        ears: the ears.
        samples: an utterance.
        terms: words of the room.
        pace: 1 to speak as in life, 0 to speak as fast as can be.

    """
    loop = asyncio.get_running_loop()
    text: asyncio.Future[str] = loop.create_future()

    def listen(words: Words) -> None:
        if words.is_final:
            text.set_result(words.text)

    ear = ears.lend(listen, terms)
    pcm = to_pcm(samples)
    began = loop.time()
    ear.begin()
    for number, start in enumerate(range(0, len(pcm), PIECE_BYTES), start=1):
        if pace:
            await asyncio.sleep(max(0.0, began + number * PIECE_SECONDS * pace - loop.time()))
        ear.listen(pcm[start : start + PIECE_BYTES])
    ended = loop.time()
    ear.end()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            result = await text
    finally:
        ear.give_back()
    return result, loop.time() - ended
