"""Pipecat's services of the providers that a setting can name.

The calls share a model's client: it takes 20 to 60 ms to make, in which no call is served. The websockets of ears and
voices are each call's own; Pipecat closes them with the call.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pipecat.services.websocket_service import WebsocketService
from pydantic import SecretStr

from app.core.config import Settings
from app.interview_session.conversation import prompts

NO_KEY = "none"
"""Sent to servers of one's own that want no key; their clients insist on one."""

REQUEST_SECONDS = 8.0
CONNECT_SECONDS = 3.0
_WEBSOCKET_CLASSES = {
    ("stt", "cartesia"): "CartesiaSTTService",
    ("stt", "elevenlabs"): "ElevenLabsRealtimeSTTService",
    ("tts", "deepgram"): "DeepgramTTSService",
    ("tts", "cartesia"): "CartesiaTTSService",
    ("tts", "elevenlabs"): "ElevenLabsTTSService",
}
_NAMES_OF_ADDRESS = {("tts", "cartesia"): "url", ("tts", "elevenlabs"): "url"}
_PATHS = {("tts", "cartesia"): "/tts/websocket"}


class ProviderServices:
    """Makes the services of the calls, and holds the clients that these share.

    ``request_seconds`` is how long a model may say nothing before that counts as a failure.
    """

    def __init__(self, settings: Settings, *, request_seconds: float = REQUEST_SECONDS) -> None:
        self._settings = settings
        self._request_seconds = request_seconds
        uses_openai = "openai" in {settings.llm_provider, settings.stt_provider, settings.tts_provider}
        self._http = DefaultAsyncHttpxClient(timeout=request_seconds) if uses_openai else None
        self._anthropic = (
            _anthropic_client(settings, request_seconds) if settings.llm_provider == "anthropic" else None
        )
        self._google = _google_client(settings) if settings.llm_provider == "google" else None

    async def close(self) -> None:
        """Close the clients."""
        if self._http:
            await self._http.aclose()
        if self._anthropic:
            await self._anthropic.close()
        if self._google:
            await self._google.aio.aclose()
            self._google.close()

    def llm(self) -> FrameProcessor:
        """Return a language model's service."""
        settings = self._settings
        chosen = _given(model=settings.llm_model) | {"system_instruction": prompts.INTERVIEWER}
        if settings.llm_provider == "anthropic":
            return _anthropic_llm(self._anthropic, chosen)
        if settings.llm_provider == "google":
            return _google_llm_class()(self._google, chosen, self._request_seconds)
        assert self._http is not None
        return _SharedOpenAILLM(
            self._http,
            # Elsewhere a model's template may know no other roles than those of the two who speak.
            supports_developer_role=settings.llm_base_url is None,
            settings=OpenAILLMService.Settings(**chosen),
            **self._openai(settings.llm_api_key, "llm"),
        )

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
        chosen = _given(model=settings.tts_model, voice=settings.tts_voice)
        if settings.tts_provider == "openai":
            return OpenAITTSService(
                http_client=self._http,
                settings=OpenAITTSService.Settings(**chosen),
                **self._openai(settings.tts_api_key, "tts"),
            )
        return _over_websocket("tts", settings.tts_provider, settings.tts_api_key, settings.tts_base_url, chosen)

    def _openai(self, key: SecretStr | None, kind: str) -> dict[str, Any]:
        return {"api_key": _revealed(key)} | _given(base_url=getattr(self._settings, f"{kind}_base_url"))


# Modules that ask for a provider's package are imported when that provider was chosen, and not before.


def _anthropic_client(settings: Settings, request_seconds: float) -> Any:
    return import_module("anthropic").AsyncAnthropic(
        api_key=_revealed(settings.llm_api_key),
        base_url=settings.llm_base_url,
        timeout=request_seconds,
        max_retries=0,
    )


def _google_client(settings: Settings) -> Any:
    return import_module("google.genai").Client(
        api_key=_revealed(settings.llm_api_key), http_options=_given(base_url=settings.llm_base_url)
    )


def _anthropic_llm(client: Any, chosen: Mapping[str, Any]) -> FrameProcessor:
    service_class = import_module("pipecat.services.anthropic.llm").AnthropicLLMService
    service: FrameProcessor = service_class(api_key=NO_KEY, client=client, settings=service_class.Settings(**chosen))
    return service


@cache
def _google_llm_class() -> Callable[[Any, Mapping[str, Any], float], FrameProcessor]:
    from pipecat.services.google.llm import GoogleLLMService  # noqa: PLC0415 - asks for Google's package

    class SharedGoogleLLM(GoogleLLMService):
        """Google's language models over a client that all calls share; Pipecat would make and close one per call."""

        def __init__(self, client: Any, chosen: Mapping[str, Any], idle_seconds: float) -> None:
            self._shared_client = client
            super().__init__(
                api_key=NO_KEY,
                settings=GoogleLLMService.Settings(**chosen),
                stream_idle_timeout_secs=idle_seconds,
            )

        def create_client(self) -> None:
            """Take the shared client."""
            self._client = self._shared_client

        async def _close_client(self) -> None:
            """Leave the client to the other calls."""

    return SharedGoogleLLM


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
    service_class = _websocket_class(kind, provider)
    address = base_url and re.sub("^http", "ws", base_url).rstrip("/") + _PATHS.get((kind, provider), "")
    service: FrameProcessor = service_class(
        api_key=_revealed(key),
        settings=service_class.Settings(**chosen),
        **_given(**{_NAMES_OF_ADDRESS.get((kind, provider), "base_url"): address}),
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


class _SharedOpenAILLM(OpenAILLMService):
    """OpenAI's language models over connections that all calls share."""

    def __init__(self, http: DefaultAsyncHttpxClient, *, supports_developer_role: bool, **options: Any) -> None:
        self._shared_http = http
        self.supports_developer_role = supports_developer_role
        super().__init__(**options)

    def create_client(self, api_key: Any = None, base_url: Any = None, *_more: Any, **_options: Any) -> AsyncOpenAI:
        """Return a client on the shared connections."""
        return AsyncOpenAI(api_key=api_key, base_url=base_url, http_client=self._shared_http, max_retries=0)


def _revealed(key: SecretStr | None) -> str:
    return key.get_secret_value() if key else NO_KEY


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
