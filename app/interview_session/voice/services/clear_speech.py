"""Tells words from what the model makes of noise: of silence, hum, clicks and coughs it says "You" or "Thank you"."""

import numpy as np
import numpy.typing as npt

from app.interview_session.voice.services.moonshine import SAMPLE_RATE, Heard, Samples
from app.interview_session.voice.services.voiced import FRAME, Stretches, levels_of

MADE_OF_NOISE = frozenset({"you", "so", "thank you", "thanks", "thank you very much", "thanks for watching"})
"""What the model says of noise. People say it, too, and then clearly."""

LEAST_CONFIDENCE = -1.1
FEW_WORDS = 3
"""What the model is so unsure of, and is so short, is no word at all."""

LEAST_CLEAR_CONFIDENCE = -0.7
LEAST_PITCHED_FRAMES = 3
LEAST_PITCH = 0.6
"""Correlation of a frame with what comes one period of the voice later; noise has less."""

PITCH_PERIODS = (SAMPLE_RATE // 400, SAMPLE_RATE // 70)
PITCH_WINDOW = 2 * FRAME
LEAST_CONTRAST = 1.4
"""Between the loud and the soft frames of a voice; a hum has none."""


def is_clear_speech(heard: Heard, sound: Samples, stretches: Stretches) -> bool:
    """Tell whether a text was really said in the stretches of a sound that are louder than the rest."""
    plain = "".join(letter for letter in heard.text.lower() if letter.isalpha() or letter == " ").strip()
    if not any(map(str.isalnum, heard.text)):
        return False
    if heard.confidence < LEAST_CONFIDENCE and len(plain.split()) <= FEW_WORDS:
        return False
    if plain not in MADE_OF_NOISE:
        return True
    # A word that the model has heard ends with a mark.
    return not heard.text[-1].isalpha() and heard.confidence >= LEAST_CLEAR_CONFIDENCE and _is_voice(sound, stretches)


def _is_voice(sound: Samples, stretches: Stretches) -> bool:
    """Tell whether there is a voice's pitch for some frames, and a voice's change of loudness."""
    voiced = np.concatenate(
        [sound[begin * SAMPLE_RATE // 1000 : end * SAMPLE_RATE // 1000] for begin, end in stretches]
    )
    levels = levels_of(voiced)
    loud, soft = np.percentile(levels, (90, 20))
    if loud < LEAST_CONTRAST * soft:
        return False
    is_loud = levels > loud / 3
    pitched = sum(
        _pitch(voiced[frame * FRAME : frame * FRAME + PITCH_WINDOW + PITCH_PERIODS[1]]) > LEAST_PITCH
        for frame in np.flatnonzero(is_loud).tolist()
    )
    return pitched >= LEAST_PITCHED_FRAMES


def _pitch(window: npt.NDArray[np.float32]) -> float:
    """Return how well a window agrees with itself one period of a voice later, at best: 1 is perfectly."""
    if len(window) < PITCH_WINDOW + PITCH_PERIODS[1]:
        return 0.0
    first = window[:PITCH_WINDOW] - window[:PITCH_WINDOW].mean()
    later = np.lib.stride_tricks.sliding_window_view(window, PITCH_WINDOW)[PITCH_PERIODS[0] :]
    later = later - later.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(later, axis=1) * np.linalg.norm(first) + 1e-9
    return float((later @ first / norms).max())
