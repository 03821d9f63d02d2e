"""Ears and a voice at OpenAI, or at a server that speaks its protocol. To import this takes two seconds and 15 MB."""

from typing import Any

from openai import DefaultAsyncHttpxClient
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.services.openai.tts import OpenAITTSService
from pydantic import SecretStr

from app.core.config import Settings
from app.interview_session.provider_options import given, revealed
from app.interview_session.voice.services.traced_speech import traced

REQUEST_SECONDS = 8.0


class OpenAIServices:
    """Makes the services of the calls, which share their connections."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = DefaultAsyncHttpxClient(timeout=REQUEST_SECONDS)

    def stt(self) -> FrameProcessor:
        """Return a service that hears."""
        settings = self._settings
        service: FrameProcessor = traced(OpenAISTTService, "hear", "openai")(
            audio_passthrough=False,
            http_client=self._http,
            settings=OpenAISTTService.Settings(**given(model=settings.stt_model)),
            **_access(settings.stt_api_key, settings.stt_base_url),
        )
        return service

    def tts(self) -> FrameProcessor:
        """Return a service that speaks."""
        settings = self._settings
        service: FrameProcessor = traced(OpenAITTSService, "speak", "openai")(
            http_client=self._http,
            settings=OpenAITTSService.Settings(**given(model=settings.tts_model, voice=settings.tts_voice)),
            **_access(settings.tts_api_key, settings.tts_base_url),
        )
        return service

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _access(key: SecretStr | None, base_url: str | None) -> dict[str, Any]:
    return {"api_key": revealed(key)} | given(base_url=base_url)
