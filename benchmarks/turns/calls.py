"""Candidates in calls: plays what their scripts say, and takes down what the interviewer does meanwhile."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
from numpy.typing import NDArray

from benchmarks.turns.candidates import Answer, Interjection, Noise
from tests.support.peer import LISTENING_RATE, LOUD, Peer
from tests.support.sounds import RATE, pcm, room_response, silence, speech

NOTE = (
    "Note {} says that we now go through a long list of things that a good engineer has to think about when a "
    "service for many people has to be fast and safe and cheap and easy to change for everybody who works on it in "
    "years to come"
)
"""One sentence without a pause, to be interrupted in."""

LISTENS_SECONDS = 4.0
"""So long the candidate listens before they do something: past the words that lead to the note."""

STOP_SECONDS = 0.8
"""A silence of this length is no hesitation."""

FLUENT_SECONDS = 0.5
GAP_SECONDS = 0.12
"""With no longer gap for so long the interviewer is in the midst of something: a silence that follows is no pause."""

SILENCE_SECONDS = 0.25
READY_SECONDS = 1.2
GRACE_SECONDS = 2.0
LONGEST_REPLY_SECONDS = 9.0
ECHO_DELAY_SECONDS = 0.25
STEP_SECONDS = 0.02
PATIENCE_SECONDS = 180.0


@dataclass(frozen=True)
class Pause:
    """A pause in an answer; ``is_talked_over`` says that the interviewer began to speak in it."""

    seconds: float
    is_finished_sentence: bool
    is_talked_over: bool


@dataclass(frozen=True)
class Played:
    """An answer as it went: its pauses, and the seconds from its end to the reply, None where it was talked over."""

    answer: Answer
    pauses: list[Pause]
    reply_seconds: float | None


@dataclass(frozen=True)
class Interjected:
    """What came of an interjection: the seconds until silence began, and the longest silence."""

    interjection: Interjection
    seconds_to_silence: float | None
    longest_silence_seconds: float


class Candidate:
    """One candidate in one call."""

    def __init__(self, http: httpx.AsyncClient, *, patience_seconds: float, peer: type[Peer] = Peer) -> None:
        self.room = f"turns-{uuid4().hex[:8]}"
        self._http = http
        self._patience = patience_seconds
        self.peer = peer(http, self.room)
        self._numbers = count(1)

    async def call(self) -> None:
        """Begin a call."""
        body = {"room_id": self.room, "mock_interview_id": "behavioral"}
        (await self._http.post("/api/start-interview", json=body)).raise_for_status()
        await self.peer.connect(patience_seconds=self._patience)
        await self.peer.hears_speech()

    async def answer(self, answer: Answer) -> Played:
        """Give an answer in the next silence."""
        await self._silence()
        began = time.monotonic()
        at, spans = began, []
        for text, pause_seconds in answer.pieces:
            sound = speech(text)
            self.peer.microphone.say(pcm(np.concatenate([sound, silence(pause_seconds)])))
            at += len(sound) / RATE
            spans.append((at, at + pause_seconds, text))
            at += pause_seconds
        pauses = []
        for start, end, text in spans[:-1]:
            await _sleep_until(end)
            talked_over = self._first_sound(start, end) is not None
            pauses.append(Pause(end - start, text.endswith("."), talked_over))
            if talked_over:
                self.peer.microphone.stop_speaking()
                return Played(answer, pauses, None)
        end = spans[-1][0]
        while (sound_at := self._first_sound(end)) is None and time.monotonic() < end + LONGEST_REPLY_SECONDS:
            await asyncio.sleep(STEP_SECONDS)
        return Played(answer, pauses, sound_at - end if sound_at else LONGEST_REPLY_SECONDS)

    async def interject(self, interjection: Interjection) -> Interjected:
        """Do something while the interviewer speaks."""
        await self._have_note_said()
        while any(end - start > GAP_SECONDS for start, end in self._silences(time.monotonic() - FLUENT_SECONDS)):
            await asyncio.sleep(STEP_SECONDS)
        began = time.monotonic()
        self.peer.microphone.say(pcm(interjection.sound))
        lasts = len(interjection.sound) / RATE
        await _sleep_until(began + lasts + STOP_SECONDS + 0.6)
        silences = [span for span in self._silences(began - 0.3) if span[0] < began + lasts + 0.6 and span[1] > began]
        starts = (start for start, end in silences if end - start >= SILENCE_SECONDS)
        to_silence = next((max(0.0, start - began) for start in starts), None)
        longest = max((end - start for start, end in silences), default=0.0)
        await self._silence()
        return Interjected(interjection, to_silence, longest)

    async def make_noise(self, noise: Noise) -> bool:
        """Make a noise in the next silence; tell whether the interviewer spoke because of it."""
        await self._silence()
        began = time.monotonic()
        self.peer.microphone.say(pcm(noise.sound))
        await _sleep_until(began + len(noise.sound) / RATE + GRACE_SECONDS)
        return self._first_sound(began) is not None

    async def listen(self) -> float:
        """Say nothing while the interviewer speaks; return the longest silence within."""
        await self._have_note_said()
        began = time.monotonic()
        await _sleep_until(began + 5.0)
        return max((end - start for start, end in self._silences(began)), default=0.0)

    async def _have_note_said(self) -> None:
        await self._silence()
        since = time.monotonic()
        body = {"room_id": self.room, "context_text": NOTE.format(next(self._numbers))}
        (await self._http.post("/api/inject-custom-context", json=body)).raise_for_status()
        await self.peer.hears_speech(since=since)
        await asyncio.sleep(LISTENS_SECONDS)

    async def _silence(self) -> None:
        """Wait until the interviewer has been silent for a while."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            began = time.monotonic()
            while self._first_sound(time.monotonic() - READY_SECONDS) or time.monotonic() < began + READY_SECONDS:
                await asyncio.sleep(STEP_SECONDS)

    def _first_sound(self, since: float, until: float = float("inf")) -> float | None:
        heard = islice(self.peer.loudness, bisect_left(self.peer.loudness, (since, 0)), None)
        return next((moment for moment, peak in heard if moment < until and peak > LOUD), None)

    def _silences(self, since: float) -> Iterator[tuple[float, float]]:
        began: float | None = None
        moment = since
        for moment, peak in self.peer.loudness[bisect_left(self.peer.loudness, (since, 0)) :]:
            if peak <= LOUD:
                began = began or moment
            elif began:
                yield began, moment
                began = None
        if began:
            yield began, moment


class EchoingPeer(Peer):
    """A peer without headphones: what it hears comes back, -12 dB weaker."""

    gain = 0.25

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._response = self.gain * room_response(LISTENING_RATE, reverberation_seconds=0.25)
        self._past = np.zeros(len(self._response) - 1)
        self.microphone.say(pcm(silence(ECHO_DELAY_SECONDS)))

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Send back what is heard, as the room answers it."""
        joined = np.concatenate([self._past, samples / 32768])
        self._past = joined[-len(self._past) :]
        echo = np.convolve(joined, self._response, mode="valid")
        self.microphone.say(pcm(np.repeat(echo, RATE // LISTENING_RATE)))


async def _sleep_until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
