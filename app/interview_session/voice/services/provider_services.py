"""The ears and voices that a setting can name: Pipecat's, of the providers, and those from files on this machine.

The calls share the connections of those that speak plain HTTP. The websockets of the others are each call's own, and
Pipecat closes them with the call.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.websocket_service import WebsocketService
from pydantic import SecretStr

from app.core.config import Settings
from app.interview_session.provider_options import given, revealed
from app.interview_session.voice.services.ear_service import EarService
from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.local_models import DEFAULT_WHISPER_MODEL, voice_files
from app.interview_session.voice.services.local_voice import LocalVoice, LocalVoiceService
from app.interview_session.voice.services.traced_speech import traced
from app.interview_session.voice.services.whisper_ears import start_whisper

CONNECT_SECONDS = 3.0
# Modules that ask for a provider's package are imported when that provider was chosen, and not before.
OPENAI_MODULE = "app.interview_session.voice.services.openai_services"
_WEBSOCKET_CLASSES = {
    ("stt", "cartesia"): "CartesiaSTTService",
    ("stt", "elevenlabs"): "ElevenLabsRealtimeSTTService",
    ("tts", "deepgram"): "DeepgramTTSService",
    ("tts", "cartesia"): "CartesiaTTSService",
    ("tts", "elevenlabs"): "ElevenLabsTTSService",
}
_OPERATIONS = {"stt": "hear", "tts": "speak"}
_NAMES_OF_ADDRESS = {("tts", "cartesia"): "url", ("tts", "elevenlabs"): "url"}
_PATHS = {("tts", "cartesia"): "/tts/websocket"}


class ProviderServices:
    """Makes the services of the calls, and holds the connections and child processes that these share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        uses_openai = "openai" in {settings.stt_provider, settings.tts_provider}
        self._openai: Any = import_module(OPENAI_MODULE).OpenAIServices(settings) if uses_openai else None
        self._whisper: Ears | None = None
        has_local_voice = settings.tts_provider in {"kokoro", "piper"}
        self._local_voice = LocalVoice(voice_files(settings)) if has_local_voice else None

    async def start(self) -> None:
        """Load what runs on this machine.

        Raises:
            ConfigurationError: it does not load.

        """
        if self._settings.stt_provider == "whisper":
            self._whisper = await start_whisper(self._settings)
        if self._local_voice:
            await self._local_voice.start()

    async def close(self) -> None:
        """Close the connections, and end the child processes."""
        if self._whisper:
            await self._whisper.stop()
        if self._local_voice:
            await self._local_voice.stop()
        if self._openai:
            await self._openai.close()

    def stt(self) -> FrameProcessor:
        """Return a service that hears."""
        settings = self._settings
        if self._whisper:
            return EarService(self._whisper, settings.stt_model or DEFAULT_WHISPER_MODEL)
        if settings.stt_provider == "openai":
            service: FrameProcessor = self._openai.stt()
            return service
        chosen = given(model=settings.stt_model)
        return _over_websocket(
            "stt",
            settings.stt_provider,
            settings.stt_api_key,
            settings.stt_base_url,
            chosen,
            audio_passthrough=False,
        )

    def tts(self) -> FrameProcessor:
        """Return a service that speaks."""
        settings = self._settings
        if self._local_voice:
            return LocalVoiceService(self._local_voice)
        if settings.tts_provider == "openai":
            service: FrameProcessor = self._openai.tts()
            return service
        chosen = given(model=settings.tts_model, voice=settings.tts_voice)
        return _over_websocket("tts", settings.tts_provider, settings.tts_api_key, settings.tts_base_url, chosen)


@cache
def _deepgram_stt_class() -> Callable[..., FrameProcessor]:
    from pipecat.services.deepgram.stt import DeepgramSTTService  # noqa: PLC0415 - asks for Deepgram's package

    class PromptDeepgramSTT(DeepgramSTTService):
        """Deepgram's ears, for which no call waits long; Pipecat's let it wait through three tries to connect."""

        async def _connect(self) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await super()._connect()

    return PromptDeepgramSTT


def _over_websocket(
    kind: str,
    provider: str,
    key: SecretStr | None,
    base_url: str | None,
    chosen: Mapping[str, Any],
    **more: Any,
) -> FrameProcessor:
    service_class = traced(_websocket_class(kind, provider), _OPERATIONS[kind], provider)
    address = base_url and re.sub("^http", "ws", base_url).rstrip("/") + _PATHS.get((kind, provider), "")
    service: FrameProcessor = service_class(
        api_key=revealed(key),
        settings=service_class.Settings(**chosen),
        **given(**{_NAMES_OF_ADDRESS.get((kind, provider), "base_url"): address}),
        **more,
    )
    return service


@cache
def _websocket_class(kind: str, provider: str) -> Any:
    if (kind, provider) == ("stt", "deepgram"):
        return _deepgram_stt_class()
    name = _WEBSOCKET_CLASSES[kind, provider]
    return type(name, (_Prompt, getattr(import_module(f"pipecat.services.{provider}.{kind}"), name)), {})


class _Prompt(WebsocketService):
    """Connects soon or not at all: a call does not begin before, and Pipecat would wait for ten seconds."""

    async def _websocket_connect(self, uri: str, **options: Any) -> Any:
        # ElevenLabs' ears put "wss://" before an address even if it has a scheme.
        address = uri.removeprefix("wss://")
        return await super()._websocket_connect(
            address if "://" in address else uri, open_timeout=CONNECT_SECONDS, **options
        )
