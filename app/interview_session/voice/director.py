"""Who has the word in a call: asks the conversation what comes next, and has it said or done when nobody is speaking.

It knows nothing of Pipecat. What happened it learns from the log and from both ends of the line; what is to be said,
from the conversation. Every sentence that was said goes into the conversation at once, and into the log soon after.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from app.core.clock import utc_now
from app.interview_session.conversation import scripted
from app.interview_session.conversation.conversation import Conversation
from app.interview_session.conversation.utterance import CutBy, Deed, Line, Purpose, Understander, Understanding
from app.interview_session.conversation.wording import ReplyWriter
from app.interview_session.events import events
from app.interview_session.events.events import Event, EventType, Service, Source
from app.interview_session.events.events import Speaker as Side
from app.interview_session.events.interim_text import InterimText
from app.interview_session.room.act import Act
from app.interview_session.voice.chronicle import MAX_WAITING, Chronicle
from app.interview_session.voice.hearing import Heard, Hearing, Turn, WordTimes
from app.interview_session.voice.speaker import Speaker, Spoken

log = structlog.get_logger(__name__)

LONGEST_WAIT_SECONDS = 10.0
"""So long a candidate may go on after the next question was due."""

WORDING_SECONDS = 10.0
"""So long a line is held back for a model's words, which has limits of its own."""

DEED_SECONDS = 5.0
"""The log tells when a deed is done. If it has not by then, the deed is tried again: twice changes nothing."""

GOODBYE_SECONDS = 20.0
RECOVERY_SECONDS = 1.0
SHORTEST_SLEEP_SECONDS = 0.1

MURMUR_WORDS = 2
"""A murmur of no more words than this is nothing that was said."""

MAX_TRIES = 4
"""So often in a row the voice may fail before the interviewer waits for something new to happen."""

_SAID_TO_THE_END = frozenset({Purpose.PROBLEM, Purpose.NOTE, Purpose.GOODBYE})
"""What neither an injection nor a typed answer cuts off."""


class Director:
    """Decides what is said in one call, and when.

    Args:
        conversation: what was said so far, with the log up to now.
        chronicle: writes what is said and done into the log.
        understander: tells what the candidate wants.
        reply_writer: words replies and follow-ups; None where they are said as they are.
        hurry_turn: has the candidate's turn end at the next short pause.
        hang_up: ends the call, at once or, if told True, as soon as nothing is left to be heard.

    """

    def __init__(
        self,
        conversation: Conversation,
        chronicle: Chronicle,
        *,
        understander: Understander,
        reply_writer: ReplyWriter | None,
        hurry_turn: Callable[[], Awaitable[None]],
        hang_up: Callable[[bool], Awaitable[None]],
    ) -> None:
        self._conversation = conversation
        self._chronicle = chronicle
        self._reply_writer = reply_writer
        self._hurry_turn = hurry_turn
        self._hang_up = hang_up
        self._hearing = Hearing(understander, conversation.language, self._note_understood)
        self._speaker: Speaker | None = None
        self._news = asyncio.Event()
        self._news.set()
        self._turn = self._new_turn()
        self._is_candidate_speaking = False
        self._may_talk_over = False
        self._overlong: asyncio.TimerHandle | None = None
        self._paused_since = utc_now()
        self._resumed_at: datetime | None = None
        self._asks_again = False
        self._goodbye: Line | None = None
        self._ends_at: float | None = None
        self._is_hanging_up = False
        self._is_stopped = False
        self._deed_due_at: float | None = None
        self._failed_tries = 0
        self._last_spoken: Spoken | None = None
        self._interim: InterimText | None = None
        self._own_entries: deque[dict[str, Any]] = deque(maxlen=2 * MAX_WAITING)
        self._failures: set[tuple[Service, bool]] = set()

    @property
    def is_paused(self) -> bool:
        """Tell whether the clock stands still, and so nobody is heard."""
        return self._conversation.is_paused

    def use(self, speaker: Speaker) -> None:
        """Take the voice to speak with."""
        self._speaker = speaker

    async def run(self) -> None:
        """Have said and done what is due, until cancelled."""
        understanding = asyncio.create_task(self._hearing.run(), name="understanding")
        try:
            while True:
                try:
                    await self._wait()
                    await self._go_on()
                except Exception:
                    # Whatever a single step runs into, the call goes on.
                    log.exception("interviewer_step_failed")
                    await asyncio.sleep(RECOVERY_SECONDS)
                    self._news.set()
        finally:
            understanding.cancel()
            await asyncio.gather(understanding, return_exceptions=True)

    def stop(self) -> None:
        """Say nothing any more. What is being said or understood at this moment goes into the log."""
        self._is_stopped = True
        self._disarm_overlong()
        self._voice.stop()
        self._hearing.finish()

    async def take_in(self, event: Event) -> None:
        """Act upon what has just happened in the room."""
        if self._is_own(event):
            return
        data = event.data
        if event.type is EventType.TRANSCRIPT and _is_answer_in_writing(data):
            # Who typed it has read what is being said. That ends first, so that the answer comes behind it.
            await self._yield_to_answer(datetime.fromisoformat(data["started_at"]))
        was_paused = self.is_paused
        self._conversation.take_in(event)
        if was_paused and not self.is_paused:
            self._resumed_at = utc_now()
        self._failed_tries = 0
        match event.type:
            case EventType.PHASE_STARTED | EventType.PHASE_CHANGED:
                self._deed_due_at = None
                await self._turn_to_phase()
            case EventType.TIMER_PAUSED | EventType.TIMER_RESET:
                self._deed_due_at = None
                self._asks_again = False
                self._paused_since = utc_now()
                self._drop_interim()
                await self._voice.cut(CutBy.INTERVIEWER)
            case EventType.TIMER_RESUMED:
                # Whoever spoke in the pause was not heard.
                self._is_candidate_speaking = False
            case EventType.PROBLEM_INJECTED | EventType.CONTEXT_INJECTED:
                await self._yield_to_injection()
            case EventType.TRANSCRIPT if data.get("purpose") == Purpose.GOODBYE:
                self._goodbye = Line(Purpose.GOODBYE, data["text"], data["phase_sequence"])
            case EventType.INTERVIEW_COMPLETED:
                await self._end()
            case _:
                pass
        self._news.set()

    async def begin_turn(self) -> None:
        """Take in that the candidate has begun to speak: the interviewer falls silent."""
        self._is_candidate_speaking = True
        self._failed_tries = 0
        self._turn = self._new_turn()
        self._turn.is_interruption = self._voice.is_audible
        self._news.set()
        await self._voice.cut(CutBy.CANDIDATE)

    def end_turn(self) -> None:
        """Take in that the candidate has finished."""
        self._is_candidate_speaking = False
        self._may_talk_over = False
        self._disarm_overlong()
        self.take_back_interim()
        if self._turn.is_interruption and not self._turn.is_heard and not self.is_paused:
            # Whoever has interrupted waits for a reply, even where the ears understood nothing.
            self._asks_again = True
        self._news.set()

    def hear_so_far(self, text: str, began: datetime, *, is_murmur: bool) -> None:
        """Take in what has been understood of words that the candidate is still saying: it is shown, and no more."""
        is_noise = is_murmur and len(text.split()) <= MURMUR_WORDS
        is_over = self._is_stopped or self._ends_at is not None
        if is_noise or is_over or self.is_paused or self._was_paused_at(began):
            return
        sequence = self._conversation.sequence if is_murmur else self._turn.sequence
        self._interim = InterimText(text, sequence, began)
        self._chronicle.show_interim(self._interim)

    def hear(self, text: str, began: datetime, *, is_murmur: bool, word_times: WordTimes | None = None) -> bool:
        """Take in what was understood of the candidate; tell whether it belongs to a turn under way.

        A murmur is what did not interrupt the interviewer. ``word_times`` are in milliseconds since ``began``.
        """
        is_noise = is_murmur and len(text.split()) <= MURMUR_WORDS
        if is_noise or self._was_paused_at(_middle(began, word_times)):
            self.take_back_interim()
            return False
        self._drop_interim()
        # A turn that outlasts its phase belongs to it as a whole. What comes after its turn has a reply of its own.
        turn = self._new_turn() if is_murmur else self._turn
        turn.is_heard = True
        self._hearing.take(Heard(turn, text, began, utc_now(), word_times))
        return self._is_candidate_speaking and not is_murmur

    def take_back_interim(self) -> None:
        """Have what is shown vanish, of which no event of the log will tell."""
        if self._interim:
            self._chronicle.show_interim(replace(self._interim, text=""))
            self._interim = None

    def note_sentence(self, said: Spoken) -> None:
        """Take in a sentence of the interviewer's that was heard, or cut off."""
        self._last_spoken = said
        if said.cut_by is not CutBy.FAILURE:
            self._failed_tries = 0
        self._note(_entry(said, Source.VOICE))

    def note_end(self, line: Line, cut_by: CutBy | None) -> None:
        """Take in that nothing more of a line is coming."""
        if cut_by is CutBy.FAILURE:
            self._failed_tries += 1
        elif line.purpose is Purpose.GOODBYE:
            self._goodbye = None
        self._news.set()

    async def note_failure(self, service: Service, *, is_replaced: bool) -> None:
        """Take in trouble with a service. The log has it once per call: ears may fail at every word."""
        if (service, is_replaced) not in self._failures:
            self._failures |= {(service, is_replaced), (service, False)}
            self._chronicle.note_failure(service, is_replaced=is_replaced)
        if service is Service.VOICE:
            await self._voice.fail()
        elif service is Service.EARS and is_replaced:
            self._asks_again = True
            self._news.set()

    def note_slow_voice(self) -> None:
        """Have the log say, once per call, that the voice keeps the candidate waiting. What it says goes on."""
        if (Service.VOICE, False) not in self._failures:
            self._failures.add((Service.VOICE, False))
            self._chronicle.note_slow_voice()

    def _drop_interim(self) -> None:
        """Show no more of what is being said: an event of the log tells that it is over."""
        self._interim = None
        self._chronicle.drop_interim()

    def _was_paused_at(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the pause under way or in the last one."""
        if self.is_paused:
            return moment >= self._paused_since
        return self._resumed_at is not None and self._paused_since <= moment < self._resumed_at

    @property
    def _voice(self) -> Speaker:
        assert self._speaker is not None
        return self._speaker

    @property
    def _is_free(self) -> bool:
        """Tell whether the interviewer may take the word."""
        return not (
            self._is_stopped
            or self._voice.is_busy
            or self._ends_at is not None
            or self.is_paused
            or (self._is_candidate_speaking and not self._may_talk_over)
            or not self._hearing.is_idle
            or self._failed_tries >= MAX_TRIES
        )

    async def _wait(self) -> None:
        """Wait for news, or for the moment at which something is due by itself."""
        try:
            async with asyncio.timeout(self._seconds_to_wait()):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    def _seconds_to_wait(self) -> float | None:
        now = asyncio.get_running_loop().time()
        if self._ends_at is not None:
            return max(SHORTEST_SLEEP_SECONDS, self._ends_at - now)
        if not self._is_free:
            return None
        if self._deed_due_at is not None:
            return max(SHORTEST_SLEEP_SECONDS, self._deed_due_at - now)
        moment = utc_now()
        wake_at = self._conversation.wake_at(moment)
        return max(SHORTEST_SLEEP_SECONDS, (wake_at - moment).total_seconds()) if wake_at else None

    async def _go_on(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._ends_at is not None:
            await self._say_goodbye(is_late=now >= self._ends_at)
            return
        if not self._is_free or (self._deed_due_at is not None and now < self._deed_due_at):
            return
        step = self._conversation.next_step(utc_now()) or self._asking_again()
        self._asks_again = False
        if isinstance(step, Deed):
            self._do(step)
        elif step and (line := await self._worded(step)) and self._is_free:
            self._may_talk_over = False
            await self._voice.say(line)

    def _asking_again(self) -> Line | None:
        if not self._asks_again:
            return None
        return Line(Purpose.MANNERS, scripted.NOT_HEARD, self._conversation.sequence)

    def _do(self, deed: Deed) -> None:
        """Have a deed done behind everything that was said before it."""
        sequence = self._conversation.sequence
        self._deed_due_at = asyncio.get_running_loop().time() + DEED_SECONDS
        match deed:
            case Deed.NEXT_PHASE:
                self._chronicle.do_soon(lambda act: act.next_phase(of=sequence))
            case Deed.END:
                self._chronicle.do_soon(Act.finish)
            case Deed.PAUSE:
                self._chronicle.do_soon(Act.pause)

    async def _worded(self, line: Line) -> Line | None:
        """Return a line in the words in which it is to be said; None if something came up meanwhile."""
        writer = self._reply_writer
        if not (writer and writer.is_active and line.may_be_reworded):
            return line
        request = self._conversation.wording_request(line, utc_now())
        wording = asyncio.ensure_future(writer.word(request))
        news = asyncio.create_task(self._news.wait(), name="news")
        try:
            await asyncio.wait({wording, news}, timeout=WORDING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if self._news.is_set():
                return None
            words = wording.result() if wording.done() and not wording.exception() else None
        finally:
            for task in (wording, news):
                task.cancel()
            await asyncio.gather(wording, news, return_exceptions=True)
        if words:
            return line.reworded(words)
        await self.note_failure(Service.MIND, is_replaced=True)
        return line

    async def _turn_to_phase(self) -> None:
        """Have the question asked at once; of a candidate who speaks at the next pause, or at last after a while."""
        await self._voice.cut(CutBy.INTERVIEWER)
        if self._is_candidate_speaking:
            await self._hurry_turn()
            self._disarm_overlong()
            self._overlong = asyncio.get_running_loop().call_later(LONGEST_WAIT_SECONDS, self._talk_over)

    def _talk_over(self) -> None:
        self._may_talk_over = True
        self._news.set()

    def _disarm_overlong(self) -> None:
        if self._overlong:
            self._overlong.cancel()
            self._overlong = None

    async def _yield_to_injection(self) -> None:
        """Cut off what is being said, to go on with it later, unless it has hardly begun."""
        line = self._voice.line
        if line and self._voice.has_been_heard and line.purpose not in _SAID_TO_THE_END:
            await self._voice.cut(CutBy.INTERVIEWER)

    async def _yield_to_answer(self, answered_at: datetime) -> None:
        """Cut off what is being said; what is left of a question stands in the log as shown."""
        line = self._voice.line
        if line is None or line.purpose in _SAID_TO_THE_END:
            return
        await self._voice.cut(CutBy.CANDIDATE)
        if line.purpose is not Purpose.QUESTION:
            return
        said = self._last_spoken if self._last_spoken and self._last_spoken.line is line else None
        # Not behind the answer: whoever reads the log finds it there, and takes it for unanswered only then.
        began = said.began if said else answered_at
        first = line.first_part if said is None else said.part + (said.cut_by is None)
        for part in range(first, len(line.parts) + 1):
            self._note(_entry(Spoken(line, part, line.parts[part - 1], began, began), Source.TYPED))

    async def _end(self) -> None:
        """Fall silent, for the goodbye."""
        self._goodbye = self._goodbye or Line(Purpose.GOODBYE, scripted.GOODBYE, self._conversation.sequence)
        self._failed_tries = 0
        self._disarm_overlong()
        self._drop_interim()
        await self._voice.cut(CutBy.INTERVIEWER)
        self._ends_at = asyncio.get_running_loop().time() + GOODBYE_SECONDS

    async def _say_goodbye(self, *, is_late: bool) -> None:
        if is_late or self._failed_tries >= MAX_TRIES:
            await self._hang_up(False)
        elif self._voice.is_busy:
            return
        elif self._goodbye is None:
            if not self._is_hanging_up:
                self._is_hanging_up = True
                await self._hang_up(True)
        else:
            await self._voice.say(self._goodbye, can_be_cut=False)

    def _note_understood(self, heard: Heard, understanding: Understanding) -> None:
        event = events.transcript(
            Side.CANDIDATE,
            heard.text,
            phase_sequence=heard.turn.sequence,
            started_at=heard.began,
            ended_at=heard.ended,
            source=Source.VOICE,
            purpose=understanding.intent.value,
            certain=understanding.is_certain or None,
            covers=list(understanding.covers) or None,
        )
        self._note(events.with_delivery(event, heard.word_times))
        self._news.set()

    def _note(self, event: Event) -> None:
        self._own_entries.append(event.data)
        self._conversation.take_in(event)
        self._chronicle.note(event)

    def _is_own(self, event: Event) -> bool:
        """Tell whether an event is an entry of this call's that comes back from the log.

        Those of the call before may still come when this one has begun.
        """
        if event.type is not EventType.TRANSCRIPT:
            return False
        data = {name: value for name, value in event.data.items() if name not in {"seq", "timestamp"}}
        if data not in self._own_entries:
            return False
        self._own_entries.remove(data)
        return True

    def _new_turn(self) -> Turn:
        return Turn(self._conversation.sequence, self._conversation.field)


def _middle(began: datetime, word_times: WordTimes | None) -> datetime:
    """Return when the middle one of some words was said; without their times, when they began."""
    return began + timedelta(milliseconds=word_times[len(word_times) // 2][0]) if word_times else began


def _is_answer_in_writing(data: dict[str, Any]) -> bool:
    return (data["speaker"], data["source"]) == (Side.CANDIDATE, Source.TYPED)


def _entry(said: Spoken, source: Source) -> Event:
    line, parts = said.line, len(said.line.parts)
    return events.transcript(
        Side.INTERVIEWER,
        said.text,
        phase_sequence=line.phase,
        started_at=said.began,
        ended_at=said.ended,
        source=source,
        purpose=line.purpose.value,
        about=line.about,
        cue=str(line.cue) if line.cue else None,
        replies_to=line.replies_to,
        part=said.part if parts > 1 else None,
        parts=parts if parts > 1 else None,
        cut_by=said.cut_by.value if said.cut_by else None,
    )
