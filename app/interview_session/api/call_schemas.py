"""Bodies of a call's set-up."""

from typing import Annotated

from pydantic import AliasChoices, BaseModel, Field, StringConstraints

from app.interview_session.api.schemas import Patience, RoomId
from app.schemas.fields import NO_NUL, optional_text

MAX_SDP_CHARACTERS = 512 * 1024
"""Far above what is accepted, so that the answer names the field and not the body."""

MAX_TOKEN_CHARACTERS = 4096
PeerId = Annotated[str, optional_text(200)]


class RequestData(BaseModel):
    """What Pipecat's own client is told to send along: the room, and a token that opens it."""

    room_id: RoomId | None = None
    token: Annotated[str, optional_text(MAX_TOKEN_CHARACTERS)] | None = None


class OfferRequest(BaseModel):
    """A peer's offer, in the form of Pipecat's own client too.

    ``room_id`` may come within ``request_data`` or ``requestData``, or as a query parameter instead.
    """

    room_id: RoomId | None = None
    # Not trimmed: its last line ends with a line break.
    sdp: Annotated[str, StringConstraints(max_length=MAX_SDP_CHARACTERS, pattern=NO_NUL)]
    type: Annotated[str, optional_text(20)]
    pc_id: PeerId | None = None
    restart_pc: bool = False
    patience_seconds: Patience | None = None
    request_data: Annotated[
        RequestData | None, Field(validation_alias=AliasChoices("request_data", "requestData"))
    ] = None


class OfferResponse(BaseModel):
    """The answer; ``pc_id`` names the peer in further calls."""

    sdp: str
    type: str
    pc_id: str


class IceCandidate(BaseModel):
    """A candidate as a browser's ``RTCIceCandidate`` describes it, by either spelling of its fields."""

    candidate: Annotated[str, optional_text(1000)]
    sdp_mid: Annotated[
        Annotated[str, optional_text(100)] | None, Field(validation_alias=AliasChoices("sdp_mid", "sdpMid"))
    ] = None
    sdp_mline_index: Annotated[
        int | None, Field(ge=0, le=100, validation_alias=AliasChoices("sdp_mline_index", "sdpMLineIndex"))
    ] = None


class CandidatesRequest(BaseModel):
    """Candidates of a live peer."""

    pc_id: PeerId
    candidates: Annotated[list[IceCandidate], Field(max_length=64)]


class CandidatesResponse(BaseModel):
    """A sentence that says what was done."""

    success: bool = True
    message: str


class IceServer(BaseModel):
    """A server in the form of a browser's ``RTCIceServer``."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class IceServersResponse(BaseModel):
    """What to give an ``RTCPeerConnection`` as its ``iceServers``."""

    ice_servers: list[IceServer]
    interviewer_is_getting_ready: Annotated[
        bool | None, Field(description="Left out once calls are answered at once")
    ] = None
