"""How long it takes until the voice is heard, and until the ears have understood."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence

import numpy as np

from app.interview_session.voice.services.ears import Ears
from benchmarks.speech.ears import heard
from benchmarks.speech.sound import SAMPLE_RATE, Samples

Speak = Callable[[str], AsyncIterator[bytes]]
"""Says a text: yields its sound piece by piece."""

BETWEEN_SPEAKERS_SECONDS = 0.7
LENGTHS_SECONDS = (6, 23, 60)


async def seconds_to_text(ears: Ears, speech: Sequence[Samples], *, speakers: int) -> list[float]:
    """Have so many speakers at once say all of it, as in life; return the seconds from each end to its text."""

    async def speak(number: int) -> list[float]:
        # People do not fall silent in the same instant.
        await asyncio.sleep(number * BETWEEN_SPEAKERS_SECONDS)
        return [(await heard(ears, samples, (), pace=1.0))[1] for samples in speech[number::speakers]]

    times = await asyncio.gather(*(speak(number) for number in range(speakers)))
    return [seconds for speaker in times for seconds in speaker]


async def seconds_to_sound(speak: Speak, texts: Sequence[str], *, speakers: int) -> list[float]:
    """Have so many interviewers begin in the same instant; return the seconds until each is heard."""

    async def say(text: str) -> float:
        began = time.perf_counter()
        first = 0.0
        async for _ in speak(text):
            first = first or time.perf_counter() - began
        return first

    times: list[float] = []
    for start in range(0, len(texts), speakers):
        times += await asyncio.gather(*(say(text) for text in texts[start : start + speakers]))
    return times


def of_length(speech: Sequence[Samples], seconds: float) -> Samples:
    """Return speech of about that length, cut from answers in a row where there is a pause."""
    wanted = int(seconds * SAMPLE_RATE)
    together = np.concatenate(list(speech))
    around = together[wanted - SAMPLE_RATE : wanted + SAMPLE_RATE] ** 2
    quiet = int(np.convolve(around, np.ones(SAMPLE_RATE // 10), "valid").argmin()) + SAMPLE_RATE // 20
    return together[: wanted - SAMPLE_RATE + quiet]
