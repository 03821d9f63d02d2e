"""One act in a room under way: a locked session, its clock as a value, and the events that follow."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from app.core.clock import iso_utc
from app.core.errors import BusinessLogicError
from app.interview_session.events import events
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.plans.plan import planner_field
from app.interview_session.room.phase_clock import ClockError, ClockState, PhaseClock, Step
from app.interview_session.room.stored_clock import clock_of, columns_of, from_ms, to_ms
from app.models import InterviewSession, SessionEvent

CONNECTED = "connected"
DISCONNECTED = "disconnected"


class Act:
    """Collects what one transaction does to a session; ``store`` puts it on the row.

    ``now`` is the database's time, taken after the row was locked.
    """

    def __init__(self, session: InterviewSession, now: datetime) -> None:
        self.session = session
        self.now = now
        self.now_ms = to_ms(now)
        self.clock = clock_of({name: getattr(session, name) for name in _CLOCK_COLUMNS})
        self.events: list[Event] = []

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
        elif before.state is ClockState.PAUSED:
            self._add_timer_event(EventType.TIMER_RESUMED)

    def pause(self) -> None:
        """Stop the clock where it is."""
        if self.session.started_at and self.clock.state is ClockState.READY:
            # It was reset since, and stands already.
            return
        if self._move(lambda clock: clock.pause(self.now_ms)).state is ClockState.RUNNING:
            self._add_timer_event(EventType.TIMER_PAUSED)

    def reset(self) -> None:
        """Put the clock back to the beginning."""
        if self._move(lambda clock: clock.reset()).state is not ClockState.READY:
            self._add_timer_event(EventType.TIMER_RESET)

    def finish(self) -> None:
        """End the session before its time is up."""
        self._move(lambda clock: clock.finish(self.now_ms))
        self._complete(reason="ended")

    def say(
        self,
        speaker: Speaker,
        text: str,
        source: Source,
        *,
        started_at: datetime,
        ended_at: datetime,
        phase_sequence: int | None = None,
    ) -> None:
        """Note what somebody said in the current phase, or in the one in which they began to."""
        self.add(
            events.transcript(
                speaker,
                text,
                phase_sequence=phase_sequence or self.clock.sequence,
                started_at=started_at,
                ended_at=ended_at,
                source=source,
            )
        )

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
        if self.clock.state is not ClockState.COMPLETED:
            # Nothing follows the event that ends the log: its readers leave at it.
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

    def add(self, event: Event) -> None:
        """Note an event, with the time of the act unless it has one."""
        self.events.append(Event(event.type, {"timestamp": iso_utc(self.now)} | event.data))

    def store(self) -> list[SessionEvent]:
        """Put the clock on the row and return the new lines of the log, numbered on from the last."""
        for name, value in columns_of(self.clock).items():
            setattr(self.session, name, value)
        first = self.session.last_seq + 1
        self.session.last_seq += len(self.events)
        return [self._line(seq, event) for seq, event in enumerate(self.events, first)]

    def _line(self, seq: int, event: Event) -> SessionEvent:
        # An entry of the transcript carries its number, so that it can be named outside of the log.
        data = {"seq": seq} | event.data if event.type is EventType.TRANSCRIPT else event.data
        return SessionEvent(session_id=self.session.id, seq=seq, type=event.type.value, data=data)

    def _move(self, move: Callable[[PhaseClock], PhaseClock]) -> PhaseClock:
        """Replace the clock and return the one before; what makes no sense is the caller's error."""
        before = self.clock
        try:
            self.clock = move(before)
        except ClockError as error:
            raise BusinessLogicError(str(error)) from None
        return before

    def _announce(self, step: Step) -> None:
        if step is Step.COMPLETED:
            self._complete(reason="completed")
        elif step is Step.PHASE_CHANGED:
            field = planner_field(self.session.plan, self.clock.sequence)
            self.add(events.phase_changed(field, now=self.now, deadline=self._deadline()))
        else:
            remaining = self.clock.phase_remaining(self.now_ms)
            self.add(events.phase_ending(self.clock.sequence, remaining, now=self.now, deadline=self._deadline()))

    def _complete(self, *, reason: str) -> None:
        self.session.ended_at = self.now
        self.session.end_reason = reason
        total, run_time = len(self.clock.durations), self.clock.run_time(self.now_ms)
        self.add(events.interview_completed(self.clock.sequence, total, run_time, reason=reason, now=self.now))

    def _add_timer_event(self, kind: EventType) -> None:
        deadline = self._deadline() if self.clock.deadline is not None else None
        remaining = self.clock.phase_remaining(self.now_ms)
        self.add(events.timer_event(kind, self.clock.sequence, remaining, now=self.now, deadline=deadline))

    def _deadline(self) -> datetime:
        assert self.clock.deadline is not None
        return from_ms(self.clock.deadline)


_CLOCK_COLUMNS = ("plan", "sequence", "state", "deadline", "remaining_ms", "ending_announced", "run_ms")
