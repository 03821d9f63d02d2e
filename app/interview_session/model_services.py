"""The language models of the providers that a setting can name, through Pipecat's services.

Pipecat's ``run_inference`` asks for one answer outside any pipeline, in each provider's own form. It only logs that
an answer was cut off or refused; here that is an error.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import structlog
from openai import APIConnectionError, APITimeoutError, AsyncOpenAI, DefaultAsyncHttpxClient, NotFoundError
from openai.types.chat import ChatCompletion
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService
from pipecat.services.openai.llm import OpenAILLMService

from app.core import traces
from app.core.config import Settings
from app.interview_session.language_model import (
    NO_TOKENS,
    Completion,
    Completions,
    ModelError,
    Prompt,
    TokensUsed,
    status_of,
)
from app.interview_session.provider_options import NO_KEY, given, revealed

log = structlog.get_logger(__name__)

REQUEST_SECONDS = 180.0
"""No completion is waited for that long; each says itself how long it may take."""


OLLAMA_URL = "http://localhost:11434/v1"
OLLAMA_MODEL = "llama3.2:3b"
"""A small one of Ollama's library, 2 GB. How often its wordings keep to form was not measured."""


_used: ContextVar[TokensUsed] = ContextVar("_used", default=NO_TOKENS)
"""What the completion under way took so far; Pipecat's services return its words alone."""

_NOT_TAKEN = frozenset({400, 404, 415, 422, 501})
"""How servers answer a request with a field that they do not know."""


class PipecatCompletions:
    """Completions by one of Pipecat's services, which keeps nothing between them."""

    def __init__(self, service: LLMService[Any], name: str) -> None:
        self._service = service
        self._name = name
        self._takes_schemas = True

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""
        return self._name

    async def ask(self, prompt: Prompt) -> Completion:
        """Return the answer; see ``Completions``.

        A server that does not take a schema is asked again without one, and from then on without one at once.
        """
        _used.set(NO_TOKENS)
        if prompt.schema is None or not self._takes_schemas:
            return await self._infer(prompt, schema=None)
        try:
            return await self._infer(prompt, schema=dict(prompt.schema))
        except Exception as error:
            if status_of(error) not in _NOT_TAKEN:
                raise
        completion = await self._infer(prompt, schema=None)
        # Only now: the request could have been refused for something else, such as its length.
        self._takes_schemas = False
        log.warning("language_model_takes_no_schema", model=self._name)
        return completion

    async def _infer(self, prompt: Prompt, *, schema: dict[str, Any] | None) -> Completion:
        context = LLMContext(messages=[dict(message) for message in prompt.messages])  # type: ignore[misc]
        text = await self._service.run_inference(
            context,
            max_tokens=prompt.max_tokens,
            system_instruction=prompt.system,
            # Services of one's own may not know the parameter.
            **({} if schema is None else {"response_schema": schema}),
        )
        return Completion(text or "", _used.get())


@asynccontextmanager
async def open_completions(settings: Settings) -> AsyncIterator[Completions]:
    """Give the completions of the settings' provider over connections that all of them share, and close these."""
    async with _SERVICES[settings.llm_provider](settings) as service:
        try:
            yield PipecatCompletions(service, str(service._settings.model))  # noqa: SLF001 - it has no public name
        finally:
            await service.cleanup()


@asynccontextmanager
async def _openai(settings: Settings) -> AsyncIterator[LLMService[Any]]:
    async with DefaultAsyncHttpxClient(timeout=REQUEST_SECONDS, event_hooks=traces.client_hooks()) as http:
        yield _SharedOpenAILLM(
            http,
            settings=OpenAILLMService.Settings(**given(model=settings.llm_model)),
            api_key=revealed(settings.llm_api_key),
            **given(base_url=settings.llm_base_url),
        )


@asynccontextmanager
async def _ollama(settings: Settings) -> AsyncIterator[LLMService[Any]]:
    async with DefaultAsyncHttpxClient(timeout=REQUEST_SECONDS, event_hooks=traces.client_hooks()) as http:
        yield _SharedOllamaLLM(
            http,
            settings=OpenAILLMService.Settings(model=settings.llm_model or OLLAMA_MODEL),
            api_key=revealed(settings.llm_api_key),
            base_url=settings.llm_base_url or OLLAMA_URL,
        )


# Modules that ask for a provider's package are imported when that provider was chosen, and not before.


@asynccontextmanager
async def _anthropic(settings: Settings) -> AsyncIterator[LLMService[Any]]:
    service_class = import_module("pipecat.services.anthropic.llm").AnthropicLLMService
    anthropic = import_module("anthropic")
    client = anthropic.AsyncAnthropic(
        api_key=revealed(settings.llm_api_key),
        base_url=settings.llm_base_url,
        http_client=anthropic.DefaultAsyncHttpxClient(timeout=REQUEST_SECONDS, event_hooks=traces.client_hooks()),
        max_retries=0,
    )
    strict_class = type("StrictAnthropicLLM", (_StrictAnthropic, service_class), {})
    async with client:
        yield strict_class(
            api_key=NO_KEY, client=client, settings=service_class.Settings(**given(model=settings.llm_model))
        )


@asynccontextmanager
async def _google(settings: Settings) -> AsyncIterator[LLMService[Any]]:
    service_class = import_module("pipecat.services.google.llm").GoogleLLMService
    client = import_module("google.genai").Client(
        api_key=revealed(settings.llm_api_key), http_options=given(base_url=settings.llm_base_url)
    )
    shared_class = type("SharedGoogleLLM", (_SharedGoogle, service_class), {"shared_client": client})
    try:
        yield shared_class(api_key=NO_KEY, settings=service_class.Settings(**given(model=settings.llm_model)))
    finally:
        await client.aio.aclose()
        client.close()


_SERVICES: Mapping[str, Any] = {
    "openai": _openai,
    "ollama": _ollama,
    "anthropic": _anthropic,
    "google": _google,
}


class _SharedOpenAILLM(OpenAILLMService):
    """OpenAI's language models over connections that all completions share."""

    # Elsewhere a model's template may know no other roles than those of the two who speak.
    supports_developer_role = False

    def __init__(self, http: DefaultAsyncHttpxClient, **options: Any) -> None:
        self._shared_http = http
        super().__init__(**options)

    def create_client(self, api_key: Any = None, base_url: Any = None, *_more: Any, **_options: Any) -> AsyncOpenAI:
        """Return a client on the shared connections."""
        return _StrictOpenAI(api_key=api_key, base_url=base_url, http_client=self._shared_http, max_retries=0)


class _StrictOpenAI(AsyncOpenAI):
    """A client for completions that does not pass on an answer that is none."""

    async def post(self, *path: Any, **options: Any) -> Any:
        """Return the answer to a request."""
        answer = await super().post(*path, **options)
        if not isinstance(answer, ChatCompletion) or not answer.choices:
            raise ModelError("malformed", may_pass=True)
        if answer.usage:
            _note(answer.usage.prompt_tokens, written=answer.usage.completion_tokens)
        [choice, *_] = answer.choices
        if choice.finish_reason == "length":
            raise ModelError("cut_off", used=_used.get())
        if choice.finish_reason == "content_filter" or choice.message.refusal:
            raise ModelError("refused", used=_used.get())
        return answer


class _SharedOllamaLLM(_SharedOpenAILLM):
    """Ollama's language models, by OpenAI's protocol as Ollama speaks it."""

    def create_client(self, api_key: Any = None, base_url: Any = None, *_more: Any, **_options: Any) -> AsyncOpenAI:
        """Return a client on the shared connections."""
        return _StrictOllama(api_key=api_key, base_url=base_url, http_client=self._shared_http, max_retries=0)


class _StrictOllama(_StrictOpenAI):
    """A client that bounds an answer in a word that Ollama knows, and logs once what to do about a failure."""

    _is_missing = False
    _is_down = False

    async def post(self, *path: Any, **options: Any) -> Any:
        """Return the answer to a request."""
        body = dict(options.pop("body"))
        if "max_completion_tokens" in body:
            # Ollama passes over this newer name, and would write on without an end.
            body["max_tokens"] = body.pop("max_completion_tokens")
        try:
            answer = await super().post(*path, body=body, **options)
        except NotFoundError:
            if not self._is_missing:
                self._is_missing = True
                log.warning("ollama_model_not_found", model=body["model"], remedy=f"ollama pull {body['model']}")
            raise ModelError("model_not_found") from None
        except APITimeoutError:
            raise
        except APIConnectionError:
            if not self._is_down:
                self._is_down = True
                log.warning("ollama_not_reachable", url=str(self.base_url), remedy="ollama serve")
            raise ModelError("not_reachable", may_pass=True) from None
        self._is_missing = self._is_down = False
        return answer


class _StrictAnthropic:
    """Looks why a message of Anthropic's ended, where Pipecat's service logs it."""

    def _handle_stop_reason(self, result: Any) -> None:
        usage = result.usage
        _note(
            usage.input_tokens,
            usage.cache_read_input_tokens,
            usage.cache_creation_input_tokens,
            written=usage.output_tokens,
        )
        if result.stop_reason == "refusal":
            raise ModelError("refused", used=_used.get())
        if result.stop_reason in {"max_tokens", "model_context_window_exceeded", "pause_turn"}:
            raise ModelError("cut_off", used=_used.get())


class _SharedGoogle:
    """Google's language models over a client that all completions share; Pipecat's service would make its own."""

    shared_client: Any

    def create_client(self) -> None:
        """Take the shared client."""
        self._client = SimpleNamespace(aio=SimpleNamespace(models=_CountedModels(self.shared_client)))

    async def _close_client(self) -> None:
        """Leave the client to whoever opened it."""

    def _handle_finish_reason(self, finish_reason: Any) -> None:
        if finish_reason.name == "MAX_TOKENS":
            raise ModelError("cut_off", used=_used.get())
        if finish_reason.name not in {"STOP", "FINISH_REASON_UNSPECIFIED"}:
            raise ModelError("refused", used=_used.get())


class _CountedModels:
    """What Pipecat's service asks of Google's client, with the tokens noted."""

    def __init__(self, client: Any) -> None:
        self._models = client.aio.models

    async def generate_content(self, **request: Any) -> Any:
        """Return the answer to a request."""
        if headers := traces.headers_to_send():
            # Its client is of another kind with another version; each request may have headers in all of them.
            request["config"].http_options = import_module("google.genai.types").HttpOptions(headers=headers)
        response = await self._models.generate_content(**request)
        if usage := response.usage_metadata:
            written = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
            _note(usage.prompt_token_count, written=written)
        return response


def _note(*read: int | None, written: int | None) -> None:
    """Add the tokens that a provider counted to those of the completion under way."""
    _used.set(_used.get() + TokensUsed(sum(tokens or 0 for tokens in read), written or 0))
