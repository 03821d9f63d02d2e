"""The interviewer's reactions and follow-ups in a language model's words, where there is one and it keeps to form."""

import asyncio
import secrets

import structlog

from app.interview_session.conversation import prompts
from app.interview_session.conversation.form import held_or_fault
from app.interview_session.conversation.form_patterns import Fault
from app.interview_session.conversation.wording import WordingRequest
from app.interview_session.language_model import LanguageModel, ModelError

log = structlog.get_logger(__name__)

WORDING_SECONDS = 8.0
ATTEMPTS = 2
LEAST_SECONDS = 0.5
"""With less time than this left a further attempt is not begun."""

MAX_TOKENS = 400
"""Several times what may be said, for models that think before they speak."""

FAILURES_BEFORE_REST = 3
REST_SECONDS = 30.0


class ReplyWriter:
    """Has lines worded by a model; one per process.

    A model that fails several times in a row is left alone for a while, so that an interview does not wait at each
    answer for one that is not there.
    """

    def __init__(self, model: LanguageModel | None) -> None:
        self._model = model
        self._failures = 0
        self._rests_until = 0.0

    @property
    def is_active(self) -> bool:
        """Tell whether there is a model to ask now."""
        return self._model is not None and asyncio.get_running_loop().time() >= self._rests_until

    async def word(self, request: WordingRequest, *, seconds: float = WORDING_SECONDS) -> str | None:
        """Return a line's words within so many seconds; None if the scripted ones are to be said. Never raises."""
        if self._model is None or not self.is_active or not request.line.may_be_reworded:
            return None
        ends_at = asyncio.get_running_loop().time() + seconds
        fault: Fault | None = None
        for attempt in range(1, ATTEMPTS + 1):
            left = ends_at - asyncio.get_running_loop().time()
            if attempt > 1 and left < LEAST_SECONDS:
                break
            try:
                said = await self._ask(self._model, request, fault, left)
            except Exception as error:  # noqa: BLE001 - whatever it is, the scripted words are there
                reason = error.reason if isinstance(error, ModelError) else type(error).__name__
                log.warning("reply_wording_failed", reason=reason, attempt=attempt)
                self._note_failure(reason)
                if not self.is_active or reason in {"busy", "timeout"}:
                    break
                continue
            self._failures = 0
            if not isinstance(said, Fault):
                return said
            fault = said
            log.info("reply_wording_rejected", fault=fault.value, attempt=attempt)
        return None

    async def _ask(
        self, model: LanguageModel, request: WordingRequest, fault: Fault | None, seconds: float
    ) -> str | Fault:
        system, messages = prompts.messages(request, secrets.token_hex(8), fault)
        answer = await model.complete(messages, system=system, max_tokens=MAX_TOKENS, seconds=seconds)
        return held_or_fault(answer, request)

    def _note_failure(self, reason: str) -> None:
        # A full queue is our own doing, and an answer that was cut off or refused one of a model that is there.
        if reason in {"busy", "cut_off", "refused", "empty"}:
            return
        self._failures += 1
        if self._failures >= FAILURES_BEFORE_REST:
            self._failures = 0
            self._rests_until = asyncio.get_running_loop().time() + REST_SECONDS
            log.warning("reply_wording_rests", seconds=REST_SECONDS)
