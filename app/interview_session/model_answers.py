"""Answers of a language model that are read by code: asked for, read, and asked for again if they were of no use."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from app.interview_session.language_model import NO_TOKENS, ModelError, Prompt, PromptedModel, TokensUsed, Work

RETRY_SECONDS = 1.0
"""The pause before the second attempt; each further one is twice as long."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Read]):
    """What was read out of a model's answer, and what all attempts at it took."""

    value: Read
    used: TokensUsed


async def answer_of(
    model: PromptedModel,
    prompt: Prompt,
    read: Callable[[str], Read],
    *,
    work: Work,
    seconds: float,
    attempts: int = 1,
) -> Answer[Read]:
    """Return what ``read`` makes of the answer to a prompt, within so many seconds for all attempts together.

    Raises:
        ModelError: no attempt gave an answer that could be read. ``used`` is what all of them took. Where the last
            one was answered with garbage, ``reason`` is the name of what ``read`` raised. Nothing that was paid for
            may pass: whoever waits for that would pay again and again.

    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + seconds
    used, was_answered = NO_TOKENS, False
    for attempt in count(1):
        try:
            completion = await model.ask(prompt, work=work, seconds=ends_at - loop.time())
        except ModelError as error:
            used += error.used
            reason, may_pass = error.reason, error.may_pass
        else:
            used, was_answered = used + completion.used, True
            try:
                return Answer(read(completion.text), used)
            except ValueError as error:
                reason, may_pass = type(error).__name__, True
        pause = RETRY_SECONDS * 2 ** (attempt - 1)
        if attempt >= attempts or not may_pass or loop.time() + pause >= ends_at:
            # Without its cause, which may hold words of the answer.
            raise ModelError(reason, used=used, may_pass=may_pass and not was_answered and not used.total)
        await asyncio.sleep(pause)
    raise AssertionError("the attempts have an end")


def json_object_in(answer: str) -> str:
    """Return the JSON object that an answer holds, without the fence or the words that models put around it."""
    return answer[answer.find("{") : answer.rfind("}") + 1]
