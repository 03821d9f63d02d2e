"""The interviewer in writing: says in the log what is due, in the transaction of the act that called for it.

Where a language model words the replies, the act ends without one, and the reply follows in a transaction of its own.
Until then the session's row says by when it is due, so that any replica gives the scripted one if none came.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog

from app.interview_session.conversation.conversation import Conversation
from app.interview_session.conversation.needed_texts import needed_texts, with_texts
from app.interview_session.conversation.utterance import Deed, Line
from app.interview_session.conversation.wording import ReplyWriter, WordingRequest
from app.interview_session.events.event_log import EventLog
from app.interview_session.room.act import Act
from app.interview_session.room.log_limit import LogLimit
from app.interview_session.room.session_plans import SessionPlans
from app.repositories.access import DataAccess

log = structlog.get_logger(__name__)

REPLY_SECONDS = 15.0
"""A model's reply that is not there by then is replaced by the scripted one."""

LEAST_WORDING_SECONDS = 2.0
"""As long a model has for a reply, however long the candidate has waited in a pause or while typing on."""

MAX_WORDINGS = 32
"""Replies that a process has worded at once; beyond that they are scripted."""

MAX_STEPS = 64
"""As many things are said in one act at most; whatever is due after that waits for the next one."""


class SayReply(Protocol):
    """Opens a transaction and has a reply said in it; see ``RoomService.say_reply``."""

    def __call__(self, session_id: UUID, asked: "AskedReply", words: str | None) -> Coroutine[Any, Any, None]:
        """Say it, unless the conversation has gone on meanwhile."""


class AskedReply:
    """A reply that a model is asked to word: the line, and how far the conversation had come."""

    def __init__(self, conversation: Conversation, line: Line) -> None:
        self.line = line
        self.remarks = conversation.remarks

    def is_due_in(self, conversation: Conversation, step: Line | Deed | None) -> bool:
        """Tell whether a conversation still waits for this very reply."""
        return (
            isinstance(step, Line)
            and (step.purpose, step.about, step.cue) == (self.line.purpose, self.line.about, self.line.cue)
            and conversation.remarks == self.remarks
        )


class WrittenInterviewer:
    """What a process needs to interview in writing.

    ``nudge_seconds`` is the silence that it asks about, ``log_limit`` how long the log may get that it reads, and
    ``plans`` are those of the sessions that it is in.
    """

    def __init__(self, *, nudge_seconds: float, log_limit: LogLimit, replies: ReplyWriter | None = None) -> None:
        self.nudge_seconds = nudge_seconds
        self.log_limit = log_limit
        self.replies = replies
        self.plans = SessionPlans()
        self._say_reply: SayReply | None = None
        self._wordings: set[asyncio.Task[None]] = set()

    @property
    def is_wording(self) -> bool:
        """Tell whether a model is being asked for a reply right now."""
        return bool(self._wordings)

    def open(self, say_reply: SayReply) -> None:
        """Take replies of the model from now on; ``say_reply`` brings them into the log."""
        self._say_reply = say_reply

    async def stop(self) -> None:
        """Leave what is being worded to the scripted replies of whoever is up."""
        self._say_reply = None
        for task in [*self._wordings]:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def go_on(self, act: Act, access: DataAccess, *, is_overdue: bool = False) -> None:
        """Say what is due now. With ``is_overdue`` no model is waited for any longer."""
        conversation = await self.conversation_of(act, access, for_model=not is_overdue and self._can_ask_model())
        while step := self._next_step(act, conversation):
            if isinstance(step, Line) and step.may_be_reworded and not is_overdue and self._can_ask_model():
                self._ask_model_after_commit(act, access, conversation, step)
                return
            self.take(act, conversation, step)
        act.wake_interviewer_at(conversation.wake_at(act.now) if act.is_in_writing else None)

    async def conversation_of(self, act: Act, access: DataAccess, *, for_model: bool = False) -> Conversation:
        """Return the conversation up to and including what the act has done so far.

        Of the log it reads what the next step needs. A model that is to word that step needs more: ``for_model``.
        """
        conversation = Conversation(act.session.plan, nudge_seconds=self.nudge_seconds)
        log, done = EventLog(access), act.numbered_events()
        outline = await log.outline(act.session.id)
        sizes = {one.event.seq: one.size for one in outline if one.event.seq is not None and one.is_without_text}
        past = [one.event for one in outline]
        needed = needed_texts([*past, *done], sizes, for_model=for_model)
        texts = await log.texts(act.session.id, needed & sizes.keys())
        conversation.replay([*with_texts(past, texts), *done])
        return conversation

    def take(self, act: Act, conversation: Conversation, step: Line | Deed) -> None:
        """Say a line or do a deed, and have the conversation know of it."""
        before = len(act.events)
        match step:
            case Line():
                act.write(step)
            case Deed.NEXT_PHASE:
                act.next_phase()
            case Deed.END:
                act.finish()
            case Deed.PAUSE:
                act.pause()
        for happened in act.numbered_events()[before:]:
            conversation.take_in(happened)

    def _next_step(self, act: Act, conversation: Conversation) -> Line | Deed | None:
        if not (act.is_running and act.is_in_writing) or len(act.events) > MAX_STEPS:
            return None
        return conversation.next_step(act.now)

    def _can_ask_model(self) -> bool:
        is_active = bool(self._say_reply and self.replies and self.replies.is_active)
        return is_active and len(self._wordings) < MAX_WORDINGS

    def _ask_model_after_commit(self, act: Act, access: DataAccess, conversation: Conversation, line: Line) -> None:
        # Counted from what the candidate said first: whoever goes on typing waits no longer for it.
        waiting_since = conversation.waiting_since or act.now
        due_at = waiting_since + timedelta(seconds=REPLY_SECONDS)
        act.wake_interviewer_at(max(due_at, act.now + timedelta(seconds=LEAST_WORDING_SECONDS)))
        asked = AskedReply(conversation, line)
        request = conversation.wording_request(line, act.now)
        session_id = act.session.id
        access.transaction.after_commit(lambda: self._start(self._word(session_id, asked, request)))

    async def _word(self, session_id: UUID, asked: AskedReply, request: WordingRequest) -> None:
        say_reply = self._say_reply
        if self.replies is None or say_reply is None:
            return
        try:
            async with asyncio.timeout(REPLY_SECONDS):
                words = await self.replies.word(request, seconds=REPLY_SECONDS / 2)
            await say_reply(session_id, asked, words)
        except Exception as error:  # noqa: BLE001 - the scripted reply follows, whatever this was
            log.warning("reply_left_to_script", session_id=str(session_id), error=type(error).__name__)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="reply in writing")
        self._wordings.add(task)
        task.add_done_callback(self._wordings.discard)
