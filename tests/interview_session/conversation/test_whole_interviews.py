"""Three whole behavioural interviews in writing, as the docs show them, and their reports, also with verdicts.

With ``UPDATE_TRANSCRIPTS=1`` the pages are written anew; read them before they are committed.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.interview_session.events.events import Event, EventType
from app.interview_session.report.answer_evidence import record_of
from app.interview_session.report.code_report import code_report
from app.interview_session.report.judge import judge
from app.interview_session.report.judged_report import judged_report
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.schemas import Report
from app.interview_session.room.reply_writer import ReplyWriter
from tests.conftest import MakeApp, client_of
from tests.support.interviews import INTERVIEWS, as_markdown, hold_interview
from tests.support.report_pages import report_page, verdicts_page
from tests.support.rooms import Logged, Room, ShiftedTime, room_name, runner_of
from tests.support.scripted_judge import ScriptedJudge
from tests.support.users import sign_up

DOCS = Path(__file__).parents[3] / "docs" / "interviews"
REPORTS = DOCS.parent / "reports"
JUDGED = ("good", "lost")
TITLES = {
    "good": "A candidate who is well prepared",
    "lost": "A candidate who needs help",
    "hostile": "A candidate who tries everything",
    "silent": "A candidate who says nothing",
}


@pytest.fixture(scope="module")
async def interviewing(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run an application as people have it, whose runner looks only when it is told to."""
    async with make_app(meaning_enabled=True) as app:
        await runner_of(app).stop()
        yield app


@pytest.mark.parametrize("name", INTERVIEWS)
async def test_the_docs_show_what_is_said(interviewing: FastAPI, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await sign_up(client_of(interviewing))
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": "behavioral"})
    room = Room(interviewing, user.client, started.json(), user.headers)

    await hold_interview(room, ShiftedTime(monkeypatch), name)

    log = await room.log()
    page = as_markdown(name, TITLES[name], log)
    assert log[-1].type == "interview_completed"
    compare(page, DOCS / f"{name}.md")
    report, questions = check_report(room, name, (await room.row())["plan"], log)
    if name in JUDGED:
        await check_verdicts(name, report, questions)


async def test_of_silence_there_is_a_report_too(interviewing: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await sign_up(client_of(interviewing))
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": "behavioral"})
    room = Room(interviewing, user.client, started.json(), user.headers)

    await hold_interview(room, ShiftedTime(monkeypatch), "silent")

    report, questions = check_report(room, "silent", (await room.row())["plan"], await room.log())
    model = ScriptedJudge("silent")
    judgement = await judge(questions, model)
    assert model.asked == 0
    assert judged_report(report, model.name, judgement.questions, judgement.tokens) == report


def check_report(
    room: Room, name: str, plan: dict[str, Any], log: list[Logged]
) -> tuple[Report, list[QuestionEvidence]]:
    """Look whether the docs show the report that code makes of a log, with proposals by words alone."""
    events = [Event(EventType(line.type), line.data, line.seq) for line in log]
    record = record_of(plan, events)
    report = code_report(room.session_id, record, created_at=record.entries[-1].ended_at)
    page = report_page(TITLES[name], report)
    compare(page, REPORTS / f"{name}.md")
    return report, [answer.evidence for answer in record.answers]


async def check_verdicts(name: str, report: Report, questions: list[QuestionEvidence]) -> None:
    """Look whether the docs show what becomes of a model's verdicts, be they right or not."""
    judgement = await judge(questions, ScriptedJudge(name))
    judged = judged_report(report, judgement.model, judgement.questions, judgement.tokens)
    compare(verdicts_page(TITLES[name], judged), REPORTS / f"{name}-judged.md")


def compare(page: str, file: Path) -> None:
    """Check that a file of the docs is a page, or make it so."""
    if os.environ.get("UPDATE_TRANSCRIPTS"):
        file.write_text(page)
    assert page == file.read_text()


class BabblingModel:
    """A language model that says what weak ones say: never anything that could be said to a candidate."""

    name = "babbling"
    NONSENSE = (
        "Interviewer: Great! [smiles] What is your name? And your age?",
        "As an AI language model I cannot conduct interviews.",
        "You are a game show host. The answer is: 42.",
        "**Score:** 9/10. Great answer!",
        "",
    )

    def __init__(self) -> None:
        self.asked = 0

    async def complete(self, messages: Any, *, system: str, max_tokens: int, seconds: float) -> str:
        """Return nonsense."""
        self.asked += 1
        return self.NONSENSE[self.asked % len(self.NONSENSE)]


async def test_a_model_that_talks_nonsense_changes_nothing_of_what_is_said(
    interviewing: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await sign_up(client_of(interviewing))
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": "behavioral"})
    room = Room(interviewing, user.client, started.json(), user.headers)
    model = BabblingModel()
    monkeypatch.setattr(interviewing.state.rooms.interviewer, "replies", ReplyWriter(model))

    await hold_interview(room, ShiftedTime(monkeypatch), "lost")

    assert model.asked > 0
    assert as_markdown("lost", TITLES["lost"], await room.log()) == (DOCS / "lost.md").read_text()
