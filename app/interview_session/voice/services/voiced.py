"""Where in a recording there is voice, where it may be cut, and when each word was said: all by its loudness."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16000
FRAME = SAMPLE_RATE // 50
FRAME_MS = 20
LEAST_LEVEL = 0.0015
"""Root mean square, of a full scale of 1; whatever is softer is silence."""

LEAST_SHARE, MOST_SHARE = 0.06, 0.25
"""Of the loud frames' level, between which the level lies from which on a frame counts as voice."""

LONGEST_GAP_FRAMES = 8
"""Within a word there may be so little voice, before a plosive."""

SHORTEST_VOICE_FRAMES = 3
PAUSE_MS = 260
"""Between two stretches with this much silence or more lies a pause, within which no word is."""

EARLIEST_CUT_SECONDS, LATEST_CUT_SECONDS = 5.0, 12.0
LEAST_PIECE_SECONDS = 2.5
CUT_FRAMES = 12
QUIET_SHARE = 0.12
"""Of the loud frames' level; where all of ``CUT_FRAMES`` are softer on average, there is a pause."""

Levels = npt.NDArray[np.float64]
"""The root mean square of each 20 ms of a recording."""

Stretches = list[tuple[int, int]]
"""Beginning and end of each stretch of voice, in milliseconds."""


def levels_of(samples: npt.NDArray[np.float32]) -> Levels:
    """Return a recording's loudness frame by frame, without its offset; an incomplete last frame is left out."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    levels: Levels = frames.std(axis=1)
    return levels


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a piece ends, and whether the speaker paused there."""

    samples: int
    is_at_pause: bool


def cut_of(levels: Levels) -> Cut | None:
    """Return where the beginning of a speech under way can be cut off; None while it cannot.

    From ``EARLIEST_CUT_SECONDS`` on that is a pause; at ``LATEST_CUT_SECONDS`` the quietest place.
    """
    if len(levels) * FRAME < EARLIEST_CUT_SECONDS * SAMPLE_RATE:
        return None
    first = int(LEAST_PIECE_SECONDS * SAMPLE_RATE / FRAME)
    smooth = np.convolve(levels, np.ones(CUT_FRAMES) / CUT_FRAMES, "valid")
    quietest = first + int(smooth[first:].argmin())
    is_pause = smooth[quietest] < QUIET_SHARE * np.percentile(levels, 90)
    if is_pause or len(levels) * FRAME >= LATEST_CUT_SECONDS * SAMPLE_RATE:
        return Cut((quietest + CUT_FRAMES // 2) * FRAME, bool(is_pause))
    return None


def voiced_stretches(levels: Levels) -> Stretches:
    """Return where there is voice: stretches louder than what is around them, gaps within a word closed."""
    if not len(levels):
        return []
    loud, floor = np.percentile(levels, (95, 10))
    threshold = max(LEAST_LEVEL, min(max(2 * floor, LEAST_SHARE * loud), MOST_SHARE * loud))
    is_voice = np.concatenate([[False], levels > threshold, [False]])
    edges = np.flatnonzero(np.diff(is_voice.astype(np.int8))).tolist()
    found: list[tuple[int, int]] = []
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if found and begin - found[-1][1] < LONGEST_GAP_FRAMES:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return [(begin * FRAME_MS, end * FRAME_MS) for begin, end in found if end - begin >= SHORTEST_VOICE_FRAMES]


def word_times(words: Sequence[str], stretches: Stretches) -> list[tuple[int, int]]:
    """Return when each word began and ended, in milliseconds: spread over the voice by their lengths.

    Between pauses only whole words are said, and where the text has a mark a pause is likelier.
    """
    if not words or not stretches:
        return [(0, 0) for _ in words]
    spans = _spans(stretches)
    lengths = np.array([_length(word) for word in words], np.float64)
    times: list[tuple[int, int]] = []
    for (begin, end), (first, last) in zip(spans, _shares(words, lengths, spans), strict=True):
        ends = begin + (end - begin) * np.cumsum(lengths[first:last]) / max(1.0, lengths[first:last].sum())
        bounds = [begin, *np.round(ends).astype(int).tolist()]
        times += pairwise(bounds)
    return times


def _spans(stretches: Stretches) -> Stretches:
    """Join the stretches between which there is no pause."""
    spans = [stretches[0]]
    for begin, end in stretches[1:]:
        if begin - spans[-1][1] < PAUSE_MS:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return spans


def _shares(words: Sequence[str], lengths: Levels, spans: Stretches) -> list[tuple[int, int]]:
    """Return the first word of each span and the one behind its last."""
    durations = np.array([end - begin for begin, end in spans], np.float64)
    at_pauses = np.cumsum(durations)[:-1] / durations.sum()
    behind_words = np.cumsum(lengths) / lengths.sum()
    marks = np.array([word[-1] in ",.?!;:" for word in words])
    firsts = [0]
    for at_pause in at_pauses:
        distances = np.abs(behind_words - at_pause) - marks * _length("mark") / lengths.sum()
        firsts.append(max(firsts[-1], 1 + int(distances.argmin())))
    bounds = [min(first, len(words)) for first in firsts] + [len(words)]
    return list(pairwise(bounds))


def _length(word: str) -> int:
    """Return how long a word takes to say, in letters: each has a beginning and an end, and digits are words."""
    return 2 + sum(4 if letter.isdigit() else 1 for letter in word if letter.isalnum())
