"""The job of a report: asked for by every end of a session, made once, by whichever replica, whatever happens."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.core.database import Lane
from app.core.errors import DatabaseUnavailableError
from app.interview_session.events.event_feed import REPORT_WAIT_SECONDS
from app.interview_session.report import report_maker, report_runner
from app.interview_session.report.report_runner import GIVE_UP_SECONDS, ReportRunner
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.event_streams import joined
from tests.support.reports import (
    ANSWER,
    JUDGE_NAME,
    RUBRIC,
    FakeJudge,
    ended_session,
    make_due_reports,
    report_of,
    report_path,
    rubric_phases,
    until_reported,
)
from tests.support.rooms import (
    Room,
    execute,
    feed_of,
    open_anonymous_room,
    open_room,
    reports_of,
    runner_of,
    serving,
)
from tests.support.users import PASSWORD, SignedIn, sign_up
from tests.support.waiting import until

GIBBERISH = "asdf qwer zxcv asdf qwer zxcv asdf qwer zxcv asdf qwer zxcv asdf qwer zxcv asdf qwer zxcv asdf qwer"


@pytest.fixture(scope="module")
async def database_url(new_database: NewDatabase) -> str:
    return await new_database()


async def running_by_hand(make_app: MakeApp, url: str) -> AsyncIterator[FastAPI]:
    """Run an application whose clocks and reports wait for a test to run them."""
    async with make_app(database_url=url, allow_anonymous_rooms=True, writing_nudge_seconds=3600) as app:
        await runner_of(app).stop()
        feed_of(app).report_wait_seconds = REPORT_WAIT_SECONDS
        yield app


@pytest.fixture(scope="module")
async def app(make_app: MakeApp, database_url: str) -> AsyncIterator[FastAPI]:
    async for running in running_by_hand(make_app, database_url):
        yield running


@pytest.fixture(scope="module")
async def replica(make_app: MakeApp, database_url: str) -> AsyncIterator[FastAPI]:
    """Run a second application on the same database."""
    async for running in running_by_hand(make_app, database_url):
        yield running


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


@pytest.fixture(autouse=True)
async def _no_other_jobs(app: FastAPI, replica: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Begin each test with nothing due, and with no pauses but those that it means."""
    monkeypatch.setattr(report_maker, "PAUSES_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(report_runner, "BACK_OFF_SECONDS", 0.0)
    await execute(app, "DELETE FROM report_jobs")
    yield
    for one in (app, replica):
        reports_of(one).judge = None


async def job_of(room: Room) -> dict[str, Any]:
    [job] = await execute(room.app, "SELECT * FROM report_jobs WHERE session_id = :id", id=room.session_id)
    return job


async def claim_as_a_process_that_dies(room: Room, attempts: int = 1) -> None:
    """Leave a job as a process does that was killed so many times while it made the report; its lease is over."""
    await execute(
        room.app,
        "UPDATE report_jobs SET claim_id = :claim, attempts = :attempts, due_at = now() WHERE session_id = :id",
        claim=uuid4(),
        attempts=attempts,
        id=room.session_id,
    )


class TestAsking:
    @pytest.mark.parametrize("way", ["ended", "skipped", "by its clock"])
    async def test_every_end_of_a_session_asks_for_its_report(self, app: FastAPI, user: SignedIn, way: str) -> None:
        room = await open_room(app, user, 1)
        await room.act("timer/start")
        assert (await user.get(report_path(room))).status_code == 404

        if way == "by its clock":
            await room.let_pass(120)
            await runner_of(app).perform_due()
        else:
            await room.act("end" if way == "ended" else "timer/next")

        job = await job_of(room)
        assert (job["attempts"], job["claim_id"], job["user_id"]) == (0, None, (await room.row())["user_id"])
        pending = await report_of(room)
        assert (pending["status"], pending["questions"]) == ("pending", [])
        assert await make_due_reports(app) == 1
        assert (await report_of(room))["status"] == "insufficient_evidence"
        job = await job_of(room)
        assert (job["due_at"], job["claim_id"], job["last_error"]) == (None, None, None)
        last = (await room.log())[-1]
        assert last.type == "report_ready"
        assert (last.data["session_id"], last.data["status"]) == (str(room.session_id), "insufficient_evidence")

    async def test_an_end_that_is_rolled_back_asks_for_nothing(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = await open_room(app, user, 1)
        await room.act("timer/start")

        with monkeypatch.context() as broken:
            broken.setattr("app.interview_session.room.room_service.tell_after_commit", _fail)
            assert (await room.post("end")).status_code == 500

        assert await execute(app, "SELECT * FROM report_jobs") == []

    async def test_a_late_answer_has_the_report_made_with_it(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, "I like it.")
        await make_due_reports(app)
        before = await report_of(room)

        assert (await room.answer(ANSWER)).status_code == 200

        assert (await report_of(room))["status"] == "pending"
        assert await make_due_reports(app) == 0, "another answer may follow"
        await execute(app, "UPDATE report_jobs SET due_at = now()")
        await make_due_reports(app)
        after = await report_of(room)
        assert (before["status"], after["status"]) == ("insufficient_evidence", "ready")
        assert len(after["questions"][0]["entries"]) == len(before["questions"][0]["entries"]) + 1

    async def test_a_late_answer_makes_a_report_that_is_being_made_old(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        judge.before = lambda: room.answer("One more thing: we had a rehearsal before.")

        assert await make_due_reports(app) == 1

        assert (await report_of(room))["status"] == "pending"
        assert "report_ready" not in await room.log_types()

    async def test_a_session_that_is_nobodys_has_one_that_costs_nothing(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await open_anonymous_room(app, client)
        await room.act("timer/start")
        await room.answer(ANSWER)
        await room.act("end")

        await make_due_reports(app)

        assert (await room.log_types())[-1] == "report_ready"
        assert judge.asked == []
        assert (await user.get(report_path(room))).status_code == 404
        assert (await client.get(report_path(room))).status_code == 403


class TestMaking:
    async def test_without_a_model_code_makes_it(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        report = await report_of(room)
        assert (report["status"], report["made_by"], report["model"], report["score"]) == (
            "ready",
            "code",
            None,
            None,
        )
        [question] = report["questions"]
        assert question["status"] == "not_judged"
        assert [one["criterion"] for one in question["criteria"]] == RUBRIC
        assert question["signs"]["own_part"]["count"] == 2
        assert report["delivery"]["typed"]["answers"] == 1

    async def test_a_models_verdicts_come_with_their_evidence_and_their_price(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER, "No.", ANSWER)

        await make_due_reports(app)

        report = await report_of(room)
        assert judge.asked == [[1, 3]]
        assert (report["made_by"], report["model"], report["tokens"], report["score"]) == (
            "model",
            JUDGE_NAME,
            200,
            100,
        )
        assert [question["status"] for question in report["questions"]] == [
            "judged",
            "insufficient_evidence",
            "judged",
        ]
        first = report["questions"][0]["criteria"][0]
        assert (first["verdict"], first["advice"]) == ("shown", "Say it first.")
        entry = next(line for line in await room.log() if line.seq == first["evidence"][0]["seq"])
        assert first["evidence"][0]["quote"] in entry.data["text"]

    async def test_what_holds_nothing_never_reaches_a_model(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, GIBBERISH, "Could you repeat the question, please?", "I do not know.")

        await make_due_reports(app)

        assert judge.asked == []
        report = await report_of(room)
        assert (report["status"], report["made_by"]) == ("insufficient_evidence", "code")

    async def test_only_what_failed_is_asked_again(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = PartlyFailing(fails=2)
        room = await ended_session(app, user, ANSWER, ANSWER)

        await make_due_reports(app)

        assert judge.asked == [[1, 2], [2]]
        report = await report_of(room)
        assert report["tokens"] == 300
        assert [question["status"] for question in report["questions"]] == ["judged", "judged"]
        assert (await job_of(room))["attempts"] == 1

    async def test_a_model_that_goes_on_failing_leaves_what_code_found(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        judge.failures = ["InternalServerError"] * 3
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        assert len(judge.asked) == 3
        report = await report_of(room)
        assert (report["status"], report["made_by"], report["score"]) == ("failed", "code", None)
        assert report["questions"][0]["signs"]["words"] > 20
        assert report["questions"][0]["status"] == "not_judged"
        assert (await job_of(room))["last_error"] == "InternalServerError"
        assert (await room.log())[-1].data["status"] == "failed"

    async def test_a_model_that_will_not_answer_is_not_asked_again(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        judge.failures, judge.may_pass = ["timeout"], False
        room = await ended_session(app, user, ANSWER)

        await make_due_reports(app)

        assert len(judge.asked) == 1
        assert (await report_of(room))["status"] == "failed"

    async def test_after_three_minutes_it_is_there_without_the_model(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        await execute(
            app,
            "UPDATE report_jobs SET requested_at = requested_at - make_interval(secs => :age)",
            age=GIVE_UP_SECONDS - 20,
        )

        await make_due_reports(app)

        assert judge.asked == []
        report = await report_of(room)
        assert (report["status"], report["questions"][0]["signs"]["numbers"]["count"] > 0) == ("failed", True)

    async def test_a_report_that_cannot_be_made_is_told_without_words(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        room = await ended_session(app, user, ANSWER)
        monkeypatch.setattr(report_maker, "make_code_report", _fail)

        assert await make_due_reports(app) == 3

        report = await report_of(room)
        assert (report["status"], report["questions"]) == ("failed", [])
        assert (await job_of(room))["last_error"] == "ZeroDivisionError"
        assert (await room.log_types()).count("report_ready") == 1

    async def test_three_hundred_entries_are_read_to_the_end(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user)
        await execute(
            app,
            """
            INSERT INTO session_events (session_id, seq, type, data, created_at)
            SELECT :id, :last + n, 'transcript', json_build_object(
                'seq', :last + n, 'timestamp', '2026-01-01T10:00:00Z', 'speaker', 'candidate',
                'text', CAST(:text AS text), 'phase_sequence', 1, 'started_at', '2026-01-01T10:00:00Z', 'ended_at',
                '2026-01-01T10:00:00Z', 'source', 'typed', 'purpose', 'answer'
            ), now() FROM generate_series(1, 300) AS n
            """,
            id=room.session_id,
            last=(last := len(await room.log())),
            text=ANSWER,
        )
        await execute(
            app, "UPDATE interview_sessions SET last_seq = :seq WHERE id = :id", id=room.session_id, seq=last + 300
        )

        await make_due_reports(app)

        report = await report_of(room)
        assert len(report["questions"][0]["entries"]) == 300
        assert (await room.log_types())[-1] == "report_ready"


class TestReplicas:
    async def test_two_make_one_report(self, app: FastAPI, replica: FastAPI, user: SignedIn) -> None:
        judges = [FakeJudge(), FakeJudge()]
        reports_of(app).judge, reports_of(replica).judge = judges
        rooms = [await ended_session(app, user, ANSWER) for _ in range(3)]

        attempts = await asyncio.gather(make_due_reports(app), make_due_reports(replica))

        assert sum(attempts) == 3
        assert sum(len(judge.asked) for judge in judges) == 3
        for room in rooms:
            assert (await room.log_types()).count("report_ready") == 1
            assert (await report_of(room))["status"] == "ready"

    async def test_what_a_killed_one_was_making_is_taken_over_after_its_lease(
        self, app: FastAPI, replica: FastAPI, user: SignedIn
    ) -> None:
        judge = reports_of(replica).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        await execute(
            app,
            "UPDATE report_jobs SET claim_id = :claim, attempts = 1, due_at = now() + interval '20 s'",
            claim=uuid4(),
        )
        assert await make_due_reports(replica) == 0

        await claim_as_a_process_that_dies(room)

        assert await make_due_reports(replica) == 1
        assert len(judge.asked) == 1
        assert (await report_of(room))["made_by"] == "model"

    async def test_one_that_is_killed_again_and_again_pays_a_model_twice_at_most(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        await claim_as_a_process_that_dies(room, attempts=2)

        await make_due_reports(app)

        assert judge.asked == []
        assert (await report_of(room))["status"] == "failed"
        assert (await job_of(room))["last_error"] == report_runner.GIVEN_UP

    async def test_one_that_stood_still_too_long_stores_nothing(
        self, app: FastAPI, replica: FastAPI, user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)

        async def be_overtaken() -> None:
            await execute(app, "UPDATE report_jobs SET due_at = now()")
            assert await make_due_reports(replica) == 1

        judge.before = be_overtaken
        await make_due_reports(app)

        assert (await report_of(room))["made_by"] == "code"
        assert (await room.log_types()).count("report_ready") == 1

    async def test_a_lease_is_kept_while_a_report_is_made(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        leases = []

        async def renew() -> None:
            await execute(app, "UPDATE report_jobs SET due_at = now() + interval '1 s'")
            await reports_of(app).renew()
            leases.append((await execute(app, "SELECT due_at - now() AS left FROM report_jobs"))[0]["left"])

        judge.before = renew
        await make_due_reports(app)

        assert leases[0].total_seconds() > 10
        assert (await report_of(room))["status"] == "ready"

    async def test_a_report_that_was_paid_for_is_stored_over_a_short_trouble(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        monkeypatch.setattr(report_runner, "STORE_PAUSE_SECONDS", 0.0)
        room = await ended_session(app, user, ANSWER)
        store = ReportRunner._store
        tries = []

        async def fail_twice(runner: ReportRunner, *arguments: Any) -> None:
            tries.append(1)
            if len(tries) < 3:
                raise DatabaseUnavailableError
            await store(runner, *arguments)

        monkeypatch.setattr(ReportRunner, "_store", fail_twice)
        await make_due_reports(app)

        assert len(judge.asked) == 1
        assert (await report_of(room))["made_by"] == "model"

    async def test_one_that_stops_leaves_its_reports_to_others_at_once(
        self, app: FastAPI, replica: FastAPI, user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)
        asked = asyncio.Event()

        async def hang() -> None:
            asked.set()
            await asyncio.Event().wait()

        judge.before = hang
        await reports_of(app).begin_due()
        await asked.wait()
        assert await make_due_reports(replica) == 0

        await reports_of(app).stop()

        assert await make_due_reports(replica) == 1
        assert (await report_of(room))["status"] == "ready"

    async def test_many_reports_of_one_user_keep_another_waiting_for_none(
        self, app: FastAPI, user: SignedIn, other_user: SignedIn
    ) -> None:
        judge = reports_of(app).judge = FakeJudge()
        all_have_begun = asyncio.Event()

        async def wait_for_all() -> None:
            # A report that is ready gives its place to the next.
            await all_have_begun.wait()

        judge.before = wait_for_all
        many = [await ended_session(app, user, ANSWER) for _ in range(5)]
        one = await ended_session(app, other_user, ANSWER)

        tasks = await reports_of(app).begin_due()
        all_have_begun.set()
        await asyncio.gather(*tasks)

        assert len(tasks) == report_runner.REPORTS_AT_ONCE < len(many)
        assert (await report_of(one))["status"] == "ready"
        assert [(await report_of(room))["status"] for room in many].count("pending") == 2


class TestErasing:
    async def test_a_session_that_is_erased_meanwhile_leaves_nothing(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)

        async def erase() -> None:
            assert (await user.delete(f"/api/v1/sessions/{room.session_id}")).status_code == 204

        judge.before = erase
        await make_due_reports(app)

        assert len(judge.asked) == 1
        assert await execute(app, "SELECT * FROM session_reports WHERE session_id = :id", id=room.session_id) == []
        assert (await user.get(report_path(room))).status_code == 404

    async def test_what_is_not_wanted_any_more_is_given_up(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        room = await ended_session(app, user, ANSWER)

        async def erase_and_look() -> None:
            await user.delete(f"/api/v1/sessions/{room.session_id}")
            await reports_of(app).renew()
            await asyncio.Event().wait()

        judge.before = erase_and_look
        [task] = await reports_of(app).begin_due()

        with pytest.raises(asyncio.CancelledError):
            await task

    async def test_so_does_an_account(self, app: FastAPI, user: SignedIn) -> None:
        judge = reports_of(app).judge = FakeJudge()
        await ended_session(app, user, ANSWER)

        async def erase() -> None:
            assert (await user.delete("/api/v1/auth/me", {"password": PASSWORD})).status_code == 204

        judge.before = erase
        await make_due_reports(app)

        assert len(judge.asked) == 1
        for table in ("session_reports", "report_jobs", "stored_bytes"):
            rows = await execute(app, f"SELECT * FROM {table} WHERE user_id = :id", id=user.id)
            assert rows == [], table

    async def test_its_bytes_are_counted_as_long_as_it_is_there(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)
        await make_due_reports(app)
        body = {"criteria": [{"sequence": 1, "criterion": RUBRIC[0], "verdict": "shown"}], "note": "é" * 100}
        assert (await user.put(f"/api/v1/sessions/{room.session_id}/self-assessment", body)).status_code == 200

        await user.delete(f"/api/v1/sessions/{room.session_id}")
        await execute(app, "DELETE FROM mock_interviews WHERE user_id = :id", id=user.id)

        [left] = await execute(app, "SELECT sum(delta) AS bytes FROM stored_bytes WHERE user_id = :id", id=user.id)
        assert left["bytes"] == 0


class TestStream:
    async def test_it_comes_to_those_who_still_listen_and_the_stream_ends(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, planner_fields=rubric_phases())
        async with serving(app) as url, httpx.AsyncClient(base_url=url) as web:
            async with joined(web, room.id, headers=room.headers) as stream:
                await room.act("timer/start")
                await room.act("end")
                await make_due_reports(app)
                kinds = [event.type for event in await stream.rest()]
            assert kinds[-2:] == ["interview_completed", "report_ready"]
            answer = await web.get(
                f"{room.path}/events", headers=room.headers | {"Last-Event-ID": str(len(await room.log()))}
            )
            assert answer.status_code == 204

    async def test_those_who_come_back_with_their_last_id_wait_for_it(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)
        last = len(await room.log())
        async with serving(app) as url, httpx.AsyncClient(base_url=url) as web:
            async with joined(web, room.id, headers=room.headers, last_event_id=last) as stream:
                await make_due_reports(app)
                assert [(event.id, event.type) for event in await stream.rest()] == [(last + 1, "report_ready")]
            async with joined(web, room.id, headers=room.headers, last_event_id=last) as stream:
                assert [(event.id, event.type) for event in await stream.rest()] == [(last + 1, "report_ready")]

    async def test_nobody_waits_for_ever(self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(feed_of(app), "report_wait_seconds", 0.1)
        room = await open_room(app, user, 1)
        async with (
            serving(app) as url,
            httpx.AsyncClient(base_url=url) as web,
            joined(web, room.id, headers=room.headers) as stream,
        ):
            await room.act("timer/start")
            await room.act("end")
            assert [event.type for event in await stream.rest()][-1] == "interview_completed"
        await until(lambda: not feed_of(app).count)


async def test_a_runner_makes_them_by_itself(make_app: MakeApp) -> None:
    async with make_app() as app, client_of(app) as client:
        reports_of(app).start(None)
        room = await ended_session(app, await sign_up(client), ANSWER)

        assert (await until_reported(room))["status"] == "ready"
        assert isinstance(app.state.runtime.database.background, Lane)


class PartlyFailing(FakeJudge):
    """Fails on one question the first time."""

    def __init__(self, *, fails: int) -> None:
        super().__init__()
        self._fails = fails

    def _judged(self, question: Any, failure: str | None) -> Any:
        has_failed = question.sequence == self._fails and len(self.asked) == 1
        return super()._judged(question, "APIConnectionError" if has_failed else failure)


def _fail(*_arguments: Any, **_named: Any) -> None:
    raise ZeroDivisionError
