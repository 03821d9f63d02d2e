"""Sound as mono float samples from -1 to 1, at 16 kHz unless it is said otherwise; and what can be done to it."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples per second of whatever an ear hears."""

Samples = NDArray[np.float32]

_soxr: Any = import_module("soxr")
"""It tells nothing of its types."""

_WINDOW_SECONDS = 0.03
_SEARCH_SECONDS = 0.008


def from_pcm(pcm: bytes, sample_rate: int) -> Samples:
    """Return 16-bit PCM of any rate as samples."""
    samples = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
    return resampled(samples, sample_rate, SAMPLE_RATE)


def to_pcm(samples: Samples) -> bytes:
    """Return samples as 16-bit PCM; what is too loud is cut off."""
    pcm: bytes = (np.clip(samples, -1, 1) * 32767).astype(np.int16).tobytes()
    return pcm


def resampled(samples: Samples, of: float, to: float) -> Samples:
    """Return samples of one rate at another."""
    return np.asarray(_soxr.resample(samples, of, to), np.float32) if of != to else samples


def seconds_of(samples: Samples) -> float:
    """Return how long it lasts."""
    return len(samples) / SAMPLE_RATE


def at_speed(samples: Samples, speed: float) -> Samples:
    """Return the same speech faster (above 1) or slower, at the same pitch.

    Overlapping windows are laid closer together or further apart, each shifted by as much as makes it fit best to
    the one before (WSOLA).
    """
    window, search = int(_WINDOW_SECONDS * SAMPLE_RATE), int(_SEARCH_SECONDS * SAMPLE_RATE)
    hop = window // 2
    fade = np.hanning(window).astype(np.float32)
    padded = np.pad(samples, (search, window + 2 * search + hop))
    count = int(len(samples) / (hop * speed))
    out = np.zeros((count + 2) * hop, np.float32)
    wanted = padded[search : search + window]
    for number in range(count):
        middle = int(number * hop * speed) + search
        candidates = padded[middle - search : middle + search + window]
        best = int(np.correlate(candidates, wanted, "valid").argmax()) + middle - search
        out[number * hop : number * hop + window] += padded[best : best + window] * fade
        wanted = padded[best + hop : best + hop + window]
    return out


def at_pitch(samples: Samples, ratio: float) -> Samples:
    """Return the same speech higher (above 1) or lower, at the same speed: another person's, to an ear."""
    return at_speed(resampled(samples, SAMPLE_RATE * ratio, SAMPLE_RATE), 1 / ratio)


def quiet_places(samples: Samples, *, apart_seconds: float) -> list[int]:
    """Return where speech is quietest, one place in each stretch of that length; a word is seldom cut there."""
    size = SAMPLE_RATE // 50
    loudness = np.convolve(
        (samples[: len(samples) // size * size].reshape(-1, size) ** 2).mean(1), np.ones(5), "same"
    )
    stretch = int(apart_seconds * 50)
    starts = range(stretch // 2, len(loudness) - stretch // 2, stretch)
    return [(start + int(loudness[start : start + stretch].argmin())) * size for start in starts]
