"""Who may enter a room."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request

from app.api.admission import note_owner
from app.api.dependencies import Creation, Db, begin_creation, current_user, get_client_address, runtime
from app.api.runtime import Runtime
from app.core.errors import AppError, AuthenticationError, NotAuthenticatedError
from app.core.tokens import RoomClaims
from app.interview_session.api.cross_site import refuse_cross_site
from app.interview_session.api.schemas import AnswerRequest, RoomId
from app.interview_session.background import Rooms
from app.interview_session.conversation.utterance import Understanding
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomNotFoundError, RoomService
from app.interview_session.room.stored_phases import StoredPhase, StoredPhases
from app.interview_session.room.typed_answers import AnswerService, understood
from app.repositories.access import DataAccess
from app.services.user_context import UserContext


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody in a room: its session as it was found, and by what right they are here.

    ``owner`` is whom their streams and calls are counted for: the account (by id), or the address in a room that is
    nobody's. ``login`` is what their right rests on, whether they show its access token or a room token that it got;
    ``user`` is the same where it was an access token.
    """

    session: dict[str, Any]
    owner: str
    login: UserContext | None = None
    user: UserContext | None = None

    @property
    def session_id(self) -> UUID:
        """Return the id of the room's session."""
        session_id: UUID = self.session["id"]
        return session_id

    @property
    def room_id(self) -> str:
        """Return the room's name."""
        room_id: str = self.session["room_id"]
        return room_id


@dataclass(frozen=True, slots=True)
class Shown:
    """The good tokens in a request's header and address, and how a room is refused that none of them opens.

    ``refusal`` is None where somebody is told that there is no such room.
    """

    user: UserContext | None
    rooms: tuple[RoomClaims, ...]
    refusal: AppError | None


class RoomGuests:
    """Lets those in who show a good token of whatever room, and where nobody needs one everybody, up to the room.

    Whose room it is, and whether it is there at all, is looked at later. So a stranger is told the same of every
    room, before anything of a body is read. With ``may_open_by_body`` the token may be in the body yet.
    """

    decides_before_body = True
    admits_guests_of_rooms = True

    def __init__(self, *, may_open_by_body: bool = False) -> None:
        self._may_open_by_body = may_open_by_body

    async def __call__(self, request: Request) -> Shown:
        """Return what the request shows, and count it for its owner.

        Raises:
            NotAuthenticatedError: no token, where one is needed.
            AuthenticationError: none that is good, where one is needed.
            AuthorizationError: another site's page sends it.
            RateLimitError: too many requests of this owner.

        """
        state: dict[str, Any] = request.scope.setdefault("state", {})
        known: Shown | None = state.get("shown")
        if known is not None:
            return known
        state["shown"] = shown = await self._shown(request)
        if shown.user is None:
            if not shown.rooms:
                refuse_cross_site(request)
            owner = next((claims.user_id for claims in shown.rooms if claims.user_id), None)
            needs_token = not (self._may_open_by_body or runtime(request).settings.allow_anonymous_rooms)
            if owner is None and not shown.rooms and needs_token:
                raise shown.refusal or NotAuthenticatedError
            counted = owner or await address_owner(request)
            runtime(request).limits.count_request(counted)
            note_owner(request, counted)
        return shown

    async def _shown(self, request: Request) -> Shown:
        """Look at every token; the first that is bad says why, the header's before the address'."""
        user, rooms = None, []
        refusals: list[AppError | None] = []
        if in_header := _bearer_token(request):
            try:
                if "claims" in request.scope.get("state", {}):
                    user = await current_user(request)
                else:
                    rooms.append(await _room_claims(request, in_header))
                refusals.append(None)
            except AuthenticationError as error:
                refusals.append(error)
        if in_address := request.query_params.get("token"):
            try:
                rooms.append(await _room_claims(request, in_address))
                refusals.append(None)
            except AuthenticationError as error:
                refusals.append(error)
        return Shown(user, tuple(rooms), refusals[0] if refusals else NotAuthenticatedError())


room_guests = RoomGuests()
"""The admission of every route of a room."""

room_guests_by_body = RoomGuests(may_open_by_body=True)
"""That of the routes whose body may hold the token, as Pipecat's own client sends it."""


def get_rooms(request: Request) -> Rooms:
    """Return the rooms' part of this process."""
    rooms: Rooms = request.app.state.rooms
    return rooms


async def enter(request: Request, room_id: str, *, token: str | None = None) -> Visit:
    """Let somebody into a room.

    One good token is enough: what is in the header may be meant for a proxy, or for another account. ``token`` is one
    from the request's body, as good as that of the address.

    Raises:
        RoomNotFoundError: there is no such room, or it is not theirs.
        NotAuthenticatedError: they show no token at all, and need one.
        AuthenticationError: the token that they show is not good.

    """
    shown = await room_guests(request)
    session = await room_repository(request).find(room_id)
    if session is not None and session["user_id"] is None:
        return Visit(session, str(await address_owner(request)))
    rooms, refusal = shown.rooms, shown.refusal
    if token:
        try:
            rooms = (*rooms, await _room_claims(request, token))
            in_body = None
        except AuthenticationError as error:
            in_body = error
        refusal = refusal if shows_token(request) else in_body
    if session is not None:
        if shown.user and shown.user.user_id == session["user_id"]:
            return Visit(session, str(session["user_id"]), shown.user, shown.user)
        for claims in rooms:
            if claims.login_id and (claims.session_id, claims.user_id) == (session["id"], session["user_id"]):
                return Visit(session, str(session["user_id"]), UserContext(session["user_id"], claims.login_id))
    raise refusal or RoomNotFoundError(room_id)


async def plan_of(request: Request, visit: Visit) -> dict[str, Any]:
    """Return the whole plan of the session that somebody visits.

    Raises:
        RoomNotFoundError: it has just been erased.

    """
    plan = await room_repository(request).plan_of(visit.session_id)
    if plan is None:
        raise RoomNotFoundError(visit.room_id)
    return plan


async def address_owner(request: Request) -> str:
    """Return the owner that somebody without an account is counted as."""
    return f"address {await get_client_address(request)}"


def shows_token(request: Request) -> bool:
    """Tell whether a request shows a token, good or bad, in its header or its address."""
    return bool(_bearer_token(request) or request.query_params.get("token"))


async def may_stay(
    process: Runtime, room_id: str, session_id: UUID, login: UserContext | None, *, is_room_in_doubt: bool
) -> bool:
    """Tell whether a visitor may still be in the room: its session is there, if that is in doubt; their login holds.

    It is asked as long as they are there, so it takes what little it needs and not the request.
    """
    if is_room_in_doubt:
        session = await process.reader(RoomRepository).find(room_id)
        if session is None or session["id"] != session_id:
            return False
    return login is None or await process.live_logins.is_live(login.login_id, login.user_id)


async def enter_room_of_path(request: Request, room_id: Annotated[RoomId, Path()]) -> Visit:
    """Let somebody into the room that the path names."""
    return await enter(request, room_id)


async def user_or_guest(request: Request) -> UserContext | None:
    """Return the signed-in user, or None for nobody where rooms without a user are allowed.

    Raises:
        NotAuthenticatedError: no token, and no room without one.
        AuthenticationError: a bad one.

    """
    state: dict[str, Any] = request.scope.get("state", {})
    if "claims" in state:
        return await current_user(request)
    if "authentication_error" in state:
        raise AuthenticationError
    if not runtime(request).settings.allow_anonymous_rooms:
        raise NotAuthenticatedError
    return None


async def get_room_openings(request: Request, db: Db) -> RoomService:
    """Give the acts of rooms on the request's transaction, with the ORM, which new rooms are stored with."""
    return RoomService(DataAccess(runtime(request).database.reads, db), get_rooms(request).interviewer)


async def get_act_access(request: Request) -> AsyncIterator[DataAccess]:
    """Give the request's one transaction: without the ORM, unless an answer is to be remembered for its key."""
    database = runtime(request).database
    if "idempotency-key" in request.headers:
        async with database.transaction() as db:
            yield DataAccess(database.reads, db)
    else:
        async with database.bare_transaction() as transaction:
            yield DataAccess(database.reads, transaction=transaction)


ActAccess = Annotated[DataAccess, Depends(get_act_access, scope="function")]


async def get_room_service(request: Request, access: ActAccess) -> RoomService:
    """Give the acts of rooms on the request's transaction."""
    return RoomService(access, get_rooms(request).interviewer)


async def understand_answer(request: Request, body: AnswerRequest, visit: "RoomVisit") -> Understanding:
    """Understand a typed answer before the request's transaction begins."""
    understander, phases = get_rooms(request).understander, runtime(request).reader(StoredPhases)
    return await understood(understander, phases, visit.session, body.text, body.phase_sequence)


async def get_answer_service(request: Request, access: ActAccess) -> AnswerService:
    """Give the typed answers on the request's transaction."""
    return AnswerService(await get_room_service(request, access))


async def creation_of(request: Request, visit: Visit, access: ActAccess) -> Creation:
    """Begin a request that puts something into a room.

    An ``Idempotency-Key`` counts where the room is a user's. Under a room token it is the room's own: its holder can
    neither find nor use up those of the user.

    Raises what ``begin_creation`` raises.
    """
    if visit.login is None or "idempotency-key" not in request.headers:
        return Creation(None)
    return await begin_creation(request, visit.login, access.db, space="" if visit.user else str(visit.session_id))


async def creation_in_room_of_path(request: Request, visit: "RoomVisit", access: ActAccess) -> Creation:
    """Begin a request that puts something into the room that the path names."""
    return await creation_of(request, visit, access)


async def _room_claims(request: Request, token: str) -> RoomClaims:
    """Return what a good room token says.

    Raises:
        AuthenticationError: it is bad, or the login that got it has ended.

    """
    parts = runtime(request)
    claims = parts.tokens.read_for_room(token)
    if claims.login_id and claims.user_id and not await parts.live_logins.is_live(claims.login_id, claims.user_id):
        raise AuthenticationError
    return claims


def room_repository(request: Request) -> RoomRepository:
    """Return what reads rooms."""
    return runtime(request).reader(RoomRepository)


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def phase_outline(request: Request, visit: "RoomVisit") -> StoredPhase:
    """Read the outline of the phase that the room of the path is in."""
    return _found(await runtime(request).reader(StoredPhases).outline(*_place_of(visit)), visit)


async def phase_with_question(request: Request, visit: "RoomVisit") -> StoredPhase:
    """Read the outline of that phase with its question."""
    return _found(await runtime(request).reader(StoredPhases).with_question(*_place_of(visit)), visit)


async def whole_phase(request: Request, visit: "RoomVisit") -> StoredPhase:
    """Read all of that phase."""
    return _found(await runtime(request).reader(StoredPhases).whole(*_place_of(visit)), visit)


def _found(phase: StoredPhase | None, visit: Visit) -> StoredPhase:
    if phase is None:
        raise RoomNotFoundError(visit.room_id)
    return phase


def _place_of(visit: Visit) -> tuple[UUID, int]:
    return visit.session_id, visit.session["sequence"]


RoomVisit = Annotated[Visit, Depends(enter_room_of_path)]
CreationInRoom = Annotated[Creation, Depends(creation_in_room_of_path)]
PhaseOutline = Annotated[StoredPhase, Depends(phase_outline)]
PhaseWithQuestion = Annotated[StoredPhase, Depends(phase_with_question)]
Guest = Annotated[UserContext | None, Depends(user_or_guest)]
Understood = Annotated[Understanding, Depends(understand_answer)]
Answers = Annotated[AnswerService, Depends(get_answer_service)]
Openings = Annotated[RoomService, Depends(get_room_openings)]
Acts = Annotated[RoomService, Depends(get_room_service)]
RoomsDep = Annotated[Rooms, Depends(get_rooms)]
