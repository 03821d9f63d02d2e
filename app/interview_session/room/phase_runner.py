"""Performs phase changes at their time: one runner per process, any number beside each other."""

import asyncio
from contextlib import suppress

import structlog

from app.core.database import Database
from app.core.errors import DatabaseUnavailableError
from app.core.metrics import TRANSITION_LATENESS_SECONDS
from app.core.wake_ups import Subscriber
from app.interview_session.room.room_repository import CLOCK_TOPIC, RoomRepository
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.stored_clock import to_ms
from app.interview_session.room.written_interviewer import WrittenInterviewer
from app.repositories.access import DataAccess

log = structlog.get_logger(__name__)

BATCH = 100
MAX_SLEEP_SECONDS = 1.0
"""A look at the table at least this often, whatever wake-ups were lost."""

RETRY_SECONDS = 0.2

HELD_SECONDS = 0.05
"""The pause before the next look when what is due is held by somebody else."""


class PhaseRunner(Subscriber):
    """Sleeps to the earliest deadline in the database, claims what is due, and performs it.

    Whichever runner claims a due clock performs its step, in one transaction; the others pass it over. Nothing marks
    a session as being worked at, so nothing is left behind by a process that dies.
    """

    topic = CLOCK_TOPIC

    def __init__(self, database: Database, interviewer: WrittenInterviewer) -> None:
        # Not with the users' connections: whatever they do, time goes on.
        self._lane = database.reserved
        self._interviewer = interviewer
        self._sleeps_until: float = 0
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to run, in a task that ``stop`` ends."""
        self._task = asyncio.create_task(self._run_for_ever(), name="phase_runner")

    async def stop(self) -> None:
        """Stop running."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def look_again(self, subject: str | None) -> None:
        """Wake up if a deadline was set (milliseconds since the epoch) that comes before the end of the sleep."""
        if subject is None or int(subject) < self._sleeps_until:
            self._woken.set()

    async def perform_due(self) -> int:
        """Perform all that is due now and return in how many sessions there was something to do."""
        performed = 0
        while True:
            async with self._lane.bare_transaction() as transaction:
                rooms = RoomService(DataAccess(self._lane.reads, transaction=transaction), self._interviewer)
                count, lateness = await rooms.perform_due(BATCH)
            performed += count
            for seconds in lateness:
                TRANSITION_LATENESS_SECONDS.observe(seconds)
            if count < BATCH:
                return performed

    async def _run_for_ever(self) -> None:
        while True:
            try:
                await self._run_once()
            except Exception as error:
                log.warning("phase_runner_failed", exc_info=not isinstance(error, DatabaseUnavailableError))
                await asyncio.sleep(RETRY_SECONDS)

    async def _run_once(self) -> None:
        self._woken.clear()
        # Until it is known how long to sleep, every new deadline may be the earliest.
        self._sleeps_until = float("inf")
        if await self.perform_due():
            return
        wake_at, now = await RoomRepository(DataAccess(self._lane.reads)).next_wake()
        seconds = MAX_SLEEP_SECONDS if wake_at is None else (wake_at - now).total_seconds()
        if seconds <= 0:
            await asyncio.sleep(HELD_SECONDS)
            return
        seconds = min(seconds, MAX_SLEEP_SECONDS)
        self._sleeps_until = to_ms(now) + seconds * 1000
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
