"""The way from HTTP to the calls, which does not import them: Pipecat takes three seconds to load.

A process with ``VOICE_ENABLED=false``, and so nearly every test, never does.
"""

import asyncio
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import structlog
from loguru import logger as pipecat_log

from app.api.runtime import Runtime
from app.core.config import ConfigurationError, Settings
from app.interview_session.background import Rooms
from app.interview_session.voice.services.keyless import usable_keyless
from app.interview_session.voice.services.local_models import check_whisper_model, voice_files
from app.services.user_context import UserContext

log = structlog.get_logger(__name__)

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


class Voice(Protocol):
    """The calls of a process, as ``calls.Calls`` has them."""

    async def offer(
        self,
        session: dict[str, Any],
        *,
        owner: str,
        login: UserContext | None,
        sdp: str,
        kind: str,
        pc_id: str | None,
        restart: bool,
        opens_by_id: bool,
        patience_seconds: float | None,
    ) -> dict[str, str]:
        """Answer a peer's offer."""

    def room_of(self, pc_id: str) -> str | None:
        """Return the room that a live peer is in."""

    def opens_by_id(self, pc_id: str) -> bool:
        """Tell whether to know a live peer's id is enough to add candidates to it."""

    async def add_candidates(self, pc_id: str, candidates: list[dict[str, Any]]) -> None:
        """Hand a peer's candidates on."""

    async def stop(self) -> None:
        """Hang every call up."""


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
    if settings.voice_enabled and not _missing_packages(settings):
        if settings.tts_provider == "espeak":
            _check_espeak(settings)
        elif settings.tts_provider == "offline" and settings.tts_voice:
            raise ConfigurationError("TTS_VOICE: TTS_PROVIDER=offline has one voice; leave it empty")
        if settings.stt_provider == "whisper":
            check_whisper_model(settings)
        if settings.tts_provider in {"kokoro", "piper"}:
            voice_files(settings)


async def open_voice(runtime: Runtime, rooms: Rooms) -> Voice | None:
    """Load the calls of a process and return them, ready for the first.

    None where a package that they need cannot be loaded, as on a platform that it has no wheel for. That is one line
    in the log, and rooms are in writing.

    Raises:
        ConfigurationError: a file of a model that was chosen is missing or changed; or a package, and
            ``VOICE_ENABLED=true`` was set, so that nobody who wants a voice is left without one in silence.

    """
    try:
        calls = await asyncio.to_thread(_load_calls, runtime.settings)
    except (ImportError, OSError) as error:
        reason = " ".join(str(error).split())
        if "voice_enabled" in runtime.settings.model_fields_set:
            raise ConfigurationError(
                f"VOICE_ENABLED=true, but a call's packages cannot be loaded here ({reason}): see docs/voice.md"
            ) from error
        log.warning("voice_unavailable", reason=reason, remedy="rooms are in writing; see docs/voice.md")
        return None
    keyless = await asyncio.to_thread(usable_keyless, runtime.settings)
    voice: Voice = await calls.open_calls(runtime, rooms, keyless)
    return voice


def _check_espeak(settings: Settings) -> None:
    espeak = _load("services.espeak_voice")
    if espeak.find_library() is None:
        raise ConfigurationError(
            "TTS_PROVIDER=espeak needs the library libespeak-ng (Debian: apt install libespeak-ng1), "
            "or: pip install espeakng-loader"
        )
    if settings.tts_voice and not espeak.has_voice(settings.tts_voice):
        raise ConfigurationError(f"TTS_VOICE: espeak-ng has no voice {settings.tts_voice!r}")


def _load_calls(settings: Settings) -> Any:
    if missing := _missing_packages(settings):
        raise ImportError(f"not installed: {', '.join(missing)}")
    return _load("calls.calls")


def _missing_packages(settings: Settings) -> list[str]:
    needed = (*_FOR_CALLS, "hibari") if settings.tts_provider == "offline" else _FOR_CALLS
    return [package for package in needed if not _is_installed(package)]


def _load(module: str) -> Any:
    # Pipecat logs what is said and what a model is told; that is nobody's business but the room's.
    pipecat_log.disable("pipecat")
    return import_module(f"app.interview_session.voice.{module}")


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
