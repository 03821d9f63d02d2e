"""One act in a room under way: a session as it was read, its clock as a value, and the events that follow."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.clock import iso_utc
from app.core.errors import BusinessLogicError
from app.interview_session.conversation import scripted
from app.interview_session.conversation.conversation import SHORTEST_NOTICE_SECONDS, opening
from app.interview_session.conversation.utterance import Line, Purpose
from app.interview_session.events import events
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.plans.plan import phase_durations, planner_field
from app.interview_session.room.held_session import HeldSession, StoredLine, changeable_values
from app.interview_session.room.log_limit import LogLimit
from app.interview_session.room.phase_clock import ClockError, ClockState, PhaseClock, Step
from app.interview_session.room.stored_clock import clock_of, columns_of, from_ms, to_ms

CONNECTED = "connected"
DISCONNECTED = "disconnected"

RETURN_SECONDS = 10.0
"""So long after a call has gone nothing is written in its place: it may only be changing the line."""


class Act:
    """Collects what one transaction does to a session; ``store`` puts it on the row.

    ``now`` is the database's time, taken when the row was read, after any wait for its lock. What the interviewer
    says when a phase begins or ends belongs to the same act where no voice says it: whoever reads the log finds the
    question beside the event.
    ``needs_conversation`` tells that something happened to which only the whole conversation knows the reply.
    ``report_delay_seconds`` is in how many seconds a report of the session is to be made; None if nothing calls for
    one.
    ``nudge_seconds`` is the silence that an interviewer in writing asks about, ``log_limit`` how long the session's
    log may get.
    """

    def __init__(self, session: HeldSession, now: datetime, *, nudge_seconds: float, log_limit: LogLimit) -> None:
        self.session = session
        self.now = now
        self.now_ms = to_ms(now)
        columns = {name: getattr(session, name) for name in _CLOCK_COLUMNS}
        self.clock = clock_of(columns, phase_durations(session.plan))
        self.events: list[Event] = []
        self.lines: list[StoredLine] = []
        self.needs_conversation = False
        self.report_delay_seconds: float | None = None
        self._nudge_seconds = nudge_seconds
        self._log_limit = log_limit
        self._first_seq = session.last_seq + 1
        self._before = changeable_values(session)
        self._wake_at = session.wake_at

    @property
    def is_in_writing(self) -> bool:
        """Tell whether no interviewer with a voice is here."""
        return self.session.bot_status != CONNECTED

    @property
    def is_running(self) -> bool:
        """Tell whether the clock runs, so that the interviewer may say something."""
        return self.clock.state is ClockState.RUNNING

    @property
    def is_interviewer_due(self) -> bool:
        """Tell whether the interviewer in writing was to look by now whether there is something to say."""
        due_at = self.session.interviewer_wake_at
        return due_at is not None and due_at <= self.now

    @property
    def is_woken_otherwise(self) -> bool:
        """Tell whether the act has set another time at which there is something to do."""
        return self.session.wake_at != self._wake_at

    @property
    def lateness_seconds(self) -> float | None:
        """Return how long the clock has been due; None if it is not."""
        due_at = self.clock.wake_at
        return None if due_at is None or due_at > self.now_ms else (self.now_ms - due_at) / 1000

    def settle(self) -> None:
        """Let everything happen that was due before now."""
        while True:
            self.clock, step = self.clock.advance(self.now_ms)
            if step is None:
                return
            self._announce(step)

    def start(self) -> None:
        """Start the clock, or let it go on."""
        before = self._move(lambda clock: clock.start(self.now_ms))
        if before.state is ClockState.READY:
            self.session.started_at = self.session.started_at or self.now
            field = planner_field(self.session.plan, self.clock.sequence)
            self.add(events.phase_started(field, now=self.now, deadline=self._deadline()))
            self.needs_conversation = True
        elif before.state is ClockState.PAUSED:
            self._add_timer_event(EventType.TIMER_RESUMED)
            self.needs_conversation = True

    def pause(self) -> None:
        """Stop the clock where it is."""
        if self.session.started_at and self.clock.state is ClockState.READY:
            # It was reset since, and stands already.
            return
        if self.clock.state is ClockState.RUNNING:
            self.require_space()
        if self._move(lambda clock: clock.pause(self.now_ms)).state is ClockState.RUNNING:
            self._add_timer_event(EventType.TIMER_PAUSED)

    def reset(self) -> None:
        """Put the clock back to the beginning."""
        if self.clock.state in {ClockState.RUNNING, ClockState.PAUSED}:
            self.require_space()
        if self._move(lambda clock: clock.reset()).state is not ClockState.READY:
            self._add_timer_event(EventType.TIMER_RESET)

    def next_phase(self, *, of: int | None = None) -> None:
        """Go on to the next phase now; the last one ends the session. With ``of`` only out of that phase.

        A wish that comes when the phase it meant is over has come true by itself.
        """
        if of is not None and of != self.clock.sequence:
            return
        try:
            self.clock, step = self.clock.skip(self.now_ms)
        except ClockError as error:
            raise BusinessLogicError(str(error)) from None
        self._announce(step, reason="skipped")

    def finish(self) -> None:
        """End the session before its time is up."""
        self._move(lambda clock: clock.finish(self.now_ms))
        self._complete(reason="ended")

    def inject(self, event: Event) -> None:
        """Note a problem or a note for the interviewer, who brings it up at once if the clock runs."""
        self.require_space()
        self.add(event)
        self.needs_conversation = True

    def say(
        self,
        speaker: Speaker,
        text: str,
        source: Source,
        *,
        started_at: datetime,
        ended_at: datetime,
        phase_sequence: int | None = None,
        **inner: Any,
    ) -> None:
        """Note what somebody said in the current phase, or in the one in which they began to.

        ``inner`` is what the conversation knows of it: see ``events.transcript``.
        """
        self.add(
            events.transcript(
                speaker,
                text,
                phase_sequence=phase_sequence or self.clock.sequence,
                started_at=started_at,
                ended_at=ended_at,
                source=source,
                **inner,
            )
        )

    def write(self, line: Line, *, source: Source = Source.TYPED) -> None:
        """Have the interviewer say a line, or the rest of one, in writing and so at once."""
        is_rest = line.first_part > 1
        self.say(
            Speaker.INTERVIEWER,
            line.text,
            source,
            started_at=self.now,
            ended_at=self.now,
            phase_sequence=line.phase,
            purpose=line.purpose.value,
            about=line.about,
            cue=line.cue,
            replies_to=line.replies_to,
            part=len(line.parts) if is_rest else None,
            parts=len(line.parts) if is_rest else None,
        )

    def request_report(self, *, delay_seconds: float = 0.0) -> None:
        """Have the session's report made, by whoever makes reports; anew if there is one, or one is being made."""
        self.report_delay_seconds = delay_seconds

    def wake_interviewer_at(self, moment: datetime | None) -> None:
        """Have an interviewer in writing look then whether there is something to say."""
        self.session.interviewer_wake_at = moment

    def numbered_events(self) -> list[Event]:
        """Return the events of the act so far with the numbers that they will have in the log."""
        return [Event(event.type, event.data, seq) for seq, event in enumerate(self.events, self._first_seq)]

    def set_bot_status(self, status: str, bot_id: UUID | None = None) -> None:
        """Note that an interviewer has come, or gone; ``bot_id`` names the voice call that it is in.

        A call that comes takes the room over from the one that is there. One that goes after that changes nothing.
        """
        session = self.session
        is_there = status == CONNECTED
        if is_there:
            is_news = session.bot_status != CONNECTED or session.bot_id != bot_id
        else:
            is_news = session.bot_status == CONNECTED and bot_id in {None, session.bot_id}
        if not is_news:
            return
        session.bot_status = status
        session.bot_id = bot_id if is_there else None
        session.bot_seen_at = self.now if session.bot_id else None
        self.wake_interviewer_at(None if is_there else self.now + timedelta(seconds=RETURN_SECONDS))
        if self.clock.state is not ClockState.COMPLETED:
            # Nothing but the session's report follows the event of its end: readers leave there.
            kind = EventType.BOT_CONNECTED if is_there else EventType.BOT_DISCONNECTED
            self.add(Event(kind, {"bot_status": status} | ({"bot_id": str(bot_id)} if bot_id else {})))

    def require_started(self) -> None:
        """Raise ``BusinessLogicError`` unless the session has begun and is not over."""
        self.require_open()
        if self.clock.state is ClockState.READY:
            raise BusinessLogicError("The interview has not been started")

    def require_open(self) -> None:
        """Raise ``BusinessLogicError`` if the session is over."""
        if self.clock.state is ClockState.COMPLETED:
            raise BusinessLogicError("The interview is over")

    def require_space(self) -> None:
        """Raise ``SessionLogFullError`` if the log is full. Time goes on even then, and the session can be ended."""
        self._log_limit.require_space(self.session.last_seq, self.session.log_bytes)

    def add(self, event: Event) -> None:
        """Note an event, with the time of the act unless it has one."""
        self.events.append(Event(event.type, {"timestamp": iso_utc(self.now)} | event.data))

    def store(self) -> bool:
        """Put the clock on the row and make the new ``lines`` of the log; tell whether anything has changed."""
        for name, value in columns_of(self.clock).items():
            setattr(self.session, name, value)
        if not self.is_running:
            self.wake_interviewer_at(None)
        wakes = [at for at in (self.session.wake_at, self.session.interviewer_wake_at) if at]
        self.session.wake_at = min(wakes, default=None)
        self.lines = [self._line(seq, event) for seq, event in enumerate(self.events, self._first_seq)]
        self.session.last_seq += len(self.lines)
        self.session.log_bytes += sum(len(data) for *_, data in self.lines)
        return changeable_values(self.session) != self._before or self.report_delay_seconds is not None

    def _line(self, seq: int, event: Event) -> StoredLine:
        # An entry of the transcript carries its number, so that it can be named outside of the log.
        data = {"seq": seq} | event.data if event.type is EventType.TRANSCRIPT else event.data
        # In ASCII, as it goes over the wire: some readers of streams end a line at more than its end.
        return self.session.id, seq, event.type.value, json.dumps(data)

    def _move(self, move: Callable[[PhaseClock], PhaseClock]) -> PhaseClock:
        """Replace the clock and return the one before; what makes no sense is the caller's error."""
        before = self.clock
        try:
            self.clock = move(before)
        except ClockError as error:
            raise BusinessLogicError(str(error)) from None
        return before

    def _announce(self, step: Step, *, reason: str | None = None) -> None:
        if step is Step.COMPLETED:
            self._complete(reason=reason or "completed")
        elif step is Step.PHASE_CHANGED:
            field = planner_field(self.session.plan, self.clock.sequence)
            self.add(events.phase_changed(field, now=self.now, deadline=self._deadline(), reason=reason))
            self._write_opening()
        else:
            remaining = self.clock.phase_remaining(self.now_ms)
            self.add(events.phase_ending(self.clock.sequence, remaining, now=self.now, deadline=self._deadline()))
            self._write_time_check(remaining / 1000)

    def _write_opening(self) -> None:
        """Ask the question of a phase that has just begun, where nobody does it by voice."""
        if self.is_in_writing:
            for line in opening(self.session.plan, self.clock.sequence, is_greeted=True):
                self.write(line)
            # What a voice that has just gone still owes is due before a silence can be.
            wakes = [self.session.interviewer_wake_at, self.now + timedelta(seconds=self._nudge_seconds)]
            self.wake_interviewer_at(min(at for at in wakes if at))

    def _write_time_check(self, remaining_seconds: float) -> None:
        if self.is_in_writing and remaining_seconds >= SHORTEST_NOTICE_SECONDS:
            self.write(Line(Purpose.TIME_CHECK, scripted.time_check(remaining_seconds), self.clock.sequence))

    def _complete(self, *, reason: str) -> None:
        self.session.ended_at = self.now
        self.session.end_reason = reason
        words = scripted.GOODBYE_EARLY if reason == "ended" else scripted.GOODBYE
        # A voice says the same; the log ends before it can say so itself.
        source = Source.TYPED if self.is_in_writing else Source.VOICE
        self.write(Line(Purpose.GOODBYE, words, self.clock.sequence), source=source)
        total, run_time = len(self.clock.durations), self.clock.run_time(self.now_ms)
        self.add(events.interview_completed(self.clock.sequence, total, run_time, reason=reason, now=self.now))
        self.request_report()

    def _add_timer_event(self, kind: EventType) -> None:
        deadline = self._deadline() if self.clock.deadline is not None else None
        remaining = self.clock.phase_remaining(self.now_ms)
        self.add(events.timer_event(kind, self.clock.sequence, remaining, now=self.now, deadline=deadline))

    def _deadline(self) -> datetime:
        assert self.clock.deadline is not None
        return from_ms(self.clock.deadline)


_CLOCK_COLUMNS = (
    "sequence",
    "state",
    "deadline",
    "remaining_ms",
    "ending_announced",
    "run_ms",
    "skipped_ms",
)
