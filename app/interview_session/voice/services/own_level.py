"""How loud the candidate's voice is in this call, so that a much softer one in the background is not taken for it."""

from collections import deque

BELOW_DECIBELS = 12.0
"""A voice that is softer by more than this than the candidate's is somebody else's. The TV in the next room is softer
by 20; the candidate who leans back, by 6 to 10."""

LOUD_DECIBELS = -30.0
"""A voice as loud as this, of 0 at full scale, is always heard."""

KNOWN_SECONDS = 1.5
"""Before so much of the candidate's voice was heard nothing is too soft."""

MEMORY_SECONDS = 4.0
FALL_DECIBELS_PER_SECOND = 1.0
"""A soft voice that goes on is heard in the end: it may be the candidate's, who has moved."""

WINDOWS = 6
"""A voice is judged by the loudness of its last 0.2 seconds: syllables differ more than voices do."""

SOFTEST_ENERGY = 1e-9


class OwnLevel:
    """Follows the loudness of the candidate's voice.

    Args:
        window_seconds: the length of the windows of sound that it is told of.

    """

    def __init__(self, window_seconds: float) -> None:
        self._window_seconds = window_seconds
        self._recent: deque[float] = deque([0.0] * WINDOWS, maxlen=WINDOWS)
        self._own_energy = 0.0
        self._windows = 0

    def note(self, energy: float) -> None:
        """Take in a window of sound, voice or not: the mean square of its samples, 1 at full scale."""
        self._recent.append(energy)

    def learn(self) -> None:
        """Take in that the last window holds the candidate's voice, as far as anybody can tell."""
        energy = self._recent[-1]
        if energy < self._least_energy:
            self._fall()
            return
        self._windows += 1
        weight = 1 / min(self._windows, MEMORY_SECONDS / self._window_seconds)
        self._own_energy += weight * (energy - self._own_energy)

    def is_background(self) -> bool:
        """Tell whether the voice that is heard is too soft for the candidate's; each yes lowers what is asked for."""
        if sum(self._recent) / WINDOWS >= self._threshold:
            return False
        self._fall()
        return True

    @property
    def _least_energy(self) -> float:
        return self._own_energy * _ratio(-BELOW_DECIBELS)

    @property
    def _threshold(self) -> float:
        if self._windows * self._window_seconds < KNOWN_SECONDS:
            return 0.0
        return min(self._least_energy, _ratio(LOUD_DECIBELS))

    def _fall(self) -> None:
        fallen = self._own_energy * _ratio(-FALL_DECIBELS_PER_SECOND * self._window_seconds)
        self._own_energy = max(SOFTEST_ENERGY, fallen)


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 10))
