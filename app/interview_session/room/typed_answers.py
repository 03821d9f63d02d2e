"""Typed answers: the candidate's words, and the interviewer's reply where no voice interviewer gives it."""

from uuid import UUID

from app.interview_session.conversation import scripted
from app.interview_session.conversation.injections import not_brought_up, words_for
from app.interview_session.events.event_log import EventLog
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.plans.plan import planner_field
from app.interview_session.room.act import CONNECTED, Act
from app.interview_session.room.room_service import RoomService
from app.repositories.access import DataAccess


class AnswerService:
    """Puts a typed answer into the log, in one transaction with what follows from it."""

    def __init__(self, access: DataAccess) -> None:
        self._rooms = RoomService(access)
        self._log = EventLog(access)

    async def answer(self, session_id: UUID, text: str) -> None:
        """Note a typed answer.

        A voice interviewer that is connected hears of it through the log. Where none is, the scripted one replies at
        once, so that an interview can be had in writing alone.

        Raises:
            BusinessLogicError: the interview has not begun, or is over.

        """
        act = await self._rooms.begin(session_id)
        act.require_started()
        if act.session.bot_status == CONNECTED:
            _say(act, Speaker.CANDIDATE, text)
        else:
            # Under the session's lock nothing can be said meanwhile.
            _converse(act, await self._log.conversation(session_id), text)
        await self._rooms.complete(act)


def _converse(act: Act, past: list[Event], answer: str) -> None:
    field = planner_field(act.session.plan, act.clock.sequence)
    said: list[str] = []
    for event in past:
        if event.type is EventType.TIMER_RESET:
            said.clear()
        elif _is_said_here(event, act.clock.sequence):
            said.append(event.data["text"])
    if not said:
        # The page has shown the question; from now on the transcript has it too.
        said = [scripted.question(field)]
        _say(act, Speaker.INTERVIEWER, said[0])
    _say(act, Speaker.CANDIDATE, answer)
    injected = [words_for(event) for event in not_brought_up(past)]
    for words in injected or [scripted.reply(field, said, answer)]:
        _say(act, Speaker.INTERVIEWER, words)


def _is_said_here(event: Event, sequence: int) -> bool:
    return (
        event.type is EventType.TRANSCRIPT
        and event.data["phase_sequence"] == sequence
        and event.data["speaker"] == Speaker.INTERVIEWER
    )


def _say(act: Act, speaker: Speaker, text: str) -> None:
    act.say(speaker, text, Source.TYPED, started_at=act.now, ended_at=act.now)
