"""What practice looks like in figures."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.interview_session.report.practice_repository import PracticeRepository
from app.interview_session.report.schemas import Score, Verdict
from app.interview_session.report.score import MIN_JUDGED, score_of
from app.models.enums import InterviewOutcome
from app.repositories.access import DataAccess
from app.schemas.statistics import Rate
from app.services.statistics import percent

BANDS = ((0.0, 50.0), (50.0, 75.0), (75.0, 100.0))
"""Scores from the first number on, up to below the second; 100 belongs to the last."""

LEAST_INTERVIEWS = 5
"""Of fewer no rate is told: one more or less would change it by a fifth and more."""


class SessionScore(BaseModel):
    """The scores of one session, by the model's verdicts and by one's own; null under three of them."""

    session_id: UUID
    ended_at: datetime
    score: Score | None
    self_score: Score | None


class SessionShare(BaseModel):
    """What one session showed."""

    session_id: UUID
    ended_at: datetime
    judged: int
    shown: int
    share_shown: Rate


class QuestionTypeFigures(BaseModel):
    """How much of what was judged for a type of question was shown, in all and session by session, oldest first."""

    question_type: str
    judged: int
    shown: int
    share_shown: Rate
    sessions: list[SessionShare]


class SessionVerdict(BaseModel):
    """The verdict on a criterion in one session."""

    session_id: UUID
    ended_at: datetime
    verdict: Verdict


class CriterionFigures(BaseModel):
    """How often a criterion was shown, and each verdict on it, oldest first."""

    question_type: str
    criterion: str
    judged: int
    shown: int
    share_shown: Rate
    verdicts: list[SessionVerdict]


class UnpractisedQuestion(BaseModel):
    """A question of one of the user's plans to which no session has an answer."""

    mock_interview_id: UUID
    title: str
    sequence: int
    question_id: str
    question_type: str
    question: str


class CalibrationBand(BaseModel):
    """How the next real interviews ended after practices whose score was in this band."""

    score_from: Score
    score_to: Score
    interviews: int
    passed: int
    failed: int
    pass_rate: Annotated[Rate | None, Field(description="Null under 5 interviews")]
    missing: Annotated[int, Field(description="Interviews that are missing for a rate")]


class PracticeResponse(BaseModel):
    """The practice of a user in figures; those over time are of the newest hundred sessions with a report."""

    sessions: int
    minutes: float
    words: int
    scores: list[SessionScore]
    question_types: list[QuestionTypeFigures]
    criteria: list[CriterionFigures]
    never_practised: list[UnpractisedQuestion]
    never_practised_total: int
    calibration: list[CalibrationBand]


class PracticeService:
    """The practice of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._practice = PracticeRepository(access, least_judged=MIN_JUDGED)

    async def figures(self, user_id: UUID) -> dict[str, Any]:
        """Return the figures in the form of ``PracticeResponse``."""
        totals = await self._practice.totals(user_id)
        never_practised = await self._practice.never_practised(user_id)
        return {
            "sessions": totals["sessions"],
            "minutes": round(totals["run_ms"] / 60_000, 1),
            "words": totals["words"],
            "scores": [_scores(session) for session in await self._practice.scores(user_id)],
            "question_types": [
                _with_share(one) | {"sessions": [*map(_with_share, one["sessions"])]}
                for one in await self._practice.question_types(user_id)
            ],
            "criteria": [*map(_with_share, await self._practice.criteria(user_id))],
            "never_practised": never_practised,
            "never_practised_total": never_practised[0]["total"] if never_practised else 0,
            "calibration": calibration(await self._practice.calibration(user_id)),
        }


def calibration(outcomes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each band of practice scores with how the interviews after them ended.

    ``outcomes`` have a ``score``, an ``outcome`` and how many ``interviews`` had both.
    """
    counted = [*outcomes]
    return [_band(low, high, counted) for low, high in BANDS]


def _band(low: float, high: float, outcomes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    ended = dict.fromkeys((InterviewOutcome.PASSED, InterviewOutcome.FAILED), 0)
    for one in outcomes:
        if low <= one["score"] < high or one["score"] == high == BANDS[-1][1]:
            ended[InterviewOutcome(one["outcome"])] += one["interviews"]
    passed, interviews = ended[InterviewOutcome.PASSED], sum(ended.values())
    return {
        "score_from": low,
        "score_to": high,
        "interviews": interviews,
        "passed": passed,
        "failed": interviews - passed,
        "pass_rate": percent(passed, interviews) if interviews >= LEAST_INTERVIEWS else None,
        "missing": max(0, LEAST_INTERVIEWS - interviews),
    }


def _scores(session: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "session_id": session["session_id"],
        "ended_at": session["ended_at"],
        "score": score_of(map(Verdict, session["verdicts"])),
        "self_score": score_of(map(Verdict, session["self_verdicts"])),
    }


def _with_share(figures: Mapping[str, Any]) -> dict[str, Any]:
    return dict(figures) | {"share_shown": percent(figures["shown"], figures["judged"])}
