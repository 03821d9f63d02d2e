"""The timer of a room: its acts, its figures, and what it puts into the log."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.rooms import Logged, Room, ShiftedTime, execute, open_room, runner_of, timestamp
from tests.support.users import SignedIn

ACTS = ("timer/start", "timer/pause", "timer/reset", "end")
Post = Callable[[], Awaitable[httpx.Response]]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ShiftedTime:
    return ShiftedTime(monkeypatch)


def assert_refused(response: httpx.Response, message: str) -> None:
    assert response.status_code == 400, response.text
    assert assert_envelope(response, "BUSINESS_LOGIC_ERROR")["message"] == message


class TestAnswers:
    async def test_the_document_s_figures_three_minutes_into_a_phase_of_fifteen(
        self, room: Room, time: ShiftedTime
    ) -> None:
        await room.act("timer/start")
        time.pass_by(180)

        answer = await room.post("timer/start")

        assert answer.status_code == 200
        assert answer.json() == {
            "success": True,
            "message": "Timer is running",
            "room_id": room.id,
            "timer_status": {
                "is_running": True,
                "is_paused": False,
                "is_completed": False,
                "current_sequence": 1,
                "remaining_time_seconds": 720,
                "elapsed_time_seconds": 180,
                "progress_percentage": 20.0,
            },
        }

    async def test_every_act_answers_with_the_same_fields(self, room: Room) -> None:
        for act in ACTS:
            answer = (await room.post(act)).json()
            assert set(answer) == {"success", "message", "room_id", "timer_status"}, act
            assert answer["success"] is True
            assert answer["message"]

    async def test_the_timer_s_status_carries_its_context(self, room: Room) -> None:
        await room.act("timer/start")

        status = await room.timer()

        assert set(status) == {
            "success",
            "room_id",
            "timer_status",
            "interview_context",
            "bot_status",
            "timestamp",
        }
        assert status["success"] is True
        assert status["room_id"] == room.id
        assert status["timer_status"]["is_running"] is True
        assert status["interview_context"] == {
            "current_planner": {
                "sequence": 1,
                "question_id": "q1",
                "duration": 15,
                "question_type": "technical",
            },
            "total_planner_fields": 3,
            "mock_interview_id": (await room.row())["mock_interview_id"],
            "session_id": str(room.session_id),
        }
        assert status["bot_status"] == "disconnected"
        assert timestamp(status["timestamp"])

    async def test_a_room_at_a_glance(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(300)
        await room.act("timer/pause")

        assert await room.status() == {
            "room_id": room.id,
            "status": "paused",
            "phase": 1,
            "is_running": False,
            "phase_elapsed": 300,
            "phase_duration": 900,
            "current_question": {
                "sequence": 1,
                "question_id": "q1",
                "question_type": "technical",
                "question": "Question 1?",
            },
            "connection_info": {
                "session_id": str(room.session_id),
                "status": "paused",
                "bot_status": "disconnected",
            },
            "bot_status": "disconnected",
        }

    async def test_the_states_of_a_room(self, room: Room) -> None:
        states = [(await room.status())["status"]]
        for act in ACTS:
            await room.act(act)
            states.append((await room.status())["status"])

        assert states == ["ready", "running", "paused", "ready", "completed"]

    async def test_a_phase_of_a_fraction_of_a_minute(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, 0.025)

        assert (await room.timer())["timer_status"]["remaining_time_seconds"] == 1.5
        assert (await room.timer())["interview_context"]["current_planner"]["duration"] == 0.025

    @pytest.mark.parametrize("act", [*ACTS, "timer/next"])
    async def test_a_trailing_slash_changes_nothing(self, room: Room, act: str) -> None:
        await room.act("timer/start")

        assert (await room.post(f"{act}/")).status_code == 200


class TestActs:
    async def test_a_repeated_start_changes_nothing(self, room: Room) -> None:
        await room.act("timer/start")
        deadline = (await room.row())["deadline"]

        for _ in range(3):
            assert (await room.act("timer/start"))["is_running"]

        assert (await room.row())["deadline"] == deadline
        assert await room.happening_types() == ["phase_started"]

    async def test_a_repeated_pause_changes_nothing(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        first = await room.act("timer/pause")
        time.pass_by(60)

        assert await room.act("timer/pause") == first
        assert await room.happening_types() == ["phase_started", "timer_paused"]

    async def test_a_repeated_reset_changes_nothing(self, room: Room) -> None:
        untouched = await room.act("timer/reset")
        assert await room.log() == []
        await room.act("timer/start")

        for _ in range(2):
            assert await room.act("timer/reset") == untouched
        assert await room.happening_types() == ["phase_started", "timer_reset"]

    async def test_a_pause_before_the_first_start_is_refused(self, room: Room) -> None:
        assert_refused(await room.post("timer/pause"), "The interview has not been started")
        assert await room.log() == []

    async def test_a_pause_after_a_reset_changes_nothing(self, room: Room) -> None:
        await room.act("timer/start")
        at_the_beginning = await room.act("timer/reset")

        assert await room.act("timer/pause") == at_the_beginning
        assert await room.happening_types() == ["phase_started", "timer_reset"]
        assert (await room.status())["status"] == "ready"

    async def test_a_pause_freezes_the_remaining_time(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(100.5)
        paused = await room.act("timer/pause")
        time.pass_by(100_000)

        assert (paused["is_running"], paused["is_paused"]) == (False, True)
        assert paused["remaining_time_seconds"] == 799.5
        assert (await room.timer())["timer_status"] == paused
        resumed = await room.act("timer/start")
        assert (resumed["is_running"], resumed["is_paused"]) == (True, False)
        assert resumed["remaining_time_seconds"] == 799.5

    async def test_a_reset_returns_to_the_first_phase_and_does_not_run(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()
        assert (await room.take_next_step()).type == "phase_changed"

        status = await room.act("timer/reset")

        assert status["current_sequence"] == 1
        assert (status["is_running"], status["is_paused"]) == (False, False)
        assert status["remaining_time_seconds"] == 900
        await room.act("timer/start")
        assert (await room.happening_types())[-2:] == ["timer_reset", "phase_started"]
        assert (await room.take_next_step()).type == "phase_ending"

    async def test_the_end_may_come_before_the_start(self, room: Room) -> None:
        status = await room.act("end")

        assert status["is_completed"] is True
        assert status["is_running"] is False
        (completed,) = await room.happenings()
        assert (completed.data["total_transitions"], completed.data["session_duration_seconds"]) == (0, 0)

    @pytest.mark.parametrize("ended_by", ["its time", "a call"])
    async def test_after_the_end_every_call_is_refused_and_what_is_read_is_still_there(
        self, app: FastAPI, user: SignedIn, ended_by: str
    ) -> None:
        room = await open_room(app, user, 1)
        await room.act("timer/start")
        if ended_by == "a call":
            await room.act("end")
        else:
            await room.take_next_step()
            assert (await room.take_next_step()).type == "interview_completed"
        log = await room.log()

        for act in (*ACTS, "timer/next"):
            assert_refused(await room.post(act), "The interview is over")
        for path, field in (("inject-problem", "problem_text"), ("inject-custom-context", "context_text")):
            assert_refused(
                await user.post(f"/api/{path}", {"room_id": room.id, field: "More"}), "The interview is over"
            )

        assert await room.log() == log
        assert (await room.timer())["timer_status"]["is_completed"] is True
        assert (await room.status())["status"] == "completed"
        assert (await user.get("/api/connections/status")).json()["connections"] == {}

    async def test_a_deadline_that_passed_unseen_comes_first(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(15 * 60 + 0.1)

        paused = await room.act("timer/pause")

        assert paused["current_sequence"] == 2
        assert paused["remaining_time_seconds"] == 20 * 60 - 0.1
        assert await room.happening_types() == ["phase_started", "phase_changed", "timer_paused"]

    async def test_an_act_after_the_last_deadline_is_refused_and_the_end_stays_for_the_runner(
        self, app: FastAPI, user: SignedIn, time: ShiftedTime
    ) -> None:
        room = await open_room(app, user, 1)
        await room.act("timer/start")
        time.pass_by(61)

        assert_refused(await room.post("timer/pause"), "The interview is over")

        await room.let_pass()
        assert (await room.take_next_step(60)).type == "interview_completed"

    async def test_whatever_was_due_is_in_the_log_before_the_end(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(14 * 60)

        await room.act("end")

        assert await room.happening_types() == ["phase_started", "phase_ending", "interview_completed"]
        assert (await room.log())[-1].data["session_duration_seconds"] == 14 * 60


class TestNext:
    async def test_it_goes_on_to_the_next_phase_and_says_why(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(60)

        answer = await room.post("timer/next")

        assert answer.status_code == 200, answer.text
        assert answer.json() == {
            "success": True,
            "message": "Next phase",
            "room_id": room.id,
            "timer_status": {
                "is_running": True,
                "is_paused": False,
                "is_completed": False,
                "current_sequence": 2,
                "remaining_time_seconds": 1200,
                "elapsed_time_seconds": 0,
                "progress_percentage": 0,
            },
        }
        assert await room.happening_types() == ["phase_started", "phase_changed"]
        changed, question = (await room.log())[-2:]
        now, deadline = timestamp(changed.data.pop("timestamp")), timestamp(changed.data.pop("phase_deadline"))
        # A clock counts whole milliseconds.
        assert timedelta() <= now + timedelta(minutes=20) - deadline < timedelta(milliseconds=1)
        assert changed.data == {
            "new_sequence": 2,
            "previous_sequence": 1,
            "question_id": "q2",
            "question_type": "technical",
            "question": "Question 2?",
            "duration_minutes": 20,
            "instructions": "Ask question 2",
            "reason": "skipped",
            "transition_count": 1,
        }
        assert (question.data["purpose"], question.data["phase_sequence"]) == ("question", 2)

    async def test_a_deadline_needs_no_reason(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()

        assert "reason" not in (await room.take_next_step()).data

    async def test_from_the_last_phase_it_completes_the_interview(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        for seconds in (60, 120, 30):
            time.pass_by(seconds)
            answer = await room.act("timer/next")

        assert answer["is_completed"] is True
        assert (answer["elapsed_time_seconds"], answer["progress_percentage"]) == (30, 50)
        assert answer["remaining_time_seconds"] == 30
        event = (await room.log())[-1]
        assert event.type == "interview_completed"
        assert timestamp(event.data.pop("timestamp"))
        assert event.data == {
            "total_transitions": 2,
            "session_duration_seconds": 210,
            "session_duration_minutes": 3.5,
            "total_planner_fields": 3,
            "reason": "skipped",
        }
        row = await room.row()
        assert (row["end_reason"], row["run_ms"], row["skipped_ms"]) == ("skipped", 210_000, (840 + 1080) * 1000)
        session = await room.client.get(f"/api/v1/sessions/{room.session_id}", headers=room.headers)
        assert session.json()["minutes"] == 3.5
        assert (await room.timer())["timer_status"] == answer
        glance = await room.status()
        assert (glance["phase"], glance["phase_elapsed"], glance["phase_duration"]) == (3, 30, 60)

    async def test_a_reset_forgets_what_was_skipped(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        await room.act("timer/next")
        await room.act("timer/reset")
        await room.act("timer/start")
        time.pass_by(15 * 60)
        await room.act("end")

        assert (await room.row())["skipped_ms"] == 0
        assert (await room.log())[-1].data["session_duration_seconds"] == 15 * 60

    async def test_out_of_a_pause_the_next_phase_runs_at_once(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(60)
        await room.act("timer/pause")
        time.pass_by(1000)

        status = await room.act("timer/next")

        assert (status["is_running"], status["is_paused"], status["current_sequence"]) == (True, False, 2)
        assert status["remaining_time_seconds"] == 1200
        assert await room.happening_types() == ["phase_started", "timer_paused", "phase_changed"]
        row = await room.row()
        assert row["skipped_ms"] == 840_000
        assert row["wake_at"] == row["deadline"] - timedelta(minutes=4)

    async def test_before_the_start_and_after_a_reset_there_is_none(self, room: Room) -> None:
        assert_refused(await room.post("timer/next"), "The interview has not been started")
        assert await room.log() == []
        await room.act("timer/start")
        await room.act("timer/reset")
        log = await room.log()

        assert_refused(await room.post("timer/next"), "The interview has not been started")
        assert await room.log() == log

    async def test_two_at_once_are_two_steps(self, room: Room) -> None:
        await room.act("timer/start")

        answers = await asyncio.gather(*(room.post("timer/next") for _ in range(2)))

        assert {answer.status_code for answer in answers} == {200}
        log = await room.happenings()
        assert [line.type for line in log] == ["phase_started", "phase_changed", "phase_changed"]
        assert [line.data["new_sequence"] for line in log[1:]] == [2, 3]

    async def test_on_two_replicas_at_once_each_is_one_step_of_one_history(
        self, app: FastAPI, user: SignedIn, make_app: MakeApp
    ) -> None:
        room = await open_room(app, user, *[10] * 6)
        await room.act("timer/start")
        database = app.state.runtime.database.dsn
        secret = app.state.runtime.settings.jwt_secret_key
        async with (
            make_app(database_url=database, jwt_secret_key=secret) as second,
            client_of(second) as there,
        ):
            await runner_of(second).stop()
            next_path, headers = f"{room.path}/timer/next", room.headers
            answers = await asyncio.gather(
                *(each.post(next_path, headers=headers) for each in (room.client, there) for _ in range(2))
            )

        assert [answer.status_code for answer in answers] == [200] * 4
        reached = sorted(answer.json()["timer_status"]["current_sequence"] for answer in answers)
        assert reached == [2, 3, 4, 5]
        log = await room.log()
        assert_one_history(log)
        assert [line.data["phase_sequence"] for line in log if line.is_of_interviewer][1:] == [1, 2, 3, 4, 5]

    async def test_the_deadline_and_the_next_at_once_are_two_steps_in_this_order(
        self, app: FastAPI, room: Room
    ) -> None:
        await room.act("timer/start")
        await room.let_pass(600)

        answers = await asyncio.gather(room.post("timer/next"), *(runner_of(app).perform_due() for _ in range(3)))

        assert isinstance(answers[0], httpx.Response)
        assert answers[0].status_code == 200, answers[0].text
        changes = [line.data for line in await room.happenings() if line.type == "phase_changed"]
        # The first phase had ended by itself, whoever saw to it.
        assert [(data["new_sequence"], data.get("reason")) for data in changes] == [(2, None), (3, "skipped")]
        assert_one_history(await room.log())


class TestFiguresOfAnEndedSession:
    async def assert_figures(self, room: Room, elapsed: float, progress: float) -> None:
        status, glance = (await room.timer())["timer_status"], await room.status()
        assert status["is_completed"] is True
        assert (status["elapsed_time_seconds"], status["progress_percentage"]) == (elapsed, progress)
        assert status["elapsed_time_seconds"] + status["remaining_time_seconds"] == glance["phase_duration"]
        assert glance["phase_elapsed"] == elapsed

    async def test_an_early_end_stops_them_where_they_are(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(90)

        answer = await room.act("end")

        assert (answer["elapsed_time_seconds"], answer["progress_percentage"]) == (90, 10)
        assert answer["remaining_time_seconds"] == 810
        await self.assert_figures(room, 90, 10)
        assert (await room.row())["run_ms"] == 90_000

    async def test_a_pause_before_the_end_is_not_counted(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(15 * 60 + 0.1)
        await room.act("timer/pause")
        await room.act("timer/start")
        time.pass_by(300)
        await room.act("timer/pause")
        time.pass_by(3600)

        await room.act("end")

        await self.assert_figures(room, 300.1, 25.01)
        assert (await room.row())["run_ms"] == 1_200_100

    async def test_a_session_that_never_began_has_run_for_nothing(self, room: Room) -> None:
        answer = await room.act("end")

        assert (answer["elapsed_time_seconds"], answer["progress_percentage"]) == (0, 0)
        await self.assert_figures(room, 0, 0)

    async def test_one_that_ran_out_has_run_its_whole_time(self, room: Room) -> None:
        await room.act("timer/start")
        for _ in range(6):
            await room.take_next_step()

        await self.assert_figures(room, 60, 100)
        assert (await room.row())["run_ms"] == 36 * 60_000

    async def test_one_that_ended_before_there_was_a_count_is_taken_for_one_that_ran_out(
        self, app: FastAPI, room: Room
    ) -> None:
        await room.act("timer/start")
        await room.act("end")
        await execute(app, "UPDATE interview_sessions SET run_ms = NULL WHERE id = :id", id=room.session_id)

        await self.assert_figures(room, 900, 100)


class TestEvents:
    async def test_the_start_announces_the_first_phase(self, room: Room) -> None:
        await room.act("timer/start")

        (event,) = await room.happenings()

        assert event.type == "phase_started"
        now, deadline = event.data.pop("timestamp"), event.data.pop("phase_deadline")
        assert timestamp(deadline) - timestamp(now) == pytest.approx(timedelta(minutes=15), abs=timedelta(seconds=20))
        assert event.data == {
            "sequence": 1,
            "question_id": "q1",
            "question_type": "technical",
            "question": "Question 1?",
            "duration_minutes": 15,
            "instructions": "Ask question 1",
        }

    async def test_pause_resumption_and_reset_say_what_remains(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(60)
        await room.act("timer/pause")
        time.pass_by(5)
        await room.act("timer/start")
        await room.act("timer/reset")

        started, paused, resumed, reset = await room.happenings()

        began = timestamp(started.data["timestamp"])
        assert paused.type == "timer_paused"
        assert paused.data.keys() == {"sequence", "remaining_time_seconds", "timestamp"}
        assert paused.data["remaining_time_seconds"] == 840
        assert timestamp(paused.data["timestamp"]) == began + timedelta(seconds=60)
        assert resumed.type == "timer_resumed"
        assert resumed.data.keys() == {"sequence", "remaining_time_seconds", "phase_deadline", "timestamp"}
        assert resumed.data["sequence"] == 1
        deadline = timestamp(started.data["phase_deadline"])
        assert timestamp(resumed.data["phase_deadline"]) == deadline + timedelta(seconds=5)
        assert reset.type == "timer_reset"
        assert reset.data.keys() == {"sequence", "remaining_time_seconds", "timestamp"}
        assert (reset.data["sequence"], reset.data["remaining_time_seconds"]) == (1, 900)

    async def test_an_early_end_counts_the_time_that_the_timer_ran(self, room: Room, time: ShiftedTime) -> None:
        await room.act("timer/start")
        time.pass_by(15 * 60 + 0.1)
        await room.act("timer/pause")
        time.pass_by(3600)
        await room.act("timer/start")
        time.pass_by(300)

        await room.act("end")

        event = (await room.log())[-1]
        assert event.type == "interview_completed"
        assert timestamp(event.data.pop("timestamp"))
        assert event.data == {
            "total_transitions": 1,
            "session_duration_seconds": 1200.1,
            "session_duration_minutes": 20.0,
            "total_planner_fields": 3,
            "reason": "ended",
        }
        assert (await room.row())["end_reason"] == "ended"


class TestUnknownRooms:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            *(("POST", f"/api/interview/{{room}}/{act}") for act in (*ACTS, "timer/next")),
            ("GET", "/api/interview/{room}/timer/status"),
            ("GET", "/api/interview/{room}/events"),
            ("GET", "/api/status/{room}"),
        ],
    )
    async def test_a_room_that_was_never_started_is_not_found(
        self, client: httpx.AsyncClient, user: SignedIn, method: str, path: str
    ) -> None:
        response = await client.request(method, path.format(room="nobody-was-here"), headers=user.headers)
        assert response.status_code == 404, response.text
        error = assert_envelope(response, "RESOURCE_NOT_FOUND")
        assert error["message"] == "Interview bot not found"
        assert (await client.request(method, path.format(room="a%20b"))).status_code == 422


class TestManyAtOnce:
    @pytest.mark.parametrize("round_of_acts", range(4))
    async def test_twenty_acts_at_once_make_one_history(
        self, app: FastAPI, user: SignedIn, round_of_acts: int
    ) -> None:
        room = await open_room(app, user, 5, 5)
        await room.act("timer/start")
        acts: list[Post] = [
            lambda: room.post("timer/start"),
            lambda: room.post("timer/pause"),
            lambda: room.post("timer/reset"),
            lambda: user.post("/api/inject-problem", {"room_id": room.id, "problem_text": "Sort it"}),
            lambda: user.post("/api/inject-custom-context", {"room_id": room.id, "context_text": "Be brief"}),
        ]
        if round_of_acts == 2:
            acts[3] = lambda: room.post("end")
        if round_of_acts == 3:
            acts[2] = lambda: room.post("timer/next")

        answers = await asyncio.gather(*(act() for act in acts * 4))

        assert {answer.status_code for answer in answers} <= {200, 400}
        log = await room.log()
        assert [line.seq for line in log] == list(range(1, len(log) + 1))
        assert (await room.row())["last_seq"] == len(log)
        assert_one_history(log)
        assert (await room.status())["status"] == state_after(log)
        injected = [line for line in log if line.type.endswith("_injected")]
        accepted = [answer for answer in answers if answer.status_code == 200 and "timer_status" not in answer.json()]
        assert len(injected) == len(accepted)

    async def test_deadlines_and_acts_at_once_make_one_history(self, app: FastAPI, room: Room) -> None:
        await room.act("timer/start")
        await room.let_pass(600)

        answers = await asyncio.gather(
            *(room.post("timer/pause") for _ in range(5)),
            *(room.post("timer/start") for _ in range(5)),
            *(runner_of(app).perform_due() for _ in range(3)),
        )

        assert {answer.status_code for answer in answers if isinstance(answer, httpx.Response)} == {200}
        log = await room.log()
        assert [line.seq for line in log] == list(range(1, len(log) + 1))
        assert [line.type for line in log].count("phase_changed") == 1
        assert_one_history(log)


STATES = {
    "phase_started": ({"ready"}, "running"),
    "phase_ending": ({"running"}, "running"),
    "phase_changed": ({"running"}, "running"),
    "timer_paused": ({"running"}, "paused"),
    "timer_resumed": ({"paused"}, "running"),
    "timer_reset": ({"running", "paused"}, "ready"),
    "interview_completed": ({"ready", "running", "paused"}, "completed"),
}


def state_after(log: list[Logged]) -> str:
    """Follow the log from the beginning; each line must be possible after the one before."""
    state = "ready"
    for line in log:
        if line.type in STATES:
            before, after = STATES[line.type]
            # Whoever goes on to the next phase may do so out of a pause; a deadline never comes in one.
            assert state in before or (line.data.get("reason") == "skipped" and state == "paused"), line
            state = after
        assert state != "completed" or line is log[-1]
    return state


def assert_one_history(log: list[Logged]) -> None:
    state_after(log)
    times: list[Any] = [timestamp(line.data["timestamp"]) for line in log]
    assert all(earlier <= later for earlier, later in pairwise(times))
