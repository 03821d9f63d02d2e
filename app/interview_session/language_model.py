"""The configured language model, for one-shot completions: replies, practice plans and whatever else wants words.

Nothing here imports Pipecat until a model is configured.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Protocol

from loguru import logger as pipecat_log

from app.core.config import Settings

AT_ONCE = 8
"""Completions that one process asks for at the same time."""

QUEUE_SECONDS = 3.0
"""How long a completion waits for a free place."""

Message = Mapping[str, str]
"""One message: ``role``, which is ``user`` or ``assistant``, and ``content``.

Those two roles are the ones that every server's chat template knows; what the model is to do goes into ``system``.
"""


class ModelError(Exception):
    """A completion that did not succeed.

    ``reason`` is ``busy``, ``timeout``, ``empty``, ``cut_off``, ``refused``, ``malformed``, Ollama's
    ``model_not_found`` and ``not_reachable``, or the name of the error that the provider's client raised. It never
    holds any of the words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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


class Completions(Protocol):
    """A provider's side of a language model: asks once, as often as it is told to, and bounds nothing."""

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""

    async def ask(self, messages: Sequence[Message], *, system: str, max_tokens: int) -> str | None:
        """Return the answer.

        Raises:
            ModelError: the answer was cut off, refused or malformed.
            Exception: whatever the provider's client raises.

        """


@asynccontextmanager
async def open_language_model(settings: Settings) -> AsyncIterator[LanguageModel | None]:
    """Give the model that the settings name, and close its connections in the end; None for ``scripted``."""
    if settings.llm_provider == "scripted":
        yield None
        return
    # It logs what a model is told.
    pipecat_log.disable("pipecat")
    services = await asyncio.to_thread(import_module, "app.interview_session.model_services")
    async with services.open_completions(settings) as completions:
        yield BoundedModel(completions)


class BoundedModel:
    """A language model that is asked for a few completions at once and waits for none of them for ever."""

    def __init__(self, completions: Completions) -> None:
        self._completions = completions
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def name(self) -> str:
        """Return the name by which the provider knows the model."""
        return self._completions.name

    async def complete(self, messages: Sequence[Message], *, system: str, max_tokens: int, seconds: float) -> str:
        """Return the next message; see ``LanguageModel``."""
        ends_at = asyncio.get_running_loop().time() + seconds
        await self._take_place(seconds)
        try:
            async with asyncio.timeout_at(ends_at) as time:
                answer = await self._completions.ask(messages, system=system, max_tokens=max_tokens)
        except ModelError:
            raise
        except Exception as error:
            # Our own time may be over although the provider's client puts the cancellation in words of its own.
            raise ModelError("timeout" if time.expired() or _is_timeout(error) else type(error).__name__) from error
        finally:
            self._places.release()
        words = without_thinking(answer or "")
        if not words:
            raise ModelError("empty")
        return words

    async def _take_place(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(min(QUEUE_SECONDS, seconds)):
                await self._places.acquire()
        except TimeoutError:
            raise ModelError("busy") from None


_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)


def without_thinking(answer: str) -> str:
    """Return an answer without the thoughts before it, which some servers leave in the text, in tags of their own."""
    if begin := _THINKING.match(answer):
        end = answer.lower().find(f"</{begin[1].lower()}>")
        # Thoughts that do not end are no answer.
        answer = answer[end + len(begin[1]) + 3 :] if end >= 0 else ""
    return answer.strip()


def _is_timeout(error: Exception) -> bool:
    """Tell whether a client gave up by its own clock."""
    return isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower()
