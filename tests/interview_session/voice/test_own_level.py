"""A voice in the background, told from the candidate's by how loud it is."""

import numpy as np
import pytest
from pipecat.audio.vad.vad_analyzer import VADState

from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE
from app.interview_session.voice.services.own_level import BELOW_DECIBELS, KNOWN_SECONDS, OwnLevel
from app.interview_session.voice.services.speech_detector import SpeechDetector, SpeechDetectorModel
from tests.interview_session.voice.test_echo import samples
from tests.support.sounds import Sound, other_speech, silence, speech

WINDOW_SECONDS = 0.032
WINDOW = 512
ANSWER = "I moved our billing to a new queue last spring, and it cut the failed invoices by half."
BACKGROUND = ("They will be late for dinner again.", "Did you see where I have put the keys?")
SOFTER = 0.1
LOUDNESSES = [1.0, 0.25, 0.1]


@pytest.fixture(scope="module")
def model() -> SpeechDetectorModel:
    """Load the detector of speech."""
    return SpeechDetectorModel()


async def spoken_windows(detector: SpeechDetector, sound: Sound) -> int:
    """Play a sound with a pause behind it; return how many windows of speech there were."""
    pcm = samples(np.concatenate([sound, silence(0.6)]), INPUT_SAMPLE_RATE)
    states = [
        await detector.analyze_audio(pcm[at : at + WINDOW].tobytes()) for at in range(0, len(pcm) - WINDOW, WINDOW)
    ]
    return states.count(VADState.SPEAKING)


def new_detector(model: SpeechDetectorModel) -> SpeechDetector:
    detector = model.new_detector()
    detector.set_sample_rate(INPUT_SAMPLE_RATE)
    return detector


@pytest.mark.parametrize("loudness", LOUDNESSES)
@pytest.mark.parametrize("text", BACKGROUND)
async def test_a_voice_in_the_background_is_none_once_the_candidate_is_known(
    model: SpeechDetectorModel, text: str, loudness: float
) -> None:
    detector = new_detector(model)
    noticed: list[bool] = []
    assert await spoken_windows(detector, loudness * speech(ANSWER))
    detector.notice = noticed.append

    assert not await spoken_windows(detector, SOFTER * loudness * other_speech(text))
    assert not noticed


@pytest.mark.parametrize("loudness", LOUDNESSES)
async def test_a_soft_candidate_is_heard(model: SpeechDetectorModel, loudness: float) -> None:
    assert await spoken_windows(new_detector(model), loudness * speech(BACKGROUND[0]))


async def test_a_candidate_who_leans_back_is_heard(model: SpeechDetectorModel) -> None:
    detector = new_detector(model)
    await spoken_windows(detector, speech(ANSWER))
    as_before = await spoken_windows(new_detector(model), 0.3 * speech(ANSWER))

    assert await spoken_windows(detector, 0.3 * speech(ANSWER)) >= 0.9 * as_before


async def test_a_candidate_who_moves_away_is_heard_in_the_end(model: SpeechDetectorModel) -> None:
    detector = new_detector(model)
    await spoken_windows(detector, speech(ANSWER))
    spoken = [await spoken_windows(detector, SOFTER * speech(ANSWER)) for _ in range(4)]

    assert spoken[0] == 0
    assert spoken[-1] > 0


def test_before_the_candidate_is_known_nothing_is_too_soft() -> None:
    level = OwnLevel(WINDOW_SECONDS)
    for _ in range(round(0.5 * KNOWN_SECONDS / WINDOW_SECONDS)):
        level.note(0.01)
        level.learn()
    level.note(1e-6)

    assert not level.is_background()


@pytest.mark.parametrize("energy", [0.01, 0.0005])
def test_how_soft_is_too_soft_depends_on_the_candidate(energy: float) -> None:
    level = OwnLevel(WINDOW_SECONDS)
    for _ in range(round(2 * KNOWN_SECONDS / WINDOW_SECONDS)):
        level.note(energy)
        level.learn()

    assert [is_background_at(level, energy * 10 ** (-below / 10)) for below in (BELOW_DECIBELS - 3, 20)] == [
        False,
        True,
    ]


def test_a_loud_voice_is_heard_whoever_else_is_louder() -> None:
    level = OwnLevel(WINDOW_SECONDS)
    for _ in range(round(2 * KNOWN_SECONDS / WINDOW_SECONDS)):
        level.note(0.3)
        level.learn()

    assert not is_background_at(level, 0.002)


def is_background_at(level: OwnLevel, energy: float) -> bool:
    """Tell whether a voice of a steady loudness is too soft."""
    for _ in range(10):
        level.note(energy)
    return level.is_background()
