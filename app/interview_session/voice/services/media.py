"""A peer's media in the pipeline, at about half the cost of the stock parts.

What is saved: a third of the input frames; an output track that hands aiortc ready Opus packets instead of having
each frame resampled and encoded in a thread. ``speech_detector.py`` saves as well.
"""

import asyncio
import fractions
import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any

import av
import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from pipecat.frames.frames import Frame, InputAudioRawFrame, InterruptionFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_transport import TransportParams
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.transport import (
    SmallWebRTCInputTransport,
    SmallWebRTCOutputTransport,
    SmallWebRTCTransport,
)

from app.interview_session.voice.services.echo import EchoDetector

INPUT_SAMPLE_RATE = 16000
FRAME_SECONDS = 0.02
OUTPUT_CHUNK_10MS = 4
FRAMES_A_PUSH = 3
BIT_RATE = 32_000
STALL_SECONDS = 0.5
TRAILING_SILENT_FRAMES = 2

LONGEST_HOLD_SECONDS = 1.0
"""After so long a track that was held goes on, whatever it waits for."""

INPUT_CAPACITY_PACKETS = 16
INPUT_PREFETCH_PACKETS = 1
"""aiortc waits for four packets before it hands on the first, for an even flow. Nobody here needs one: packets that
come out of order or again are put in their place all the same, and each one waited for is 20 ms of an interruption.
"""


class PeerTransport(SmallWebRTCTransport):
    """A peer's audio, in and out."""

    def __init__(self, connection: SmallWebRTCConnection, sample_rate: int) -> None:
        parameters = TransportParams(
            audio_in_enabled=True,
            audio_in_sample_rate=INPUT_SAMPLE_RATE,
            audio_out_enabled=True,
            audio_out_sample_rate=sample_rate,
            audio_out_10ms_chunks=OUTPUT_CHUNK_10MS,
            audio_out_end_silence_secs=0,
        )
        super().__init__(connection, parameters)
        self._sample_rate = sample_rate
        self._track: OpusTrack | None = None
        self.echo = EchoDetector(sample_rate, INPUT_SAMPLE_RATE)

    def input(self) -> SmallWebRTCInputTransport:
        """Return the processor of what comes from the peer."""
        if self._input is None:
            self._input = _Input(self._client, self._params, name=self._input_name)
        return self._input

    def output(self) -> SmallWebRTCOutputTransport:
        """Return the processor of what goes to the peer."""
        if self._output is None:
            self._output = _Output(self._client, self._params, self.drop, name=self._output_name)
        return self._output

    def hold(self) -> None:
        """Fall silent in the middle of what is being said, for ``LONGEST_HOLD_SECONDS`` at most."""
        if self._track:
            self._track.hold()

    def go_on(self) -> None:
        """Go on where ``hold`` broke off."""
        if self._track:
            self._track.go_on()

    def drop(self) -> None:
        """Say nothing of what is still waiting to be sent."""
        if self._track:
            self._track.drop()

    async def _on_client_connected(self, webrtc_connection: SmallWebRTCConnection) -> None:
        # The stock track has just been put in place, and nothing has been sent on it.
        track = self._track = OpusTrack(self._sample_rate, on_sent=self.echo.note_sent)
        # The transport has no setting for its track.
        self._client._audio_output_track = track  # type: ignore[assignment] # noqa: SLF001
        webrtc_connection.replace_audio_track(track)
        for transceiver in webrtc_connection.pc.getTransceivers():
            if transceiver.kind == "audio":
                hurry(transceiver.receiver)
        await super()._on_client_connected(webrtc_connection)


def hurry(receiver: RTCRtpReceiver) -> None:
    """Have a receiver of audio hand on its packets as soon as they are whole; aiortc has no setting for it."""
    buffer = JitterBuffer(INPUT_CAPACITY_PACKETS, INPUT_PREFETCH_PACKETS)
    receiver._RTCRtpReceiver__jitter_buffer = buffer  # type: ignore[attr-defined] # noqa: SLF001


class _Input(SmallWebRTCInputTransport):
    """Hands on 60 ms at a time: every frame costs each processor a wake-up."""

    _waiting: list[bytes]

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """Collect a frame of 20 ms; push three as one."""
        waiting = self.__dict__.setdefault("_waiting", [])
        waiting.append(frame.audio)
        if len(waiting) >= FRAMES_A_PUSH:
            audio = b"".join(waiting)
            waiting.clear()
            await super().push_audio_frame(InputAudioRawFrame(audio, frame.sample_rate, frame.num_channels))


class _Output(SmallWebRTCOutputTransport):
    """Drops what waits in the track when the interviewer is interrupted."""

    def __init__(self, client: Any, params: TransportParams, drop: Callable[[], None], **options: Any) -> None:
        super().__init__(client, params, **options)
        self._drop = drop

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Hand a frame on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._drop()


class OpusTrack(AudioStreamTrack):
    """What the peer hears: Opus packets of 20 ms, without a gap.

    Silence is encoded once for all. It is sent all the same: with sparse packets a browser's jitter buffer grows.
    ``on_sent`` gets the PCM of each packet when it is on its way, and nothing for silence.
    """

    _silence: dict[int, bytes] = {}  # noqa: RUF012 - shared on purpose

    def __init__(self, sample_rate: int, on_sent: Callable[[bytes], None] | None = None) -> None:
        super().__init__()
        self._on_sent = on_sent
        self._frames_to_hold = 0
        self._sample_rate = sample_rate
        self._samples = int(sample_rate * FRAME_SECONDS)
        self._time_base = _time_base(sample_rate)
        self._encoder = _opus_encoder(sample_rate)
        self._queue: deque[tuple[bytes, asyncio.Future[bool] | None]] = deque()
        self._began = time.monotonic()
        self._count = 0
        self._trailing = 0
        if sample_rate not in self._silence:
            self._silence[sample_rate] = self._encode_silence()

    def add_audio_bytes(self, audio: bytes) -> "asyncio.Future[bool]":
        """Queue 16-bit PCM; the future is done when its last frame is on its way."""
        sent: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        size = self._samples * 2
        pieces = [audio[start : start + size].ljust(size, b"\0") for start in range(0, len(audio), size)]
        if not pieces or self.readyState != "live":
            sent.set_result(True)
            return sent
        self._queue.extend((piece, None) for piece in pieces[:-1])
        self._queue.append((pieces[-1], sent))
        return sent

    async def recv(self) -> "av.Packet[Any]":  # type: ignore[override]
        """Return the next packet, when its time has come."""
        if self.readyState != "live":
            raise MediaStreamError
        wait = self._began + self._count * FRAME_SECONDS - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        elif wait < -STALL_SECONDS:
            # The process stood still: going on from now is better than a burst.
            self._began -= wait
        packet = av.Packet(self._next_payload())
        packet.pts = self._count * self._samples
        packet.time_base = self._time_base
        self._count += 1
        return packet

    def hold(self) -> None:
        """Send silence, and keep what waits, until ``go_on`` or for ``LONGEST_HOLD_SECONDS``."""
        self._frames_to_hold = round(LONGEST_HOLD_SECONDS / FRAME_SECONDS)

    def go_on(self) -> None:
        """Send what waits."""
        self._frames_to_hold = 0

    def drop(self) -> None:
        """Forget what waits; whoever waits for it to be sent waits no more."""
        self.go_on()
        while self._queue:
            _done(self._queue.popleft()[1])

    def stop(self) -> None:
        """End the track; whoever waits for its audio to be sent waits no more."""
        super().stop()
        self.drop()

    def _next_payload(self) -> bytes:
        silence = self._silence[self._sample_rate]
        audio = b""
        self._frames_to_hold = max(0, self._frames_to_hold - 1)
        if self._queue and not self._frames_to_hold:
            audio, sent = self._queue.popleft()
            _done(sent)
            self._trailing = TRAILING_SILENT_FRAMES
        elif self._trailing:
            # The encoder looks ahead: real silence lets its last sound out.
            audio = bytes(self._samples * 2)
            self._trailing -= 1
        if self._on_sent:
            self._on_sent(audio)
        if not audio:
            return silence
        packets = self._encoder.encode(_audio_frame(audio, self._sample_rate, self._count))
        return bytes(packets[0]) if packets else silence

    def _encode_silence(self) -> bytes:
        encoder = _opus_encoder(self._sample_rate)
        audio = bytes(self._samples * 2)
        packets = [packet for n in range(8) for packet in encoder.encode(_audio_frame(audio, self._sample_rate, n))]
        return bytes(packets[-1])


def _done(sent: "asyncio.Future[bool] | None") -> None:
    if sent and not sent.done():
        sent.set_result(True)


def _opus_encoder(sample_rate: int) -> av.AudioCodecContext:
    encoder = av.AudioCodecContext.create("libopus", "w")
    encoder.sample_rate = sample_rate
    encoder.layout = "mono"
    encoder.format = "s16"
    encoder.bit_rate = BIT_RATE
    encoder.time_base = _time_base(sample_rate)
    encoder.options = {"application": "voip", "frame_duration": "20", "compression_level": "5"}
    return encoder


def _audio_frame(audio: bytes, sample_rate: int, number: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.frombuffer(audio, np.int16)[None, :], layout="mono")
    frame.sample_rate = sample_rate
    frame.pts = number * frame.samples
    frame.time_base = _time_base(sample_rate)
    return frame


@cache
def _time_base(sample_rate: int) -> fractions.Fraction:
    return fractions.Fraction(1, sample_rate)
