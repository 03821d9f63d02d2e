"""The child process of a Kokoro or Piper voice, for all calls of the parent. Speaks ``wire``.

The parent sends a sentence with a number (``SPEAK``, UTF-8), or ``DROP`` if nobody wants to hear it any more. The
child answers with mono 16-bit PCM of the voice's own rate (``SOUND``), clause by clause, then ``DONE``, or ``FAILED``
with the name of the error. Sentences that wait take turns, a clause each.
"""

import json
import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from app.interview_session.voice.services.clauses import pieces
from app.interview_session.voice.services.wire import READY, messages, packed

SPEAK, DROP, SOUND, DONE, FAILED = range(1, 6)
MOST_THREADS = 4
SAMPLE_LIMIT = 32767
Synthesis = Callable[[str], bytes]


class Queue:
    """The sentences that wait, each with the clauses that are left of it. Both threads use it."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, list[str]]] = deque()
        self._at_work: int | None = None
        self._changed = threading.Condition()

    def put(self, number: int, parts: list[str]) -> None:
        """Put a sentence behind the others."""
        with self._changed:
            self._waiting.append((number, parts))
            self._changed.notify()

    def next(self) -> tuple[int, list[str]]:
        """Wait for the next sentence. Until it is put back, or the next one asked for, it is the one at work."""
        with self._changed:
            self._at_work = None
            while not self._waiting:
                self._changed.wait()
            number, parts = self._waiting.popleft()
            self._at_work = number
            return number, parts

    def put_back(self, number: int, rest: list[str]) -> None:
        """Put the rest of the sentence at work behind the others, unless it was dropped meanwhile."""
        with self._changed:
            if self._at_work == number:
                self._waiting.append((number, rest))

    def drop(self, number: int) -> None:
        """Forget a sentence."""
        with self._changed:
            self._waiting = deque(one for one in self._waiting if one[0] != number)
            if self._at_work == number:
                self._at_work = None


def main() -> None:
    """Load the voice that the command line names, and speak until the parent's pipe ends."""
    engine, model, beside, speaker = sys.argv[1:5]
    try:
        synthesis = _load(engine, Path(model), Path(beside), speaker)
        synthesis("Hello.")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one line
        sys.exit(f"{engine} does not load from {model}: {' '.join(str(error).split())[:300]}")
    queue = Queue()
    _say(0, READY)
    # From here on only this thread writes.
    threading.Thread(target=_work, args=(queue, synthesis), daemon=True).start()
    for number, operation, content in messages(sys.stdin.buffer):
        if operation == SPEAK:
            queue.put(number, pieces(content.decode()))
        elif operation == DROP:
            queue.drop(number)


def _load(engine: str, model: Path, beside: Path, speaker: str) -> Synthesis:
    # It would tell its maker of every start.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    # The calls want a core of their own.
    options.intra_op_num_threads = min(MOST_THREADS, max(1, (os.cpu_count() or 1) // 2))
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    providers = [name for name in wanted if name in runtime.get_available_providers()]
    session = runtime.InferenceSession(str(model), options, providers=providers)
    return _piper(session, beside, speaker) if engine == "piper" else _kokoro(session, beside, speaker)


def _piper(session: Any, configuration: Path, speaker: str) -> Synthesis:
    piper = import_module("piper")
    values = json.loads(configuration.read_text())
    config = import_module("piper.config").PiperConfig.from_dict(values)
    voice = piper.PiperVoice(session=session, config=config)
    chosen = piper.SynthesisConfig(speaker_id=config.speaker_id_map[speaker] if speaker else None)

    def speak(text: str) -> bytes:
        return b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(text, chosen))

    return speak


def _kokoro(session: Any, voices: Path, voice: str) -> Synthesis:
    kokoro = import_module("kokoro_onnx").Kokoro.from_session(session, str(voices))
    # Kokoro's British voices begin with a b.
    say = partial(kokoro.create, voice=voice, lang="en-gb" if voice.startswith("b") else "en-us")

    def speak(text: str) -> bytes:
        samples, _ = say(text)
        pcm: bytes = (np.clip(samples, -1, 1) * SAMPLE_LIMIT).astype(np.int16).tobytes()
        return pcm

    return speak


def _work(queue: Queue, synthesis: Synthesis) -> None:
    while True:
        number, [clause, *rest] = queue.next()
        try:
            sound = synthesis(clause)
        except Exception as error:  # noqa: BLE001 - one sentence's trouble is not the others'
            _say(number, FAILED, type(error).__name__.encode())
            continue
        _say(number, SOUND, sound)
        if rest:
            queue.put_back(number, rest)
        else:
            _say(number, DONE)


def _say(number: int, operation: int, content: bytes = b"") -> None:
    sys.stdout.buffer.write(packed(number, operation, content))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
