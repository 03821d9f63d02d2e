"""One attempt at a session's report: what code finds, then a model's verdicts where there is one to ask."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from app.core.clock import utc_now
from app.interview_session.conversation.meaning import Meaning
from app.interview_session.events.event_log import EventLog
from app.interview_session.events.events import Event
from app.interview_session.report.code_report import make_code_report
from app.interview_session.report.job_repository import ReportJobRepository
from app.interview_session.report.judge import JudgedQuestion, Judgement, may_be_judged
from app.interview_session.report.judged_report import judged_report
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.schemas import Report, ReportStatus
from app.repositories.access import DataAccess

PAUSES_SECONDS = (2.0, 10.0)
"""Before the questions are asked again on which the model failed in a way that may pass."""

LEAST_JUDGING_SECONDS = 5.0
"""With less time than this left, a model is not asked."""

Obstacle = Callable[[], Awaitable[str | None]]
"""Tells why no model may be asked, in the form of an error's class; None if one may."""


class Judge(Protocol):
    """Gives the verdicts of a model within so many seconds, and never raises for what the model does."""

    def __call__(self, questions: Sequence[QuestionEvidence], *, seconds: float) -> Awaitable[Judgement]:
        """Return them; of questions that cannot be judged the model learns nothing."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report, the question that its session practised again (by session and sequence), and what went wrong.

    ``error`` is the class of the model's last failure, or what kept it from being asked.
    """

    report: Report
    earlier: tuple[UUID, int] | None = None
    error: str | None = None


class ReportMaker:
    """Makes reports from what the database has of their sessions, and stores none."""

    def __init__(self, access: DataAccess, meaning: Meaning) -> None:
        self._jobs = ReportJobRepository(access)
        self._log = EventLog(access)
        self._meaning = meaning

    async def make(
        self, session_id: UUID, judge: Judge | None, obstacle: Obstacle, *, judging_seconds: float
    ) -> MadeReport | None:
        """Return the report of a session; None if the session was erased meanwhile.

        The judge has ``judging_seconds``. Where there is something to judge, ``obstacle`` has the last word before.
        """
        ends_at = asyncio.get_running_loop().time() + judging_seconds
        material = await self._jobs.material(session_id)
        if material is None:
            return None
        plan, ended_at = material
        report, record = await make_code_report(
            session_id,
            plan,
            await self._events(session_id),
            ended_at=ended_at,
            created_at=utc_now(),
            meaning=self._meaning,
        )
        earlier = _practised_again(plan)
        questions = [answer.evidence for answer in record.answers]
        if judge is None or not any(map(may_be_judged, questions)):
            return MadeReport(report, earlier)
        if reason := await obstacle():
            return MadeReport(report.model_copy(update={"status": ReportStatus.FAILED}), earlier, reason)
        judgement = await _judged(questions, judge, ends_at)
        judged = judged_report(report, judgement.model, judgement.questions, judgement.tokens)
        return MadeReport(judged, earlier, next((question.failure for question in judgement.failed), None))

    async def _events(self, session_id: UUID) -> list[Event]:
        events: list[Event] = []
        while rows := await self._log.after(session_id, (events[-1].seq or 0) if events else 0):
            events += [Event.from_log(row["type"], row["data"], row["seq"]) for row in rows]
        return events


async def _judged(questions: Sequence[QuestionEvidence], judge: Judge, ends_at: float) -> Judgement:
    """Have questions judged, and those again on which the model failed in a way that may pass, while there is time.

    No question is asked again on which the model gave its verdicts: they are paid for.
    """
    loop = asyncio.get_running_loop()
    judgement = await judge(questions, seconds=max(0.0, ends_at - loop.time()))
    known = {question.sequence: question for question in judgement.questions}
    for pause in PAUSES_SECONDS:
        again = [question for question in questions if _may_pass(known.get(question.sequence))]
        if not again or ends_at - loop.time() < pause + LEAST_JUDGING_SECONDS:
            break
        await asyncio.sleep(pause)
        for question in (await judge(again, seconds=ends_at - loop.time())).questions:
            used = known[question.sequence].used + question.used
            known[question.sequence] = replace(question, used=used)
    return Judgement(judgement.model, tuple(known.values()))


def _may_pass(question: JudgedQuestion | None) -> bool:
    return question is not None and question.failure is not None and question.may_pass


def _practised_again(plan: Mapping[str, Any]) -> tuple[UUID, int] | None:
    """Return the session and the sequence of the question that a plan was made from."""
    origin = plan.get("retry_of")
    return (UUID(origin["session_id"]), origin["sequence"]) if origin else None
