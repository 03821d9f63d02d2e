"""What a user can do with the reports of their sessions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.clock import utc_now
from app.core.errors import BusinessLogicError, ResourceNotFoundError, ValidationError
from app.interview_session.events.events import Speaker
from app.interview_session.plans.plan import complete_field
from app.interview_session.report.job_repository import ReportJobRepository
from app.interview_session.report.own_verdicts import (
    DisputeRequest,
    SelfAssessmentRequest,
    StoredDispute,
    with_additions,
)
from app.interview_session.report.report_repository import ReportRepository, StoredReport
from app.interview_session.report.schemas import (
    CriterionReport,
    Dispute,
    EarlierAnswer,
    QuestionReport,
    Report,
    ReportStatus,
)
from app.repositories.access import DataAccess
from app.services.rate_limits import RateLimits


class ReportService:
    """The reports of one user at a time; another's sessions are answered as if they did not exist."""

    def __init__(self, access: DataAccess) -> None:
        self._reports = ReportRepository(access)
        self._jobs = ReportJobRepository(access)

    async def get(self, session_id: UUID, user_id: UUID) -> Report:
        """Return the report of a session with what the candidate has added, or that it is pending.

        Raises:
            ResourceNotFoundError: the session has not ended, or is no session of the user's.

        """
        stored = await self._stored(session_id, user_id)
        report = _shown(session_id, stored)
        if stored.earlier is None or stored.is_pending:
            return report
        earlier = await self._earlier(*stored.earlier, user_id)
        return _beside(report, earlier) if earlier else report

    async def make_anew(self, session_id: UUID, user_id: UUID, limits: RateLimits | None) -> Report:
        """Have the report of a session made anew, unless that is under way; return that it is pending.

        ``limits`` are those of a model that judges it; None if there is none.

        Raises:
            ResourceNotFoundError: the session has not ended, or is no session of the user's.
            RateLimitError: the user has had too many reports judged.

        """
        session = await self._reports.session(session_id, user_id)
        if session is None or session.ended_at is None:
            raise ResourceNotFoundError("Report", session_id)
        if limits and not await self._jobs.is_pending(session_id):
            await limits.check_judged_reports(user_id)
        await self._jobs.request(session_id, user_id)
        return Report(session_id=session_id, status=ReportStatus.PENDING, created_at=utc_now())

    async def self_assessment(self, session_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return the candidate's own verdicts on a session, be there none.

        Raises:
            ResourceNotFoundError: the session is none of the user's.

        """
        assessment = await self._reports.self_assessment(session_id, user_id)
        if assessment is not None:
            return assessment
        if await self._reports.session(session_id, user_id) is None:
            raise ResourceNotFoundError("Session", session_id)
        return {"criteria": [], "note": None, "updated_at": None}

    async def assess(self, session_id: UUID, user_id: UUID, body: SelfAssessmentRequest) -> dict[str, Any]:
        """Store the candidate's own verdicts on a session in the place of those of before.

        Raises:
            ResourceNotFoundError: the session is none of the user's.
            BusinessLogicError: it has not ended.
            ValidationError: the plan has no such criterion, or the candidate did not say so.

        """
        session = await self._reports.session(session_id, user_id)
        if session is None:
            raise ResourceNotFoundError("Session", session_id)
        if session.ended_at is None:
            raise BusinessLogicError("The interview is not over")
        _check_criteria(body, session.plan)
        await self._check_evidence(body, session_id, user_id)
        now, criteria = utc_now(), [one.model_dump(mode="json") for one in body.criteria]
        await self._reports.put_self_assessment(session_id, user_id, criteria, body.note, now)
        return {"criteria": criteria, "note": body.note, "updated_at": now}

    async def dispute(
        self, session_id: UUID, user_id: UUID, sequence: int, criterion: str, body: DisputeRequest
    ) -> CriterionReport:
        """Note that a verdict is wrong, and return its criterion as the report now shows it.

        Raises:
            ResourceNotFoundError: there is no such report, or no such criterion in it.
            BusinessLogicError: there is no verdict on it, or not yet.

        """
        stored = await self._stored(session_id, user_id)
        if stored.is_pending:
            raise BusinessLogicError("The report is being made")
        report = _shown(session_id, stored)
        found = _criterion(report, sequence, criterion)
        if found.verdict is None:
            raise BusinessLogicError("There is no verdict on this criterion")
        dispute = StoredDispute(sequence=sequence, criterion=criterion, verdict=found.verdict, note=body.note)
        await self._reports.put_dispute(session_id, user_id, dispute, report.model, utc_now())
        return found.model_copy(update={"disputed": Dispute(note=body.note)})

    async def accept(self, session_id: UUID, user_id: UUID, sequence: int, criterion: str) -> None:
        """Forget that a verdict is wrong, if somebody has said so.

        Raises:
            ResourceNotFoundError: there is no such report, or no such criterion in it.

        """
        if not await self._reports.delete_dispute(session_id, user_id, sequence, criterion):
            stored = await self._stored(session_id, user_id)
            if not stored.is_pending:
                _criterion(_shown(session_id, stored), sequence, criterion)

    async def _stored(self, session_id: UUID, user_id: UUID) -> StoredReport:
        stored = await self._reports.get(session_id, user_id)
        if stored is None:
            raise ResourceNotFoundError("Report", session_id)
        return stored

    async def _earlier(self, session_id: UUID, sequence: int, user_id: UUID) -> tuple[UUID, QuestionReport] | None:
        """Return the answer that a question was practised again for, as long as its session is kept."""
        stored = await self._reports.get(session_id, user_id)
        if stored is None or stored.report is None:
            return None
        report = with_additions(stored.report, stored.added)
        question = next((question for question in report.questions if question.sequence == sequence), None)
        return (session_id, question) if question else None

    async def _check_evidence(self, body: SelfAssessmentRequest, session_id: UUID, user_id: UUID) -> None:
        """Refuse what is not the candidate's own words, letter by letter."""
        seqs = {quote.seq for one in body.criteria for quote in one.evidence}
        said = await self._reports.said(session_id, user_id, seqs) if seqs else {}
        wrong = {
            f"criteria.{number}.evidence.{place}.quote": "Must be the candidate's words in this entry"
            for number, one in enumerate(body.criteria)
            for place, quote in enumerate(one.evidence)
            if not _is_said(quote.quote, said.get(quote.seq))
        }
        if wrong:
            raise ValidationError(wrong)


def _shown(session_id: UUID, stored: StoredReport) -> Report:
    """Return what is to be seen of a report now, but for the answer that it stands beside."""
    if stored.is_pending or stored.report is None:
        status = ReportStatus.PENDING if stored.is_pending else ReportStatus.FAILED
        return Report(session_id=session_id, status=status, created_at=stored.requested_at, note=stored.added.note)
    return with_additions(stored.report, stored.added)


def _beside(report: Report, earlier: tuple[UUID, QuestionReport]) -> Report:
    """Return a report that shows an earlier answer beside the one to the same question."""
    session_id, old = earlier
    answer = EarlierAnswer(session_id=session_id, sequence=old.sequence, entries=old.entries, criteria=old.criteria)
    questions = [
        question.model_copy(update={"earlier": answer}) if question.question_id == old.question_id else question
        for question in report.questions
    ]
    return report.model_copy(update={"questions": questions})


def _criterion(report: Report, sequence: int, criterion: str) -> CriterionReport:
    for question in report.questions:
        for one in question.criteria:
            if (question.sequence, one.criterion) == (sequence, criterion):
                return one
    raise ResourceNotFoundError("Criterion", criterion)


def _check_criteria(body: SelfAssessmentRequest, plan: Mapping[str, Any]) -> None:
    """Refuse verdicts on what is not in the plan's rubrics, and two on the same."""
    rubrics = [complete_field(field)["rubric"] for field in plan["planner_fields"]]
    seen: set[tuple[int, str]] = set()
    wrong: dict[str, str] = {}
    for number, one in enumerate(body.criteria):
        if one.sequence > len(rubrics):
            wrong[f"criteria.{number}.sequence"] = f"Must be a sequence of the plan (1 to {len(rubrics)})"
        elif one.criterion not in rubrics[one.sequence - 1]:
            wrong[f"criteria.{number}.criterion"] = "Must be a criterion of this question"
        elif (one.sequence, one.criterion) in seen:
            wrong[f"criteria.{number}.criterion"] = "Must not be named twice"
        seen.add((one.sequence, one.criterion))
    if wrong:
        raise ValidationError(wrong)


def _is_said(quote: str, entry: Mapping[str, Any] | None) -> bool:
    return entry is not None and entry["speaker"] == Speaker.CANDIDATE and quote in entry["text"]
