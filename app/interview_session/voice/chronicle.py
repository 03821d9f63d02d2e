"""Puts what is said in a call into the room's log, sentence by sentence, without holding up the call.

What is not yet said to its end is shown to the room's listeners beside the log.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import structlog

from app.core.database import Database
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import AppError, DatabaseUnavailableError
from app.interview_session.events import events
from app.interview_session.events.events import Event, Service
from app.interview_session.events.interim_text import InterimText
from app.interview_session.room.act import Act
from app.interview_session.room.phase_clock import ClockState
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.written_interviewer import WrittenInterviewer
from app.interview_session.voice.interim_sender import InterimSender
from app.repositories.access import DataAccess

log = structlog.get_logger(__name__)

MAX_WAITING = 256
RETRY_SECONDS = 0.5
MAX_TRIES = 120
FLUSH_SECONDS = 5.0
Deed = Callable[[Act], None]


class Chronicle:
    """Writes in order, each entry in a transaction of its own; goes on trying while the database is away."""

    def __init__(self, database: Database, session_id: UUID, interviewer: WrittenInterviewer) -> None:
        self._database = database
        self._interviewer = interviewer
        self._session_id = session_id
        self._waiting: asyncio.Queue[Deed] = asyncio.Queue(MAX_WAITING)
        self._task: asyncio.Task[None] | None = None
        self._interim = InterimSender(database, session_id)

    def start(self) -> None:
        """Begin to write, in tasks that ``stop`` ends."""
        self._interim.start()
        self._task = asyncio.create_task(self._write_for_ever(), name="chronicle")

    async def stop(self) -> None:
        """Write what is waiting, if that is possible soon, and end."""
        await self._interim.stop()
        if self._task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self._waiting.join()
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    def note(self, event: Event) -> None:
        """Have something written that was said."""
        self.do_soon(lambda act: act.add(event))

    def show_interim(self, interim: InterimText) -> None:
        """Show what the candidate is saying to who listens; it may get lost."""
        self._interim.show(interim)

    def drop_interim(self) -> None:
        """Show nothing more of words of which the final text is there."""
        self._interim.drop()

    def note_failure(self, service: Service, *, is_replaced: bool) -> None:
        """Have trouble with a service written."""
        self.do_soon(
            lambda act: act.add(events.service_failed(act.session.room_id, service, is_replaced=is_replaced))
        )

    def note_slow_voice(self) -> None:
        """Have it written that the candidate waits for the voice."""
        self.do_soon(lambda act: act.add(events.voice_slow(act.session.room_id)))

    async def perform(self, deed: Deed) -> None:
        """Do something in the room, in a transaction of its own."""
        async with self._database.bare_transaction() as transaction:
            access = DataAccess(self._database.reads, transaction=transaction)
            await RoomService(access, self._interviewer).perform(self._session_id, deed)

    def do_soon(self, deed: Deed) -> None:
        """Do something in the room behind what is waiting to be written, unless the interview is over by then."""

        def do(act: Act) -> None:
            # The log ends with the interview; what is said after that is a goodbye.
            if act.clock.state is not ClockState.COMPLETED:
                deed(act)

        try:
            self._waiting.put_nowait(do)
        except asyncio.QueueFull:
            log.warning("sentence_lost", session_id=str(self._session_id))

    async def _write_for_ever(self) -> None:
        while True:
            deed = await self._waiting.get()
            try:
                await self._write(deed)
            except AppError as error:
                # The session has just been erased.
                log.info("sentence_refused", session_id=str(self._session_id), error=type(error).__name__)
            finally:
                self._waiting.task_done()

    async def _write(self, deed: Deed) -> None:
        for _ in range(MAX_TRIES):
            try:
                return await self.perform(deed)
            except (DatabaseUnavailableError, *DRIVER_ERRORS) as error:
                log.warning("sentence_delayed", session_id=str(self._session_id), error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
        log.error("sentence_lost", session_id=str(self._session_id))
        return None
