"""What was chosen to hear, think and speak, looked at before what takes seconds is loaded."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app.core.config import ConfigurationError, Settings
from app.interview_session.pipecat_log import silence_pipecat
from app.interview_session.voice.services.local_models import check_whisper_model, voice_files

# What no call can do without, child processes included. Not every platform has wheels of all of it.
_FOR_CALLS = ("onnxruntime", "pipecat", "aiortc")
# What a provider's service imports beyond the requirements, which cover the others, and what pip has to install.
_PACKAGES = {
    ("llm", "anthropic"): (("anthropic",), "'pipecat-ai[anthropic]'"),
    ("llm", "google"): (("google.genai", "google.api_core"), "'pipecat-ai[google]'"),
    ("stt", "deepgram"): (("deepgram",), "'pipecat-ai[deepgram]'"),
    ("stt", "whisper"): (("faster_whisper",), "faster-whisper"),
    ("tts", "kokoro"): (("kokoro_onnx",), "kokoro-onnx"),
    ("tts", "piper"): (("piper",), "piper-tts"),
}


def check_providers(settings: Settings) -> None:
    """Raise ``ConfigurationError`` if what was chosen to hear, think and speak cannot work here."""
    if settings.llm_provider != "scripted" and not _is_installed("pipecat"):
        raise ConfigurationError(f"LLM_PROVIDER={settings.llm_provider} needs pipecat-ai, which is not installed")
    for (kind, provider), (modules, package) in _PACKAGES.items():
        # A model writes practice plans, too, without a voice as well.
        is_used = settings.voice_enabled or kind == "llm"
        is_chosen = getattr(settings, f"{kind}_provider") == provider
        if is_used and is_chosen and not all(map(_is_installed, modules)):
            raise ConfigurationError(f"{kind.upper()}_PROVIDER={provider} needs: pip install {package}")
    if settings.voice_enabled and not missing_packages(settings):
        if settings.tts_provider == "espeak":
            _check_espeak(settings)
        elif settings.tts_provider == "offline" and settings.tts_voice:
            raise ConfigurationError("TTS_VOICE: TTS_PROVIDER=offline has one voice; leave it empty")
        if settings.stt_provider == "whisper":
            check_whisper_model(settings)
        if settings.tts_provider in {"kokoro", "piper"}:
            voice_files(settings)


def _check_espeak(settings: Settings) -> None:
    # It imports Pipecat, for which only those wait who chose it.
    silence_pipecat()
    espeak: Any = import_module("app.interview_session.voice.services.espeak_voice")
    if espeak.find_library() is None:
        raise ConfigurationError(
            "TTS_PROVIDER=espeak needs the library libespeak-ng (Debian: apt install libespeak-ng1), "
            "or: pip install espeakng-loader"
        )
    if settings.tts_voice and not espeak.has_voice(settings.tts_voice):
        raise ConfigurationError(f"TTS_VOICE: espeak-ng has no voice {settings.tts_voice!r}")


def missing_packages(settings: Settings) -> list[str]:
    """Return the packages that calls need and that are not installed."""
    needed = (*_FOR_CALLS, "hibari") if settings.tts_provider == "offline" else _FOR_CALLS
    return [package for package in needed if not _is_installed(package)]


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
