"""The keyless voice's child process: hibari, which turns text into 24 kHz PCM.

In the parent it would hold the interpreter's lock for milliseconds at a time, with every call waiting.

The parent asks for one piece of a call's speech at a time, so what waits here is at most a piece per call. Each piece
is answered by ``BEGUN`` when the work on it starts, by its sound in messages of ``AUDIO``, and by ``DONE``; or else by
``FAILED``. One thread reads and one synthesises, so that a piece which is cancelled while it waits costs nothing.
"""

import heapq
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from app.interview_session.voice.services.voice_operations import AUDIO, BEGUN, CANCEL, DONE, FAILED, SYNTHESISE
from app.interview_session.voice.services.wire import READY, messages, packed

# It must be set before onnxruntime is imported, which otherwise looks up a host of its maker.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np  # noqa: E402 - see above
from hibari import SAMPLE_RATE, Hibari  # noqa: E402 - see above
from numpy.typing import NDArray  # noqa: E402 - see above

AUDIO_SECONDS = 0.5
"""Of sound in one message: the parent's loop gets many small ones rather than a large one."""

SHORTNESS_SECONDS = 0.005
"""Per character: so much later is the due time of a longer first piece. A wait that is longer outweighs it."""

LONGEST_PHONEMES = 380
"""Memory grows with the length of a piece, and a text without spaces or stops would be one."""

LOUDNESS = 1.7
"""The model speaks at -23 dB, which is low beside other voices."""

SILENT = 0.001
LEAD_IN_SECONDS = 0.03
PAUSES_SECONDS = {".": 0.3, "!": 0.3, "?": 0.3, "…": 0.3, ",": 0.14, ";": 0.2, ":": 0.2, "—": 0.16}
"""What is left of the silence behind a piece, by its last character; the model gives 0.28 s before and 0.44 s behind."""

JOINT_SECONDS = 0.02
UNSPEAKABLE_SECONDS = 0.2
SEED = 1
"""The same text gives the same samples, so that a piece that broke off can go on where it was."""

Samples = NDArray[np.float32]


class Pieces:
    """What waits to be synthesised, the most urgent first.

    A piece is due when its call runs out of sound. Where nothing sounds yet that is at once, and the shorter of two is
    due first. Due times do not move, so nothing waits for ever.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._waiting: dict[int, dict[str, Any]] = {}
        self._change = threading.Condition()
        self._is_closed = False

    def add(self, number: int, piece: dict[str, Any], now: float) -> None:
        """Take in a piece; ``now`` is in seconds."""
        ahead = piece["ahead_seconds"]
        due = now + (ahead if ahead > 0 else SHORTNESS_SECONDS * len(piece["text"]))
        with self._change:
            self._waiting[number] = piece
            heapq.heappush(self._heap, (due, number))
            self._change.notify()

    def cancel(self, number: int) -> None:
        """Forget a piece that waits."""
        with self._change:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """Let ``__iter__`` end, whatever waits."""
        with self._change:
            self._is_closed = True
            self._change.notify()

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the number and the content of each piece when it is its turn."""
        while (number := self._next()) is not None:
            with self._change:
                piece = self._waiting.pop(number, None)
            if piece:
                yield number, piece

    def _next(self) -> int | None:
        with self._change:
            self._change.wait_for(lambda: self._heap or self._is_closed)
            return None if self._is_closed else heapq.heappop(self._heap)[1]


def main() -> None:
    """Synthesise until stdin ends, as it does when the parent is gone."""
    pipe = _own_stdout()
    voice = Hibari(threads=1)
    synthesise(voice, "Hello, and welcome.", 1.0)
    _say(pipe, packed(0, READY))
    pieces = Pieces()
    threading.Thread(target=_read, args=(pieces,), daemon=True).start()
    for number, piece in pieces:
        _say(pipe, packed(number, BEGUN))
        try:
            audio = synthesise(voice, piece["text"], piece["speed"])
        except Exception as error:  # noqa: BLE001 - a text at which the model stumbles is not the other calls' trouble
            # Not its message, which may quote what was said.
            sys.stderr.write(f"voice: {type(error).__name__}\n")
            _say(pipe, packed(number, FAILED))
            continue
        size = int(AUDIO_SECONDS * SAMPLE_RATE) * 2
        for start in range(0, len(audio), size):
            _say(pipe, packed(number, AUDIO, audio[start : start + size]))
        _say(pipe, packed(number, DONE))


def synthesise(voice: Hibari, text: str, speed: float) -> bytes:
    """Return a piece as mono 16-bit PCM, with as much silence around it as its end asks for.

    Args:
        voice: the model.
        text: one sentence, or a part of one; a word may carry its phonemes, ``[word](/phonemes/)``.
        speed: 1 is the model's own pace.

    """
    phonemes = voice.g2p(text)
    random = np.random.default_rng(SEED)
    parts = [
        _trimmed(voice.from_ids(voice.ids(part), speed, random), part[-1])
        for part in _cut(phonemes)
        if any(map(str.isalpha, part))
    ]
    if not parts:
        return bytes(int(UNSPEAKABLE_SECONDS * SAMPLE_RATE) * 2)
    samples = np.clip(np.concatenate(parts) * LOUDNESS, -1.0, 1.0)
    return (samples * 32767).astype("<i2").tobytes()


def _cut(phonemes: str) -> Iterator[str]:
    while len(phonemes) > LONGEST_PHONEMES:
        end = phonemes.rfind(" ", 1, LONGEST_PHONEMES)
        end = end if end > 0 else LONGEST_PHONEMES
        yield phonemes[:end].strip()
        phonemes = phonemes[end:].strip()
    if phonemes:
        yield phonemes


def _trimmed(samples: Samples, last: str) -> Samples:
    """Shorten the silence before and behind the voice."""
    loud = np.flatnonzero(np.abs(samples) > SILENT)
    if not loud.size:
        return samples
    pause = PAUSES_SECONDS.get(last, JOINT_SECONDS)
    start = max(0, loud[0] - int(LEAD_IN_SECONDS * SAMPLE_RATE))
    end = loud[-1] + 1 + int(pause * SAMPLE_RATE)
    silence = np.zeros(max(0, end - len(samples)), np.float32)
    return np.concatenate([samples[start:end], silence])


def _own_stdout() -> BinaryIO:
    """Return the pipe to the parent; whatever else writes to standard output writes to standard error."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _read(pieces: Pieces) -> None:
    for number, operation, content in messages(sys.stdin.buffer):
        if operation == SYNTHESISE:
            pieces.add(number, json.loads(content), time.monotonic())
        elif operation == CANCEL:
            pieces.cancel(number)
    pieces.close()


def _say(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(message)
    pipe.flush()


if __name__ == "__main__":
    main()
