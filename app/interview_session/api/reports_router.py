"""``/api/v1/sessions/{id}/report`` and what the candidate adds to it; practice of a single question again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status

from app.api.dependencies import CreationDep, CurrentUser, NewHoldingsDep, reading, runtime, writing
from app.api.openapi import ERRORS
from app.interview_session.report.own_verdicts import (
    DisputeRequest,
    SelfAssessmentRequest,
    SelfAssessmentResponse,
)
from app.interview_session.report.reports import ReportService
from app.interview_session.report.retry import RetryService
from app.interview_session.report.schemas import CriterionReport, Report
from app.schemas.mock_interview import Criterion, MockInterviewResponse

router = APIRouter(prefix="/api/v1/sessions/{session_id}", tags=["reports"], responses=ERRORS)
Reading = Annotated[ReportService, Depends(reading(ReportService))]
Writing = Annotated[ReportService, Depends(writing(ReportService))]
Retries = Annotated[RetryService, Depends(writing(RetryService))]
QuestionSequence = Annotated[int, Path(ge=1, le=50)]
CriterionText = Annotated[Criterion, Path(description="The rubric's text")]
# A criterion may have a slash in it ("CI/CD").
DISPUTE = "/report/criteria/{sequence}/{criterion:path}/dispute"


@router.get("/report", response_model=Report)
async def get_report(session_id: UUID, user: CurrentUser, reports: Reading) -> Report:
    """Return what was said, how, and what it shows; its status is `pending` while it is being made."""
    return await reports.get(session_id, user.user_id)


@router.post("/report", status_code=status.HTTP_202_ACCEPTED, response_model=Report)
async def make_report(request: Request, session_id: UUID, user: CurrentUser, reports: Writing) -> Report:
    """Have the report made anew; while it is being made already, nothing changes."""
    limits = runtime(request).limits if request.app.state.language_model else None
    return await reports.make_anew(session_id, user.user_id, limits)


@router.get("/self-assessment", response_model=SelfAssessmentResponse)
async def get_self_assessment(session_id: UUID, user: CurrentUser, reports: Reading) -> dict[str, Any]:
    """Return one's own verdicts, with the words that they rest on."""
    return await reports.self_assessment(session_id, user.user_id)


@router.put("/self-assessment", response_model=SelfAssessmentResponse)
async def put_self_assessment(
    session_id: UUID, body: SelfAssessmentRequest, user: CurrentUser, reports: Writing
) -> dict[str, Any]:
    """Store one's own verdicts in the place of those of before; the report shows them beside the model's."""
    return await reports.assess(session_id, user.user_id, body)


@router.put(DISPUTE, response_model=CriterionReport)
async def dispute_verdict(
    *,
    session_id: UUID,
    sequence: QuestionSequence,
    criterion: CriterionText,
    body: DisputeRequest,
    user: CurrentUser,
    reports: Writing,
) -> CriterionReport:
    """Say that a verdict is wrong: it stays to be seen, and counts in the score no more."""
    return await reports.dispute(session_id, user.user_id, sequence, criterion, body)


@router.delete(DISPUTE, status_code=status.HTTP_204_NO_CONTENT)
async def accept_verdict(
    session_id: UUID, sequence: QuestionSequence, criterion: CriterionText, user: CurrentUser, reports: Writing
) -> None:
    """Take it back that a verdict is wrong."""
    await reports.accept(session_id, user.user_id, sequence, criterion)


@router.post(
    "/questions/{sequence}/retry",
    status_code=status.HTTP_201_CREATED,
    response_model=MockInterviewResponse,
    responses={200: {"model": MockInterviewResponse, "description": "The plan that was made before"}},
)
async def retry_question(
    *,
    session_id: UUID,
    sequence: QuestionSequence,
    user: CurrentUser,
    creation: CreationDep,
    retries: Retries,
    holdings: NewHoldingsDep,
    response: Response,
) -> Any:
    """Return a plan of one question of a session; the report of its sessions shows both answers side by side.

    It is made at the first request, and given again after that.
    """
    plan, is_new = await retries.plan(session_id, sequence, user.user_id)
    if is_new:
        await holdings.check_plans(user.user_id)
    else:
        response.status_code = status.HTTP_200_OK
    return await creation.answered(
        MockInterviewResponse, plan, status=response.status_code or status.HTTP_201_CREATED
    )
