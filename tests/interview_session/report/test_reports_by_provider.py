"""A report by a configured provider, from the end of the session to what is stored, whatever goes wrong on the way.

The provider is a server that speaks OpenAI's protocol; how each of the others fails is in ``test_judge.py``.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.interview_session import model_answers
from app.interview_session.report import report_maker, report_runner
from app.interview_session.report.judge import Judgement
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.report_runner import BUDGET_USED_UP, GIVE_UP_SECONDS, GIVEN_UP, STORING_SECONDS
from app.interview_session.room.reply_writer import ReplyWriter
from app.repositories.rate_limit_storage import PostgresStorage
from app.services.rate_limits import RateLimits
from tests.api.test_rate_limits import assert_limited
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.completion_stub import READ_TOKENS, WRITTEN_TOKENS, CompletionStub
from tests.support.evidence import criterion, verdicts
from tests.support.interviews import SILENCE, script
from tests.support.reports import (
    RUBRIC,
    ended_session,
    make_due_reports,
    report_of,
    report_path,
    until_reported,
)
from tests.support.rooms import Room, execute, interviewer_of, reports_of, runner_of
from tests.support.stubs.schema_rules import has_schema
from tests.support.users import PASSWORD, SignedIn, sign_up
from tests.support.waiting import until

TOKENS = READ_TOKENS + WRITTEN_TOKENS
MODEL = "stub-model"
ANSWER = (
    "Last year I led the move of our “billing service”, to a new database. I wrote the plan, moved 40 tables in "
    "three weeks, and in the end nobody lost a single invoice."
)
OWN_WORDS = "I wrote the plan"
SECRET = "grandmother"


@pytest.fixture(scope="module")
async def database_url(new_database: NewDatabase) -> str:
    return await new_database()


@asynccontextmanager
async def configured(make_app: MakeApp, database_url: str, provider_url: str) -> AsyncIterator[FastAPI]:
    """Run an application with the provider, whose reports wait for a test to have them made."""
    async with make_app(
        database_url=database_url,
        llm_provider="openai",
        llm_api_key="k",
        llm_model=MODEL,
        llm_base_url=f"{provider_url}/v1",
    ) as app:
        # The stub is asked for verdicts alone.
        interviewer_of(app).replies = ReplyWriter(None)
        await runner_of(app).stop()
        yield app


@pytest.fixture(scope="module")
async def app(make_app: MakeApp, database_url: str, served: tuple[CompletionStub, str]) -> AsyncIterator[FastAPI]:
    async with configured(make_app, database_url, served[1]) as running:
        yield running


@pytest.fixture(scope="module")
async def replica(make_app: MakeApp, database_url: str, served: tuple[CompletionStub, str]) -> AsyncIterator[FastAPI]:
    async with configured(make_app, database_url, served[1]) as running:
        yield running


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


@pytest.fixture
async def stub(
    served: tuple[CompletionStub, str], app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[CompletionStub]:
    """Give the provider as it begins each test: with nothing due, and no pauses but those that a test means."""
    monkeypatch.setattr(report_maker, "PAUSES_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(report_runner, "BACK_OFF_SECONDS", 0.0)
    monkeypatch.setattr(model_answers, "RETRY_SECONDS", 0.0)
    await execute(app, "DELETE FROM report_jobs")
    stub = served[0]
    stub.reset()
    stub.answer = verdicts(*(criterion(number, "shown", (1, OWN_WORDS)) for number in (1, 2, 3)))
    yield stub
    stub.go_on.set()


async def last_error_of(room: Room) -> str | None:
    [job] = await execute(room.app, "SELECT last_error FROM report_jobs WHERE session_id = :id", id=room.session_id)
    error: str | None = job["last_error"]
    return error


async def assert_failed(room: Room, error: str, *, tokens: int | None) -> None:
    """Check that a report has failed with a class of error and all that code found."""
    report = await report_of(room)
    assert (report["status"], report["made_by"], report["score"]) == ("failed", "code", None)
    assert report["tokens"] == tokens
    [question] = report["questions"]
    assert (question["status"], question["signs"]["numbers"]["count"]) == ("not_judged", 2)
    assert [one["criterion"] for one in question["criteria"]] == RUBRIC
    assert {one["verdict"] for one in question["criteria"]} == {None}
    assert await last_error_of(room) == error
    assert (await room.log())[-1].data["status"] == "failed"


def dying_before_it_stores(monkeypatch: pytest.MonkeyPatch, app: FastAPI) -> asyncio.Event:
    """Have an application stop where it would store a report, and return what tells that it came so far."""
    came_so_far = asyncio.Event()

    async def stand_still(*_arguments: Any) -> None:
        came_so_far.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(reports_of(app), "_store_patiently", stand_still)
    return came_so_far


async def kill_while_it_stores(monkeypatch: pytest.MonkeyPatch, app: FastAPI) -> None:
    """Have an application make a report and die before it is stored; its lease is over."""
    with monkeypatch.context() as patched:
        came_so_far = dying_before_it_stores(patched, app)
        [task] = await reports_of(app).begin_due()
        await came_so_far.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await execute(app, "UPDATE report_jobs SET due_at = now()")


class TestAnswers:
    async def test_a_session_that_ends_is_judged_and_its_price_is_shown(
        self, app: FastAPI, user: SignedIn, stub: CompletionStub
    ) -> None:
        room = await ended_session(app, user, ANSWER, "No.", ANSWER)

        await make_due_reports(app)

        report = await report_of(room)
        assert (report["status"], report["made_by"], report["model"]) == ("ready", "model", MODEL)
        assert (len(stub.asked), report["tokens"], report["score"]) == (2, 2 * TOKENS, 100)
        assert all(has_schema(asked) for asked in stub.asked)
        assert [question["status"] for question in report["questions"]] == [
            "judged",
            "insufficient_evidence",
            "judged",
        ]

    @pytest.mark.parametrize(
        ("criteria", "expected"),
        [
            pytest.param(
                [criterion(number, "shown", (1, OWN_WORDS)) for number in (1, 2, 3, 4, 99)]
                + [criterion("Is tall", "shown", (1, OWN_WORDS))],
                ["shown"] * 3,
                id="more than there are",
            ),
            pytest.param([criterion(2, "not_shown")], [None, "not_shown", None], id="fewer than there are"),
            pytest.param([], [None] * 3, id="none"),
            pytest.param(
                [criterion(1, "shown", (1, OWN_WORDS)), criterion(1, "not_shown")], [None] * 3, id="contradictions"
            ),
            pytest.param([criterion(1, "brilliant", (1, OWN_WORDS))], [None] * 3, id="a verdict of its own"),
            pytest.param([criterion(1, "shown", (1, "I saved the world"))], [None] * 3, id="words nobody said"),
        ],
    )
    async def test_only_what_the_rubric_asks_and_the_transcript_bears_out_is_stored(
        self,
        *,
        app: FastAPI,
        user: SignedIn,
        stub: CompletionStub,
        criteria: list[object],
        expected: list[str | None],
    ) -> None:
        stub.answer = verdicts(*criteria)
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        report = await report_of(room)
        assert (report["status"], len(stub.asked)) == ("ready", 1)
        shown = report["questions"][0]["criteria"]
        assert [one["criterion"] for one in shown] == RUBRIC
        assert [one["verdict"] for one in shown] == expected

    @pytest.mark.parametrize(
        ("quote", "expected"),
        [
            ('our "billing service", to', "our “billing service”, to"),
            ("our 'billing service',  to\na  new", "our “billing service”, to a new"),
            ("„I wrote the plan, moved 40 tables…“", "I wrote the plan, moved 40 tables"),
        ],
    )
    async def test_a_quote_in_other_marks_and_spaces_is_shown_as_it_was_said(
        self, *, app: FastAPI, user: SignedIn, stub: CompletionStub, quote: str, expected: str
    ) -> None:
        stub.answer = verdicts(criterion(1, "shown", (12_345, quote)))
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        [question] = (await report_of(room))["questions"]
        assert question["criteria"][0]["evidence"] == [{"seq": question["entries"][0], "quote": expected}]

    async def test_three_hundred_answers_are_one_call(
        self, app: FastAPI, user: SignedIn, stub: CompletionStub
    ) -> None:
        room = await ended_session(app, user, ANSWER)
        first = next(line for line in await room.log() if line.type == "transcript" and line.data["text"] == ANSWER)
        said = [words for _, words in script("good") if words != SILENCE]
        await answer_more(room, first.seq or 0, [f"{said[n % len(said)]} So much for part {n}." for n in range(299)])
        stub.answer = verdicts(criterion(1, "shown", (1, "So much for part 298")))

        await make_due_reports(app)

        [asked] = stub.asked
        assert len(json.loads(asked["messages"][1]["content"].split("\n")[1])["entries"]) == 300
        [question] = (await report_of(room))["questions"]
        assert len(question["entries"]) == 300
        assert question["criteria"][0]["evidence"] == [
            {"seq": question["entries"][-1], "quote": "So much for part 298"}
        ]


class TestFailures:
    async def test_one_that_hangs_is_given_up_in_time(
        self, app: FastAPI, user: SignedIn, stub: CompletionStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        judge = reports_of(app).judge
        assert judge
        given = []

        async def judge_for_a_moment(questions: Sequence[QuestionEvidence], *, seconds: float) -> Judgement:
            given.append(seconds)
            return await judge(questions, seconds=0.3)

        monkeypatch.setattr(reports_of(app), "judge", judge_for_a_moment)
        stub.go_on.clear()
        room = await ended_session(app, user, ANSWER)

        [task] = await reports_of(app).begin_due()
        await until(lambda: stub.asked)
        assert (await report_of(room))["status"] == "pending"
        await task

        assert len(stub.asked) == len(given) == 1
        assert 0 < given[0] < GIVE_UP_SECONDS - STORING_SECONDS
        await assert_failed(room, "timeout", tokens=0)

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (f"{SECRET}!", "ValidationError"),
            (json.dumps({"criteria": SECRET}), "ValidationError"),
            ("[" * 10_000, "ValidationError"),
            (f"<think>{SECRET}</think>", "empty"),
        ],
    )
    async def test_garbage_is_paid_twice_at_most_and_its_words_are_nowhere(
        self,
        *,
        app: FastAPI,
        user: SignedIn,
        stub: CompletionStub,
        answer: str,
        error: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        stub.answer = answer
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        assert len(stub.asked) == 2
        await assert_failed(room, error, tokens=2 * TOKENS)
        assert SECRET not in "".join(capsys.readouterr())

    @pytest.mark.parametrize(("raw", "error"), [("null", "malformed"), ("<html>", "JSONDecodeError")])
    async def test_a_body_that_is_none_is_a_failure(
        self, *, app: FastAPI, user: SignedIn, stub: CompletionStub, raw: str, error: str
    ) -> None:
        stub.raw = raw
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        await assert_failed(room, error, tokens=0)

    @pytest.mark.parametrize(
        ("status", "error", "times"),
        [(401, "AuthenticationError", 1), (429, "RateLimitError", 6), (500, "InternalServerError", 6)],
    )
    async def test_a_status_that_may_pass_is_tried_again_and_another_is_not(
        self, *, app: FastAPI, user: SignedIn, stub: CompletionStub, status: int, error: str, times: int
    ) -> None:
        stub.status = status
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        assert len(stub.asked) == times
        await assert_failed(room, error, tokens=0)

    async def test_one_that_comes_back_in_time_judges_all_the_same(
        self, app: FastAPI, user: SignedIn, stub: CompletionStub
    ) -> None:
        stub.statuses = [503, 503, 503]
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        report = await report_of(room)
        assert (report["status"], report["tokens"], len(stub.asked)) == ("ready", TOKENS, 4)


class TestBudget:
    @pytest.fixture(autouse=True)
    def _two_a_day(
        self, app: FastAPI, make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runtime = app.state.runtime
        settings = make_settings(rate_limit_enabled=True, rate_limit_judged_reports_per_user="2/day")
        limits = RateLimits(settings, PostgresStorage(runtime.database))
        monkeypatch.setattr(runtime, "limits", limits)
        monkeypatch.setattr(reports_of(app), "_limits", limits)

    async def test_a_report_made_anew_again_and_again_is_refused(
        self, app: FastAPI, user: SignedIn, stub: CompletionStub
    ) -> None:
        room = await ended_session(app, user, ANSWER)
        await make_due_reports(app)
        for _ in range(3):
            assert (await user.post(report_path(room))).status_code == 202
        await make_due_reports(app)

        assert_limited(await user.post(report_path(room)), at_most=24 * 3600, limit="judged_reports")

        assert await make_due_reports(app) == 0
        assert len(stub.asked) == 2
        assert (await report_of(room))["score"] == 100

    async def test_a_session_more_has_a_report_that_costs_nothing(
        self, app: FastAPI, user: SignedIn, other_user: SignedIn, stub: CompletionStub
    ) -> None:
        rooms = [await ended_session(app, user, *answers) for answers in ([], [ANSWER], [ANSWER])]
        await make_due_reports(app)
        one_more = await ended_session(app, user, ANSWER)
        silent = await ended_session(app, user)
        of_another = await ended_session(app, other_user, ANSWER)

        await make_due_reports(app)

        assert [(await report_of(room))["made_by"] for room in rooms] == ["code", "model", "model"]
        assert len(stub.asked) == 3
        await assert_failed(one_more, BUDGET_USED_UP, tokens=None)
        assert (await report_of(silent))["status"] == "insufficient_evidence"
        assert (await report_of(of_another))["made_by"] == "model"

    async def test_without_a_model_it_may_be_made_as_often_as_one_likes(self, make_app: MakeApp) -> None:
        limits = {"rate_limit_enabled": True, "rate_limit_judged_reports_per_user": "1/day"}
        async with make_app(**limits) as app, client_of(app) as client:
            room = await ended_session(app, user := await sign_up(client), ANSWER)
            for _ in range(3):
                assert await make_due_reports(app) == 1
                assert (await report_of(room))["status"] == "ready"
                assert (await user.post(report_path(room))).status_code == 202


class TestReplicas:
    async def test_two_have_each_question_judged_once(
        self, app: FastAPI, replica: FastAPI, user: SignedIn, stub: CompletionStub
    ) -> None:
        stub.go_on.clear()
        rooms = [await ended_session(app, user, ANSWER) for _ in range(3)]
        for one in (app, replica):
            reports_of(one).start(one.state.language_model)
        try:
            await until(lambda: len(stub.asked) == 3)
            stub.go_on.set()
            made = [await until_reported(room) for room in rooms]
        finally:
            for one in (app, replica):
                await reports_of(one).stop()

        assert [report["score"] for report in made] == [100] * 3
        assert len(stub.asked) == 3
        assert [(await room.log_types()).count("report_ready") for room in rooms] == [1] * 3

    async def test_a_kill_between_the_verdicts_and_their_storing_costs_one_more_bill(
        self,
        *,
        app: FastAPI,
        replica: FastAPI,
        user: SignedIn,
        stub: CompletionStub,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        room = await ended_session(app, user, ANSWER)
        await kill_while_it_stores(monkeypatch, app)
        assert (await report_of(room))["status"] == "pending"

        assert await make_due_reports(replica) == 1

        assert len(stub.asked) == 2
        report = await report_of(room)
        assert (report["status"], report["made_by"], report["score"]) == ("ready", "model", 100)

    async def test_and_a_second_kill_none(
        self,
        *,
        app: FastAPI,
        replica: FastAPI,
        user: SignedIn,
        stub: CompletionStub,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        room = await ended_session(app, user, ANSWER)
        for _ in range(2):
            await kill_while_it_stores(monkeypatch, app)

        assert await make_due_reports(replica) == 1

        assert len(stub.asked) == 2
        await assert_failed(room, GIVEN_UP, tokens=None)


class TestErasing:
    @pytest.mark.parametrize("what", ["session", "account"])
    @pytest.mark.parametrize("is_answered", [True, False])
    async def test_what_is_erased_while_it_is_judged_leaves_nothing(
        self, *, app: FastAPI, user: SignedIn, stub: CompletionStub, what: str, is_answered: bool
    ) -> None:
        stub.go_on.clear()
        room = await ended_session(app, user, ANSWER)
        [task] = await reports_of(app).begin_due()
        await until(lambda: stub.asked)

        if what == "session":
            erased = await user.delete(f"/api/v1/sessions/{room.session_id}")
        else:
            erased = await user.delete("/api/v1/auth/me", {"password": PASSWORD})
        assert erased.status_code == 204
        if is_answered:
            stub.go_on.set()
            await task
        else:
            # The next renewal of its lease finds that nobody wants it.
            await reports_of(app).renew()
            with pytest.raises(asyncio.CancelledError):
                await task

        assert await make_due_reports(app) == 0
        assert len(stub.asked) == 1
        for table in ("session_reports", "report_jobs", "session_events"):
            left = await execute(app, f"SELECT * FROM {table} WHERE session_id = :id", id=room.session_id)
            assert left == [], table
        assert (await user.get(report_path(room))).status_code == (404 if what == "session" else 401)


async def answer_more(room: Room, seq: int, texts: Sequence[str]) -> None:
    """Put more answers like the one that was given into the log, each with words of its own."""
    [last] = await execute(room.app, "SELECT last_seq FROM interview_sessions WHERE id = :id", id=room.session_id)
    await execute(
        room.app,
        """
        INSERT INTO session_events (session_id, seq, type, data, created_at)
        SELECT session_id, :last + n, type,
            CAST(data AS jsonb) || jsonb_build_object('seq', :last + n, 'text', more.said), created_at
        FROM session_events, unnest(CAST(:texts AS text[])) WITH ORDINALITY AS more (said, n)
        WHERE session_id = :id AND seq = :seq
        """,
        id=room.session_id,
        seq=seq,
        last=last["last_seq"],
        texts=[*texts],
    )
    await execute(
        room.app,
        "UPDATE interview_sessions SET last_seq = :seq WHERE id = :id",
        id=room.session_id,
        seq=last["last_seq"] + len(texts),
    )
