"""The interviewer's own voice in the candidate's microphone, with and without the candidate's on top of it."""

import functools
from collections.abc import Callable

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from pipecat.audio.vad.vad_analyzer import VADState

from app.interview_session.voice.own_words import are_own_words
from app.interview_session.voice.services.echo import FRAME_SECONDS, EchoDetector
from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE
from app.interview_session.voice.services.speech_detector import SpeechDetector, SpeechDetectorModel
from app.interview_session.voice.turns import INTERRUPTION_SECONDS
from tests.support.sounds import RATE, Sound, other_speech, room_response, silence, speech

SENT_RATE = 24000
PIECE_FRAMES = 3
PIECE_SECONDS = PIECE_FRAMES * FRAME_SECONDS
SAID = (
    "Tell me about a time when you had to make a hard decision under pressure.",
    "What would you do differently if you were in the same situation today?",
)
INTERRUPTION = "Sorry, can I ask something about that first?"
ANSWERS = (
    "Yes of course, I had to make a hard decision under pressure when our database went down.",
    "In the same situation today I would talk to the team much earlier.",
)
VOICES = (speech, functools.partial(speech, pitch=1.18), other_speech)
INTERRUPTED_AT_SECONDS = 7.0
SOON_SECONDS = 0.8
DETECTED_SECONDS = 0.2


@functools.cache
def sent() -> Sound:
    """Return what the interviewer says: two questions, with a pause between them."""
    sound = [silence(1), speech(SAID[0], pitch=1.0), silence(0.5), speech(SAID[1], pitch=1.0), silence(1.5)]
    return np.concatenate(sound)


def returned(gain_decibels: float, delay_seconds: float) -> Sound:
    """Return what a microphone in the same room gets of it."""
    response = room_response(RATE)
    size = 1 << (len(sent()) + len(response)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(sent(), size) * np.fft.rfft(response, size), size)
    heard = 10 ** (gain_decibels / 20) * np.concatenate([silence(delay_seconds), heard])[: len(sent())]
    return heard + 1e-4 * np.random.default_rng(0).standard_normal(len(heard))


def samples(sound: Sound, rate: int) -> NDArray[np.int16]:
    """Return a sound as PCM of another rate."""
    converted: NDArray[np.int16] = (np.clip(soxr.resample(sound, RATE, rate), -1, 1) * 32767).astype(np.int16)
    return converted


async def voice_seconds(
    heard: Sound,
    detector: SpeechDetector,
    echo: EchoDetector,
    *,
    silent_from_seconds: float | None = None,
    late_pieces: range = range(0),
) -> list[float]:
    """Play a call to its detectors; return, after each piece of audio, for how long there has been voice.

    ``late_pieces`` come all at once, when they are over.
    """
    detector.set_sample_rate(INPUT_SAMPLE_RATE)
    detector.is_echo = echo.explains
    out, back = samples(sent(), SENT_RATE), samples(heard, INPUT_SAMPLE_RATE)
    if silent_from_seconds is not None:
        out[round(silent_from_seconds * SENT_RATE) :] = 0
    out_frame, back_piece = round(SENT_RATE * FRAME_SECONDS), round(INPUT_SAMPLE_RATE * PIECE_SECONDS)
    course = []
    for number in range(len(back) // back_piece):
        for frame in range(number * PIECE_FRAMES, (number + 1) * PIECE_FRAMES):
            said = out[frame * out_frame : (frame + 1) * out_frame]
            echo.note_sent(said.tobytes() if len(said) == out_frame and said.any() else b"")
        if number in late_pieces:
            continue
        first = late_pieces.start if number == late_pieces.stop else number
        for piece in range(first, number + 1):
            await detector.analyze_audio(back[piece * back_piece : (piece + 1) * back_piece].tobytes())
        course.append(detector.voice_seconds)
    return course


@pytest.fixture(scope="module")
def model() -> SpeechDetectorModel:
    """Load the detector of speech."""
    return SpeechDetectorModel()


@pytest.mark.parametrize(("gain_decibels", "delay_seconds"), [(-6, 0.05), (-12, 0.3), (-18, 0.6), (-30, 0.3)])
async def test_an_echo_does_not_interrupt(
    model: SpeechDetectorModel, gain_decibels: float, delay_seconds: float
) -> None:
    echo = EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE)
    course = await voice_seconds(returned(gain_decibels, delay_seconds), model.new_detector(), echo)

    assert max(course) < INTERRUPTION_SECONDS
    assert echo.found_at is not None


async def test_packets_that_come_late_are_the_same_echo(model: SpeechDetectorModel) -> None:
    echo = EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE)
    late = range(round(3.0 / PIECE_SECONDS), round(3.6 / PIECE_SECONDS))
    course = await voice_seconds(returned(-12, 0.3), model.new_detector(), echo, late_pieces=late)

    assert max(course[late.start :]) < DETECTED_SECONDS


@pytest.mark.parametrize(("gain_decibels", "delay_seconds"), [(-12, 0.3), (-18, 0.6)])
async def test_a_candidate_who_speaks_over_their_echo_is_noticed(
    model: SpeechDetectorModel, gain_decibels: float, delay_seconds: float
) -> None:
    heard = returned(gain_decibels, delay_seconds)
    voice, start = speech(INTERRUPTION), round(INTERRUPTED_AT_SECONDS * RATE)
    heard[start : start + len(voice)] += voice[: len(heard) - start]
    course = await voice_seconds(heard, model.new_detector(), EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE))

    first = round(INTERRUPTED_AT_SECONDS / PIECE_SECONDS)
    assert max(course[first - 10 : first]) < DETECTED_SECONDS
    assert max(course[first : first + round(SOON_SECONDS / PIECE_SECONDS)]) >= DETECTED_SECONDS


async def test_a_candidate_with_headphones_is_no_echo(model: SpeechDetectorModel) -> None:
    heard = silence(len(sent()) / RATE)
    voice, start = speech(INTERRUPTION), 2 * RATE
    heard[start : start + len(voice)] += voice
    echo = EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE)
    course = await voice_seconds(heard, model.new_detector(), echo)

    assert max(course) > INTERRUPTION_SECONDS
    assert echo.delay_frames is None
    assert echo.is_settled


@pytest.mark.parametrize("began_seconds", [3.3, 6.6, 8.0])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("voice", VOICES)
async def test_nothing_is_learned_from_a_candidate_who_interrupts_or_answers_at_once(
    model: SpeechDetectorModel, voice: Callable[[str], Sound], answer: str, began_seconds: float
) -> None:
    heard = 1e-4 * np.random.default_rng(0).standard_normal(len(sent()))
    start = round(began_seconds * RATE)
    spoken = voice(answer)[: len(heard) - start]
    heard[start : start + len(spoken)] += spoken
    echo = EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE)
    silent_from = began_seconds + INTERRUPTION_SECONDS + SOON_SECONDS
    course = await voice_seconds(heard, model.new_detector(), echo, silent_from_seconds=silent_from)

    assert echo.found_at is None
    assert max(course) > INTERRUPTION_SECONDS


def test_at_the_beginning_of_a_call_it_is_not_known_whether_it_echoes() -> None:
    assert not EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE).is_settled


async def test_an_echo_that_sets_in_later_is_found(model: SpeechDetectorModel) -> None:
    heard = np.concatenate([silence(5), returned(-12, 0.3)[5 * RATE :]])
    echo = EchoDetector(SENT_RATE, INPUT_SAMPLE_RATE)
    await voice_seconds(heard, model.new_detector(), echo)

    assert echo.found_at is not None


async def test_without_the_comparison_an_echo_is_a_voice(model: SpeechDetectorModel) -> None:
    detector = model.new_detector()
    detector.set_sample_rate(INPUT_SAMPLE_RATE)
    back = samples(returned(-12, 0.3), INPUT_SAMPLE_RATE)[: 4 * INPUT_SAMPLE_RATE]

    assert await detector.analyze_audio(back[: 3 * INPUT_SAMPLE_RATE].tobytes()) is VADState.SPEAKING


@pytest.mark.parametrize(
    ("heard", "is_echo_likely", "is_own"),
    [
        ("a time when you had to make a hard decision", True, True),
        ("time when you had to bake a hard decision under pressure", False, True),
        ("I had to make it under pressure last year and it was hard", True, False),
        ("a hard decision under pressure", True, True),
        ("a hard decision under pressure", False, False),
        ("a time", True, False),
        ("", True, False),
    ],
)
def test_words_that_the_interviewer_is_saying_are_its_own(heard: str, *, is_echo_likely: bool, is_own: bool) -> None:
    assert are_own_words(heard, SAID[0], is_echo_likely=is_echo_likely) is is_own
