"""Pipecat's services of the providers that a setting can name."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pydantic import SecretStr

from app.core.config import Settings
from app.interview_session.voice import prompts

NO_KEY = "none"
"""Sent to servers of one's own that want no key; their clients insist on one."""

REQUEST_SECONDS = 8.0
_CLASSES = {
    ("llm", "anthropic"): "AnthropicLLMService",
    ("llm", "google"): "GoogleLLMService",
    ("stt", "deepgram"): "DeepgramSTTService",
    ("stt", "cartesia"): "CartesiaSTTService",
    ("stt", "elevenlabs"): "ElevenLabsRealtimeSTTService",
    ("tts", "deepgram"): "DeepgramTTSService",
    ("tts", "cartesia"): "CartesiaTTSService",
    ("tts", "elevenlabs"): "ElevenLabsTTSService",
}
_NAMES_OF_BASE_URL = {("tts", "cartesia"): "url", ("tts", "elevenlabs"): "url"}


class ProviderServices:
    """Makes the services, which share what they can: a client takes 33 ms to make, and nothing closes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        uses_openai = "openai" in {settings.llm_provider, settings.stt_provider, settings.tts_provider}
        self._http = DefaultAsyncHttpxClient(timeout=REQUEST_SECONDS) if uses_openai else None

    async def close(self) -> None:
        """Close the connections that the services share."""
        if self._http:
            await self._http.aclose()

    def llm(self) -> FrameProcessor:
        """Return a language model's service."""
        settings = self._settings
        chosen = _given(model=settings.llm_model) | {"system_instruction": prompts.INTERVIEWER}
        if settings.llm_provider == "openai":
            assert self._http is not None
            return _SharedOpenAILLM(
                self._http, settings=OpenAILLMService.Settings(**chosen), **self._openai(settings.llm_api_key, "llm")
            )
        return self._other("llm", settings.llm_provider, settings.llm_api_key, settings.llm_base_url, chosen)

    def stt(self) -> FrameProcessor:
        """Return a service that hears."""
        settings = self._settings
        chosen = _given(model=settings.stt_model)
        if settings.stt_provider == "openai":
            return OpenAISTTService(
                audio_passthrough=False,
                http_client=self._http,
                settings=OpenAISTTService.Settings(**chosen),
                **self._openai(settings.stt_api_key, "stt"),
            )
        return self._other(
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
        chosen = _given(model=settings.tts_model, voice=settings.tts_voice)
        if settings.tts_provider == "openai":
            return OpenAITTSService(
                http_client=self._http,
                settings=OpenAITTSService.Settings(**chosen),
                **self._openai(settings.tts_api_key, "tts"),
            )
        return self._other("tts", settings.tts_provider, settings.tts_api_key, settings.tts_base_url, chosen)

    def _openai(self, key: SecretStr | None, kind: str) -> dict[str, Any]:
        return {"api_key": _revealed(key)} | _given(base_url=getattr(self._settings, f"{kind}_base_url"))

    def _other(
        self,
        kind: str,
        provider: str,
        key: SecretStr | None,
        base_url: str | None,
        chosen: Mapping[str, Any],
        **more: Any,
    ) -> FrameProcessor:
        # Each of these modules asks for a package of its provider's, so only the chosen one is imported.
        service_class = getattr(import_module(f"pipecat.services.{provider}.{kind}"), _CLASSES[kind, provider])
        name_of_base_url = _NAMES_OF_BASE_URL.get((kind, provider), "base_url")
        service: FrameProcessor = service_class(
            api_key=_revealed(key),
            settings=service_class.Settings(**chosen),
            **_given(**{name_of_base_url: base_url}),
            **more,
        )
        return service


class _SharedOpenAILLM(OpenAILLMService):
    """OpenAI's language models over connections that all calls share."""

    def __init__(self, http: DefaultAsyncHttpxClient, **options: Any) -> None:
        self._shared_http = http
        super().__init__(**options)

    def create_client(self, api_key: Any = None, base_url: Any = None, *_more: Any, **_options: Any) -> AsyncOpenAI:
        """Return a client on the shared connections."""
        return AsyncOpenAI(api_key=api_key, base_url=base_url, http_client=self._shared_http, max_retries=0)


def _revealed(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else NO_KEY


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
