"""What the stubs say and hear: mono PCM of 16 bits."""

import numpy as np

HEARING_RATE = 16000
SPEAKING_RATE = 24000
HEARD = "I built the payment service with two colleagues."
"""What the stubs hear in any speech."""

LOUD = 500
LEAST_SPEECH_SECONDS = 0.25


def tone() -> bytes:
    """Return a second of a sound that is no silence."""
    wave = np.sin(np.arange(SPEAKING_RATE) * 2 * np.pi * 440 / SPEAKING_RATE) * 8000
    return wave.astype(np.int16).tobytes()


class Recording:
    """What a microphone has sent since the last transcript."""

    def __init__(self) -> None:
        self._audio = bytearray()

    def add(self, audio: bytes) -> None:
        self._audio += audio

    def transcript(self) -> str:
        """Begin anew; return what was heard in the recording, nothing unless there was speech."""
        samples = np.frombuffer(bytes(self._audio), np.int16).astype(np.int32)
        self._audio.clear()
        return HEARD if (np.abs(samples) > LOUD).sum() > LEAST_SPEECH_SECONDS * HEARING_RATE else ""
