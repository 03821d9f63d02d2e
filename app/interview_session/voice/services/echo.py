"""Tells the interviewer's own voice, coming back through a candidate's microphone, from the candidate's.

A loudspeaker in the room gives the microphone what was sent: later, weaker, and coloured by everything in between.
The spectrum of what comes in then follows the spectrum of what was sent, at one delay. So the detector looks for the
delay at which both agree, learns how much of each band comes back, and calls a frame an echo if it is no louder than
that explains. A candidate who speaks at the same time is louder: their voice has energy where and when the
interviewer's has none.

Browsers cancel echoes themselves. This is for what they leave, and for clients that do not.
"""

from collections import deque
from datetime import datetime

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from app.core.clock import utc_now

FRAME_SECONDS = 0.02
"""Both directions are looked at in frames of this length, so that the bins of their spectra are the same."""

LONGEST_DELAY_SECONDS = 0.8
"""From sending a sound until it comes back: the network twice, a jitter buffer, the sound card, the room."""

WINDOW_SECONDS = 0.8
SHORTEST_VOICE_SECONDS = 0.24
"""The two are compared over the window, and not before it holds so much sound."""

LIKELY_CORRELATION = 0.6
CERTAIN_CORRELATION = 0.8
"""At the first value a delay counts once it was found ``AGREEING_LOOKS`` times in a row, at the second one at once.
From ``LIKELY_LOOKS`` on what comes in is taken for an echo meanwhile.

Echoes of -6 to -30 dB in a reverberant room correlate with 0.5 to 0.8, other voices at their best delay with 0.3 to
0.6, but at another delay each time.
"""

LIKELY_LOOKS = 4
AGREEING_LOOKS = 6
LOST_CORRELATION = 0.35
LOST_LOOKS = 4
"""After so many looks in a row below that correlation a delay is given up."""

UNRETURNED_SECONDS = 0.5
MOST_UNRETURNED_SECONDS = 3.0
"""If for so long, on balance, nothing came back of what was sent, there is no echo to be expected. No more is counted
than the second value: the candidate may take their headphones off.
"""

UNEXPECTED_LOOKS = 20
"""An echo that is not to be expected has to be found so many times in a row, for longer than the window, however well
it correlates: a candidate who speaks at the same time does at some delay, for half a second and more.
"""

ABOVE_FLOOR_DECIBELS = 10.0
FLOOR_RISE_DECIBELS = 0.02
"""So much louder than the noise of the room is a sound. In each frame the noise is taken to have risen by so much."""

LOOK_PIECES = 4
"""A known delay is looked at again after so many pieces of audio."""

EXCESS_DECIBELS = 7.0
"""A band so much louder than the echo explains has another sound in it."""

FOREIGN_SHARE = 0.35
"""A frame holds another voice if so much of what is heard in it is unexplained."""

FOREIGN_FRAMES = 4
JUDGED_FRAMES = 8
"""So many frames with another voice, of so many, are no accident."""

DECAY_DECIBELS = 2.4
"""A room goes on sounding: its sound gets so much weaker in each frame, 60 dB in half a second."""

FULL_SCALE_DECIBELS = 90.0
QUIET_DECIBELS = 10.0
AUDIBLE_DECIBELS = 22.0
"""Levels of a band, 90 at full scale: lower ones count as the first, and from the second one on there is sound."""

SILENT_STEPS = 60
"""A piece of audio whose samples lie no further apart has no voice in it."""

_EDGES_HZ = (150, 250, 350, 450, 600, 800, 1000, 1300, 1650, 2100, 2700, 3400, 4500)
_BIN_HZ = round(1 / FRAME_SECONDS)
_BANDS = len(_EDGES_HZ) - 1
_WINDOW = round(WINDOW_SECONDS / FRAME_SECONDS)
_SHORTEST_VOICE = round(SHORTEST_VOICE_SECONDS / FRAME_SECONDS)
_SLACK = 6
"""What comes in may be handed on so many frames earlier or later than usual before a delay means something else."""

_LAGS = round(LONGEST_DELAY_SECONDS / FRAME_SECONDS) + _SLACK
_SENT = _LAGS + _WINDOW + 2 * _SLACK
_AHEAD = 2 * _SLACK + 1
"""Rows of silence behind what was sent, for delays that seem shorter than none because a packet came early."""

_UNRETURNED = round(UNRETURNED_SECONDS / FRAME_SECONDS)
_MOST_UNRETURNED = round(MOST_UNRETURNED_SECONDS / FRAME_SECONDS)

_GAIN_SHARE = 0.75
_GAIN_SMOOTHING = 0.3

_Levels = NDArray[np.float32]


class EchoDetector:
    """Compares what one peer is sent with what comes in from it.

    Args:
        sent_rate: samples per second of what is sent.
        heard_rate: samples per second of what comes in.

    """

    def __init__(self, sent_rate: int, heard_rate: int) -> None:
        self._sent_spectra = _Spectra(sent_rate)
        self._heard_spectra = _Spectra(heard_rate)
        self._frames_sent = 0
        self._frames_heard = 0
        self._last_sound = -_SENT
        self._sounding = 0
        self._unreturned = 0
        self._floor = FULL_SCALE_DECIBELS
        self._unread: deque[bytes] = deque(maxlen=_SENT)
        self._rest = b""
        self._sent = np.full((_SENT + _AHEAD, _BANDS), QUIET_DECIBELS, np.float32)
        self._smeared = self._sent.copy()
        self._heard = np.full((_WINDOW, _BANDS), QUIET_DECIBELS, np.float32)
        self._offset: int | None = None
        self._gains = np.zeros(_BANDS, np.float32)
        self._foreign: deque[bool] = deque(maxlen=JUDGED_FRAMES)
        self._looks_to_skip = 0
        self._candidate_delay = -1
        self._agreeing = 0
        self._lost = 0
        self._is_likely = False
        self.delay_frames: int | None = None
        """The delay of the echo, in frames, with an offset of the call's own. None while no echo is known."""
        self.found_at: datetime | None = None
        """When an echo was found that was not known until then, for the last time; None if there was never one."""

    @property
    def is_settled(self) -> bool:
        """Tell whether it is known that what is sent comes back, or that it does not."""
        return self.delay_frames is not None or not self._is_expected

    def note_sent(self, audio: bytes) -> None:
        """Take in a frame of 16-bit mono PCM that is being sent; nothing for silence."""
        self._frames_sent += 1
        self._unread.append(audio)
        self._sounding = self._sounding + 1 if audio else 0
        if audio:
            self._last_sound = self._frames_sent

    def explains(self, audio: bytes) -> bool:
        """Tell whether the voice in what came in, 16-bit mono PCM of any length, is nothing but what was sent."""
        audio = self._rest + audio
        size = self._heard_spectra.frame_bytes
        frames = len(audio) // size
        self._rest = audio[frames * size :]
        self._frames_heard += frames
        if self._frames_sent - self._last_sound > _LAGS + _SLACK + JUDGED_FRAMES:
            # Nothing can come back any more.
            self._foreign.clear()
            self._is_likely = False
            return False
        if frames == 0:
            return self._is_echo
        self._align()
        samples = np.frombuffer(audio[: frames * size], np.int16)[-_WINDOW * size // 2 :]
        if int(samples.max()) - int(samples.min()) < SILENT_STEPS:
            # Nothing comes back, as in most calls: that costs next to nothing.
            self._note_heard(np.full((len(samples) * 2 // size, _BANDS), QUIET_DECIBELS, np.float32))
        else:
            self._read_sent()
            levels = self._heard_spectra.levels(samples)
            self._note_heard(levels)
            self._look()
            if self.delay_frames is not None:
                self._judge(self.delay_frames, len(levels))
        return self._is_echo

    @property
    def _is_expected(self) -> bool:
        return self._unreturned < _UNRETURNED

    @property
    def _is_echo(self) -> bool:
        if self.delay_frames is None:
            return self._is_likely
        return sum(self._foreign) < FOREIGN_FRAMES

    def _align(self) -> None:
        """Keep the two streams' counts together: a packet that is late for once changes nothing.

        Where many are late, the frames still belong together as before, at delays that are counted anew. If some were
        lost, the echo no longer agrees with the delay, and another is looked for.
        """
        offset = self._frames_sent - self._frames_heard
        if self._offset is None:
            self._offset = offset
        elif (moved := offset - self._offset) and abs(moved) > _SLACK:
            self._offset = offset
            self._candidate_delay += moved
            if self.delay_frames is not None:
                delay = self.delay_frames + moved
                self.delay_frames = delay if 0 <= delay <= _LAGS else None

    def _note_heard(self, levels: _Levels) -> None:
        self._weigh_return(levels)
        self._heard = np.concatenate([self._heard[len(levels) :], levels])

    def _weigh_return(self, levels: _Levels) -> None:
        """Take down whether anything comes back while the interviewer speaks."""
        loudest = levels.max(axis=1)
        self._floor = min(self._floor + FLOOR_RISE_DECIBELS * len(loudest), float(loudest.min()))
        if self._sounding > _LAGS:
            returned = int((loudest > self._floor + ABOVE_FLOOR_DECIBELS).sum())
            balance = self._unreturned + len(loudest) - 2 * returned
            self._unreturned = min(max(0, balance), _MOST_UNRETURNED)

    def _read_sent(self) -> None:
        """Measure what was sent since the last time."""
        unread = list(self._unread)
        self._unread.clear()
        levels = np.full((len(unread), _BANDS), QUIET_DECIBELS, np.float32)
        if voiced := [number for number, audio in enumerate(unread) if audio]:
            levels[voiced] = self._sent_spectra.levels(
                np.frombuffer(b"".join(unread[number] for number in voiced), np.int16)
            )
        smeared = np.empty_like(levels)
        before = self._smeared[-_AHEAD - 1]
        for number, level in enumerate(levels):
            before = smeared[number] = np.maximum(level, before - DECAY_DECIBELS)
        self._sent = _pushed(self._sent, levels)
        self._smeared = _pushed(self._smeared, smeared)

    def _end_of(self, delay: int) -> int:
        """Return the index behind the frame sent that much before the last one that was heard."""
        assert self._offset is not None
        late = self._frames_heard + self._offset - self._frames_sent
        return _SENT + _SLACK + late - delay

    def _look(self) -> None:
        """Look for the delay, or whether the known one still holds."""
        self._looks_to_skip -= 1
        if self.delay_frames is not None and self._looks_to_skip > 0:
            return
        self._looks_to_skip = LOOK_PIECES
        self._is_likely = False
        audible = self._heard.max(axis=1) > AUDIBLE_DECIBELS
        if audible.sum() < _SHORTEST_VOICE:
            return
        correlations = self._correlations(audible)
        best = int(correlations.argmax())
        correlation = float(correlations[best])
        is_likely = correlation >= LIKELY_CORRELATION
        self._agreeing = self._agreeing + 1 if abs(best - self._candidate_delay) <= 1 else 1
        self._candidate_delay = best
        self._is_likely = is_likely and self._is_expected and self._agreeing >= LIKELY_LOOKS
        looks = AGREEING_LOOKS if self._is_expected else UNEXPECTED_LOOKS
        is_certain = self._is_expected and correlation >= CERTAIN_CORRELATION
        if is_certain or (is_likely and self._agreeing >= looks):
            self._learn(best)
        elif self.delay_frames is not None:
            near = correlations[max(0, self.delay_frames - 1) : self.delay_frames + 2].max()
            self._lost = self._lost + 1 if near < LOST_CORRELATION else 0
            if self._lost >= LOST_LOOKS:
                self.delay_frames = None

    def _correlations(self, audible: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return, for each delay, how well the levels agree in the frames in which something was heard."""
        first = self._end_of(_LAGS) - _WINDOW
        heard = self._heard[audible]
        heard = heard - heard.mean(axis=0)
        weights = np.zeros_like(self._heard)
        weights[audible] = heard
        span = self._sent[first : first + _LAGS + _WINDOW]
        windows = sliding_window_view(span, (_WINDOW, _BANDS))[:, 0].reshape(_LAGS + 1, -1)
        agreement = windows @ weights.ravel()
        sums = sliding_window_view(span, _WINDOW, axis=0) @ audible.astype(np.float32)
        squares = sliding_window_view((span * span).sum(axis=1), _WINDOW) @ audible.astype(np.float32)
        energy = squares - (sums * sums).sum(axis=1) / len(heard)
        scale = np.sqrt(np.maximum(energy, 1.0) * max(1.0, float((heard * heard).sum())))
        # From the longest delay to none, as the windows are.
        correlations: NDArray[np.float32] = (agreement / scale)[::-1]
        return correlations

    def _learn(self, delay: int) -> None:
        """Believe a delay, and learn how much of each band comes back."""
        end = self._end_of(delay)
        sent = self._smeared[end - _WINDOW : end]
        is_known = (sent > AUDIBLE_DECIBELS) & (self._heard > QUIET_DECIBELS)
        known = is_known.sum(axis=0)
        # Unknown ones last, so that the percentile's place in a band follows from how many are known.
        differences = np.sort(np.where(is_known, self._heard - sent, np.inf), axis=0)
        places = np.maximum(known * _GAIN_SHARE - 1, 0).astype(int)
        gains = np.where(known > 0, differences[places, np.arange(_BANDS)], self._gains).astype(np.float32)
        if self.delay_frames is None:
            self.found_at = utc_now()
        is_new = self.delay_frames is None or abs(delay - self.delay_frames) > 1
        self._gains = gains if is_new else self._gains + _GAIN_SMOOTHING * (gains - self._gains)
        self.delay_frames = delay
        self._lost = 0

    def _judge(self, delay: int, frames: int) -> None:
        """Tell for each new frame whether there is more in it than the echo."""
        end = self._end_of(delay)
        near = np.maximum(self._smeared[end - frames : end], self._smeared[end - frames - 1 : end - 1])
        near = np.maximum(near, self._smeared[end - frames + 1 : end + 1])
        heard = self._heard[-frames:]
        loudness = np.maximum(heard - AUDIBLE_DECIBELS, 0.0)
        unexplained = loudness * (heard > near + self._gains + EXCESS_DECIBELS)
        self._foreign.extend(unexplained.sum(axis=1) > FOREIGN_SHARE * np.maximum(loudness.sum(axis=1), 1.0))


def _pushed(sent: _Levels, levels: _Levels) -> _Levels:
    """Return the rows of what was sent with new ones, without the oldest, and with the silence behind them."""
    return np.concatenate([sent[len(levels) : _SENT], levels, sent[_SENT:]])[-_SENT - _AHEAD :]


class _Spectra:
    """Levels of frames of audio by band, in decibels."""

    def __init__(self, rate: int) -> None:
        self._samples = round(rate * FRAME_SECONDS)
        self.frame_bytes = 2 * self._samples
        window = np.hanning(self._samples).astype(np.float32)
        self._window = window / window.sum()
        self._edges = [edge // _BIN_HZ for edge in _EDGES_HZ]

    def levels(self, samples: NDArray[np.int16]) -> _Levels:
        """Return the levels of whole frames, one row per frame."""
        spectra = np.fft.rfft(samples.reshape(-1, self._samples) * self._window)[:, : self._edges[-1]]
        energy = np.add.reduceat(spectra.real**2 + spectra.imag**2, self._edges[:-1], axis=1)
        levels: _Levels = np.maximum(10 * np.log10(energy + 1e-3), QUIET_DECIBELS).astype(np.float32)
        return levels
