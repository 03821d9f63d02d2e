"""The files of the models that a setting names: whisper's folder, Kokoro's and Piper's voices.

They are looked at before anything that reads them is loaded, so that a wrong path is one clear line at start.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from app.core.config import ConfigurationError, Settings

DEFAULT_WHISPER_MODEL = "base.en"
DEFAULT_KOKORO_VOICE = "af_heart"
KOKORO_SAMPLE_RATE = 24000
_WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json")
_VOICES_PATTERNS = ("voices*.bin", "voices*.npz")


@dataclass(frozen=True, slots=True)
class VoiceFiles:
    """A voice on this machine: what speaks (``kokoro`` or ``piper``), from which files, as whom.

    ``beside`` is Piper's configuration or Kokoro's file of voices. ``speaker`` is one of Kokoro's voices or a speaker
    of a Piper voice that has several; empty: its first. ``sample_rate`` is in Hz.
    """

    engine: str
    model: Path
    beside: Path
    speaker: str
    sample_rate: int


def check_whisper_model(settings: Settings) -> str:
    """Return whisper's model as the settings name it: a folder, or a name that faster-whisper knows.

    Raises:
        ConfigurationError: it names a folder that is not there, or not complete.

    """
    name = settings.stt_model or DEFAULT_WHISPER_MODEL
    folder = Path(name).expanduser()
    if folder.is_dir():
        for file in _WHISPER_FILES:
            if not (folder / file).is_file():
                raise ConfigurationError(f"STT_MODEL: the folder {folder} has no {file}")
        return str(folder.resolve())
    # A name on the hub, owner/name, has one slash at most and none in front.
    if name.startswith(("/", "~", ".")) or name.count("/") > 1:
        raise ConfigurationError(f"STT_MODEL: there is no folder {name}")
    return name


def voice_files(settings: Settings) -> VoiceFiles:
    """Return the files of the voice that the settings name.

    Raises:
        ConfigurationError: one of them is not there or cannot be read, or does not have the voice.

    """
    model = Path(settings.tts_model or "").expanduser().resolve()
    if not model.is_file():
        raise ConfigurationError(f"TTS_MODEL: there is no file {settings.tts_model}")
    if settings.tts_provider == "piper":
        return _piper_files(model, settings.tts_voice or "")
    return _kokoro_files(model, settings.tts_voice or DEFAULT_KOKORO_VOICE)


def _piper_files(model: Path, speaker: str) -> VoiceFiles:
    configuration = model.with_name(f"{model.name}.json")
    try:
        values = json.loads(configuration.read_text())
        sample_rate = int(values["audio"]["sample_rate"])
        speakers = values.get("speaker_id_map") or {}
    except FileNotFoundError:
        raise ConfigurationError(f"TTS_MODEL: beside {model.name} there is no {configuration.name}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigurationError(f"TTS_MODEL: {configuration} is no configuration of a Piper voice") from None
    if speaker and speaker not in speakers:
        raise ConfigurationError(f"TTS_VOICE: {model.name} has no speaker {speaker!r}{_others(speakers)}")
    return VoiceFiles("piper", model, configuration, speaker, sample_rate)


def _kokoro_files(model: Path, voice: str) -> VoiceFiles:
    found = sorted(path for pattern in _VOICES_PATTERNS for path in model.parent.glob(pattern))
    if len(found) != 1:
        how_many = "several files" if found else "no file"
        raise ConfigurationError(f"TTS_MODEL: in {model.parent} there is {how_many} of voices (voices-v1.0.bin)")
    [voices] = found
    try:
        with ZipFile(voices) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
    except (OSError, BadZipFile):
        raise ConfigurationError(f"TTS_MODEL: {voices} is no file of Kokoro's voices") from None
    if voice not in names:
        raise ConfigurationError(f"TTS_VOICE: {voices.name} has no voice {voice!r}{_others(names)}")
    return VoiceFiles("kokoro", model, voices, voice, KOKORO_SAMPLE_RATE)


def _others(names: object) -> str:
    listed = sorted(map(str, names))[:8] if isinstance(names, (list, dict)) else []
    return f"; it has {', '.join(listed)}" if listed else ""
