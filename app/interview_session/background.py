"""The rooms' part of a process: the feed of its listeners, and what runs its deadlines and makes its reports."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from app.api.runtime import Runtime
from app.core.metrics import ROOMS, STREAMS
from app.core.wake_ups import Subscriber
from app.interview_session.conversation.manners import Manners
from app.interview_session.conversation.meaning import Meaning
from app.interview_session.events.event_feed import EventFeed
from app.interview_session.events.event_log import ERASED_TOPIC
from app.interview_session.events.interim_text import InterimWatch
from app.interview_session.history.retention import SessionRetention
from app.interview_session.report.report_runner import ReportRunner
from app.interview_session.room.log_limit import LogLimit
from app.interview_session.room.phase_clock import ClockState
from app.interview_session.room.phase_runner import PhaseRunner
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.session_plans import SessionPlans
from app.interview_session.room.written_interviewer import AskedReply, WrittenInterviewer
from app.repositories.access import DataAccess
from app.repositories.users import LOGINS_TOPIC


class Rooms:
    """What outlives a request of the practice rooms."""

    def __init__(self, runtime: Runtime) -> None:
        settings = runtime.settings
        self._database = runtime.database
        self._warm_up: asyncio.Task[None] | None = None
        self.on_expected: list[Callable[[], None]] = []
        """What else is to get ready when somebody comes to a room."""

        self.feed = EventFeed(
            runtime.database.reads,
            max_readers=settings.max_event_streams,
            max_readers_per_owner=settings.max_event_streams_per_user,
        )
        self.interviewer = WrittenInterviewer(
            nudge_seconds=settings.writing_nudge_seconds, log_limit=LogLimit.of(settings)
        )
        self.meaning = Meaning(is_enabled=settings.meaning_enabled)
        self.understander = Manners(self.meaning)
        self.runner = PhaseRunner(runtime.database, self.interviewer)
        self.reports = ReportRunner(runtime.database, self.interviewer, self.meaning, runtime.limits)
        for subscriber in (
            self.feed,
            self.runner,
            self.reports,
            InterimWatch(self.feed),
            _LoginWatch(self.feed),
            _ErasureWatch(self.feed, self.interviewer.plans),
        ):
            runtime.notifications.subscribe(subscriber)
        self._repository = RoomRepository(DataAccess(runtime.database.reads))
        runtime.housekeeping.erasers.append(SessionRetention(settings.session_retention_days).erase_some)
        runtime.gauges.add(self._refresh_streams)
        runtime.gauges.add(self._refresh_rooms, forget=ROOMS.clear)
        runtime.gauges.add(self.reports.refresh_gauges, forget=self.reports.forget_gauges)
        runtime.drain.before_end.append(self.feed.close_readers)

    def start(self) -> None:
        """Start the background tasks."""
        self.feed.start()
        self.runner.start()
        self.interviewer.open(self._say_reply)

    def expect_answers(self) -> None:
        """Load what the first answer or call would wait for, beside whatever goes on, as far as it is not there.

        Not at the start: it takes 200 MB in all, and many a process never has a room.
        """
        if self._warm_up is None or self._warm_up.done():
            self._warm_up = asyncio.create_task(self.understander.warm_up(), name="manners_warm_up")
        for get_ready in self.on_expected:
            get_ready()

    async def stop(self) -> None:
        """Stop the background tasks and end every stream."""
        if self._warm_up:
            self._warm_up.cancel()
            await asyncio.gather(self._warm_up, return_exceptions=True)
        await self.runner.stop()
        await self.interviewer.stop()
        await self.feed.stop()

    async def _say_reply(self, session_id: UUID, asked: AskedReply, words: str | None) -> None:
        async with self._database.bare_transaction() as transaction:
            rooms = RoomService(DataAccess(self._database.reads, transaction=transaction), self.interviewer)
            await rooms.say_reply(session_id, asked, words)

    async def _refresh_streams(self) -> None:
        STREAMS.set(self.feed.count)

    async def _refresh_rooms(self) -> None:
        counts = await self._repository.count_by_state()
        for state in (ClockState.READY, ClockState.RUNNING, ClockState.PAUSED):
            ROOMS.labels(state.value).set(counts.get(state.value, 0))


class _LoginWatch(Subscriber):
    """Has a user's streams look whether their login still holds when one of the user's was revoked."""

    topic = LOGINS_TOPIC

    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed

    def look_again(self, subject: str | None) -> None:
        """Nudge the streams of one user (by id), or all of them."""
        self._feed.nudge_readers(subject)


class _ErasureWatch(Subscriber):
    """Forgets the plan of a session that was erased, and has its streams look around, and so end."""

    topic = ERASED_TOPIC

    def __init__(self, feed: EventFeed, plans: SessionPlans) -> None:
        self._feed = feed
        self._plans = plans

    def look_again(self, subject: str | None) -> None:
        """Nudge the streams of one session; what else was missed, the feed finds within a second."""
        if subject is not None:
            self._plans.forget(UUID(subject))
            self._feed.nudge_session(UUID(subject))
