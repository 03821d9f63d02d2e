"""``/api/v1/statistics/practice``: practice in figures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.interview_session.report.practice import PracticeResponse, PracticeService

router = APIRouter(prefix="/api/v1/statistics", tags=["statistics"], responses=ERRORS)


@router.get("/practice", response_model=PracticeResponse)
async def get_practice(
    user: CurrentUser, practice: Annotated[PracticeService, Depends(reading(PracticeService))]
) -> dict[str, Any]:
    """Return how much was practised, what it showed over time, and how real interviews ended after it."""
    return await practice.figures(user.user_id)
