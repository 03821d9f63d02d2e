"""RTVI, the protocol in which Pipecat's own clients follow a call, over its data channel.

The client is told when the interviewer is ready, who speaks, and what both sides say. It may send text, which counts
as a typed answer. Nothing else that it sends reaches the pipeline: no audio, files, keys, or messages for a model's
context. The room's log is what counts; a call goes on without RTVI, and without a data channel.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pipecat.processors.frameworks.rtvi.models as rtvi
from pipecat.frames.frames import ErrorFrame, Frame, InputTransportMessageFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi import RTVIObserver, RTVIObserverParams, RTVIProcessor
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.core.config import Settings
from app.core.errors import AppError
from app.schemas.fields import required_text

MAX_TEXT_CHARACTERS = 20_000
"""As for a typed answer."""

MESSAGES_A_SECOND = 10
MAX_ID_CHARACTERS = 100
MAX_CLIENT_CHARACTERS = 200
TOO_MANY = f"Too many messages: at most {MESSAGES_A_SECOND} per second"
NOT_TAKEN = "The answer could not be noted"
UNREADABLE = f"Must be a text of 1 to {MAX_TEXT_CHARACTERS:,} characters"

TakeText = Callable[[str], Awaitable[None]]

_TEXT: TypeAdapter[str] = TypeAdapter(Annotated[str, required_text(MAX_TEXT_CHARACTERS)])
SHOWN = RTVIObserverParams(bot_llm_enabled=False, user_llm_enabled=False, metrics_enabled=False)
"""There is no model in the pipeline to tell of."""


def rtvi_of(settings: Settings, take_text: TakeText) -> "ClientMessages | None":
    """Return what speaks RTVI with a call's client, or None where that is turned off.

    ``take_text`` puts a text of the client into the room's log. What it raises as an ``AppError`` the client is told.
    """
    return ClientMessages(take_text) if settings.voice_rtvi_enabled else None


class ClientMessages(RTVIProcessor):
    """Takes a client's messages, within limits, and tells it what happens in the call."""

    def __init__(self, take_text: TakeText) -> None:
        super().__init__()
        self._take_text = take_text
        self._second = 0
        self._count = 0

    def create_rtvi_observer(self, *, params: RTVIObserverParams | None = None, **options: Any) -> RTVIObserver:
        """Return what watches the pipeline on the client's behalf."""
        return CallObserver(self, params=params or SHOWN, **options)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass frames on; take messages, and keep the words of failures to this server, which may quote secrets."""
        if isinstance(frame, InputTransportMessageFrame):
            await FrameProcessor.process_frame(self, frame, direction)
            await self._take(frame.message)
        elif isinstance(frame, ErrorFrame):
            await FrameProcessor.process_frame(self, frame, direction)
            await self.push_frame(frame, direction)
        else:
            await super().process_frame(frame, direction)

    async def _take(self, content: Any) -> None:
        """Have a message dealt with if it is one of those that a client may send; pass over everything else."""
        message = _read(content)
        if message is None:
            return
        count = self._count_in_this_second()
        if count <= MESSAGES_A_SECOND:
            await self.handle_message(message)
        elif count == MESSAGES_A_SECOND + 1:
            # Once: to answer each message of a flood would be a flood of our own.
            await self._refuse(message.id, TOO_MANY)

    def _count_in_this_second(self) -> int:
        second = int(time.monotonic())
        self._count = self._count + 1 if second == self._second else 1
        self._second = second
        return self._count

    async def _handle_send_text(self, data: rtvi.SendTextData, message_id: str, user_id: str | None = None) -> None:
        """Have a text noted in the log, from which the interviewer hears of it as of every typed answer.

        Pipecat's way, for which it has no public hook, would add it to a model's context and to nothing else.
        """
        try:
            text = _TEXT.validate_python(data.content)
        except ValidationError:
            await self._refuse(message_id, UNREADABLE)
            return
        try:
            await self._take_text(text)
        except AppError as error:
            await self._refuse(message_id, error.message)
        except Exception:  # noqa: BLE001 - whatever fails here, the call goes on
            await self._refuse(message_id, NOT_TAKEN)
        else:
            await self.push_frame(RTVISendTextFrame(msg_id=message_id, text=text, user_id=user_id))

    async def _refuse(self, message_id: str, reason: str) -> None:
        response = rtvi.ErrorResponse(id=message_id, data=rtvi.ErrorResponseData(error=reason))
        await self.push_transport_message(response)


class CallObserver(RTVIObserver):
    """Tells a client what is said and who speaks."""

    async def send_rtvi_message(self, model: BaseModel, exclude_none: bool = True) -> None:
        """Send a message; after a sentence that was spoken also the older message that many clients show."""
        await super().send_rtvi_message(model, exclude_none)
        if isinstance(model, rtvi.BotOutputMessage) and model.data.spoken_status == "completed":
            said = rtvi.TextMessageData(text=model.data.text)
            await super().send_rtvi_message(rtvi.BotTranscriptionMessage(data=said))


def _read(content: Any) -> rtvi.Message | None:
    """Return a message that a client may send, held to its form, or None for anything else."""
    if not isinstance(content, dict) or content.get("label") != rtvi.MESSAGE_LABEL:
        return None
    try:
        message = rtvi.Message.model_validate(content)
    except ValidationError:
        return None
    if len(message.id) > MAX_ID_CHARACTERS:
        return None
    match message.type:
        case "send-text" | "disconnect-bot":
            return message
        case "client-ready":
            version = (message.data or {}).get("version")
            is_short = isinstance(version, str) and len(version) <= MAX_CLIENT_CHARACTERS
            # Nobody here asks what else it says about itself.
            message.data = {"version": version} if is_short else None
            return message
        case _:
            return None
