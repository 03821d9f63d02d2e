"""A call's set-up over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from app.api.dependencies import runtime
from app.api.openapi import ERRORS
from app.core.errors import ExternalServiceError, ResourceNotFoundError, ValidationError
from app.interview_session.api.call_schemas import (
    CandidatesRequest,
    CandidatesResponse,
    IceServersResponse,
    OfferRequest,
    OfferResponse,
    RequestData,
)
from app.interview_session.api.dependencies import (
    RoomVisit,
    enter,
    plan_of,
    room_guests,
    room_guests_by_body,
    shows_token,
)
from app.interview_session.api.schemas import RoomId
from app.interview_session.room.room_service import RoomNotFoundError
from app.interview_session.voice.calls.ice_servers import ice_servers
from app.interview_session.voice.gateway import ProcessVoice, Voice

router = APIRouter(prefix="/api", tags=["rooms"], responses=ERRORS)
by_body = [Depends(room_guests_by_body)]
RETRY_AFTER_SECONDS = 3600
GETTING_READY_SECONDS = 20.0
"""How long an offer waits for calls that a process that has just started is still loading."""
GETTING_READY_RETRY_SECONDS = 5
NO_ROOM = ""
"""A name that no room can have."""


async def get_calls(request: Request) -> Voice:
    """Return the calls of this process; not as a dependency, so that a wrong body is told first.

    Raises:
        ExternalServiceError: it takes none, or is still not ready for them.

    """
    voice: ProcessVoice = request.app.state.voice
    calls = await voice.ready(GETTING_READY_SECONDS)
    if calls is not None:
        return calls
    if voice.is_getting_ready:
        raise ExternalServiceError("voice", retry_after=GETTING_READY_RETRY_SECONDS, reason="getting_ready")
    raise ExternalServiceError("voice", retry_after=RETRY_AFTER_SECONDS)


@router.post("/offer", response_model=OfferResponse, dependencies=by_body)
async def offer_call(
    body: OfferRequest,
    request: Request,
    room_id: Annotated[RoomId | None, Query(description="Instead of the body's")] = None,
) -> dict[str, str]:
    """Call a room's interviewer. The newest connection to a room takes it over.

    With the ``pc_id`` of a live peer, and without ``restart_pc``, that peer is changed in place; the id of a peer
    that is gone, or that somebody else is, does not count. ``request_data`` is what Pipecat's own client sends along:
    its ``room_id`` stands in for the body's, and its ``token`` opens the room as ``?token=`` does.
    """
    attached = body.request_data or RequestData()
    room = body.room_id or attached.room_id or room_id
    if room is None:
        raise ValidationError({"room_id": "This field is required"})
    visit = await enter(request, room, token=attached.token)
    if request.app.state.voice.is_getting_ready:
        await get_calls(request)
        # The room may have changed meanwhile.
        visit = await enter(request, room, token=attached.token)
    calls = await get_calls(request)
    return await calls.offer(
        visit.session | {"plan": await plan_of(request, visit)},
        owner=visit.owner,
        login=visit.login,
        sdp=body.sdp,
        kind=body.type,
        pc_id=body.pc_id,
        restart=body.restart_pc,
        opens_by_id=bool(attached.token),
        patience_seconds=body.patience_seconds,
    )


@router.patch("/offer", response_model=CandidatesResponse, dependencies=by_body)
async def add_ice_candidates(body: CandidatesRequest, request: Request) -> dict[str, Any]:
    """Add ICE candidates that were found after the offer was made.

    A call takes 64 addresses in all. What is beyond that, and what this server must not send to, is passed over. No
    token is needed where the offer had its own in ``request_data``: ``pc_id`` is enough.
    """
    calls: Voice | None = request.app.state.voice.calls
    room = calls.room_of(body.pc_id) if calls else None
    if room is None or calls is None or not calls.opens_by_id(body.pc_id) or shows_token(request):
        await _enter_room_of_peer(request, room, body.pc_id)
    assert calls is not None
    await calls.add_candidates(body.pc_id, [candidate.model_dump() for candidate in body.candidates])
    return {"message": "Candidates noted"}


async def _enter_room_of_peer(request: Request, room: str | None, pc_id: str) -> None:
    """Let somebody into the room of a peer, and refuse them as if there were no room where there is no peer.

    Raises what ``enter`` raises; not to be there is the peer's, because a room's name is for those who may enter it.
    """
    try:
        await enter(request, room or NO_ROOM)
    except RoomNotFoundError:
        raise ResourceNotFoundError("Peer", pc_id) from None


@router.get(
    "/interview/{room_id}/ice-servers",
    response_model=IceServersResponse,
    response_model_exclude_none=True,
    dependencies=[Depends(room_guests)],
)
async def get_ice_servers(visit: RoomVisit, request: Request) -> dict[str, Any]:
    """Return the STUN and TURN servers for a peer of this room, with credentials that expire.

    ``interviewer_is_getting_ready`` is there for the first seconds of a server, and of the first room after a time
    without any: an offer is answered a little later.
    """
    request.app.state.voice.expect()
    return {
        "ice_servers": ice_servers(runtime(request).settings, visit.room_id),
        "interviewer_is_getting_ready": request.app.state.voice.is_getting_ready or None,
    }
