"""Reports over HTTP: made anew, judged by oneself, disputed, and a question practised again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.interview_session.report.schemas import Verdict
from tests.conftest import MakeApp, client_of
from tests.support.probing import UNKNOWN_ID, assert_envelope
from tests.support.reports import (
    ANSWER,
    JUDGE_NAME,
    QUOTE,
    RUBRIC,
    FakeJudge,
    ended_session,
    make_due_reports,
    report_of,
    report_path,
    rubric_phases,
)
from tests.support.rooms import Room, execute, open_room, reports_of, room_name, runner_of
from tests.support.users import SignedIn

PLANS = "/api/v1/mock-interviews"


@pytest.fixture(scope="module")
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run an application whose reports wait for a test to make them."""
    async with make_app(writing_nudge_seconds=3600) as running:
        await runner_of(running).stop()
        yield running


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


@pytest.fixture
async def judge(app: FastAPI) -> AsyncIterator[FakeJudge]:
    fake = reports_of(app).judge = FakeJudge()
    yield fake
    reports_of(app).judge = None


def assessment_path(room: Room) -> str:
    return f"/api/v1/sessions/{room.session_id}/self-assessment"


def dispute_path(room: Room, criterion: str = RUBRIC[0], sequence: int = 1) -> str:
    return f"{report_path(room)}/criteria/{sequence}/{quote(criterion, safe='')}/dispute"


def verdicts(*values: str, sequence: int = 1) -> list[dict[str, Any]]:
    return [
        {"sequence": sequence, "criterion": criterion, "verdict": verdict}
        for criterion, verdict in zip(RUBRIC, values, strict=False)
    ]


def criteria(report: dict[str, Any], name: str) -> list[Any]:
    return [one[name] for question in report["questions"] for one in question["criteria"]]


async def reported(app: FastAPI, user: SignedIn, *answers: str, **plan: Any) -> Room:
    """Return the room of a session with its report."""
    room = await ended_session(app, user, *(answers or (ANSWER,)), **plan)
    await make_due_reports(app)
    return room


class TestMakingAnew:
    async def test_there_is_none_before_the_end(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, 1)

        for answer in (await user.get(report_path(room)), await user.post(report_path(room))):
            assert answer.status_code == 404
            assert_envelope(answer, "RESOURCE_NOT_FOUND")

    async def test_several_at_once_are_one(self, app: FastAPI, user: SignedIn, judge: FakeJudge) -> None:
        room = await reported(app, user)

        answers = await asyncio.gather(*(user.post(report_path(room)) for _ in range(5)))

        assert [answer.status_code for answer in answers] == [202] * 5
        assert {answer.json()["status"] for answer in answers} == {"pending"}
        assert (await report_of(room))["status"] == "pending"
        assert await make_due_reports(app) == 1
        assert len(judge.asked) == 2
        assert (await room.log_types()).count("report_ready") == 2

    async def test_while_it_is_being_made_nothing_changes(
        self, app: FastAPI, user: SignedIn, judge: FakeJudge
    ) -> None:
        room = await ended_session(app, user, ANSWER)

        async def ask_again() -> None:
            assert (await user.post(report_path(room))).status_code == 202

        judge.before = ask_again
        assert await make_due_reports(app) == 1
        assert len(judge.asked) == 1
        assert (await report_of(room))["status"] == "ready"

    async def test_a_session_of_before_there_were_reports_gets_one(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)
        await execute(app, "DELETE FROM report_jobs WHERE session_id = :id", id=room.session_id)
        assert (await user.get(report_path(room))).status_code == 404

        assert (await user.post(report_path(room))).status_code == 202
        await make_due_reports(app)

        assert (await report_of(room))["status"] == "ready"

    async def test_another_users_is_not_there(self, app: FastAPI, user: SignedIn, other_user: SignedIn) -> None:
        room = await reported(app, user)

        for answer in (
            await other_user.get(report_path(room)),
            await other_user.post(report_path(room)),
            await other_user.put(assessment_path(room), {"criteria": []}),
            await other_user.get(assessment_path(room)),
            await other_user.put(dispute_path(room), {}),
            await other_user.delete(dispute_path(room)),
            await other_user.post(f"/api/v1/sessions/{room.session_id}/questions/1/retry"),
        ):
            assert answer.status_code == 404, answer.text


class TestSelfAssessment:
    async def test_it_stands_in_the_report_and_needs_no_model(self, app: FastAPI, user: SignedIn) -> None:
        room = await reported(app, user)

        stored = await user.put(
            assessment_path(room), {"criteria": verdicts("shown", "partly", "not_shown"), "note": "Calmer next time."}
        )

        assert stored.status_code == 200, stored.text
        report = await report_of(room)
        assert criteria(report, "self_verdict") == ["shown", "partly", "not_shown"]
        assert criteria(report, "verdict") == [None] * 3
        assert (report["score"], report["self_score"], report["note"]) == (None, 50, "Calmer next time.")

    async def test_it_replaces_the_whole(self, app: FastAPI, user: SignedIn) -> None:
        room = await reported(app, user)
        await user.put(assessment_path(room), {"criteria": verdicts("shown", "partly", "shown"), "note": "Good"})

        await user.put(assessment_path(room), {"criteria": verdicts("partly")})

        report = await report_of(room)
        assert criteria(report, "self_verdict") == ["partly", None, None]
        assert (report["self_score"], report["note"]) == (None, None)

    async def test_it_outlives_a_report_made_anew(self, app: FastAPI, user: SignedIn, judge: FakeJudge) -> None:
        room = await reported(app, user)
        await user.put(assessment_path(room), {"criteria": verdicts("partly", "partly", "partly")})

        await user.post(report_path(room))
        await make_due_reports(app)

        report = await report_of(room)
        assert len(judge.asked) == 2
        assert (report["score"], report["self_score"]) == (100, 50)

    async def test_it_may_be_given_before_the_report_is_there(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)

        assert (await user.get(assessment_path(room))).json() == {"criteria": [], "note": None, "updated_at": None}
        assert (await user.put(assessment_path(room), {"criteria": verdicts("shown")})).status_code == 200

        await make_due_reports(app)
        assert criteria(await report_of(room), "self_verdict") == ["shown", None, None]

    async def test_not_before_the_end(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, 1)

        refused = await user.put(assessment_path(room), {"criteria": []})

        assert_envelope(refused, "BUSINESS_LOGIC_ERROR")

    async def test_evidence_is_the_candidates_own_words(self, app: FastAPI, user: SignedIn) -> None:
        room = await reported(app, user)
        [seq] = (await report_of(room))["questions"][0]["entries"]
        [asked] = [line.seq for line in await room.said() if line.data["purpose"] == "question"]

        def body(seq: int, words: str) -> dict[str, Any]:
            return {"criteria": [verdicts("shown")[0] | {"evidence": [{"seq": seq, "quote": words}]}]}

        assert (await user.put(assessment_path(room), body(seq, QUOTE))).status_code == 200
        kept = (await user.get(assessment_path(room))).json()
        assert kept["criteria"][0]["evidence"] == [{"seq": seq, "quote": QUOTE}]
        for wrong in (body(seq, QUOTE.upper()), body(asked, "Question 1?"), body(seq + 1000, QUOTE)):
            refused = await user.put(assessment_path(room), wrong)
            assert assert_envelope(refused, "VALIDATION_ERROR")["field_errors"] == {
                "criteria.0.evidence.0.quote": "Must be the candidate's words in this entry"
            }

    @pytest.mark.parametrize(
        ("wrong", "errors"),
        [
            (
                [verdicts("shown")[0] | {"criterion": "Is tall"}],
                {"criteria.0.criterion": "Must be a criterion of this question"},
            ),
            (verdicts("shown", sequence=2), {"criteria.0.sequence": "Must be a sequence of the plan (1 to 1)"}),
            (verdicts("shown") * 2, {"criteria.1.criterion": "Must not be named twice"}),
            (verdicts("excellent"), {"criteria.0.verdict": "Must be one of: shown, partly, not_shown"}),
        ],
    )
    async def test_what_the_plan_does_not_know_is_refused(
        self, app: FastAPI, user: SignedIn, wrong: list[Any], errors: dict[str, str]
    ) -> None:
        room = await reported(app, user)
        await user.put(assessment_path(room), {"criteria": verdicts("shown")})

        refused = await user.put(assessment_path(room), {"criteria": wrong})

        assert refused.status_code == 422
        assert assert_envelope(refused)["field_errors"] == errors
        assert criteria(await report_of(room), "self_verdict") == ["shown", None, None]


class TestDispute:
    async def test_it_stays_to_be_seen_and_does_not_count(
        self, app: FastAPI, user: SignedIn, judge: FakeJudge
    ) -> None:
        room = await reported(app, user, ANSWER, ANSWER)
        judge.verdict = Verdict.NOT_SHOWN
        assert (await report_of(room))["score"] == 100
        path = dispute_path(room, RUBRIC[2])

        disputed = await user.put(path, {"note": "I never said that."})

        assert disputed.status_code == 200, disputed.text
        assert disputed.json()["disputed"] == {"note": "I never said that."}
        report = await report_of(room)
        found = criteria(report, "disputed")
        assert found == [None, None, {"note": "I never said that."}, None, None, None]
        assert criteria(report, "verdict") == ["shown"] * 6
        assert report["score"] == 100
        for criterion in RUBRIC:
            await user.put(dispute_path(room, criterion), {})
        await user.put(dispute_path(room, RUBRIC[0], 2), {})
        assert (await report_of(room))["score"] is None, "two are left"
        assert (await user.delete(path)).status_code == 204
        assert (await user.delete(path)).status_code == 204
        assert (await report_of(room))["score"] == 100

    async def test_it_is_about_one_verdict_and_no_later_one(
        self, app: FastAPI, user: SignedIn, judge: FakeJudge
    ) -> None:
        room = await reported(app, user)
        await user.put(dispute_path(room), {})
        judge.verdict = Verdict.PARTLY

        await user.post(report_path(room))
        await make_due_reports(app)

        report = await report_of(room)
        assert (criteria(report, "disputed"), report["score"]) == ([None] * 3, 50)
        [kept] = await execute(app, "SELECT * FROM verdict_disputes WHERE session_id = :id", id=room.session_id)
        assert (kept["verdict"], kept["model"]) == ("shown", JUDGE_NAME)

    async def test_its_criterion_is_read_as_any_text_is(self, app: FastAPI, user: SignedIn, judge: FakeJudge) -> None:
        room = await reported(app, user, planner_fields=rubric_phases(1, ["Dit précisément ce qui a changé"]))

        decomposed = await user.put(dispute_path(room, " Dit pre\u0301cise\u0301ment ce qui a change\u0301"), {})

        assert decomposed.status_code == 200, decomposed.text
        for text in ("\x00", "\u200b", "x" * 501):
            path = dispute_path(room, text)
            for answer in (await user.put(path, {}), await user.delete(path)):
                assert answer.status_code == 422, answer.text
                assert [*assert_envelope(answer)["field_errors"]] == ["criterion"]

    async def test_only_a_verdict_can_be_wrong(self, app: FastAPI, user: SignedIn) -> None:
        room = await ended_session(app, user, ANSWER)
        pending = await user.put(dispute_path(room), {})
        await make_due_reports(app)

        without_verdict = await user.put(dispute_path(room), {})
        unknown = await user.put(dispute_path(room, "Is tall"), {})

        assert_envelope(pending, "BUSINESS_LOGIC_ERROR")
        assert_envelope(without_verdict, "BUSINESS_LOGIC_ERROR")
        assert unknown.status_code == 404
        assert (await user.delete(dispute_path(room, "Is tall"))).status_code == 404


class TestRetry:
    async def test_both_answers_stand_side_by_side(self, app: FastAPI, user: SignedIn, judge: FakeJudge) -> None:
        position = await user.position()
        room = await reported(app, user, "No.", ANSWER, position_id=position["id"])
        assert (
            await user.put(assessment_path(room), {"criteria": verdicts("partly", sequence=2)})
        ).status_code == 200

        made = await user.post(f"/api/v1/sessions/{room.session_id}/questions/2/retry")

        assert made.status_code == 201, made.text
        plan = made.json()
        assert (plan["title"], plan["position_id"]) == ("Again: Question 2?", position["id"])
        [field] = plan["planner_fields"]
        assert (field["sequence"], field["question_id"], field["rubric"]) == (1, "q2", RUBRIC)
        again = await run_again(app, user, plan["id"])
        [question] = (await report_of(again))["questions"]
        earlier = question["earlier"]
        assert (earlier["session_id"], earlier["sequence"]) == (str(room.session_id), 2)
        assert earlier["entries"] == (await report_of(room))["questions"][1]["entries"]
        assert [one["self_verdict"] for one in earlier["criteria"]] == ["partly", None, None]
        assert [one["verdict"] for one in earlier["criteria"]] == ["shown"] * 3
        assert (await report_of(room))["questions"][1]["earlier"] is None

    async def test_an_erased_session_shows_nothing_any_more(self, app: FastAPI, user: SignedIn) -> None:
        room = await reported(app, user)
        plan = (await user.post(f"/api/v1/sessions/{room.session_id}/questions/1/retry")).json()
        again = await run_again(app, user, plan["id"])
        assert (await report_of(again))["questions"][0]["earlier"]

        await user.delete(f"/api/v1/sessions/{room.session_id}")

        assert (await report_of(again))["questions"][0]["earlier"] is None

    async def test_a_template_can_be_retried_and_a_position_may_be_gone(self, app: FastAPI, user: SignedIn) -> None:
        position = await user.position()
        room = await reported(app, user, position_id=position["id"])
        assert (await user.delete(f"/api/v1/positions/{position['id']}")).status_code == 204
        path = f"/api/v1/sessions/{room.session_id}/questions"
        started = await user.post(
            "/api/start-interview", {"room_id": room_name(), "mock_interview_id": "two-minute-demo"}
        )

        made = await user.post(f"{path}/1/retry")
        unknown = await user.post(f"{path}/2/retry")
        of_template = await user.post(f"/api/v1/sessions/{started.json()['session_id']}/questions/1/retry")

        assert (made.status_code, made.json()["position_id"]) == (201, None)
        assert unknown.status_code == 404
        assert of_template.status_code == 201

    async def test_one_request_makes_one_plan(self, app: FastAPI, user: SignedIn) -> None:
        room = await reported(app, user)
        path, key = f"/api/v1/sessions/{room.session_id}/questions/1/retry", {"Idempotency-Key": uuid4().hex}

        first, second = await user.post(path, **key), await user.post(path, **key)

        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert (await user.get(PLANS)).json()["total"] == 2

    async def test_the_same_question_gets_the_same_plan_until_that_is_deleted(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        room = await reported(app, user, "No.", ANSWER)
        path = f"/api/v1/sessions/{room.session_id}/questions"

        at_once = await asyncio.gather(*(user.post(f"{path}/2/retry") for _ in range(3)))
        other = await user.post(f"{path}/1/retry")
        plan = at_once[0].json()["id"]
        await user.patch(f"{PLANS}/{plan}", {"title": "Mine"})
        again = await user.post(f"{path}/2/retry")
        await user.delete(f"{PLANS}/{plan}")
        anew = await user.post(f"{path}/2/retry")

        assert sorted(answer.status_code for answer in at_once) == [200, 200, 201]
        assert {answer.json()["id"] for answer in at_once} == {plan}
        assert (other.status_code, other.json()["id"] == plan) == (201, False)
        assert (again.status_code, again.json()["id"], again.json()["title"]) == (200, plan, "Mine")
        assert (anew.status_code, anew.json()["id"] == plan) == (201, False)


async def run_again(app: FastAPI, user: SignedIn, plan_id: str) -> Room:
    """Run a plan with one answer and return the room, with its report."""
    started = await user.post("/api/start-interview", {"room_id": room_name(), "mock_interview_id": plan_id})
    assert started.status_code == 200, started.text
    room = Room(app, user.client, started.json(), user.headers)
    await room.act("timer/start")
    await room.answer(ANSWER)
    await room.act("end")
    await make_due_reports(app)
    return room


class TestPractice:
    async def test_an_account_without_practice_has_figures_too(self, user: SignedIn) -> None:
        answer = await user.get("/api/v1/statistics/practice")

        assert answer.status_code == 200, answer.text
        figures = answer.json()
        assert (figures["sessions"], figures["minutes"], figures["words"], figures["scores"]) == (0, 0, 0, [])
        assert [band["missing"] for band in figures["calibration"]] == [5, 5, 5]

    async def test_what_was_shown_is_told_from_the_oldest_to_the_newest(
        self, app: FastAPI, user: SignedIn, other_user: SignedIn, judge: FakeJudge
    ) -> None:
        judge.verdict = Verdict.NOT_SHOWN
        first = await reported(app, user)
        judge.verdict = Verdict.SHOWN
        second = await reported(app, user)
        await user.put(assessment_path(second), {"criteria": verdicts("partly", "partly", "partly")})
        await reported(app, other_user)

        figures = (await user.get("/api/v1/statistics/practice")).json()

        assert (figures["sessions"], figures["words"] > 40) == (2, True)
        assert [(one["session_id"], one["score"], one["self_score"]) for one in figures["scores"]] == [
            (str(first.session_id), 0, None),
            (str(second.session_id), 100, 50),
        ]
        [technical] = figures["question_types"]
        assert (technical["question_type"], technical["judged"], technical["share_shown"]) == ("technical", 6, 50)
        assert [one["share_shown"] for one in technical["sessions"]] == [0, 100]
        assert [one["criterion"] for one in figures["criteria"]] == sorted(RUBRIC)
        assert [one["verdict"] for one in figures["criteria"][0]["verdicts"]] == ["not_shown", "shown"]
        # The second plan's question has the first one's text, so neither is new.
        assert (figures["never_practised"], figures["never_practised_total"]) == ([], 0)

    async def test_ones_own_verdicts_stand_in_for_a_models_and_for_a_disputed_one(
        self, app: FastAPI, user: SignedIn, judge: FakeJudge
    ) -> None:
        room = await reported(app, user)
        await user.put(assessment_path(room), {"criteria": verdicts("not_shown", "not_shown")})
        await user.put(dispute_path(room, RUBRIC[0]), {})
        await user.put(dispute_path(room, RUBRIC[2]), {})

        figures = (await user.get("/api/v1/statistics/practice")).json()

        shown = {one["criterion"]: one["verdicts"][0]["verdict"] for one in figures["criteria"]}
        assert shown == {RUBRIC[0]: "not_shown", RUBRIC[1]: "shown"}

    async def test_questions_that_no_session_has_an_answer_to(self, app: FastAPI, user: SignedIn) -> None:
        await reported(app, user, ANSWER, planner_fields=rubric_phases(3))

        figures = (await user.get("/api/v1/statistics/practice")).json()

        assert [(one["sequence"], one["question"]) for one in figures["never_practised"]] == [
            (2, "Question 2?"),
            (3, "Question 3?"),
        ]
        assert figures["never_practised_total"] == 2

    async def test_how_the_next_real_interview_ended(self, app: FastAPI, user: SignedIn) -> None:
        for outcome in ("passed", "passed", "passed", "failed"):
            await practised_then_interviewed(app, user, outcome)
        for ignored in ("cancelled", "pending"):
            await practised_then_interviewed(app, user, ignored)
        position_id = await practised_then_interviewed(app, user, "passed", own="not_shown")
        # Another one follows that: what was practised last is not what it came after.
        await user.interview(position_id, outcome="failed", scheduled_date="2031-01-01T10:00:00Z")
        unpractised = await user.position(title="Elsewhere", company="Other")
        await user.interview(unpractised["id"], outcome="passed", scheduled_date="2030-01-01T10:00:00Z")

        low, _, high = (await user.get("/api/v1/statistics/practice")).json()["calibration"]

        assert (low["interviews"], low["passed"], low["pass_rate"], low["missing"]) == (1, 1, None, 4)
        assert (high["interviews"], high["passed"], high["failed"]) == (4, 3, 1)
        assert (high["pass_rate"], high["missing"]) == (None, 1)
        await practised_then_interviewed(app, user, "passed")
        *_, high = (await user.get("/api/v1/statistics/practice")).json()["calibration"]
        assert (high["interviews"], high["pass_rate"], high["missing"]) == (5, 80, 0)


async def practised_then_interviewed(app: FastAPI, user: SignedIn, outcome: str, own: str = "shown") -> str:
    """Practise for a new position, judge oneself, and have a real interview after it; return the position's id."""
    position = await user.position(title=uuid4().hex)
    position_id: str = position["id"]
    room = await reported(app, user, position_id=position_id)
    stored = await user.put(assessment_path(room), {"criteria": verdicts(own, own, own)})
    assert stored.status_code == 200, stored.text
    # One before the practice is not what followed it.
    await user.interview(position_id, outcome="passed", scheduled_date="2020-01-01T10:00:00Z")
    await user.interview(position_id, outcome=outcome, scheduled_date="2030-01-01T10:00:00Z")
    return position_id


async def test_ids_that_are_none_are_not_there(user: SignedIn) -> None:
    for answer in (
        await user.get(f"/api/v1/sessions/{UUID(UNKNOWN_ID)}/report"),
        await user.post(f"/api/v1/sessions/{UNKNOWN_ID}/questions/1/retry"),
    ):
        assert answer.status_code == 404
