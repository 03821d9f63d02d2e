"""Who may enter a room."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path, Request

from app.api.dependencies import Creation, Db, current_user, get_creation, runtime
from app.core.errors import AuthenticationError, NotAuthenticatedError
from app.interview_session.api.schemas import AnswerRequest, RoomId
from app.interview_session.background import Rooms
from app.interview_session.conversation.utterance import Understanding
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomNotFoundError, RoomService
from app.interview_session.room.typed_answers import AnswerService, understood
from app.repositories.access import DataAccess
from app.services.user_context import UserContext


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody in a room: its session as it was found, and by what right they are here.

    ``owner`` is whom their event streams are counted for: the user, or the session of a room without one.
    """

    session: dict[str, Any]
    owner: str
    user: UserContext | None

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
        NotAuthenticatedError: the room is a user's, and they show no token at all.
        AuthenticationError: the token that they show is not good.

    """
    session = await _room_repository(request).find(room_id)
    if session is None:
        raise RoomNotFoundError(room_id)
    if session["user_id"] is None:
        return Visit(session, str(session["id"]), None)
    owner = str(session["user_id"])
    elsewhere = [shown for shown in (request.query_params.get("token"), token) if shown]
    if in_header := _bearer_token(request):
        try:
            return Visit(session, owner, await _check_header(request, session, in_header))
        except (AuthenticationError, RoomNotFoundError):
            if not any(_opens(request, session, shown) for shown in elsewhere):
                raise
    elif not elsewhere:
        raise NotAuthenticatedError
    elif not any(_opens(request, session, shown) for shown in elsewhere[1:]):
        _check_room_token(request, session, elsewhere[0])
    return Visit(session, owner, None)


def shows_token(request: Request) -> bool:
    """Tell whether a request shows a token, good or bad, in its header or its address."""
    return bool(_bearer_token(request) or request.query_params.get("token"))


async def may_stay(request: Request, visit: Visit) -> bool:
    """Tell whether a visitor may still be in the room: it is there, and their login holds."""
    session = await _room_repository(request).find(visit.room_id)
    if session is None or session["id"] != visit.session_id:
        return False
    if visit.user is None:
        return True
    return await runtime(request).live_logins.is_live(visit.user.login_id, visit.user.user_id)


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


async def get_room_service(request: Request, db: Db) -> RoomService:
    """Give the acts of rooms on the request's transaction."""
    return RoomService(DataAccess(runtime(request).database.reads, db), get_rooms(request).interviewer)


async def understand_answer(request: Request, body: AnswerRequest, visit: "RoomVisit") -> Understanding:
    """Understand a typed answer before the request's transaction begins."""
    return await understood(get_rooms(request).understander, visit.session, body.text, body.phase_sequence)


async def get_answer_service(request: Request, db: Db) -> AnswerService:
    """Give the typed answers on the request's transaction."""
    return AnswerService(await get_room_service(request, db))


async def creation_of(request: Request, visit: Visit, db: Db) -> Creation:
    """Begin a request that puts something into a room; an ``Idempotency-Key`` counts where a user's token was sent.

    Raises what ``get_creation`` raises.
    """
    return await get_creation(request, visit.user, db) if visit.user else Creation(None)


async def creation_in_room_of_path(request: Request, visit: "RoomVisit", db: Db) -> Creation:
    """Begin a request that puts something into the room that the path names."""
    return await creation_of(request, visit, db)


async def _check_header(request: Request, session: dict[str, Any], token: str) -> UserContext | None:
    """Return the user whose access token opens the room, or None for its own token."""
    if "claims" not in request.scope.get("state", {}):
        _check_room_token(request, session, token)
        return None
    user = await current_user(request)
    if user.user_id != session["user_id"]:
        raise RoomNotFoundError(session["room_id"])
    return user


def _check_room_token(request: Request, session: dict[str, Any], token: str) -> None:
    if runtime(request).tokens.read_for_room(token) != session["id"]:
        raise RoomNotFoundError(session["room_id"])


def _opens(request: Request, session: dict[str, Any], token: str) -> bool:
    try:
        _check_room_token(request, session, token)
    except (AuthenticationError, RoomNotFoundError):
        return False
    return True


def _room_repository(request: Request) -> RoomRepository:
    return runtime(request).reader(RoomRepository)


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


RoomVisit = Annotated[Visit, Depends(enter_room_of_path)]
CreationInRoom = Annotated[Creation, Depends(creation_in_room_of_path)]
Guest = Annotated[UserContext | None, Depends(user_or_guest)]
Understood = Annotated[Understanding, Depends(understand_answer)]
Answers = Annotated[AnswerService, Depends(get_answer_service)]
Acts = Annotated[RoomService, Depends(get_room_service)]
RoomsDep = Annotated[Rooms, Depends(get_rooms)]
