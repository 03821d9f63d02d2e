"""Candidates who speak: texts as sound, from hibari in this process or from flite where it is installed."""

import os
import shutil
import subprocess
import wave
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

HIBARI_RATE = 24000
EARS_RATE = 16000
Samples = npt.NDArray[np.float64]


@lru_cache(maxsize=256)
def hibari(text: str, *, rate: int = EARS_RATE, speed: float = 1.0) -> bytes:
    """Return a text in hibari's voice: mono PCM of 16 bits at ``rate`` samples per second, the same at each call."""
    return pcm(resampled(np.asarray(_hibari()(text, speed=speed, seed=1), np.float64), HIBARI_RATE, rate))


@lru_cache(maxsize=256)
def flite(text: str, *, rate: int = EARS_RATE, voice: str = "rms") -> bytes:
    """Return a text in one of flite's voices, in the same form; skips the test where flite is not installed."""
    program = shutil.which("flite")
    if program is None:
        pytest.skip("flite, a voice of the test candidates, is not installed")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run([program, "-voice", voice, "-t", text, "-o", str(path)], check=True, timeout=60)
        with wave.open(str(path)) as recording:
            found = recording.getframerate()
            samples = np.frombuffer(recording.readframes(recording.getnframes()), np.int16)
    return pcm(resampled(samples / 32768, found, rate))


def silence(seconds: float, *, rate: int = EARS_RATE) -> bytes:
    """Return so much digital silence."""
    return bytes(2 * round(seconds * rate))


def noisy(audio: bytes, ratio_decibels: float, *, seed: int = 1) -> bytes:
    """Return a recording with pink noise in it, so many decibels below the mean power of its speech."""
    samples = samples_of(audio)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(len(samples)))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    noise = np.fft.irfft(spectrum, len(samples))
    loud = samples[np.abs(samples) > 0.01]
    level = np.sqrt((loud**2).mean() / 10 ** (ratio_decibels / 10) / (noise**2).mean())
    return pcm(samples + level * noise)


def samples_of(audio: bytes) -> Samples:
    """Return PCM as numbers from -1 to 1."""
    return np.frombuffer(audio, np.int16) / 32768


def pcm(samples: Samples) -> bytes:
    """Return numbers from -1 to 1 as PCM; what is beyond is clipped."""
    audio: bytes = (np.clip(samples, -1, 32767 / 32768) * 32768).astype(np.int16).tobytes()
    return audio


def resampled(samples: Samples, rate: int, new_rate: int) -> Samples:
    """Return the same sound at another rate, by way of its spectrum."""
    if rate == new_rate:
        return samples
    length = round(len(samples) * new_rate / rate)
    found: Samples = np.fft.irfft(np.fft.rfft(samples)[: length // 2 + 1], length) * (length / len(samples))
    return found


@cache
def _hibari() -> Any:
    # Late, because it loads a model.
    return import_module("hibari").Hibari(threads=1)
