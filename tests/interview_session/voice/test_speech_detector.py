"""The detector of speech: silence costs no model, and hides no word that follows it."""

import numpy as np
import pytest
from aiortc import RTCPeerConnection
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtpPacket
from pipecat.audio.vad.vad_analyzer import VADState

from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE, hurry
from app.interview_session.voice.services.speech_detector import SpeechDetector, SpeechDetectorModel
from tests.support.voices import hibari, samples_of

WINDOW = 512
QUIET_SECONDS = 4


class CountedSession:
    """The model's session, which counts its runs."""

    def __init__(self, session: object) -> None:
        self._session = session
        self.runs = 0

    def run(self, *arguments: object) -> object:
        self.runs += 1
        return self._session.run(*arguments)  # type: ignore[attr-defined]


@pytest.fixture
def model() -> SpeechDetectorModel:
    return SpeechDetectorModel()


async def states_of(detector: SpeechDetector, sound: bytes) -> list[VADState]:
    detector.set_sample_rate(INPUT_SAMPLE_RATE)
    return [await detector.analyze_audio(sound[at : at + 2 * WINDOW]) for at in range(0, len(sound), 2 * WINDOW)]


def pcm_of(level: float) -> bytes:
    noise = np.random.default_rng(0).uniform(-level, level, QUIET_SECONDS * INPUT_SAMPLE_RATE)
    return noise.astype(np.int16).tobytes()


@pytest.mark.parametrize(("level", "is_spared"), [(0, True), (50, True), (400, False)])
async def test_the_model_is_spared_what_cannot_be_heard(
    model: SpeechDetectorModel, level: float, is_spared: bool
) -> None:
    session = model.session = CountedSession(model.session)

    states = await states_of(model.new_detector(), pcm_of(level))

    assert set(states) == {VADState.QUIET}
    assert (session.runs < len(states) / 4) is is_spared


async def test_speech_after_a_long_silence_is_noticed_as_soon_as_after_a_short_one(
    model: SpeechDetectorModel,
) -> None:
    speech = (samples_of(hibari("Well, I have worked with databases for years.")) * 32767).astype(np.int16).tobytes()
    starts = []
    for seconds in (0.2, 5):
        quiet = bytes(2 * WINDOW * int(seconds * INPUT_SAMPLE_RATE / WINDOW))
        states = await states_of(model.new_detector(), quiet + speech)
        starts.append(states.index(VADState.SPEAKING) - len(quiet) // (2 * WINDOW))

    assert abs(starts[0] - starts[1]) <= 1


async def test_what_may_be_a_voice_is_noticed_before_it_is_certain_and_again_when_it_is_over(
    model: SpeechDetectorModel,
) -> None:
    detector = model.new_detector()
    noticed: list[tuple[bool, VADState]] = []
    detector.notice = lambda is_voice: noticed.append((is_voice, detector._vad_state))
    speech = (samples_of(hibari("Well, I have worked with databases for years.")) * 32767).astype(np.int16).tobytes()
    await states_of(detector, speech + bytes(INPUT_SAMPLE_RATE))

    assert noticed[0] in [(True, VADState.QUIET), (True, VADState.STARTING)]
    assert noticed[-1][0] is False


async def test_noise_is_not_noticed(model: SpeechDetectorModel) -> None:
    detector = model.new_detector()
    noticed: list[bool] = []
    detector.notice = noticed.append
    await states_of(detector, pcm_of(400))

    assert noticed == []


async def test_packets_are_handed_on_as_soon_as_they_are_whole() -> None:
    connection = RTCPeerConnection()
    receiver = connection.addTransceiver("audio").receiver
    buffer_by_default = receiver._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    hurry(receiver)
    buffer = receiver._RTCRtpReceiver__jitter_buffer  # type: ignore[attr-defined]
    await connection.close()

    assert handed_on_by(buffer_by_default) == [None] * 3
    assert handed_on_by(buffer) == [None, 0, 960]


def handed_on_by(buffer: JitterBuffer) -> list[int | None]:
    """Return the time stamp of what the buffer gives out at each of three packets."""
    handed_on = []
    for number in range(3):
        packet = RtpPacket(sequence_number=number, timestamp=960 * number)
        packet._data = b""  # type: ignore[attr-defined]
        _, frame = buffer.add(packet)
        handed_on.append(frame.timestamp if frame else None)
    return handed_on
