"""``/api/v1/interviews`` and a position's interviews."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response, status

from app.api.dependencies import CreationDep, CurrentUser, NewHoldingsDep, reading, writing
from app.api.long_lists import Lists
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.models import Interview
from app.schemas.interview import (
    InterviewCreate,
    InterviewListResponse,
    InterviewQuery,
    InterviewResponse,
    InterviewUpdate,
    NotesUpdate,
    OutcomeUpdate,
    PositionInterviewsResponse,
    ScheduleUpdate,
)
from app.services.interviews import InterviewService

router = APIRouter(prefix="/api/v1", tags=["interviews"], responses=ERRORS)
Reading = Annotated[InterviewService, Depends(reading(InterviewService))]
Writing = Annotated[InterviewService, Depends(writing(InterviewService))]


@router.get("/interviews/{interview_id}", response_model=InterviewResponse)
async def get_interview(interview_id: UUID, user: CurrentUser, interviews: Reading) -> dict[str, Any]:
    """Return one interview."""
    return await interviews.get(interview_id, user.user_id)


@router.get("/interviews", response_model=InterviewListResponse, openapi_extra=documented(InterviewQuery))
async def list_interviews(
    user: CurrentUser,
    query: Annotated[InterviewQuery, Depends(query_parameters(InterviewQuery))],
    interviews: Reading,
    lists: Lists,
) -> Response:
    """Return one page of all the user's interviews, by scheduled time."""
    return lists.interviews(await interviews.list_page(user.user_id, query))


@router.post(
    "/positions/{position_id}/interviews", status_code=status.HTTP_201_CREATED, response_model=InterviewResponse
)
async def create_interview(
    *,
    position_id: UUID,
    body: InterviewCreate,
    user: CurrentUser,
    creation: CreationDep,
    interviews: Writing,
    holdings: NewHoldingsDep,
) -> Any:
    """Store a new interview of a position."""
    interview = await interviews.create(position_id, user.user_id, body)
    await holdings.check_position(position_id)
    return await creation.answered(InterviewResponse, interview)


@router.get("/positions/{position_id}/interviews", response_model=PositionInterviewsResponse)
async def list_position_interviews(
    position_id: UUID, user: CurrentUser, interviews: Reading, lists: Lists
) -> Response:
    """Return all interviews of a position, by scheduled time."""
    return await lists.interviews_of_position(*await interviews.list_of_position(position_id, user.user_id))


@router.put("/interviews/{interview_id}", response_model=InterviewResponse)
async def update_interview(
    interview_id: UUID, body: InterviewUpdate, user: CurrentUser, interviews: Writing, holdings: NewHoldingsDep
) -> Interview:
    """Change the fields that are sent; null clears an optional one."""
    interview = await interviews.update(interview_id, user.user_id, body.model_dump(exclude_unset=True))
    if isinstance(body.notes, str):
        await holdings.check_position(interview.position_id)
    return interview


router.add_api_route(
    "/interviews/{interview_id}",
    update_interview,
    methods=["PATCH"],
    response_model=InterviewResponse,
    name="patch_interview",
)


@router.put("/interviews/{interview_id}/schedule", response_model=InterviewResponse)
async def update_interview_schedule(
    interview_id: UUID, body: ScheduleUpdate, user: CurrentUser, interviews: Writing
) -> Interview:
    """Change only the scheduled time."""
    return await interviews.update(interview_id, user.user_id, body.model_dump())


@router.put("/interviews/{interview_id}/notes", response_model=InterviewResponse)
async def update_interview_notes(
    interview_id: UUID, body: NotesUpdate, user: CurrentUser, interviews: Writing, holdings: NewHoldingsDep
) -> Interview:
    """Change only the notes; null clears them."""
    interview = await interviews.update(interview_id, user.user_id, body.model_dump())
    if isinstance(body.notes, str):
        await holdings.check_position(interview.position_id)
    return interview


@router.put("/interviews/{interview_id}/outcome", response_model=InterviewResponse)
async def update_interview_outcome(
    interview_id: UUID, body: OutcomeUpdate, user: CurrentUser, interviews: Writing
) -> Interview:
    """Change only the outcome; ``failed`` rejects the position."""
    return await interviews.update(interview_id, user.user_id, body.model_dump())


@router.delete("/interviews/{interview_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_interview(interview_id: UUID, user: CurrentUser, interviews: Writing) -> None:
    """Erase an interview."""
    await interviews.delete(interview_id, user.user_id)
