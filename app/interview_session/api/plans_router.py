"""``/api/v1/mock-interviews``, their templates, and the practice of a real interview."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status

from app.api.dependencies import CreationDep, CurrentUser, NewHoldingsDep, reading, slow_creation, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.core.errors import ResourceNotFoundError
from app.interview_session.api.dependencies import get_rooms
from app.interview_session.conversation.meaning import MeaningUnavailableError
from app.interview_session.plans import template_catalogue
from app.interview_session.plans.mock_interviews import MockInterviewService
from app.interview_session.plans.nearest_trade import ranking_for
from app.interview_session.plans.plan_writer import PlanWriter, WrittenPlan
from app.interview_session.plans.practice_key import Author, practice_key
from app.interview_session.plans.trades import Ranking
from app.models import MockInterview
from app.schemas.mock_interview import (
    InterviewTemplate,
    MockInterviewCopy,
    MockInterviewCreate,
    MockInterviewListResponse,
    MockInterviewQuery,
    MockInterviewResponse,
    MockInterviewUpdate,
    PracticeQuery,
    TemplateListResponse,
    TemplateResponse,
)

TAG = "mock interviews"
template_router = APIRouter(prefix="/api/v1/mock-interviews/templates", tags=[TAG])
router = APIRouter(prefix="/api/v1", tags=[TAG], responses=ERRORS)
Reading = Annotated[MockInterviewService, Depends(reading(MockInterviewService))]
Writing = Annotated[MockInterviewService, Depends(writing(MockInterviewService))]


@template_router.get("", response_model=TemplateListResponse)
async def list_templates() -> dict[str, list[InterviewTemplate]]:
    """Return every plan that is ready to run; needs no token."""
    return {"templates": template_catalogue.all_templates()}


@template_router.get("/{slug}", response_model=TemplateResponse, responses={404: ERRORS[404]})
async def get_template(slug: str) -> InterviewTemplate:
    """Return one plan that is ready to run; needs no token."""
    template = template_catalogue.template(slug)
    if template is None:
        raise ResourceNotFoundError("Template", slug)
    return template


@router.post("/mock-interviews", status_code=status.HTTP_201_CREATED, response_model=MockInterviewResponse)
async def create_mock_interview(
    body: MockInterviewCreate,
    user: CurrentUser,
    creation: CreationDep,
    mock_interviews: Writing,
    holdings: NewHoldingsDep,
) -> Any:
    """Store a new mock interview."""
    mock_interview = await mock_interviews.create(user.user_id, body)
    await holdings.check_plans(user.user_id)
    return await creation.answered(MockInterviewResponse, mock_interview)


@router.get(
    "/mock-interviews", response_model=MockInterviewListResponse, openapi_extra=documented(MockInterviewQuery)
)
async def list_mock_interviews(
    user: CurrentUser,
    query: Annotated[MockInterviewQuery, Depends(query_parameters(MockInterviewQuery))],
    mock_interviews: Reading,
) -> dict[str, Any]:
    """Return one page of the user's mock interviews, newest first."""
    return await mock_interviews.list_page(user.user_id, query)


@router.get("/mock-interviews/{mock_interview_id}", response_model=MockInterviewResponse)
async def get_mock_interview(mock_interview_id: UUID, user: CurrentUser, mock_interviews: Reading) -> dict[str, Any]:
    """Return one mock interview."""
    return await mock_interviews.get(mock_interview_id, user.user_id)


@router.put("/mock-interviews/{mock_interview_id}", response_model=MockInterviewResponse)
async def update_mock_interview(
    mock_interview_id: UUID, body: MockInterviewUpdate, user: CurrentUser, mock_interviews: Writing
) -> MockInterview:
    """Change the fields that are sent; null clears an optional one, planner fields are replaced as a whole."""
    return await mock_interviews.update(mock_interview_id, user.user_id, body)


router.add_api_route(
    "/mock-interviews/{mock_interview_id}",
    update_mock_interview,
    methods=["PATCH"],
    response_model=MockInterviewResponse,
    name="patch_mock_interview",
)


@router.delete("/mock-interviews/{mock_interview_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_mock_interview(mock_interview_id: UUID, user: CurrentUser, mock_interviews: Writing) -> None:
    """Erase a mock interview."""
    await mock_interviews.delete(mock_interview_id, user.user_id)


@router.post(
    "/mock-interviews/{mock_interview_id}/copy",
    status_code=status.HTTP_201_CREATED,
    response_model=MockInterviewResponse,
)
async def copy_mock_interview(
    *,
    mock_interview_id: str,
    user: CurrentUser,
    creation: CreationDep,
    mock_interviews: Writing,
    holdings: NewHoldingsDep,
    body: MockInterviewCopy | None = None,
) -> Any:
    """Store a copy of a mock interview, or of the template with this slug, to be changed at will."""
    copy = await mock_interviews.copy(mock_interview_id, user.user_id, body.title if body else None)
    await holdings.check_plans(user.user_id)
    return await creation.answered(MockInterviewResponse, copy)


HowToPractise = Annotated[PracticeQuery, Depends(query_parameters(PracticeQuery))]


async def write_plan(
    request: Request, interview_id: UUID, user: CurrentUser, query: HowToPractise, mock_interviews: Reading
) -> AsyncIterator[WrittenPlan | None]:
    """Give the plan that this process' writer makes of an interview, if it has one and that succeeds.

    It is not asked for what there is already, nor by two requests at once. Whoever has waited for another request
    takes what that one got, even if it is from the templates: the writer has just failed.
    """
    writer: PlanWriter | None = request.app.state.plan_writer
    if writer is None:
        yield None
        return
    turn = nullcontext(enter_result=False) if query.fresh else writer.turn(interview_id)
    async with slow_creation(request, user), turn as has_waited:
        facts = await mock_interviews.practice_facts(interview_id, user.user_id)
        key = practice_key(facts, Author.MODEL)
        for known in (key, practice_key(facts, Author.TEMPLATE)) if has_waited else (key,):
            if not query.fresh and await mock_interviews.has_practice(interview_id, user.user_id, known):
                yield WrittenPlan(known)
                return
        plan = await writer.write(facts)
        yield WrittenPlan(key, plan) if plan else None


async def rank_trades(
    request: Request, interview_id: UUID, user: CurrentUser, mock_interviews: Reading
) -> Ranking | None:
    """Rank the trades by their nearness to the interview's posting; None where nothing here knows meanings."""
    facts = await mock_interviews.practice_facts(interview_id, user.user_id)
    try:
        return await ranking_for(facts, get_rooms(request).meaning.embed)
    except MeaningUnavailableError:
        return None


Written = Annotated[WrittenPlan | None, Depends(write_plan, scope="function")]


# The plan stands first, because the others begin the transaction; a connection must not wait for a language model.
@router.post(
    "/interviews/{interview_id}/practice",
    status_code=status.HTTP_201_CREATED,
    response_model=MockInterviewResponse,
    responses={200: {"model": MockInterviewResponse, "description": "The plan that was made before"}},
    openapi_extra=documented(PracticeQuery),
)
async def create_practice(
    *,
    interview_id: UUID,
    user: CurrentUser,
    written: Written,
    nearest: Annotated[Ranking | None, Depends(rank_trades)],
    query: HowToPractise,
    creation: CreationDep,
    mock_interviews: Writing,
    holdings: NewHoldingsDep,
    response: Response,
) -> Any:
    """Return the mock interview made for a real one, from its type, its length and its position.

    It is made at the first request, after a change of the interview, and whenever a fresh one is asked for.
    """
    plan, is_new = await mock_interviews.give_practice(
        interview_id, user.user_id, written, fresh=query.fresh, nearest=nearest
    )
    if is_new:
        await holdings.check_plans(user.user_id)
    else:
        response.status_code = status.HTTP_200_OK
    return await creation.answered(
        MockInterviewResponse, plan, status=response.status_code or status.HTTP_201_CREATED
    )
