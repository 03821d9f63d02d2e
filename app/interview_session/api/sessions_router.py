"""``/api/v1/sessions``: what became of practice sessions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, status
from fastapi.responses import StreamingResponse

from app.api.dependencies import CurrentUser, reading, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.interview_session.api.schemas import SessionDetail, SessionListResponse, TranscriptResponse
from app.interview_session.api.transcript_parts import TranscriptFormat, transcript_parts
from app.interview_session.history.session_query import SessionQuery
from app.interview_session.history.sessions import SessionService

router = APIRouter(prefix="/api/v1/sessions", tags=["sessions"], responses=ERRORS)
Reading = Annotated[SessionService, Depends(reading(SessionService))]
Writing = Annotated[SessionService, Depends(writing(SessionService))]


@router.get("", response_model=SessionListResponse, openapi_extra=documented(SessionQuery))
async def list_sessions(
    user: CurrentUser, query: Annotated[SessionQuery, Depends(query_parameters(SessionQuery))], sessions: Reading
) -> dict[str, Any]:
    """Return one page of the user's practice sessions, or of those for one position, newest first."""
    return await sessions.list_page(user.user_id, query)


@router.get("/{session_id}", response_model=SessionDetail)
async def get_session(session_id: UUID, user: CurrentUser, sessions: Reading) -> dict[str, Any]:
    """Return one practice session with its plan."""
    return await sessions.get(session_id, user.user_id)


@router.get(
    "/{session_id}/transcript",
    response_model=TranscriptResponse,
    responses={200: {"content": {"text/plain": {}, "text/vtt": {}}}},
)
async def get_transcript(
    session_id: UUID,
    user: CurrentUser,
    sessions: Reading,
    format: TranscriptFormat = "json",  # noqa: A002
) -> Any:
    """Return what was said: as JSON, as readable text, or as captions timed from the session's beginning."""
    session, batches = await sessions.transcript(session_id, user.user_id)
    parts, media_type = transcript_parts(format, batches, session["started_at"])
    return StreamingResponse(parts, media_type=media_type)


@router.delete("/{session_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_session(session_id: UUID, user: CurrentUser, sessions: Writing) -> None:
    """Erase a practice session with everything that was said in it."""
    await sessions.delete(session_id, user.user_id)
