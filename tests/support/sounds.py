"""The sounds of a candidate and of their room, as mono float arrays of 48 kHz between -1 and 1."""

import functools
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
import soxr
from hibari import Hibari
from numpy.typing import NDArray

RATE = 48000
HIBARI_RATE = 24000
HIGHER = 0.88
"""Hibari played so much faster is another, younger voice; the interviewer has the original."""

SPEECH_PEAK = 0.5
EDGE_LEVEL = 0.01

Sound = NDArray[np.float64]


@functools.cache
def speech(text: str, *, pitch: float = HIGHER) -> Sound:
    """Return a text in a voice of its own, from its first sound to its last.

    Args:
        text: the words.
        pitch: how long it lasts compared with the original; below one the voice is higher.

    """
    samples = np.asarray(_hibari()(text), np.float64).ravel()
    return _trimmed(soxr.resample(samples, HIBARI_RATE, round(RATE * pitch)))


def other_speech(text: str) -> Sound:
    """Return a text in a man's voice, flite's where it is installed."""
    program = shutil.which("flite")
    if program is None:
        return speech(text, pitch=1.18)
    with tempfile.TemporaryDirectory(prefix="it-") as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run([program, "-voice", "rms", "-t", text, "-o", str(path)], check=True, timeout=30)
        with wave.open(str(path)) as recording:
            samples = np.frombuffer(recording.readframes(recording.getnframes()), np.int16) / 32768
            return _trimmed(soxr.resample(samples, recording.getframerate(), RATE))


def silence(seconds: float) -> Sound:
    """Return nothing."""
    return np.zeros(round(seconds * RATE))


def cough(seed: int = 0) -> Sound:
    """Return a cough: two bursts of noise, the first one sharp, through a throat."""
    random = np.random.default_rng(seed)
    bursts = [
        random.standard_normal(round(seconds * RATE)) * np.exp(-np.linspace(0, 5, round(seconds * RATE)))
        for seconds in (0.16, 0.14)
    ]
    return 0.4 * _peaked(_band(np.concatenate([bursts[0], silence(0.05), 0.6 * bursts[1]]), 300, 2500))


def keyboard(seconds: float, seed: int = 0) -> Sound:
    """Return typing: some eight clicks per second."""
    random = np.random.default_rng(seed)
    sound = silence(seconds)
    for start in np.cumsum(random.uniform(0.06, 0.2, round(seconds / 0.13))):
        at, length = round(start * RATE), round(0.012 * RATE)
        if at + length < len(sound):
            sound[at : at + length] += random.standard_normal(length) * np.exp(-np.linspace(0, 6, length))
    return 0.15 * _peaked(_band(sound, 1500, 9000))


def hum(seconds: float) -> Sound:
    """Return a computer's fan and the mains."""
    times = np.arange(round(seconds * RATE)) / RATE
    noise = _band(np.random.default_rng(0).standard_normal(len(times)), 60, 1500)
    return 0.01 * (np.sin(2 * np.pi * 50 * times) + 0.5 * np.sin(2 * np.pi * 150 * times)) + 0.005 * _peaked(noise)


def room_response(rate: int, *, reverberation_seconds: float = 0.4, seed: int = 0) -> Sound:
    """Return the impulse response of a small loudspeaker in a room, with its energy scaled to one."""
    random = np.random.default_rng(seed)
    times = np.arange(round(reverberation_seconds * rate)) / rate
    response = 0.1 * random.standard_normal(len(times)) * 10 ** (-3 * times / reverberation_seconds)
    response[0] = 1.0
    for _ in range(6):
        response[random.integers(rate // 800, rate // 20)] += random.choice([-0.5, 0.5])
    response = _band(response, 200, 5500, rate=rate)
    scaled: Sound = response / np.sqrt((response**2).sum())
    return scaled


def pcm(sound: Sound) -> bytes:
    """Return a sound as 16-bit PCM."""
    samples: bytes = (np.clip(sound, -1, 1) * 32767).astype(np.int16).tobytes()
    return samples


@functools.cache
def _hibari() -> Hibari:
    return Hibari(threads=1)


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > EDGE_LEVEL * np.abs(sound).max())
    return SPEECH_PEAK * _peaked(sound[loud[0] : loud[-1] + 1])


def _peaked(sound: Sound) -> Sound:
    peaked: Sound = sound / np.abs(sound).max()
    return peaked


def _band(sound: Sound, low_hz: float, high_hz: float, *, rate: int = RATE) -> Sound:
    spectrum = np.fft.rfft(sound)
    frequencies = np.fft.rfftfreq(len(sound), 1 / rate)
    spectrum *= (1 + (low_hz / np.maximum(frequencies, 1)) ** 4) ** -0.5 * (1 + (frequencies / high_hz) ** 4) ** -0.5
    return np.fft.irfft(spectrum, len(sound))
