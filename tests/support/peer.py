"""A candidate's side of a call: an aiortc peer that speaks WAV files and listens to what comes back."""

import asyncio
import fractions
import shutil
import subprocess
import time
import wave
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler
from numpy.typing import NDArray

from tests.support.waiting import PATIENCE_SECONDS, until

RATE = 48000
FRAME = RATE // 50
LISTENING_RATE = 16000
LOUD = 500
"""Above this peak (of 32,767) a frame is not silence."""


class Microphone(AudioStreamTrack):
    """Sends silence, and what it is told to say."""

    def __init__(self) -> None:
        super().__init__()
        self._speech = bytearray()
        self._count = 0
        self._began = 0.0

    @property
    def is_speaking(self) -> bool:
        return bool(self._speech)

    def say(self, audio: bytes) -> None:
        """Queue 48 kHz mono PCM."""
        self._speech += audio

    def stop_speaking(self) -> None:
        """Break off."""
        self._speech.clear()

    async def recv(self) -> AudioFrame:
        self._began = self._began or time.monotonic()
        await asyncio.sleep(max(0, self._began + self._count * FRAME / RATE - time.monotonic()))
        piece = bytes(self._speech[: FRAME * 2]).ljust(FRAME * 2, b"\0")
        del self._speech[: FRAME * 2]
        frame = AudioFrame.from_ndarray(np.frombuffer(piece, np.int16)[None, :], layout="mono")
        frame.sample_rate = RATE
        frame.pts = self._count * FRAME
        frame.time_base = fractions.Fraction(1, RATE)
        self._count += 1
        return frame


class Peer:
    """One connection to a room."""

    def __init__(self, http: httpx.AsyncClient, room_id: str, headers: dict[str, str] | None = None) -> None:
        self.http = http
        self.room_id = room_id
        self.headers = headers or {}
        self.microphone = Microphone()
        self.loudness: list[tuple[float, int]] = []
        self.pc_id = ""
        self.offered_at = 0.0
        self._connected = asyncio.Event()
        self._listening: set[asyncio.Task[None]] = set()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.addTrack(self.microphone)
        self.pc.on("track", self._listen)
        self.pc.on("connectionstatechange", self._look)

    async def offer(self, **fields: Any) -> httpx.Response:
        """Send an offer, and take the answer if there is one."""
        await self.pc.setLocalDescription(await self.pc.createOffer())
        local = self.pc.localDescription
        body = {"room_id": self.room_id, "sdp": local.sdp, "type": local.type} | fields
        self.offered_at = time.monotonic()
        response = await self.http.post("/api/offer", json=body, headers=self.headers)
        if response.status_code == 200:
            self.pc_id = response.json()["pc_id"]
        return response

    async def connect(self, **fields: Any) -> "Peer":
        """Call the room and wait until the line is there."""
        response = await self.offer(**fields)
        assert response.status_code == 200, response.text
        return await self.take(response)

    async def take(self, response: httpx.Response) -> "Peer":
        """Take the answer to an offer and wait until the line is there."""
        answer = response.json()
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._connected.wait()
        return self

    async def hears_speech(self, *, since: float | None = None) -> float:
        """Wait for speech after a moment, by default the offer; return how long it took."""
        since = self.offered_at if since is None else since

        def has_heard() -> bool:
            for moment, peak in reversed(self.loudness):
                if moment < since or peak > LOUD:
                    return moment >= since
            return False

        await until(has_heard)
        return next(moment for moment, peak in self.loudness if moment >= since and peak > LOUD) - since

    async def hears_silence(self, *, lasting: float = 0.4) -> float:
        """Wait until there has been silence for a while; return the moment at which it began."""

        def silence() -> float | None:
            recent = [(moment, peak) for moment, peak in self.loudness if moment > time.monotonic() - lasting]
            is_silent = len(recent) > lasting * 25 and all(peak <= LOUD for _, peak in recent)
            return recent[0][0] if is_silent else None

        began: float = await until(silence)
        return began

    async def say(self, audio: bytes) -> None:
        """Say something, and return at its end."""
        self.microphone.say(audio)
        await until(lambda: not self.microphone.is_speaking)

    def vanish(self) -> None:
        """Lose the line, without a word."""
        for transceiver in self.pc.getTransceivers():
            for protocol in transceiver.sender.transport.transport._connection._protocols:
                protocol.transport.abort()

    async def close(self) -> None:
        """Hang up."""
        await self.pc.close()
        for task in [*self._listening]:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def _look(self) -> None:
        if self.pc.connectionState == "connected":
            self._connected.set()

    def _listen(self, track: MediaStreamTrack) -> None:
        task = asyncio.create_task(self._measure(track))
        self._listening.add(task)

    async def _measure(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler("s16", "mono", LISTENING_RATE)
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                for resampled in resampler.resample(frame):
                    samples = resampled.to_ndarray().ravel().astype(np.int16)
                    self.loudness.append((time.monotonic(), int(np.abs(samples.astype(np.int32)).max())))
                    self.hear(samples)
        except MediaStreamError:
            pass

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take in what has just been heard, at ``LISTENING_RATE``; a peer of another kind may answer it."""


def spoken(folder: Path, text: str) -> bytes:
    """Return a text as speech; the ears understand flite's voices, not espeak's."""
    program = shutil.which("flite")
    if program is None:
        pytest.skip("flite, the voice of the test candidate, is not installed")
    path = folder / f"{abs(hash(text))}.wav"
    subprocess.run([program, "-voice", "slt", "-t", text, "-o", str(path)], check=True, timeout=30)
    with wave.open(str(path)) as recording:
        rate = recording.getframerate()
        samples = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
    assert RATE % rate == 0
    upsampled = np.interp(
        np.arange(len(samples) * (RATE // rate)) / (RATE // rate), np.arange(len(samples)), samples.astype(np.float64)
    )
    audio: bytes = upsampled.astype(np.int16).tobytes()
    return audio
