"""The scripted interviewer in the place of a language model."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

_PIECE = re.compile(r"\S+\s*")


class ScriptedLLM(LLMService[Any]):
    """Answers a context with what ``next_words`` returns for the candidate's words at its end.

    ``interrupted`` learns that what it returned so far may not be heard.
    """

    def __init__(self, next_words: Callable[[str], str], interrupted: Callable[[], None]) -> None:
        super().__init__(
            settings=LLMSettings(
                model="scripted",
                system_instruction=None,
                temperature=None,
                max_tokens=None,
                top_p=None,
                top_k=None,
                frequency_penalty=None,
                presence_penalty=None,
                seed=None,
                filter_incomplete_user_turns=False,
                user_turn_completion_config=None,
            )
        )
        self._next_words = next_words
        self._interrupted = interrupted

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer a context; hand everything else on."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self._interrupted()
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        words = self._next_words(answer_at_end(frame.context.get_messages()))
        if not words:
            return
        await self.push_frame(LLMFullResponseStartFrame())
        for piece in _PIECE.findall(words):
            await self._push_llm_text(piece)
        await self.push_frame(LLMFullResponseEndFrame())


def answer_at_end(messages: Sequence[Any]) -> str:
    """Return what the candidate has said since the interviewer spoke last."""
    said: list[str] = []
    for message in reversed(messages):
        if message["role"] == "assistant":
            break
        if message["role"] == "user":
            said.append(str(message["content"]))
    return " ".join(reversed(said))
