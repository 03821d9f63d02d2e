"""The calls of this process: offers, candidates, takeover, limits, and their signs of life."""

import asyncio
import gc
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from aiortc import RTCIceServer
from aiortc.sdp import candidate_from_sdp
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection

from app.api.runtime import Runtime
from app.core.budgets import Limit
from app.core.config import ConfigurationError, Settings
from app.core.database_errors import DRIVER_ERRORS
from app.core.errors import BusinessLogicError, DatabaseUnavailableError, ExternalServiceError, ValidationError
from app.core.loading import loading
from app.core.metrics import CALLS
from app.interview_session.background import Rooms
from app.interview_session.events.events import Service
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomService
from app.interview_session.voice.calls.call import Call
from app.interview_session.voice.calls.ice_servers import ice_servers
from app.interview_session.voice.calls.login_changes import LoginChanges
from app.interview_session.voice.calls.sdp import (
    MALFORMED,
    RemoteCandidates,
    SdpError,
    check_offer,
    peer_identity,
    without_forbidden_candidates,
)
from app.interview_session.voice.services.child_process import ChildError
from app.interview_session.voice.services.espeak_voice import DEFAULT_VOICE, Espeak
from app.interview_session.voice.services.hibari_voice import Hibari
from app.interview_session.voice.services.offline_ears import offline_ears
from app.interview_session.voice.services.providers import Providers
from app.interview_session.voice.services.shared_children import SharedChildren
from app.repositories.access import DataAccess
from app.services.user_context import UserContext

if TYPE_CHECKING:
    from app.interview_session.voice.services.call_models import CallModels

log = structlog.get_logger(__name__)

SIGN_OF_LIFE_SECONDS = 5.0
LEASE = timedelta(seconds=20)
"""A call without a sign of life for so long is taken for lost, with its process."""

LOST_AT_ONCE = 100
OFFER_SECONDS = 15.0
FULL_RETRY_SECONDS = 30
DRAINING_RETRY_SECONDS = 5
"""By then a load balancer should know another process, or this one takes no connection any more."""

NEVER_BY_ITSELF = 10**6
LOGIN_CHECK_SECONDS = 1.0
"""A look at the logins of all calls at least this often, in case the news of an end was lost."""

Answer = dict[str, str]


class Calls:
    """Every peer of this process, each in a task of its own.

    Args:
        runtime: the process's settings, database and gauges.
        rooms: the rooms' background work, for the interviewer.
        keyless: which of the keyless ears and the keyless voice can be used here.

    """

    def __init__(self, runtime: Runtime, rooms: Rooms, keyless: Collection[Service]) -> None:
        settings = runtime.settings
        self._runtime = runtime
        self._rooms = rooms
        ears = offline_ears(settings.offline_stt_processes) if Service.EARS in keyless else None
        voice = Hibari() if Service.VOICE in keyless else None
        self._children = SharedChildren([child for child in (ears, voice) if child], are_used=self._are_any)
        self._espeak = Espeak(settings.tts_voice or DEFAULT_VOICE) if settings.tts_provider == "espeak" else None
        self._providers = Providers(settings, ears, self._espeak or voice)
        self._models: asyncio.Task[CallModels] | None = None
        self._calls: dict[Call, asyncio.Task[None]] = {}
        self._being_answered: Counter[str] = Counter()
        self._is_open = True
        self._keeper: asyncio.Task[None] | None = None
        self._has_garbage = False
        self._logins = LoginChanges()
        self._login_watch: asyncio.Task[None] | None = None
        runtime.notifications.subscribe(self._logins)
        runtime.gauges.add(self._refresh_gauge)
        runtime.drain.under_way.append(self._count)

    async def start(self) -> None:
        """Start the ears and the voice, and make what the first call would wait for, but for its models."""
        try:
            await self._children.start()
        except ChildError as error:
            raise ConfigurationError(f"VOICE_ENABLED: {error}") from error
        if self._espeak:
            await self._espeak.start()
        await self._providers.start()
        self._providers.services()
        # A full collection over all that was just imported would halt every call for a third of a second.
        gc.collect()
        gc.freeze()
        self._keeper = asyncio.create_task(self._keep_for_ever(), name="calls_keeper")
        self._login_watch = asyncio.create_task(self._watch_logins_for_ever(), name="calls_logins")

    @property
    def are_ready(self) -> bool:
        """Tell whether nothing that a call would wait for has to be started."""
        return self._children.are_up

    def expect(self) -> None:
        """Have all that a call needs at hand soon: somebody has come to a room. Costs nothing where it is there."""
        self._children.expect()
        self._load_models()

    async def ready(self, patience_seconds: float) -> bool:
        """Wait for what a call needs, for so long at most; tell whether it is there."""
        return await self._children.ready(patience_seconds)

    async def load_models(self) -> "CallModels":
        """Return the models that run in this process, which are loaded when they are first asked for."""
        return await asyncio.shield(self._load_models())

    def _load_models(self) -> "asyncio.Task[CallModels]":
        # Not at the start: it takes 40 MB, and many a process never has a call.
        has_failed = self._models is not None and self._models.done() and self._models.exception() is not None
        if self._models is None or has_failed:
            self._models = asyncio.create_task(
                asyncio.to_thread(_load_models, self._runtime.settings), name="call_models"
            )
        return self._models

    async def stop(self) -> None:
        """Hang every call up and end what they shared."""
        self._is_open = False
        for call in self._calls:
            call.hang_up("shutdown")
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        for task in (self._keeper, self._login_watch):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        await self._providers.close()
        await self._children.stop()
        if self._espeak:
            await self._espeak.stop()
        if self._models is not None:
            await asyncio.gather(self._models, return_exceptions=True)
        gc.unfreeze()

    async def offer(
        self,
        session: dict[str, Any],
        *,
        owner: str,
        login: UserContext | None,
        sdp: str,
        kind: str,
        pc_id: str | None,
        restart: bool,
        opens_by_id: bool,
        patience_seconds: float | None,
    ) -> Answer:
        """Answer a peer's offer to call a room's session.

        An offer with the ``pc_id`` of a live call, from the same peer, changes that call in place; any other begins a
        new one, which takes the room over as soon as it is connected, and then sets its patience if it names one.
        A page that was loaded again may still send the id of the peer that it was: it is another one.

        ``owner`` is whom the call is counted for, and ``login`` what its right rests on: the call ends with it. A
        peer that is not connected yet gives its place up where another owner's would find none.

        Raises:
            BusinessLogicError: the session is over.
            ValidationError: the description cannot be worked with.
            RateLimitError: the owner has too many peers here.
            ExternalServiceError: there are too many peers here, or the process is about to end.

        """
        if session["ended_at"] is not None:
            raise BusinessLogicError("The interview is over")
        self._check(sdp, kind)
        live = self._find(pc_id) if pc_id and not restart else None
        if live and live.session_id == session["id"] and live.identity == peer_identity(sdp):
            # Two at once would each find the connection in the middle of the other's.
            async with live.renegotiating:
                if not live.is_ending:
                    offered = without_forbidden_candidates(sdp, live.candidates)
                    return await self._answer(live.connection, offered, kind, is_new=False)
        self._make_place(session["id"], owner)
        for call in [*self._calls]:
            if call.session_id == session["id"] and not call.has_room:
                # Two peers of one room at most: the one that is there, and the one that is coming.
                call.hang_up("replaced")
        offer = AdmittedOffer(session, owner, login, opens_by_id, patience_seconds)
        self._being_answered[owner] += 1
        try:
            return await self._begin(offer, sdp, kind)
        finally:
            self._being_answered[owner] -= 1
            if not self._being_answered[owner]:
                del self._being_answered[owner]

    def room_of(self, pc_id: str) -> str | None:
        """Return the room that a live peer is in."""
        call = self._find(pc_id)
        return call.room_id if call else None

    def opens_by_id(self, pc_id: str) -> bool:
        """Tell whether to know a live peer's id is enough to add candidates to it.

        It is where the offer carried its token in its body, as Pipecat's own client does: the requests that follow
        have none. The id holds 122 random bits, and only who made that offer was told it.
        """
        call = self._find(pc_id)
        return call is not None and call.opens_by_id

    async def add_candidates(self, pc_id: str, candidates: list[dict[str, Any]]) -> None:
        """Hand a peer's candidates on.

        Those that must not be sent to and those beyond the limit are dropped without a word, since an error would
        help nobody. So is the sign that no more follow, an empty candidate, without which a peer can still be reached
        that sends first.
        """
        call = self._find(pc_id)
        if call is None:
            return
        for index, described in enumerate(candidates):
            line = described["candidate"].removeprefix("a=")
            if not call.candidates.admit(line):
                continue
            try:
                candidate = candidate_from_sdp(line.removeprefix("candidate:"))
                candidate.sdpMid = described["sdp_mid"]
                candidate.sdpMLineIndex = described["sdp_mline_index"]
                await call.connection.add_ice_candidate(candidate)
            except (ValueError, AssertionError, IndexError, KeyError):
                raise ValidationError({f"candidates.{index}": "Must be an ICE candidate"}) from None

    def _make_place(self, session_id: UUID, owner: str) -> None:
        """See that there is a place for one more peer of an owner; one that will replace another takes none."""
        settings = self._runtime.settings
        others = [call for call in self._calls if call.session_id != session_id and not call.is_ending]
        replaces = len(others) < sum(not call.is_ending for call in self._calls)
        mine = sum(call.owner == owner for call in others) + self._being_answered[owner]
        if mine >= settings.max_voice_peers:
            raise Limit.VOICE_PEERS.exceeded(settings)
        if not self._is_open:
            raise ExternalServiceError("voice", retry_after=FULL_RETRY_SECONDS)
        if self._runtime.drain.active:
            raise ExternalServiceError("voice", retry_after=DRAINING_RETRY_SECONDS, reason="draining")
        if replaces or len(others) + self._being_answered.total() < settings.max_connections:
            return
        peers = Counter(call.owner for call in others)
        waiting = [call for call in others if not call.is_connected and call.owner != owner]
        if not waiting:
            raise ExternalServiceError("voice", retry_after=FULL_RETRY_SECONDS)
        # Of the owner with the most peers, the one that has had the longest to connect.
        max(waiting, key=lambda call: peers[call.owner]).hang_up("gave_place")

    def _find(self, pc_id: str) -> Call | None:
        return next((call for call in self._calls if call.connection.pc_id == pc_id and not call.is_ending), None)

    def _check(self, sdp: str, kind: str) -> None:
        if kind != "offer":
            raise ValidationError({"type": "Must be one of: offer"})
        try:
            check_offer(sdp)
        except SdpError as error:
            raise ValidationError({"sdp": str(error)}) from None

    async def _begin(self, offer: "AdmittedOffer", sdp: str, kind: str) -> Answer:
        candidates = RemoteCandidates(allow_private=self._runtime.settings.allow_private_ice_candidates)
        servers = [RTCIceServer(**server) for server in ice_servers(self._runtime.settings, offer.session["room_id"])]
        # Its own time limit would cancel itself half way through closing, and leak the sockets.
        connection = SmallWebRTCConnection(ice_servers=servers, connection_timeout_secs=NEVER_BY_ITSELF)
        offered = without_forbidden_candidates(sdp, candidates)
        self._rooms.expect_answers()
        models = await self.load_models()
        answer = await self._answer(connection, offered, kind, is_new=True)
        call = Call(
            self._runtime,
            offer.session,
            connection,
            owner=offer.owner,
            login=offer.login,
            identity=peer_identity(sdp),
            candidates=candidates,
            opens_by_id=offer.opens_by_id,
            rooms=self._rooms,
            providers=self._providers,
            models=models,
            patience_seconds=offer.patience_seconds,
            replace_others=self._replace_others,
        )
        task = asyncio.create_task(call.run(), name=f"call {call.id}")
        self._calls[call] = task
        task.add_done_callback(lambda done: self._forget(call, done))
        return answer

    async def _answer(self, connection: SmallWebRTCConnection, sdp: str, kind: str, *, is_new: bool) -> Answer:
        try:
            async with asyncio.timeout(OFFER_SECONDS):
                await (connection.initialize if is_new else connection.renegotiate)(sdp=sdp, type=kind)
            answer = connection.get_answer()
            if answer is None or "m=audio 0 " in answer["sdp"]:
                raise ValueError("no audio in common")
        except Exception as error:  # noqa: BLE001 - aiortc's parser raises whatever its lines run into
            if is_new:
                await connection.disconnect()
            log.info("offer_refused", error=type(error).__name__)
            raise ValidationError({"sdp": MALFORMED}) from None
        except asyncio.CancelledError:
            if is_new:
                await connection.disconnect()
            raise
        return {"sdp": answer["sdp"], "type": answer["type"], "pc_id": answer["pc_id"]}

    def _replace_others(self, newest: Call) -> None:
        for call in self._calls:
            if call is not newest and call.session_id == newest.session_id and call.has_room:
                call.hang_up("replaced")

    def _forget(self, call: Call, task: "asyncio.Task[None]") -> None:
        self._calls.pop(call, None)
        self._has_garbage = True
        if not task.cancelled() and (error := task.exception()):
            log.error("call_failed", session_id=str(call.session_id), exc_info=error)

    async def _keep_for_ever(self) -> None:
        while True:
            try:
                await self._renew()
                await self._release_lost()
            except (DatabaseUnavailableError, *DRIVER_ERRORS) as error:
                log.warning("calls_keeper_failed", error=type(error).__name__)
            self._free_ended_calls()
            self._children.look()
            await asyncio.sleep(SIGN_OF_LIFE_SECONDS)

    async def _watch_logins_for_ever(self) -> None:
        while True:
            await self._logins.next_change(LOGIN_CHECK_SECONDS)
            try:
                await self._end_with_logins()
            except (DatabaseUnavailableError, *DRIVER_ERRORS) as error:
                log.warning("calls_logins_unknown", error=type(error).__name__)
                await asyncio.sleep(LOGIN_CHECK_SECONDS)

    async def _end_with_logins(self) -> None:
        """Hang up the calls whose login has ended; what is remembered of live ones makes this cost nothing."""
        for call in [*self._calls]:
            login = call.login
            if login and not await self._runtime.live_logins.is_live(login.login_id, login.user_id):
                call.hang_up("login_ended")

    async def _renew(self) -> None:
        """Give the calls' signs of life; one whose room another call has, or that was erased, ends."""
        bots: dict[UUID, Call] = {call.session_id: call for call in self._calls if call.has_room}
        if not bots:
            return
        lane = self._runtime.database.reserved
        async with lane.bare_transaction() as transaction:
            repository = RoomRepository(DataAccess(lane.reads, transaction=transaction))
            held = await repository.keep_bots({session_id: call.id for session_id, call in bots.items()})
        for session_id, call in bots.items():
            if session_id not in held:
                call.hang_up("replaced")

    async def _release_lost(self) -> None:
        lane = self._runtime.database.reserved
        async with lane.bare_transaction() as transaction:
            rooms = RoomService(DataAccess(lane.reads, transaction=transaction), self._rooms.interviewer)
            lost = await rooms.release_lost_bots(LEASE, LOST_AT_ONCE)
        if lost:
            log.warning("calls_lost", count=lost)

    def _free_ended_calls(self) -> None:
        """Free what ended calls were made of, which is full of cycles.

        Python would wait until there is a quarter as much of it as of all that was imported: some sixty calls. What
        is looked through here are the live calls alone, because the rest is frozen.
        """
        if self._has_garbage:
            self._has_garbage = False
            gc.collect()

    def _are_any(self) -> bool:
        return self._count() > 0

    async def _refresh_gauge(self) -> None:
        CALLS.set(len(self._calls))

    def _count(self) -> int:
        return len(self._calls) + self._being_answered.total()


@dataclass(frozen=True, slots=True)
class AdmittedOffer:
    """An offer that has got its place: for which session, on whose account, and what it wishes."""

    session: dict[str, Any]
    owner: str
    login: UserContext | None
    opens_by_id: bool
    patience_seconds: float | None


async def open_calls(
    runtime: Runtime, rooms: Rooms, keyless: Collection[Service], *, loads_all: bool = False
) -> Calls:
    """Return the calls of a process, ready for the first; see ``Calls``.

    With ``loads_all`` that includes the models that would otherwise be loaded when a call is expected.
    """
    calls = await asyncio.to_thread(Calls, runtime, rooms, keyless)
    try:
        await calls.start()
        if loads_all:
            await calls.load_models()
    except BaseException:
        await calls.stop()
        raise
    return calls


def _load_models(settings: Settings) -> "CallModels":
    with loading():
        models: CallModels = import_module("app.interview_session.voice.services.call_models").CallModels(settings)
    return models
