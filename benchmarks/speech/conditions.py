"""What lies between a mouth and an ear: noise, rooms, telephones, haste. The same each time it is run."""

from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.speech.sound import SAMPLE_RATE, Samples, at_speed, quiet_places, resampled

MU = 255
REVERBERATION_SECONDS = 0.6
"""Until an echo has fallen by 60 dB, as in a furnished room with bare walls."""

DIRECT_TO_ECHO_DB = 0.0
"""A microphone so far away that the room is as loud as the speaker."""


def pink_noise(samples: Samples, *, ratio_db: float) -> Samples:
    """Add noise with as much power in each octave, so many dB softer than the speech."""
    spectrum = np.fft.rfft(_generator().standard_normal(len(samples)))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return _with(samples, np.fft.irfft(spectrum, len(samples)), ratio_db)


def hum(samples: Samples, *, ratio_db: float) -> Samples:
    """Add the hum of a mains supply of 50 Hz with its harmonics."""
    time = np.arange(len(samples)) / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * 50 * number * time) / number for number in range(1, 9)]
    return _with(samples, np.sum(tones, axis=0), ratio_db)


def slow_with_pauses(samples: Samples) -> Samples:
    """Speak a sixth slower and stop every two seconds or so, for 0.4 to 1.5 s."""
    slow = at_speed(samples, 0.85)
    pauses = _generator()
    pieces = np.split(slow, quiet_places(slow, apart_seconds=2.0))
    silences = [np.zeros(int(pauses.uniform(0.4, 1.5) * SAMPLE_RATE), np.float32) for _ in pieces]
    return np.concatenate([part for pair in zip(pieces, silences, strict=True) for part in pair])


def telephone(samples: Samples) -> Samples:
    """Send it through a line of 300 to 3,400 Hz, 8 kHz and 8 bits by the mu-law (ITU-T G.711)."""
    narrow = resampled(samples, SAMPLE_RATE, 8000)
    spectrum = np.fft.rfft(narrow)
    frequencies = np.fft.rfftfreq(len(narrow), 1 / 8000)
    spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
    line = np.clip(np.fft.irfft(spectrum, len(narrow)), -1, 1)
    coded = np.round(np.sign(line) * np.log1p(MU * np.abs(line)) / np.log1p(MU) * 127) / 127
    decoded = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(MU)) / MU
    return resampled(decoded.astype(np.float32), 8000, SAMPLE_RATE)


def far_microphone(samples: Samples) -> Samples:
    """Hear it across a room: the direct sound, its echoes dying away, and a little noise."""
    length = int(REVERBERATION_SECONDS * SAMPLE_RATE)
    echoes = _generator().standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    echoes[: SAMPLE_RATE // 200] = 0
    echoes *= 10 ** (-DIRECT_TO_ECHO_DB / 20) / np.sqrt((echoes**2).sum())
    echoes[0] = 1.0
    size = len(samples) + length
    heard = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(echoes, size), size).astype(np.float32)
    return pink_noise(heard / max(1.0, float(np.abs(heard).max())), ratio_db=30)


CONDITIONS: dict[str, Callable[[Samples], Samples]] = {
    "clean": lambda samples: samples,
    "pink noise, 20 dB": partial(pink_noise, ratio_db=20),
    "pink noise, 10 dB": partial(pink_noise, ratio_db=10),
    "slow, with pauses": slow_with_pauses,
    "fast, × 1.35": partial(at_speed, speed=1.35),
    "telephone, 8 kHz": telephone,
    "far microphone": far_microphone,
    "mains hum, 10 dB": partial(hum, ratio_db=10),
}


def nothing_said(seconds: float = 10.0) -> dict[str, Samples]:
    """Return sounds in which nobody speaks."""
    count = int(seconds * SAMPLE_RATE)
    generator = _generator()
    clicks = np.zeros(count, np.float32)
    for place in generator.integers(0, count - 400, int(seconds * 4)):
        clicks[place : place + 400] += generator.standard_normal(400).astype(np.float32) * np.geomspace(
            0.3, 0.001, 400
        )
    faint = np.full(count, 1e-4, np.float32)
    loud = np.full(count, 0.05, np.float32)
    return {
        "silence": np.zeros(count, np.float32),
        "faint noise": pink_noise(faint, ratio_db=0),
        "loud noise": pink_noise(loud, ratio_db=0) - loud,
        "hum": hum(loud, ratio_db=0) - loud,
        "clicks": clicks,
    }


def _with(samples: Samples, noise: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", ratio_db: float) -> Samples:
    """Add noise at a ratio to the power of the speech; pauses do not count as speech."""
    power = samples.astype(np.float64) ** 2
    voiced = power[power > 1e-3 * power.max(initial=0)]
    factor = np.sqrt(voiced.mean() / (noise**2).mean() / 10 ** (ratio_db / 10)) if len(voiced) else 0.0
    return (samples + factor * noise).astype(np.float32)


def _generator() -> np.random.Generator:
    return np.random.default_rng(8)
