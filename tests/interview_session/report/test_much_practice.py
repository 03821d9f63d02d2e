"""Figures of practice, of somebody who practises a lot."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI

from app.core.reads import Read
from app.interview_session.report import practice_repository
from app.interview_session.report.score import MIN_JUDGED
from app.models import Base, Interview, InterviewSession, SessionReport
from tests.conftest import MakeApp, client_of
from tests.support.reports import ANSWER, FakeJudge, ended_session, make_due_reports
from tests.support.rooms import execute, reports_of, runner_of
from tests.support.users import SignedIn

DAY_0 = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run an application whose reports wait for a test to make them, with a judge who finds everything shown."""
    async with make_app(writing_nudge_seconds=3600) as running:
        await runner_of(running).stop()
        reports_of(running).judge = FakeJudge()
        yield running


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


async def test_each_practice_is_followed_by_the_first_interview_that_took_place(app: FastAPI, user: SignedIn) -> None:
    position_id = await practised(app, user, days=(1, 4, 8, 12))
    outcomes = {2: "cancelled", 3: "passed", 5: "pending", 6: "passed", 9: "failed", 10: "failed", 12: "passed"}
    for day, outcome in outcomes.items():
        await user.interview(position_id, outcome=outcome, scheduled_date=(DAY_0 + timedelta(days=day)).isoformat())

    *_, high = (await user.get("/api/v1/statistics/practice")).json()["calibration"]

    # Those of days 3 and 9. The one of day 12 began no later than the practice of that day was over.
    assert (high["interviews"], high["passed"], high["failed"]) == (2, 1, 1)


async def test_the_work_grows_with_practice_and_interviews_and_not_with_their_product(
    app: FastAPI, user: SignedIn
) -> None:
    count = 200
    position_id = await practised(app, user, days=range(count))
    interview = await user.interview(position_id, outcome="passed", scheduled_date=DAY_0.isoformat())
    later = "scheduled_date + make_interval(days => number)"
    await copy(app, Interview, "id", interview["id"], range(1, count), id="gen_random_uuid()", scheduled_date=later)

    assert await rows_handled(app, user) < count * count


@pytest.mark.parametrize(
    "read",
    [
        practice_repository._SCORES,
        practice_repository._QUESTION_TYPES,
        practice_repository._CRITERIA,
        practice_repository._calibration(MIN_JUDGED),
    ],
    ids=("scores", "question types", "criteria", "calibration"),
)
async def test_no_document_is_dragged_along_for_each_of_its_criteria(
    app: FastAPI, user: SignedIn, read: Read
) -> None:
    plan = await explained(app, user, read, "VERBOSE")

    joins = [step for step in steps(plan) if step.get("Join Type") == "Left"]
    assert len(joins) >= 2, "own verdicts and disputes"
    documents = ("question.value", "question.criteria", "one.value", "report")
    assert not [column for step in joins for column in step["Output"] if column.endswith(documents)]


async def practised(app: FastAPI, user: SignedIn, days: Sequence[int]) -> str:
    """Practise for a new position, with ends so many days after the first one, and return the position's id."""
    position_id: str = (await user.position())["id"]
    room = await ended_session(app, user, ANSWER, position_id=position_id)
    await make_due_reports(app)
    ids = f"CAST(md5('{room.session_id}' || number) AS uuid)"
    end = f"CAST('{DAY_0.isoformat()}' AS timestamptz) + make_interval(days => number)"
    await copy(
        app, InterviewSession, "id", room.session_id, days, id=ids, room_id="room_id || '-' || number", ended_at=end
    )
    await copy(app, SessionReport, "session_id", room.session_id, days, session_id=ids)
    await execute(app, "DELETE FROM interview_sessions WHERE id = :id", id=room.session_id)
    return position_id


async def copy(app: FastAPI, model: type[Base], key: str, value: Any, numbers: Sequence[int], **changes: str) -> None:
    """Copy one row for each of some numbers, with these columns changed: SQL that may use the ``number``."""
    table = model.__table__
    columns = [column.name for column in table.columns if column.computed is None]
    values = ", ".join(changes.get(name, name) for name in columns)
    await execute(
        app,
        f"INSERT INTO {model.__tablename__} ({', '.join(columns)}) SELECT {values} "
        f"FROM {model.__tablename__}, unnest(CAST(:numbers AS integer[])) AS number "
        f"WHERE {key} = CAST(:value AS uuid)",
        numbers=[*numbers],
        value=str(value),
    )


async def rows_handled(app: FastAPI, user: SignedIn) -> int:
    """Return how many rows all steps of the statement gave or left out."""
    plan = await explained(app, user, practice_repository._calibration(MIN_JUDGED), "ANALYZE")
    return sum(
        step["Actual Loops"] * (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) for step in steps(plan)
    )


async def explained(app: FastAPI, user: SignedIn, read: Read, option: str) -> Mapping[str, Any]:
    """Return the plan of a statement."""
    sql = read.compiled.sql.replace("$1", "CAST(:user_id AS uuid)")
    [row] = await execute(app, f"EXPLAIN ({option}, FORMAT JSON) {sql}", user_id=user.id)
    plan = row["QUERY PLAN"]
    [whole] = orjson.loads(plan) if isinstance(plan, str) else plan
    found: Mapping[str, Any] = whole["Plan"]
    return found


def steps(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield a step of a plan with all below it."""
    yield plan
    for step in plan.get("Plans", ()):
        yield from steps(step)
