"""Sessions with reports, and a judge that does what a test says."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from fastapi import FastAPI

from app.interview_session.language_model import TokensUsed
from app.interview_session.report.judge import JudgedQuestion, Judgement, may_be_judged
from app.interview_session.report.judge_answer import JudgedCriterion, unjudged
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.schemas import Quote, Verdict
from tests.support.rooms import Room, open_room, phases, reports_of
from tests.support.users import SignedIn
from tests.support.waiting import until

RUBRIC = ["Says what they did", "Names a result", "CI/CD is mentioned?"]
ANSWER = (
    "I led the move of our billing service to a new database last year. I wrote the plan, moved 40 tables in three "
    "weeks, and in the end nobody lost a single invoice."
)
QUOTE = "I led the move of our billing service"
JUDGE_NAME = "stub-judge"
TOKENS = TokensUsed(read=90, written=10)


def report_path(room: Room) -> str:
    """Return the path of the report of a room's session."""
    return f"/api/v1/sessions/{room.session_id}/report"


def rubric_phases(count: int = 1, rubric: Sequence[str] = RUBRIC) -> list[dict[str, Any]]:
    """Return planner fields of a minute with a rubric each."""
    return [phase | {"rubric": [*rubric]} for phase in phases(*[1] * count)]


async def ended_session(app: FastAPI, user: SignedIn, *answers: str, **plan: Any) -> Room:
    """Run a session in which each question gets one of the answers, and end it."""
    room = await open_room(app, user, **({"planner_fields": rubric_phases(max(1, len(answers)))} | plan))
    await room.act("timer/start")
    for number, text in enumerate(answers):
        if number:
            await room.act("timer/next")
        answered = await room.answer(text)
        assert answered.status_code == 200, answered.text
    await room.act("end")
    return room


async def make_due_reports(app: FastAPI) -> int:
    """Have an application make all reports that are due, and return how many attempts there were."""
    attempts = 0
    while tasks := await reports_of(app).begin_due():
        await asyncio.gather(*tasks)
        attempts += len(tasks)
    return attempts


async def report_of(room: Room, client: httpx.AsyncClient | None = None) -> dict[str, Any]:
    """Return the report of a room's session."""
    answer = await (client or room.client).get(report_path(room), headers=room.headers)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def until_reported(room: Room) -> dict[str, Any]:
    """Wait for an application that makes reports by itself, and return that of a room's session."""

    async def report() -> dict[str, Any] | None:
        made = await report_of(room)
        return None if made["status"] == "pending" else made

    found: dict[str, Any] = await until(report)
    return found


class FakeJudge:
    """Stands where a language model would be asked.

    ``asked`` are the sequences of each call. ``failures`` are the reasons for which the next calls fail, each for all
    of its questions; None lets one succeed. ``before`` is awaited in each call.
    """

    def __init__(self, verdict: Verdict = Verdict.SHOWN) -> None:
        self.asked: list[list[int]] = []
        self.failures: list[str | None] = []
        self.may_pass = True
        self.verdict = verdict
        self.quote = QUOTE
        self.before: Callable[[], Any] | None = None

    async def __call__(self, questions: Sequence[QuestionEvidence], *, seconds: float) -> Judgement:
        """Give the verdict on each criterion of what may be judged."""
        assert seconds > 0
        asked = [question for question in questions if may_be_judged(question)]
        if asked:
            self.asked.append([question.sequence for question in asked])
            if self.before:
                await self.before()
        failure = self.failures.pop(0) if asked and self.failures else None
        return Judgement(JUDGE_NAME, tuple(self._judged(question, failure) for question in asked))

    def _judged(self, question: QuestionEvidence, failure: str | None) -> JudgedQuestion:
        if failure:
            rest = unjudged(question.rubric)
            return JudgedQuestion(question.sequence, rest, used=TOKENS, failure=failure, may_pass=self.may_pass)
        evidence = (Quote(seq=question.entries[0].seq, quote=self.quote),)
        criteria = tuple(
            JudgedCriterion(criterion, self.verdict, evidence, "Say it first.") for criterion in question.rubric
        )
        return JudgedQuestion(question.sequence, criteria, used=TOKENS)
