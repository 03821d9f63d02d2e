"""Twenty calls at once, with one child for all voices and one for all ears on one core: slower, and nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
import psutil
import pytest
import structlog
from structlog.testing import capture_logs

from app.interview_session.voice.services import ears as ears_module
from app.interview_session.voice.services import hibari_voice, stall
from app.interview_session.voice.services.ear_utterance import Words
from app.interview_session.voice.services.ears import Ear, Ears
from app.interview_session.voice.services.hibari_voice import Hibari, HibariVoice
from app.interview_session.voice.services.offline_ears import offline_ears
from benchmarks.speech.word_errors import WordErrors, total, word_errors
from tests.support.voices import EARS_RATE, HIBARI_RATE, pcm, resampled, samples_of
from tests.support.waiting import until

pytestmark = pytest.mark.slow
FRAME_BYTES = 1920
NAMES = [
    *("Anna", "Boris", "Carla", "David", "Emma", "Frank", "Greta", "Henry", "Irene", "Jacob"),
    *("Karen", "Leo", "Maria", "Nathan", "Olivia", "Peter", "Quentin", "Robert", "Sarah", "Thomas"),
]
THINGS = ["garden", "kitchen", "window", "bridge", "river", "market", "hospital", "library", "station", "mountain"]
TEXTS = [f"{name} saw the {THINGS[number % 10]}, and met {number + 2} friends." for number, name in enumerate(NAMES)]
LONGEST_FIRST_PIECE = 30
MOST_WORD_ERRORS = 0.1
SLOW_SECONDS = 0.5
"""So soon a wait stands in the log here: with twenty of them there are such waits on every machine."""


@dataclass
class Caller:
    """Somebody who hears a text and says it: what came of both, and how long the words took after their end."""

    voice: HibariVoice
    text: str
    sound: bytes = b""
    heard: list[Words] = field(default_factory=list)
    wait_seconds: float = 0.0

    async def hear_and_say(self, ears: Ears, recording: bytes) -> None:
        """Do both at once."""
        await asyncio.gather(self.hear(), self.say(ears, recording))

    async def hear(self) -> None:
        """Have the voice say the text."""
        self.sound = b"".join([sound async for sound in self.voice._sound(self.text)])

    async def say(self, ears: Ears, recording: bytes) -> None:
        """Say it into an ear, as fast as the ear takes it."""
        ear: Ear = ears.lend(self.heard.append)
        ear.begin()
        for start in range(0, len(recording), FRAME_BYTES):
            ear.listen(recording[start : start + FRAME_BYTES])
            await asyncio.sleep(0)
        ear.end()
        ended = asyncio.get_running_loop().time()
        await until(lambda: any(words.is_final for words in self.heard))
        self.wait_seconds = asyncio.get_running_loop().time() - ended
        ear.give_back()


@pytest.fixture
async def children(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Hibari, Ears]]:
    """Give the voice and the ears, each with one child, both on one core."""
    # Other tests' applications may be alive, whose voice is in a hurry.
    monkeypatch.setattr(hibari_voice, "SPEED", 1.0)
    # Where a text is cut depends on how many wait; here all are to be cut alike, each once.
    for limit in ("LONGEST_FIRST_PIECE", "LONGEST_FIRST_PIECE_OF_MANY"):
        monkeypatch.setattr(hibari_voice, limit, LONGEST_FIRST_PIECE)
    hibari, ears = Hibari(), offline_ears(1)
    await asyncio.gather(hibari.start(), ears.start())
    probe = ears.lend(lambda _: None)
    for pid in (hibari.pid, probe.pid):
        if hasattr(os, "sched_setaffinity"):
            psutil.Process(pid).cpu_affinity([min(os.sched_getaffinity(0))])
    probe.give_back()
    yield hibari, ears
    await asyncio.gather(hibari.stop(), ears.stop())


async def test_each_hears_and_is_heard_whole_and_whoever_waits_is_in_the_log(
    children: tuple[Hibari, Ears], monkeypatch: pytest.MonkeyPatch
) -> None:
    hibari, ears = children
    alone = [Caller(HibariVoice(hibari), text) for text in TEXTS]
    for caller in alone:
        await caller.hear()
    recordings = [
        pcm(resampled(samples_of(caller.sound).astype(np.float64), HIBARI_RATE, EARS_RATE)) for caller in alone
    ]

    monkeypatch.setattr(stall, "SLOW_SECONDS", SLOW_SECONDS)
    for module in (ears_module, hibari_voice):
        # One that has logged before writes where logs went then.
        monkeypatch.setattr(module, "log", structlog.get_logger())
    together = [Caller(HibariVoice(hibari), text) for text in TEXTS]
    with capture_logs() as lines:
        pairs = zip(together, recordings, strict=True)
        await asyncio.gather(*(caller.hear_and_say(ears, recording) for caller, recording in pairs))

    assert [caller.sound for caller in together] == [caller.sound for caller in alone]
    finals = [[words for words in caller.heard if words.is_final] for caller in together]
    assert [len(words) for words in finals] == [1] * len(TEXTS)
    assert not any(words.is_incomplete for caller in together for words in caller.heard)
    errors = [word_errors(text, words.text) for text, [words] in zip(TEXTS, finals, strict=True)]
    assert total(errors).rate <= MOST_WORD_ERRORS
    for number, [words] in enumerate(finals):
        assert closest_to(words.text) == number
    waits = sum(caller.wait_seconds > SLOW_SECONDS + 0.2 for caller in together)
    told = [line["event"] for line in lines]
    assert told.count("ears_slow") >= waits > 0
    assert told.count("voice_slow") > 0


def closest_to(heard: str) -> int:
    """Return which of the texts has the fewest word errors."""
    errors: list[WordErrors] = [word_errors(text, heard) for text in TEXTS]
    return min(range(len(TEXTS)), key=lambda number: errors[number].errors)
