"""One call: a peer of this process from its offer to its end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from app.api.runtime import Runtime
from app.core import traces
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import AppError, BusinessLogicError, DatabaseUnavailableError, ExternalServiceError
from app.interview_session.background import Rooms
from app.interview_session.conversation.conversation import Conversation
from app.interview_session.events.event_feed import Reader
from app.interview_session.events.events import Event, EventType, read_frame
from app.interview_session.room.act import CONNECTED, DISCONNECTED, Act
from app.interview_session.room.phase_clock import ClockState
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.stored_phases import StoredPhases
from app.interview_session.room.typed_answers import AnswerService, understood
from app.interview_session.voice.calls.sdp import RemoteCandidates
from app.interview_session.voice.chronicle import Chronicle
from app.interview_session.voice.interviewer import Interviewer
from app.interview_session.voice.room_glossary import room_terms
from app.interview_session.voice.rtvi import rtvi_of
from app.interview_session.voice.services.media import PeerTransport
from app.interview_session.voice.services.providers import Providers
from app.repositories.access import DataAccess
from app.services.user_context import UserContext

if TYPE_CHECKING:
    from app.interview_session.voice.services.call_models import CallModels

log = structlog.get_logger(__name__)

LINE_CHECK_SECONDS = 1.0
SILENT_LINE_SECONDS = 5.0
"""A peer without a packet for so long is gone: even a muted microphone sends some."""

FOLLOW_RETRY_SECONDS = 0.5
CLOSE_SECONDS = 10.0
FEED_PATIENCE_SECONDS = 60.0
_GONE = {"closed", "failed", "disconnected"}


class Call:
    """A peer, and from the moment it is connected its interviewer.

    ``identity`` is what its offer showed of it (see ``sdp.peer_identity``), ``candidates`` where it may be reached.
    With ``opens_by_id`` its id is enough to add candidates. ``replace_others`` is called when it has taken the room
    over. ``patience_seconds`` is the candidate's wish for the room, from now on. ``owner`` is whom it is counted for,
    and ``login`` what the right to call rests on, if it is a user's room.
    """

    def __init__(
        self,
        runtime: Runtime,
        session: dict[str, Any],
        connection: SmallWebRTCConnection,
        *,
        owner: str,
        login: UserContext | None,
        identity: tuple[frozenset[str], str | None],
        candidates: RemoteCandidates,
        opens_by_id: bool,
        rooms: Rooms,
        providers: Providers,
        models: "CallModels",
        patience_seconds: float | None,
        replace_others: Callable[["Call"], None],
    ) -> None:
        self.id = uuid4()
        self.session_id: UUID = session["id"]
        self.room_id: str = session["room_id"]
        self.connection = connection
        self.owner = owner
        self.login = login
        self.identity = identity
        self.candidates = candidates
        self.opens_by_id = opens_by_id
        self.has_room = False
        self.renegotiating = asyncio.Lock()
        self._runtime = runtime
        self._rooms = rooms
        self._feed = rooms.feed
        self._understander = rooms.understander
        self._providers = providers
        self._models = models
        self._patience = patience_seconds
        self._replace_others = replace_others
        self._plan = session["plan"]
        self._chronicle = Chronicle(runtime.database, self.session_id, rooms.interviewer)
        self._connected = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = "ended"
        self._position = 0

    @property
    def is_ending(self) -> bool:
        """Tell whether it has been hung up: nothing can be changed in it any more."""
        return self._ended.is_set()

    @property
    def is_connected(self) -> bool:
        """Tell whether its peer has come."""
        return self._connected.is_set()

    async def run(self) -> None:
        """Wait for the peer, hold the interview, and clean up whatever happens."""
        attributes = {"interview_tracker.session_id": str(self.session_id), "interview_tracker.call_id": str(self.id)}
        with traces.span("voice call", attributes=attributes, is_root=True) as span:
            self._log("call_started")
            await self._run()
            span.set_attribute("interview_tracker.reason", self._reason)

    async def _run(self) -> None:
        self.connection.pc.on("connectionstatechange", self._look_at_connection)
        try:
            if await self._is_connected():
                self._chronicle.start()
                await self._enter_room()
                self._log("call_connected")
                await self._hold_interview()
        except (AppError, *DRIVER_ERRORS) as error:
            self._reason = type(error).__name__
        finally:
            self._ended.set()
            await self._clean_up()
            self._log("call_ended", reason=self._reason)

    def hang_up(self, reason: str) -> None:
        """Have the call end."""
        if not self._ended.is_set():
            self._reason = reason
            self._ended.set()

    def _log(self, event: str, **fields: str) -> None:
        log.info(event, session_id=str(self.session_id), call_id=str(self.id), **fields)

    async def _is_connected(self) -> bool:
        """Wait for the peer; tell whether it came."""
        arrival = asyncio.create_task(self._connected.wait(), name="arrival")
        refusal = asyncio.create_task(self._ended.wait(), name="refusal")
        try:
            seconds = self._runtime.settings.call_setup_seconds
            await asyncio.wait({arrival, refusal}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
            refusal.cancel()
        if not self._connected.is_set():
            self.hang_up("never_connected")
        return not self._ended.is_set()

    async def _look_at_connection(self) -> None:
        state = self.connection.pc.connectionState
        if state == "connected":
            self._connected.set()
        elif state in _GONE:
            self.hang_up("peer_left")

    async def _enter_room(self) -> None:
        """Take the room over, in the log as well, and start the clock if nobody has."""
        asked_for = self._patience

        def enter(act: Act) -> None:
            act.require_open()
            act.set_bot_status(CONNECTED, self.id)
            if asked_for is None:
                self._patience = act.session.patience_seconds
            else:
                act.session.patience_seconds = asked_for
            if act.clock.state is ClockState.READY:
                act.start()

        await self._chronicle.perform(enter)
        self.has_room = True
        self._replace_others(self)

    async def _hold_interview(self) -> None:
        settings = self._runtime.settings
        conversation = Conversation(self._plan, nudge_seconds=settings.voice_nudge_seconds)
        conversation.replay([event async for event in self._past()])
        services = self._providers.services(await self._terms())
        interviewer = Interviewer(
            PeerTransport(self.connection, services.sample_rate),
            self._models.detectors.new_detector(),
            services,
            conversation,
            self._chronicle,
            understander=self._understander,
            reply_writer=self._rooms.interviewer.replies,
            patience_seconds=self._patience or settings.voice_patience_seconds,
            smart_turns=self._models.smart_turns,
            client=rtvi_of(self._runtime.settings, self._take_text),
        )
        speaking = asyncio.create_task(interviewer.run(), name="interviewer")
        following = asyncio.create_task(self._follow_log(interviewer), name="call_log")
        watching = asyncio.create_task(self._watch_line(), name="call_line")
        ending = asyncio.create_task(self._ended.wait(), name="call_end")
        try:
            await asyncio.wait({speaking, ending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (following, watching, ending):
                task.cancel()
            await asyncio.gather(following, watching, ending, return_exceptions=True)
            if not speaking.done():
                await interviewer.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await speaking

    async def _terms(self) -> list[str]:
        """Return the words of the room that the ears should know; without a position those of the plan alone."""
        try:
            posting = await RoomRepository(DataAccess(self._runtime.database.reads)).posting_of(self.session_id)
        except (DatabaseUnavailableError, *DRIVER_ERRORS):
            posting = None
        return await asyncio.to_thread(room_terms, self._plan, posting)

    async def _take_text(self, text: str) -> None:
        """Note what the client sent as text, as every typed answer; the interviewer hears of it through the log."""
        database = self._runtime.database
        access = DataAccess(database.reads)
        session = await RoomRepository(access).find(self.room_id)
        if session is None or session["id"] != self.session_id:
            raise BusinessLogicError("The interview is over")
        understanding = await understood(self._rooms.understander, StoredPhases(access), session, text, None)
        async with database.bare_transaction() as transaction:
            rooms = RoomService(DataAccess(database.reads, transaction=transaction), self._rooms.interviewer)
            await AnswerService(rooms).answer(self.session_id, text, understanding)

    async def _past(self) -> AsyncIterator[Event]:
        """Yield the log up to now."""
        while rows := await self._feed.log.after(self.session_id, self._position):
            for row in rows:
                self._position = row["seq"]
                yield Event.from_log(row["type"], row["data"], row["seq"])

    async def _follow_log(self, interviewer: Interviewer) -> None:
        """Hand each new event to the interviewer, over any trouble with the database."""
        while True:
            try:
                reader = self._feed.open(
                    self.session_id, f"call:{self.id}", position=self._position, last_seq=self._position
                )
            except ExternalServiceError:
                self.hang_up("too_many_readers")
                return
            try:
                await self._read(reader, interviewer)
            except (DatabaseUnavailableError, *DRIVER_ERRORS) as error:
                log.warning("call_log_delayed", session_id=str(self.session_id), error=type(error).__name__)
            finally:
                self._feed.release(reader)
            await asyncio.sleep(FOLLOW_RETRY_SECONDS)

    async def _read(self, reader: Reader, interviewer: Interviewer) -> None:
        async for wire in reader.frames(FEED_PATIENCE_SECONDS):
            if wire is None:
                continue
            event = read_frame(wire)
            self._position = reader.position
            if event.type is EventType.BOT_CONNECTED and event.data.get("bot_id") != str(self.id):
                self.hang_up("replaced")
            elif event.type is EventType.BOT_DISCONNECTED:
                # Given up for lost by another replica, while this process stood still.
                self.hang_up("lost")
            else:
                await interviewer.take_in(event)

    async def _watch_line(self) -> None:
        """Notice a peer that is gone without a word; aiortc itself takes half a minute."""
        loop = asyncio.get_running_loop()
        packets, heard_at = -1, loop.time()
        while True:
            await asyncio.sleep(LINE_CHECK_SECONDS)
            if (now_packets := await self._packets_received()) != packets:
                packets, heard_at = now_packets, loop.time()
            elif loop.time() - heard_at >= SILENT_LINE_SECONDS:
                self.hang_up("line_lost")

    async def _packets_received(self) -> int:
        transport = self.connection.pc.getTransceivers()[0].receiver.transport
        report = transport._get_stats()  # noqa: SLF001 - its public way collects those of every track as well
        return sum(getattr(stats, "packetsReceived", 0) for stats in report.values())

    async def _clean_up(self) -> None:
        self.connection.pc.remove_listener("connectionstatechange", self._look_at_connection)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.connection.disconnect()
        await self._chronicle.stop()
        if self.has_room:
            await self._leave_room()

    async def _leave_room(self) -> None:
        """Note that the interviewer is gone, unless a newer call has the room. What fails here the lease mends."""
        with suppress(AppError, TimeoutError, *DRIVER_ERRORS):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._chronicle.perform(lambda act: act.set_bot_status(DISCONNECTED, self.id))
