"""How a room comes to a session, and to the next one."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.interview_session.api.views import snapshot
from app.interview_session.room.stored_phases import StoredPhases
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.rooms import (
    DEMO,
    START,
    Room,
    execute,
    open_anonymous_room,
    open_room,
    phases,
    room_name,
    save_plan,
)
from tests.support.users import SignedIn, sign_up

UNKNOWN = "00000000-0000-4000-8000-000000000000"
POSITIONS = "/api/v1/positions"


def body(**fields: Any) -> dict[str, Any]:
    return {"room_id": room_name(), "mock_interview_id": DEMO} | fields


async def start(user: SignedIn, **fields: Any) -> httpx.Response:
    return await user.post(START, body(**fields))


async def started(user: SignedIn, **fields: Any) -> dict[str, Any]:
    response = await start(user, **fields)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("patience", ["1.5", True, False, [1]])
async def test_patience_is_a_number(user: SignedIn, patience: Any) -> None:
    refused = await start(user, patience_seconds=patience)

    assert refused.status_code == 422
    assert assert_envelope(refused)["field_errors"] == {"patience_seconds": "Must be a number"}


async def test_the_patience_that_was_given_last_is_the_rooms(app: FastAPI, user: SignedIn) -> None:
    name, given = room_name(), [None, 1, 1.5, None]
    kept = []
    for patience in given:
        session = await started(user, room_id=name, patience_seconds=patience)
        rows = await execute(
            app, "SELECT patience_seconds FROM interview_sessions WHERE id = :id", id=UUID(session["session_id"])
        )
        kept.append(rows[0]["patience_seconds"])

    assert kept == [None, 1, 1.5, 1.5]


async def again(room: Room, user: SignedIn) -> httpx.Response:
    """Start a room that was started before, with its own plan."""
    return await start(user, room_id=room.id, mock_interview_id=(await room.row())["mock_interview_id"])


def assert_in_use(response: httpx.Response, room_id: str) -> None:
    assert response.status_code == 409, response.text
    error = assert_envelope(response, "RESOURCE_CONFLICT")
    assert error["message"] == f"Room '{room_id}' is in use"


def assert_no_such_plan(response: httpx.Response, plan_id: str) -> None:
    assert response.status_code == 404, response.text
    error = assert_envelope(response, "RESOURCE_NOT_FOUND")
    assert error["details"] == {"resource_type": "MockInterview", "resource_id": plan_id}


class TestAnswer:
    async def test_a_started_room_is_described_field_by_field(self, user: SignedIn) -> None:
        room_id = room_name()

        answer = await started(user, room_id=room_id)

        assert set(answer) == {
            "success",
            "message",
            "room_id",
            "session_id",
            "room_token",
            "connection_status",
        }
        assert answer["success"] is True
        assert answer["message"]
        assert answer["room_id"] == room_id
        assert str(UUID(answer["session_id"])) == answer["session_id"]
        assert answer["room_token"].count(".") == 2
        assert answer["connection_status"] == "waiting_for_connection"

    async def test_a_started_room_waits_in_its_first_phase_and_has_an_empty_log(self, room: Room) -> None:
        timer = (await room.timer())["timer_status"]

        assert timer == {
            "is_running": False,
            "is_paused": False,
            "is_completed": False,
            "current_sequence": 1,
            "remaining_time_seconds": 900.0,
            "elapsed_time_seconds": 0.0,
            "progress_percentage": 0.0,
        }
        assert await room.log() == []


class TestShortPractice:
    """``minutes`` and ``sequences``: only some phases of a plan, or all in another time."""

    async def planned(self, app: FastAPI, session: dict[str, Any]) -> list[tuple[int, str, float]]:
        """Return what a session runs: the number, the name and the minutes of each phase."""
        [row] = await execute(
            app, "SELECT plan FROM interview_sessions WHERE id = :id", id=UUID(session["session_id"])
        )
        fields = row["plan"]["planner_fields"]
        return [(field["sequence"], field["question_id"], field["duration"]) for field in fields]

    async def test_only_the_chosen_phases_run_in_the_plans_order(self, app: FastAPI, user: SignedIn) -> None:
        plan_id = await save_plan(user, 15, 20, 1)

        session = await started(user, mock_interview_id=plan_id, sequences=[3, 1])

        assert await self.planned(app, session) == [(1, "q1", 15), (2, "q3", 1)]
        room = Room(app, user.client, session, user.headers)
        context = (await room.timer())["interview_context"]
        assert (context["total_planner_fields"], context["mock_interview_id"]) == (2, plan_id)

    async def test_the_plan_is_fitted_to_the_minutes(self, app: FastAPI, user: SignedIn) -> None:
        plan_id = await save_plan(user, 15, 20, 1)

        assert await self.planned(app, await started(user, mock_interview_id=plan_id, minutes=72)) == [
            (1, "q1", 30),
            (2, "q2", 40),
            (3, "q3", 2),
        ]
        assert await self.planned(app, await started(user, mock_interview_id=plan_id, minutes=7)) == [(1, "q2", 7)]
        whole = await started(user, mock_interview_id=plan_id, minutes=36)
        assert await self.planned(app, whole) == [(1, "q1", 15), (2, "q2", 20), (3, "q3", 1)]

    async def test_phases_are_chosen_first_and_then_fitted_and_none_is_left_out(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        plan_id = await save_plan(user, 15, 20, 1)

        session = await started(user, mock_interview_id=plan_id, sequences=[1, 2], minutes=5.5)

        assert await self.planned(app, session) == [(1, "q1", 2), (2, "q2", 3.5)]

    async def test_a_template_is_stretched_too(self, app: FastAPI, user: SignedIn) -> None:
        session = await started(user, minutes=480)

        assert [minutes for *_, minutes in await self.planned(app, session)] == [10, 455, 15]
        room = Room(app, user.client, session, user.headers)
        status = await room.act("timer/start")
        assert status["remaining_time_seconds"] == 600

    async def test_a_live_room_keeps_what_it_runs(self, app: FastAPI, user: SignedIn) -> None:
        name = room_name()
        first = await started(user, room_id=name, sequences=[2])

        again = await started(user, room_id=name, minutes=30, sequences=[1, 3])

        assert again["session_id"] == first["session_id"]
        assert [sequence for sequence, *_ in await self.planned(app, again)] == [1]

    async def test_null_is_as_good_as_not_sent(self, app: FastAPI, user: SignedIn) -> None:
        session = await started(user, minutes=None, sequences=None)

        assert [minutes for *_, minutes in await self.planned(app, session)] == [0.5, 1, 0.5]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"minutes": 4.99}, {"minutes": "Must be at least 5"}),
            ({"minutes": 480.01}, {"minutes": "Must be at most 480"}),
            ({"minutes": 10**300}, {"minutes": "Must be at most 480"}),
            ({"minutes": "30"}, {"minutes": "Must be a number"}),
            ({"minutes": True}, {"minutes": "Must be a number"}),
            ({"minutes": [30]}, {"minutes": "Must be a number"}),
            ({"sequences": []}, {"sequences": "Must have at least 1 entry"}),
            ({"sequences": [1] * 51}, {"sequences": "Must have at most 50 entries"}),
            ({"sequences": 1}, {"sequences": "Must be a list"}),
            ({"sequences": [0]}, {"sequences.0": "Must be at least 1"}),
            ({"sequences": [1, "2"]}, {"sequences.1": "Must be a whole number"}),
            ({"sequences": [True]}, {"sequences.0": "Must be a whole number"}),
            ({"sequences": [None]}, {"sequences.0": "This field is required"}),
            ({"sequences": [2, 1, 2, 1]}, dict.fromkeys(["sequences.2", "sequences.3"], "Must not repeat")),
            ({"sequences": [4, 1]}, {"sequences.0": "Must be a sequence of the plan (1 to 3)"}),
            ({"sequences": [3, 10**30]}, {"sequences.1": "Must be a sequence of the plan (1 to 3)"}),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, user: SignedIn, fields: dict[str, Any], expected: dict[str, str]
    ) -> None:
        refused = await start(user, **fields)

        assert refused.status_code == 422, refused.text
        assert assert_envelope(refused)["field_errors"] == expected

    async def test_another_users_plan_is_not_found_whatever_is_chosen(
        self, user: SignedIn, other_user: SignedIn
    ) -> None:
        theirs = await save_plan(other_user)

        assert_no_such_plan(await start(user, mock_interview_id=theirs, sequences=[9]), theirs)


class TestRichPlan:
    """What a room shows of a plan that has more than questions."""

    async def test_a_room_without_a_question_says_so_and_keeps_hints_to_itself(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        field = {
            "sequence": 1,
            "question_id": "q1",
            "question_type": "hr",
            "duration": 5,
            "instructions": "Ask for a project",
            "follow_ups": ["Why?", {"text": "How many?", "when": "no_numbers", "about": ["per second"]}],
            "hints": ["Think small"],
            "paraphrase": "In other words?",
            "examples": {"Why?": ["Because it broke."]},
        }
        room = await open_room(app, user, language="fr", planner_fields=[field])

        await room.act("timer/start")

        [started_phase] = await room.happenings()
        assert set(started_phase.data) == {
            "sequence",
            "question_id",
            "question_type",
            "question",
            "duration_minutes",
            "instructions",
            "timestamp",
            "phase_deadline",
        }
        assert (started_phase.data["question"], started_phase.data["instructions"]) == ("", "Ask for a project")
        assert (await room.status())["current_question"]["question"] == ""
        row = await room.row()
        phase = await app.state.runtime.reader(StoredPhases).whole(room.session_id, 1)
        shown = snapshot(row | {"now": datetime.now(UTC)}, phase, 1)["current_planner"]
        assert shown["follow_ups"] == ["Why?", "How many?"]
        assert not shown.keys() & {"hints", "paraphrase", "examples"}
        assert (await room.row())["plan"]["language"] == "fr"

    async def test_a_session_of_an_earlier_version_is_shown_like_any_other(
        self, room: Room, app: FastAPI, user: SignedIn
    ) -> None:
        await execute(
            app,
            """UPDATE interview_sessions SET plan = CAST(:plan AS json) WHERE id = :id""",
            plan=json.dumps({"title": "Rehearsal", "planner_fields": phases(15, 20, 1)}),
            id=room.session_id,
        )

        await room.act("timer/start")

        assert (await room.status())["current_question"]["question"] == "Question 1?"
        detail = (await user.get(f"/api/v1/sessions/{room.session_id}")).json()
        assert [field["hints"] for field in detail["planner_fields"]] == [[], [], []]
        assert [field["follow_ups"] for field in detail["planner_fields"]] == [[], [], []]


class TestRepeats:
    async def test_the_same_user_and_plan_get_the_same_session(self, room: Room, user: SignedIn) -> None:
        await room.act("timer/start")

        answer = await again(room, user)

        assert answer.json()["session_id"] == str(room.session_id)
        assert await room.happening_types() == ["phase_started"]
        assert (await room.timer())["timer_status"]["is_running"]

    async def test_an_id_in_another_spelling_is_the_same_plan(self, room: Room, user: SignedIn) -> None:
        plan_id = (await room.row())["mock_interview_id"]

        for spelling in (plan_id.upper(), f"  {plan_id} ", plan_id.replace("-", "")):
            answer = await start(user, room_id=room.id, mock_interview_id=spelling)
            assert answer.status_code == 200, (spelling, answer.text)
            assert answer.json()["session_id"] == str(room.session_id)

    async def test_a_plan_that_was_deleted_meanwhile_is_still_that_of_its_session(
        self, room: Room, user: SignedIn, other_user: SignedIn
    ) -> None:
        plan_id = (await room.row())["mock_interview_id"]
        assert (await user.delete(f"/api/v1/mock-interviews/{plan_id}")).status_code == 204

        for spelling in (plan_id, plan_id.upper()):
            answer = await start(user, room_id=room.id, mock_interview_id=spelling, patience_seconds=3)
            assert answer.status_code == 200, answer.text
            assert answer.json()["session_id"] == str(room.session_id)
        assert (await room.row())["patience_seconds"] == 3
        assert_no_such_plan(await start(other_user, room_id=room.id, mock_interview_id=plan_id), plan_id)
        await room.act("end")
        assert_no_such_plan(await again(room, user), plan_id)

    async def test_another_plan_finds_the_room_in_use(self, room: Room, user: SignedIn) -> None:
        assert_in_use(await start(user, room_id=room.id, mock_interview_id=DEMO), room.id)

    async def test_another_user_finds_the_room_in_use(self, user: SignedIn, other_user: SignedIn) -> None:
        room_id = (await started(user))["room_id"]

        assert_in_use(await start(other_user, room_id=room_id), room_id)

    async def test_nobody_finds_a_user_s_room_in_use_and_a_user_nobody_s(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        mine = (await started(user))["room_id"]
        assert_in_use(await client.post(START, json=body(room_id=mine)), mine)

        open_to_all = await open_anonymous_room(app, client)
        assert_in_use(await start(user, room_id=open_to_all.id), open_to_all.id)

    async def test_many_starts_at_once_of_one_user_give_one_session(self, app: FastAPI, user: SignedIn) -> None:
        room_id = room_name()

        answers = await asyncio.gather(*(started(user, room_id=room_id) for _ in range(12)))

        assert len({answer["session_id"] for answer in answers}) == 1
        rows = await execute(app, "SELECT 1 FROM interview_sessions WHERE room_id = :id", id=room_id)
        assert len(rows) == 1

    async def test_of_many_users_at_once_one_gets_the_room(self, client: httpx.AsyncClient) -> None:
        users = await asyncio.gather(*(sign_up(client) for _ in range(6)))
        room_id = room_name()

        answers = await asyncio.gather(*(start(each, room_id=room_id) for each in users))

        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5


class TestStartingAfresh:
    async def test_a_room_whose_session_ended_gets_a_new_one_with_a_log_of_its_own(
        self, app: FastAPI, room: Room, user: SignedIn
    ) -> None:
        await room.act("timer/start")
        await room.act("end")

        second = Room(app, user.client, (await again(room, user)).json(), user.headers)
        await second.act("timer/start")

        assert second.session_id != room.session_id
        assert await second.happening_types() == ["phase_started"]
        assert await room.happening_types() == ["phase_started", "interview_completed"]

    async def test_a_room_whose_last_phase_ran_out_may_be_started_by_another_user(
        self, room: Room, other_user: SignedIn
    ) -> None:
        await room.act("timer/start")
        for _ in range(6):
            await room.take_next_step()

        answer = await start(other_user, room_id=room.id)

        assert answer.status_code == 200, answer.text
        assert (await room.client.get(f"{room.path}/timer/status", headers=room.headers)).status_code == 404

    async def test_starts_at_once_after_the_end_give_one_new_session(self, room: Room, user: SignedIn) -> None:
        await room.act("end")

        answers = await asyncio.gather(*(again(room, user) for _ in range(8)))

        assert {answer.status_code for answer in answers} == {200}
        sessions = {answer.json()["session_id"] for answer in answers}
        assert len(sessions) == 1
        assert sessions != {str(room.session_id)}


class TestPlans:
    async def test_every_template_can_be_run(self, client: httpx.AsyncClient, user: SignedIn, app: FastAPI) -> None:
        templates = (await client.get("/api/v1/mock-interviews/templates")).json()["templates"]
        assert DEMO in {template["id"] for template in templates}
        for template in templates:
            answer = await started(user, mock_interview_id=template["id"])

            context = (await Room(app, client, answer, user.headers).timer())["interview_context"]

            assert context["mock_interview_id"] == template["id"]
            assert context["total_planner_fields"] == template["phases"]

    async def test_a_saved_plan_runs_as_it_was_when_the_room_was_started(self, room: Room, user: SignedIn) -> None:
        before = (await room.timer())["interview_context"]
        path = f"/api/v1/mock-interviews/{before['mock_interview_id']}"
        changed = {"sequence": 1, "question_id": "x", "question_type": "hr", "duration": 1, "question": "x?"}
        assert (await user.put(path, {"planner_fields": [changed]})).status_code == 200
        assert (await room.timer())["interview_context"] == before

        assert (await user.delete(path)).status_code == 204

        assert (await room.timer())["interview_context"] == before
        assert (await room.act("timer/start"))["remaining_time_seconds"] == 900

    async def test_an_unknown_plan_and_another_user_s_are_the_same_404(
        self, user: SignedIn, other_user: SignedIn
    ) -> None:
        theirs = await save_plan(other_user)
        for plan_id in (theirs, UNKNOWN, "no-such-template", "../coding", "Coding"):
            assert_no_such_plan(await start(user, mock_interview_id=plan_id), plan_id)

    async def test_without_a_token_there_are_templates_but_no_saved_plans(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        plan_id = await save_plan(user)

        assert_no_such_plan(await client.post(START, json=body(mock_interview_id=plan_id)), plan_id)
        assert (await client.post(START, json=body())).status_code == 200


class TestWhoStarts:
    async def test_a_user_may_name_themselves_and_nobody_else(self, user: SignedIn, other_user: SignedIn) -> None:
        assert (await start(user, user_id=user.id)).status_code == 200
        assert (await start(user, user_id=user.id.upper())).status_code == 200

        for somebody_else in (other_user.id, "me"):
            refused = await start(user, user_id=somebody_else)

            assert refused.status_code == 403
            assert_envelope(refused, "AUTHORIZATION_ERROR")

    async def test_naming_a_user_without_a_token_does_not_make_the_room_theirs(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        answer = await client.post(START, json=body(user_id=user.id))

        assert answer.status_code == 200
        assert (await client.post(START, json=body(user_id="your-user-id"))).status_code == 200
        mine = (await user.get("/api/connections/status")).json()
        assert mine["connections"] == {}

    async def test_a_bad_token_is_refused_even_where_none_is_needed(self, client: httpx.AsyncClient) -> None:
        response = await client.post(START, json=body(), headers={"Authorization": "Bearer nonsense"})

        assert response.status_code == 401
        assert_envelope(response, "AUTHENTICATION_ERROR")

    async def test_without_a_token_no_room_is_started_unless_the_setting_allows_it(
        self, app: FastAPI, make_app: MakeApp
    ) -> None:
        async with make_app(database_url=app.state.runtime.database.dsn) as strict, client_of(strict) as client:
            for response in (
                await client.post(START, json=body()),
                await client.get("/api/connections/status"),
            ):
                assert response.status_code == 403, response.text
                assert assert_envelope(response, "AUTHORIZATION_ERROR")["message"] == "Not authenticated"


class TestInput:
    @pytest.mark.parametrize("room_id", ["a", "a" * 64, "_-_", "0", "Interview-Playground_2"])
    async def test_room_names(self, user: SignedIn, room_id: str) -> None:
        answer = await start(user, room_id=room_id)

        assert answer.status_code in {200, 409}, answer.text

    @pytest.mark.parametrize(
        "room_id", ["", "a" * 65, "a b", "a/b", "ä", "a.b", "a\nb", "\x00", "a:b", "..", 7, None, ["a"], {}]
    )
    async def test_what_is_not_a_room_name_is_refused(self, user: SignedIn, room_id: object) -> None:
        response = await start(user, room_id=room_id)

        assert response.status_code == 422, response.text
        assert set(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == {"room_id"}

    @pytest.mark.parametrize("room_id", ["", "   ", None])
    async def test_a_blank_room_name_is_a_missing_one(self, user: SignedIn, room_id: str | None) -> None:
        response = await start(user, room_id=room_id)

        assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == {"room_id": "This field is required"}

    async def test_blanks_around_a_room_name_do_not_count(self, user: SignedIn) -> None:
        room_id = room_name()

        assert (await started(user, room_id=f"  {room_id}\n"))["room_id"] == room_id
        assert (await user.get(f"/api/status/{room_id}")).status_code == 200

    async def test_what_is_null_in_a_phase_takes_its_default(self, app: FastAPI, user: SignedIn) -> None:
        nulls = {"follow_ups": None, "rubric": None, "instructions": None}

        room = await open_room(app, user, planner_fields=[field | nulls for field in phases(1)])

        (field,) = (await room.row())["plan"]["planner_fields"]
        assert (field["follow_ups"], field["rubric"], field["instructions"]) == ([], [], "")

    @pytest.mark.parametrize("plan_id", ["", "   ", "x" * 65, "a\x00b", None, 5])
    async def test_what_is_not_a_plan_s_id_is_refused(self, user: SignedIn, plan_id: object) -> None:
        response = await start(user, mock_interview_id=plan_id)

        assert response.status_code == 422, response.text
        assert set(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == {"mock_interview_id"}

    async def test_what_is_missing_is_named(self, user: SignedIn) -> None:
        response = await user.post(START, {})

        assert response.status_code == 422
        assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == {
            "room_id": "This field is required",
            "mock_interview_id": "This field is required",
        }


class TestPositionOfALiveSession:
    async def test_a_position_cannot_be_deleted_while_it_is_practised_for(self, app: FastAPI, user: SignedIn) -> None:
        position_id = (await user.position())["id"]
        room = await open_room(app, user, position_id=position_id)
        path = f"{POSITIONS}/{position_id}"
        for act in ("timer/start", "timer/pause"):
            refused = await user.delete(path)
            assert refused.status_code == 400, refused.text
            error = assert_envelope(refused, "BUSINESS_LOGIC_ERROR")
            assert error["message"] == "Cannot delete position with active interviews"
            await room.act(act)

        await room.act("end")

        assert (await user.delete(path)).status_code == 204
        assert (await room.row())["position_id"] is None
        assert await room.happening_types() == ["phase_started", "timer_paused", "interview_completed"]

    async def test_a_position_of_an_idle_plan_can_be_deleted(self, user: SignedIn) -> None:
        position_id = (await user.position())["id"]
        await save_plan(user, position_id=position_id)

        assert (await user.delete(f"{POSITIONS}/{position_id}")).status_code == 204

    async def test_a_start_and_a_deletion_at_once_leave_no_session_of_a_position_that_is_gone(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        for _ in range(5):
            position_id = (await user.position())["id"]
            plan_id = await save_plan(user, position_id=position_id)

            start_answer, deletion = await asyncio.gather(
                start(user, mock_interview_id=plan_id), user.delete(f"{POSITIONS}/{position_id}")
            )

            assert start_answer.status_code in {200, 404, 409}, start_answer.text
            assert deletion.status_code in {204, 400}, deletion.text
            if deletion.status_code == 204:
                live = await execute(
                    app, "SELECT 1 FROM interview_sessions WHERE mock_interview_id = :id", id=plan_id
                )
                assert bool(live) == (start_answer.status_code == 200)
            else:
                assert start_answer.status_code == 200
