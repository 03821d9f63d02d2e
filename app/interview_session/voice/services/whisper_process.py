"""Whisper's child process: faster-whisper on the CPU or a GPU, for all calls of the parent.

Its messages are those of ``ear_messages``; it has no use for a speaker's terms.
"""

import os
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.interview_session.voice.services.ear_messages import AUDIO, BEGIN, DECODING, END, FAILED, LAST, LEAVE, PIECE
from app.interview_session.voice.services.wire import READY, messages, packed

SAMPLE_RATE = 16000
BYTES_PER_SECOND = SAMPLE_RATE * 2

PIECE_SECONDS = 20
"""While somebody goes on speaking so much is worked out at a time: the model sees 30 s at most."""

CUT_FROM_SECONDS = 12
"""Such a piece is cut at its quietest place from here on."""

FRAME_SAMPLES = SAMPLE_RATE // 10
NO_SPEECH_PROBABILITY = 0.6
TOKENS_PER_SECOND = 8
"""More than anybody says: what goes on longer is a loop."""

MOST_TOKENS = 220
MOST_THREADS = 4

Samples = NDArray[np.float32]


@dataclass(slots=True)
class Utterance:
    """What has come of an utterance and is not worked out yet."""

    audio: bytearray = field(default_factory=bytearray)
    is_ended: bool = False


class Workload:
    """The utterances of all calls, in the order in which they are due: first those that have ended.

    Both threads use it; each method is one critical section.
    """

    def __init__(self) -> None:
        self._utterances: dict[int, Utterance] = {}
        self._ended: list[int] = []
        self._changed = threading.Condition()

    def take(self, number: int, operation: int, content: bytes) -> None:
        """Take a message of the parent's in."""
        with self._changed:
            if operation == BEGIN:
                self._utterances[number] = Utterance()
            elif operation == LEAVE:
                self._forget(number)
            elif utterance := self._utterances.get(number):
                if operation == AUDIO:
                    utterance.audio += content
                elif operation == END and not utterance.is_ended:
                    utterance.is_ended = True
                    self._ended.append(number)
            self._changed.notify()

    def next(self) -> tuple[int, bytes, bool]:
        """Wait for work; return the utterance's number, the audio, and whether it is the last."""
        with self._changed:
            while (number := self._due()) is None:
                self._changed.wait()
            utterance = self._utterances[number]
            audio = _piece(bytes(utterance.audio))
            del utterance.audio[: len(audio)]
            is_last = utterance.is_ended and not utterance.audio
            if is_last:
                self._forget(number)
            return number, audio, is_last

    def fail(self, number: int) -> None:
        """Expect no more of an utterance."""
        with self._changed:
            self._forget(number)

    def _due(self) -> int | None:
        if self._ended:
            return self._ended[0]
        for number, utterance in self._utterances.items():
            if len(utterance.audio) >= PIECE_SECONDS * BYTES_PER_SECOND:
                return number
        return None

    def _forget(self, number: int) -> None:
        self._utterances.pop(number, None)
        if number in self._ended:
            self._ended.remove(number)


def main() -> None:
    """Load the model that the command line names, and work until the parent's pipe ends."""
    name, device, compute_type = sys.argv[1:4]
    try:
        model = _load(name, device, compute_type)
        # A GPU is slow the first time; on the CPU a silence costs as much as speech.
        transcribe(model, np.zeros(SAMPLE_RATE, np.float32), has_voice_filter=model.model.device == "cpu")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one line
        sys.exit(f"whisper does not load from {name}: {' '.join(str(error).split())[:300]}")
    workload = Workload()
    _say(0, READY)
    # From here on only this thread writes.
    threading.Thread(target=_work, args=(workload, model), daemon=True).start()
    for number, operation, content in messages(sys.stdin.buffer):
        workload.take(number, operation, content)


def transcribe(model: Any, samples: Samples, *, has_voice_filter: bool = True) -> tuple[str, list[list[int]]]:
    """Return what is said in a stretch of speech, and for each of its words the ms of its begin and end.

    Silence and noise are cut out by a detector of voice beforehand; what the model itself takes for no speech is
    dropped, because it tends to hear "Thank you" there.
    """
    seconds = len(samples) / SAMPLE_RATE
    segments, _ = model.transcribe(
        samples,
        language="en",
        beam_size=1,
        temperature=0.0,
        condition_on_previous_text=False,
        word_timestamps=True,
        vad_filter=has_voice_filter,
        max_new_tokens=min(MOST_TOKENS, 10 + int(seconds * TOKENS_PER_SECOND)),
    )
    heard = [segment for segment in segments if segment.no_speech_prob <= NO_SPEECH_PROBABILITY]
    return _words(word for segment in heard for word in segment.words or ())


def quietest_cut(samples: Samples) -> int:
    """Return at which sample to cut a stretch that goes on: the middle of its quietest tenth of a second."""
    begin = CUT_FROM_SECONDS * SAMPLE_RATE
    frames = samples[begin : len(samples) - (len(samples) - begin) % FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return begin + int(np.argmin((frames.astype(np.float64) ** 2).sum(axis=1))) * FRAME_SAMPLES + FRAME_SAMPLES // 2


def _load(name: str, device: str, compute_type: str) -> Any:
    # Nobody is told of a start, and what is not here is missing.
    os.environ["ORT_DISABLE_TELEMETRY"] = os.environ["HF_HUB_OFFLINE"] = "1"
    whisper = import_module("faster_whisper")
    if device == "auto":
        device = "cuda" if import_module("ctranslate2").get_cuda_device_count() > 0 else "cpu"
    if compute_type == "default":
        compute_type = "int8" if device == "cpu" else "float16"
    # The calls want a core of their own.
    threads = min(MOST_THREADS, max(1, (os.cpu_count() or 1) // 2))
    return whisper.WhisperModel(name, device=device, compute_type=compute_type, cpu_threads=threads)


def _piece(audio: bytes) -> bytes:
    """Return as much of what is waiting as is worked out at once."""
    most = PIECE_SECONDS * BYTES_PER_SECOND
    if len(audio) <= most:
        return audio[: len(audio) // 2 * 2]
    return audio[: 2 * quietest_cut(_samples(audio[:most]))]


def _work(workload: Workload, model: Any) -> None:
    while True:
        number, audio, is_last = workload.next()
        _say(number, DECODING)
        try:
            text, times = transcribe(model, _samples(audio)) if audio else ("", [])
        except Exception as error:  # noqa: BLE001 - one utterance's trouble is not the others'
            workload.fail(number)
            _say(number, FAILED, type(error).__name__.encode())
            continue
        piece = {
            "samples": len(audio) // 2,
            "text": text,
            "word_times": times,
            "voice_ms": times[0][0] if times else None,
            "is_at_pause": True,
        }
        _say(number, LAST if is_last else PIECE, orjson.dumps(piece))


def _words(tokens: Iterable[Any]) -> tuple[str, list[list[int]]]:
    """Join what the model calls words: one without a space before it goes on the one before."""
    words: list[str] = []
    times: list[list[int]] = []
    for token in tokens:
        text = "".join(token.word.split())
        if not text:
            continue
        begin, end = round(float(token.start) * 1000), round(float(token.end) * 1000)
        if words and not token.word[0].isspace():
            words[-1] += text
            times[-1][1] = end
        else:
            words.append(text)
            times.append([begin, end])
    return " ".join(words), times


def _samples(audio: bytes) -> Samples:
    return np.frombuffer(audio, np.int16).astype(np.float32) / np.float32(32768)


def _say(number: int, operation: int, content: bytes = b"") -> None:
    sys.stdout.buffer.write(packed(number, operation, content))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
