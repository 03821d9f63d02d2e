"""The configured language model, for one-shot completions: replies, practice plans and the reports' verdicts.

Here is what holds for all of them: how many are asked for at once, how long they may take, what a failure is called,
and how many tokens were used. Nothing here imports Pipecat until a model is configured.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Any, Protocol

from opentelemetry.trace import Span, SpanKind

from app.core import traces
from app.core.config import Settings
from app.core.metrics import MODEL_REQUESTS, MODEL_SECONDS
from app.interview_session.pipecat_log import silence_pipecat

Message = Mapping[str, str]
"""One message: ``role``, which is ``user`` or ``assistant``, and ``content``.

Those two roles are the ones that every server's chat template knows; what the model is to do goes into ``system``.
"""

JsonSchema = Mapping[str, Any]
"""A JSON schema in the part of the language that all providers take.

Each object lists all its properties as required and has ``additionalProperties: false``; there are no bounds on
lengths and numbers.
"""


class Work(StrEnum):
    """What a completion is for. Each kind has places of its own, so that slow plans never keep replies waiting."""

    REPLY = "reply"
    PLAN = "plan"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Lane:
    """How many completions of one kind a process asks for at once, and for how many seconds a further one waits."""

    at_once: int
    queue_seconds: float


LANES = {
    Work.REPLY: Lane(at_once=8, queue_seconds=3.0),
    Work.PLAN: Lane(at_once=4, queue_seconds=5.0),
    # Nobody sits and waits for a report; its own time is the bound.
    Work.REPORT: Lane(at_once=4, queue_seconds=600.0),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to a model. ``schema`` is what the answer is to follow, where the provider can be told so.

    A provider that cannot is asked without it: the messages have to say what the answer is to look like all the same.
    """

    messages: Sequence[Message]
    system: str
    max_tokens: int
    schema: JsonSchema | None = None


@dataclass(frozen=True, slots=True)
class TokensUsed:
    """What a provider counted for one completion or several, thoughts included; 0 where it tells nothing."""

    read: int = 0
    written: int = 0

    @property
    def total(self) -> int:
        """Return all of them."""
        return self.read + self.written

    def __add__(self, other: "TokensUsed") -> "TokensUsed":
        """Return the sum."""
        return TokensUsed(self.read + other.read, self.written + other.written)


NO_TOKENS = TokensUsed()


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's message, and what it took."""

    text: str
    used: TokensUsed = NO_TOKENS


class ModelError(Exception):
    """A completion that did not succeed.

    ``reason`` is ``busy``, ``timeout``, ``empty``, ``cut_off``, ``refused``, ``malformed``, Ollama's
    ``model_not_found`` and ``not_reachable``, or the name of the error that the provider's client raised. It never
    holds any of the words. ``used`` is what it took all the same. ``may_pass`` tells that a second try has a chance.
    """

    def __init__(self, reason: str, *, used: TokensUsed = NO_TOKENS, may_pass: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.used = used
        self.may_pass = may_pass


class LanguageModel(Protocol):
    """A model that completes a conversation by one message."""

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""

    async def complete(self, messages: Sequence[Message], *, system: str, max_tokens: int, seconds: float) -> str:
        """Return the next message, stripped and never empty, within so many seconds, the wait in the queue included.

        Raises:
            ModelError: whatever the cause.

        """


class PromptedModel(Protocol):
    """A model that answers prompts of any kind of work, and says what it took."""

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""

    async def ask(self, prompt: Prompt, *, work: Work, seconds: float) -> Completion:
        """Return the answer, stripped and never empty, within so many seconds, the wait in the queue included.

        Raises:
            ModelError: whatever the cause.

        """


class Completions(Protocol):
    """A provider's side of a language model: asks once, as often as it is told to, and bounds nothing."""

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""

    async def ask(self, prompt: Prompt) -> Completion:
        """Return the answer, which may be empty.

        Raises:
            ModelError: the answer was cut off, refused or malformed.
            Exception: whatever the provider's client raises.

        """


@asynccontextmanager
async def open_language_model(settings: Settings) -> AsyncIterator["BoundedModel | None"]:
    """Give the model that the settings name, and close its connections in the end; None for ``scripted``."""
    if settings.llm_provider == "scripted":
        yield None
        return
    silence_pipecat()
    services = await asyncio.to_thread(import_module, "app.interview_session.model_services")
    async with services.open_completions(settings) as completions:
        yield BoundedModel(completions)


class BoundedModel:
    """A language model that is asked for a few completions at once and waits for none of them for ever."""

    def __init__(self, completions: Completions) -> None:
        self._completions = completions
        self._places = {work: asyncio.Semaphore(lane.at_once) for work, lane in LANES.items()}

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""
        return self._completions.name

    async def complete(self, messages: Sequence[Message], *, system: str, max_tokens: int, seconds: float) -> str:
        """Return the next message of an interview; see ``LanguageModel``."""
        completion = await self.ask(Prompt(messages, system, max_tokens), work=Work.REPLY, seconds=seconds)
        return completion.text

    async def ask(self, prompt: Prompt, *, work: Work, seconds: float) -> Completion:
        """Return the answer to a prompt; see ``PromptedModel``."""
        began = time.perf_counter()
        attributes: traces.Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": self.name,
            "gen_ai.request.max_tokens": prompt.max_tokens,
            "interview_tracker.work": work.value,
        }
        with traces.span(f"chat {self.name}", kind=SpanKind.CLIENT, attributes=attributes) as span:
            try:
                completion = await self._ask(prompt, work, seconds)
            except ModelError as error:
                _note_used(span, error.used)
                span.set_attribute("interview_tracker.reason", error.reason)
                _count(work, error.reason if error.reason in _OUTCOMES else "error", began)
                raise
            _note_used(span, completion.used)
        _count(work, "ok", began)
        return completion

    async def _ask(self, prompt: Prompt, work: Work, seconds: float) -> Completion:
        ends_at = asyncio.get_running_loop().time() + seconds
        await self._take_place(work, seconds)
        try:
            async with asyncio.timeout_at(ends_at) as limit:
                completion = await self._completions.ask(prompt)
        except ModelError:
            raise
        except Exception as error:
            # Our own time may be over although the provider's client puts the cancellation in words of its own.
            if limit.expired() or _is_timeout(error):
                raise ModelError("timeout") from error
            raise ModelError(type(error).__name__, may_pass=_may_pass(error)) from error
        finally:
            self._places[work].release()
        words = without_thinking(completion.text)
        if not words:
            raise ModelError("empty", used=completion.used, may_pass=True)
        return Completion(words, completion.used)

    async def _take_place(self, work: Work, seconds: float) -> None:
        try:
            async with asyncio.timeout(min(LANES[work].queue_seconds, seconds)):
                await self._places[work].acquire()
        except TimeoutError:
            raise ModelError("busy") from None


_OUTCOMES = frozenset({"ok", "busy", "timeout", "empty", "cut_off", "refused", "malformed", "not_reachable"})
"""How a request may have ended; whatever else a provider's client raises counts as ``error``."""

for _work in Work:
    MODEL_SECONDS.labels(_work.value)
    for _outcome in (*_OUTCOMES, "error"):
        MODEL_REQUESTS.labels(_work.value, _outcome)


def _note_used(span: Span, used: TokensUsed) -> None:
    span.set_attribute("gen_ai.usage.input_tokens", used.read)
    span.set_attribute("gen_ai.usage.output_tokens", used.written)


def _count(work: Work, outcome: str, began: float) -> None:
    MODEL_REQUESTS.labels(work.value, outcome).inc()
    MODEL_SECONDS.labels(work.value).observe(time.perf_counter() - began)


_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)


def without_thinking(answer: str) -> str:
    """Return an answer without the thoughts before it, which some servers leave in the text, in tags of their own."""
    if begin := _THINKING.match(answer):
        end = answer.lower().find(f"</{begin[1].lower()}>")
        # Thoughts that do not end are no answer.
        answer = answer[end + len(begin[1]) + 3 :] if end >= 0 else ""
    return answer.strip()


def status_of(error: Exception) -> int | None:
    """Return the HTTP status that a provider's client raised an error for; None if there was none."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    return status if isinstance(status, int) else None


_PASSING = frozenset({408, 409, 425, 429})


def _may_pass(error: Exception) -> bool:
    """Tell whether the provider may answer the same request a moment later."""
    status = status_of(error)
    if status is None:
        # A connection that was lost, or an answer that could not be read.
        return True
    return status in _PASSING or status >= 500


def _is_timeout(error: Exception) -> bool:
    """Tell whether a client gave up by its own clock."""
    return isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower()
