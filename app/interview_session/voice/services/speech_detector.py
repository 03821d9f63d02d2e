"""Tells a candidate's speech from all else: with one model for all calls, which is run in place.

To import this loads ONNX Runtime.
"""

from collections.abc import Callable

import numpy as np
from pipecat.audio.utils import exp_smoothing
from pipecat.audio.vad.silero import SileroOnnxModel, SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE
from app.interview_session.voice.services.own_level import OwnLevel

BYTES_PER_SAMPLE = 2
FULL_SCALE = 32768
MIN_VOLUME = 0.5
"""Softer sounds are no voice: -60 LUFS, on Pipecat's scale of -110 to -10."""

VOLUME_SMOOTHING = 0.5
"""The weight of the newest 32 ms in the loudness. Pipecat's own 0.2 notices a voice 0.2 s later."""

QUIET_PEAK = 60
"""Below this peak of 32,768 (-55 dB) a window is far below ``MIN_VOLUME``, whatever is in it."""

LONG_QUIET_WINDOWS = 15
LONGEST_GAP_SECONDS = 0.15
"""Between the syllables of one word the voice may be gone for so long."""

WINDOW_SECONDS = 0.032
LIKELY_CONFIDENCE = 0.5
LIKELY_WINDOWS = 2
"""So many windows in a row that are likely to hold a voice are reason enough to listen, long before it is certain."""

UNLIKELY_WINDOWS = 4
"""After so many without, it was nothing."""

AUDIBLE_ENERGY = 1e-5
"""Softer windows, below -50 dB of full scale, are no reason to listen."""


class SpeechDetectorModel:
    """Silero's model, loaded once. A detector keeps the state of its call; the session has none."""

    def __init__(self) -> None:
        self.session = SileroVADAnalyzer()._model.session  # noqa: SLF001 - there is no other way to share it

    def new_detector(self) -> "SpeechDetector":
        """Return the detector of one call."""
        return SpeechDetector(self)


class SpeechDetector(SileroVADAnalyzer):
    """Tells speech from silence, on the shared model and on the event loop: 0.2 ms per 32 ms of audio.

    ``overhear`` gets each piece of audio, and whether there was speech in it. ``voice_seconds`` is for how long there
    has been voice in one go. ``is_echo`` tells whether a piece is nothing but what was sent; then there is no voice.
    ``notice`` is told when a voice may have begun, long before that is certain, and when it was none or is over.
    A voice that begins much softer than the candidate's is none either.
    """

    def __init__(self, model: SpeechDetectorModel) -> None:
        VADAnalyzer.__init__(self, params=VADParams(min_volume=MIN_VOLUME))
        self._smoothing_factor = VOLUME_SMOOTHING
        own = SileroOnnxModel.__new__(SileroOnnxModel)
        own.session = model.session
        own.sample_rates = [8000, INPUT_SAMPLE_RATE]
        own.reset_states()
        self._model = own
        self.overhear: Callable[[bytes, bool], object] | None = None
        self.is_echo: Callable[[bytes], bool] | None = None
        self.notice: Callable[[bool], object] | None = None
        self.voice_seconds = 0.0
        self._own_level = OwnLevel(WINDOW_SECONDS)
        self._likely_windows = 0
        self._unlikely_windows = 0
        self._is_noticed = False
        self._hears_echo = False
        self._quiet_windows = 0
        self._gap_seconds = 0.0
        self._confidence = 0.0
        self._energy = 0.0
        self._windows_since_reset = 0
        self._low_confidence_windows = 0

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """Return whether there is speech after this piece of audio."""
        self._hears_echo = self.is_echo is not None and self.is_echo(buffer)
        state = self._run_analyzer(buffer)
        self._measure_voice(state, len(buffer) / (self.sample_rate * BYTES_PER_SAMPLE))
        if self.overhear:
            self.overhear(buffer, state in {VADState.SPEAKING, VADState.STOPPING})
        return state

    def voice_confidence(self, buffer: bytes) -> float:
        """Return how much a window sounds like speech, from 0 to 1."""
        # Its loudness alone rules a voice out, and the model costs as much as all else in a silent call.
        is_none = self._has_long_been_quiet(buffer)
        confidence = 0.0 if is_none else float(np.ravel(super().voice_confidence(buffer))[0])
        self._confidence = 0.0 if self._hears_echo else confidence
        self._weigh(buffer)
        self._look_out()
        return self._confidence

    def _weigh(self, buffer: bytes) -> None:
        """Take a voice for none if it is too soft; one that has begun may become softer."""
        if self._quiet_windows > LONG_QUIET_WINDOWS:
            self._energy = 0.0
        else:
            samples = np.frombuffer(buffer, np.int16).astype(np.float32) / FULL_SCALE
            self._energy = float(samples @ samples) / len(samples)
        self._own_level.note(self._energy)
        if self._confidence < LIKELY_CONFIDENCE:
            return
        if self._vad_state in {VADState.SPEAKING, VADState.STOPPING}:
            self._own_level.learn()
        elif self._own_level.is_background():
            self._confidence = 0.0

    def _look_out(self) -> None:
        """Tell when a voice may have begun, and when there is none after all."""
        is_likely = self._confidence >= LIKELY_CONFIDENCE and self._energy > AUDIBLE_ENERGY
        self._likely_windows = self._likely_windows + 1 if is_likely else 0
        self._unlikely_windows = 0 if is_likely else self._unlikely_windows + 1
        is_noticed = self._is_noticed
        if self._likely_windows >= LIKELY_WINDOWS:
            is_noticed = True
        elif self._unlikely_windows >= UNLIKELY_WINDOWS:
            is_noticed = False
        if is_noticed is not self._is_noticed:
            self._is_noticed = is_noticed
            if self.notice:
                self.notice(is_noticed)

    def _has_long_been_quiet(self, buffer: bytes) -> bool:
        """Tell whether nothing can be heard, for so long that the model has no word in its memory."""
        samples = np.frombuffer(buffer, np.int16)
        is_quiet = int(samples.max()) < QUIET_PEAK and int(samples.min()) > -QUIET_PEAK
        self._quiet_windows = self._quiet_windows + 1 if is_quiet else 0
        return self._quiet_windows > LONG_QUIET_WINDOWS

    def _measure_voice(self, state: VADState, seconds: float) -> None:
        if state in {VADState.STARTING, VADState.SPEAKING}:
            self.voice_seconds += seconds + self._gap_seconds
            self._gap_seconds = 0.0
        elif state is VADState.STOPPING and self._gap_seconds + seconds <= LONGEST_GAP_SECONDS:
            # Between syllables, or the end: what follows tells.
            self._gap_seconds += seconds
        else:
            self.voice_seconds = self._gap_seconds = 0.0

    def _get_smoothed_volume(self, audio: bytes) -> float:
        """Return the loudness, measured only where it decides: that costs a third of what the model does."""
        self._volume_tracker.update(audio, self.sample_rate)
        if self._confidence < self.params.confidence:
            return self._prev_volume
        return exp_smoothing(self._volume_tracker.volume, self._prev_volume, self._smoothing_factor)
