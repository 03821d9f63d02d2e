"""Phase changes at their time: what each puts into the log, once, and what becomes of those that came late."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.errors import DatabaseUnavailableError
from app.interview_session.events.event_log import EventLog, Outlined
from app.interview_session.room import phase_runner
from app.interview_session.room.phase_clock import LATE_AFTER_MS
from app.interview_session.room.phase_runner import PhaseRunner
from app.interview_session.room.room_service import RoomService
from tests.conftest import MakeApp, client_of
from tests.support.rooms import Logged, Room, ShiftedTime, execute, open_room, runner_of, timestamp
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import PATIENCE_SECONDS, nothing_happens, turns_of_the_loop, until

WHOLE_RUN = [
    "phase_started",
    "phase_ending",
    "phase_changed",
    "phase_ending",
    "phase_changed",
    "phase_ending",
    "interview_completed",
]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ShiftedTime:
    return ShiftedTime(monkeypatch)


async def until_happened(room: Room, count: int) -> list[str]:
    """Wait for a runner in the background until so many things have happened."""

    async def log() -> list[str] | None:
        kinds = await room.happening_types()
        return kinds if len(kinds) >= count else None

    kinds: list[str] = await until(log)
    return kinds


class TestSteps:
    async def test_a_session_runs_from_its_start_to_its_end(self, room: Room) -> None:
        await room.act("timer/start")

        steps = [await room.take_next_step() for _ in range(6)]

        assert await room.happening_types() == WHOLE_RUN
        assert [step.data.get("sequence", step.data.get("new_sequence")) for step in steps] == [1, 2, 2, 3, 3, None]
        row = await room.row()
        assert (row["state"], row["end_reason"], row["wake_at"], row["deadline"]) == (
            "completed",
            "completed",
            None,
            None,
        )
        assert await runner_of(room.app).perform_due() == 0

    async def test_a_change_of_phase_is_described_field_by_field(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()

        event = await room.take_next_step()

        assert event.type == "phase_changed"
        assert timestamp(event.data.pop("timestamp")) < timestamp(event.data.pop("phase_deadline"))
        assert event.data == {
            "new_sequence": 2,
            "previous_sequence": 1,
            "question_id": "q2",
            "question_type": "technical",
            "question": "Question 2?",
            "duration_minutes": 20,
            "instructions": "Ask question 2",
            "transition_count": 1,
        }

    async def test_the_end_of_a_phase_is_announced_at_eighty_percent(self, room: Room) -> None:
        await room.act("timer/start")

        event = await room.take_next_step()

        assert event.type == "phase_ending"
        assert event.data.keys() == {"sequence", "remaining_time_seconds", "phase_deadline", "timestamp"}
        assert event.data["sequence"] == 1
        assert event.data["remaining_time_seconds"] == pytest.approx(180, abs=10)
        assert (await room.timer())["timer_status"]["progress_percentage"] == pytest.approx(80, abs=2)

    async def test_the_end_of_the_last_phase_completes_the_interview(self, room: Room) -> None:
        await room.act("timer/start")
        for _ in range(5):
            await room.take_next_step()

        event = await room.take_next_step()

        assert event.type == "interview_completed"
        assert timestamp(event.data.pop("timestamp"))
        assert event.data == {
            "total_transitions": 2,
            "session_duration_seconds": 2160,
            "session_duration_minutes": 36,
            "total_planner_fields": 3,
            "reason": "completed",
        }

    async def test_nothing_is_due_before_its_time(self, room: Room) -> None:
        await room.act("timer/start")
        await room.let_pass(-30)

        await runner_of(room.app).perform_due()

        assert await room.happening_types() == ["phase_started"]

    async def test_a_paused_or_reset_timer_has_no_steps(self, room: Room) -> None:
        for act in ("timer/pause", "timer/reset"):
            await room.act("timer/start")
            await room.act(act)
            assert (await room.row())["wake_at"] is None
            await room.let_pass(10**6)
            await runner_of(room.app).perform_due()

        assert await room.happening_types() == [
            "phase_started",
            "timer_paused",
            "timer_resumed",
            "timer_reset",
        ]

    async def test_the_end_of_a_phase_is_announced_once_whatever_pauses_come_after(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()
        await room.act("timer/pause")
        await room.act("timer/start")

        event = await room.take_next_step()

        assert event.type == "phase_changed"
        assert (await room.happening_types()).count("phase_ending") == 1


class TestDelays:
    @pytest.mark.parametrize("late_ms", [0, 1, LATE_AFTER_MS])
    async def test_after_a_small_delay_the_next_phase_has_begun_at_the_deadline(
        self, room: Room, time: ShiftedTime, late_ms: int
    ) -> None:
        event = await self.change_of_phase(room, time, timedelta(milliseconds=late_ms))

        began = timestamp(event.data["timestamp"]) - timedelta(milliseconds=late_ms)
        assert timestamp(event.data["phase_deadline"]) == began + timedelta(minutes=20)

    @pytest.mark.parametrize("late", [timedelta(milliseconds=LATE_AFTER_MS + 1), timedelta(days=1)])
    async def test_after_an_absence_the_next_phase_gets_its_whole_duration(
        self, room: Room, time: ShiftedTime, late: timedelta
    ) -> None:
        event = await self.change_of_phase(room, time, late)

        assert timestamp(event.data["phase_deadline"]) == timestamp(event.data["timestamp"]) + timedelta(minutes=20)
        assert (await room.row())["deadline"] == timestamp(event.data["phase_deadline"])

    async def change_of_phase(self, room: Room, time: ShiftedTime, late: timedelta) -> Logged:
        """Have the first phase end so late."""
        await room.act("timer/start")
        time.set((await room.row())["deadline"] + late)
        await room.make_due()
        await runner_of(room.app).perform_due()
        assert await room.happening_types() == ["phase_started", "phase_changed"]
        return (await room.happenings())[-1]

    async def test_an_absence_costs_one_phase_and_is_not_part_of_the_duration(self, room: Room) -> None:
        await room.act("timer/start")

        steps = [await room.take_next_step(7200) for _ in range(3)]

        assert [step.type for step in steps] == ["phase_changed", "phase_changed", "interview_completed"]
        assert steps[-1].data["session_duration_seconds"] == 2160


class TestManyRunners:
    async def test_runners_that_look_at_the_same_time_perform_each_step_once(
        self, app: FastAPI, make_app: MakeApp, user: SignedIn
    ) -> None:
        async with make_app(database_url=app.state.runtime.database.dsn) as second:
            await runner_of(second).stop()
            rooms = [await open_room(app, user, 1, 1) for _ in range(6)]
            for room in rooms:
                await room.act("timer/start")
            for _ in range(4):
                for room in rooms:
                    await room.let_pass()
                runners = [runner_of(app), runner_of(second)] * 4
                performed = await asyncio.gather(*(runner.perform_due() for runner in runners))
                # What one runner holds, another passes over: it may have come back with nothing.
                assert sum(performed) == len(rooms)

        for room in rooms:
            assert await room.happening_types() == [*WHOLE_RUN[:4], "interview_completed"]

    async def test_more_than_a_batch_is_performed_in_one_go(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(phase_runner, "BATCH", 3)
        rooms = [await open_room(app, user, 1) for _ in range(8)]
        for room in rooms:
            await room.act("timer/start")
            await room.let_pass(3600)

        # Rooms that other tests have left may be due as well.
        assert await runner_of(app).perform_due() >= 8

        for room in rooms:
            assert await room.happening_types() == ["phase_started", "interview_completed"]

    async def test_a_room_that_somebody_holds_does_not_hold_up_the_others(self, app: FastAPI, user: SignedIn) -> None:
        held, other = [await open_room(app, user, 1) for _ in range(2)]
        for room in (held, other):
            await room.act("timer/start")
            await room.let_pass(3600)
        async with app.state.runtime.database.transaction() as db:
            await db.execute(
                text("SELECT 1 FROM interview_sessions WHERE id = :id FOR UPDATE"), {"id": held.session_id}
            )
            assert await runner_of(app).perform_due() == 1
            assert await other.happening_types() == ["phase_started", "interview_completed"]

        assert await runner_of(app).perform_due() == 1
        assert await held.happening_types() == ["phase_started", "interview_completed"]

    async def test_a_conversation_that_cannot_be_read_does_not_hold_up_the_clocks(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken, other = [await open_room(app, user, 1) for _ in range(2)]
        for room in (broken, other):
            await room.act("timer/start")
        await execute(
            app,
            "UPDATE interview_sessions SET wake_at = clock_timestamp(), interviewer_wake_at = clock_timestamp() "
            "WHERE id = :id",
            id=broken.session_id,
        )
        await other.let_pass(3600)
        real = EventLog.outline

        async def unreadable(log: EventLog, session_id: UUID) -> list[Outlined]:
            if session_id == broken.session_id:
                raise ValueError("a line that nobody understands")
            return await real(log, session_id)

        monkeypatch.setattr(EventLog, "outline", unreadable)

        assert await runner_of(app).perform_due() == 2

        assert await other.happening_types() == ["phase_started", "interview_completed"]
        assert await runner_of(app).perform_due() == 0
        await broken.let_pass(3600)
        await runner_of(app).perform_due()
        assert await broken.happening_types() == ["phase_started", "interview_completed"]

    async def test_a_session_erased_while_it_is_due_harms_nobody(self, app: FastAPI, user: SignedIn) -> None:
        leaver = await sign_up(user.client)
        gone, left = await open_room(app, leaver, 1), await open_room(app, user, 1)
        for room in (gone, left):
            await room.act("timer/start")
            await room.let_pass(3600)

        erased, *_ = await asyncio.gather(
            leaver.delete("/api/v1/auth/me", {"password": leaver.password}),
            runner_of(app).perform_due(),
            runner_of(app).perform_due(),
        )

        assert erased.status_code == 204
        await runner_of(app).perform_due()
        assert await left.happening_types() == ["phase_started", "interview_completed"]
        assert await gone.happening_types() == []


class TestInTheBackground:
    """A runner that runs by itself, asleep because no deadline is near."""

    @pytest.fixture
    async def running(self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
        monkeypatch.setattr(phase_runner, "MAX_SLEEP_SECONDS", 600.0)
        async with make_app() as app:
            yield app

    @pytest.fixture
    async def asleep(self, running: FastAPI) -> Room:
        """Give a room that was started, its first step minutes away."""
        await until(running.state.runtime.notifications.connected.is_set)
        user = await sign_up(client_of(running))
        room = await open_room(running, user)
        await room.act("timer/start")
        return room

    async def test_a_nearer_deadline_set_elsewhere_wakes_it(self, running: FastAPI, asleep: Room) -> None:
        await asleep.let_pass(3600)
        wake_at = int((await asleep.row())["wake_at"].timestamp() * 1000)

        await execute(running, f"SELECT pg_notify('interview_tracker', 'clock:{wake_at}')")

        assert await until_happened(asleep, 2) == ["phase_started", "phase_changed"]

    async def test_a_farther_deadline_does_not(self, running: FastAPI, asleep: Room) -> None:
        runner = runner_of(running)
        # Asleep: what the start of the room itself told it of is dealt with.
        await until(lambda: 0 < runner._sleeps_until < float("inf") and not runner._woken.is_set())

        runner.look_again(str(int(runner._sleeps_until) + 1))
        assert not runner._woken.is_set()

        runner.look_again(str(int(runner._sleeps_until) - 1))
        assert runner._woken.is_set()

    async def test_it_finds_what_is_due_though_every_wake_up_was_lost(
        self, running: FastAPI, asleep: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runner = runner_of(running)
        await until(lambda: 0 < runner._sleeps_until < float("inf"))
        before = runner._sleeps_until
        monkeypatch.setattr(phase_runner, "MAX_SLEEP_SECONDS", 0.05)
        runner.look_again(None)
        await until(lambda: 0 < runner._sleeps_until < before)

        await asleep.let_pass(3600)

        assert await until_happened(asleep, 2) == ["phase_started", "phase_changed"]

    async def test_it_looks_again_after_the_connection_for_wake_ups_was_lost(
        self, running: FastAPI, asleep: Room
    ) -> None:
        await asleep.let_pass(3600)

        await end_other_connections(running)

        assert await until_happened(asleep, 2) == ["phase_started", "phase_changed"]

    async def test_it_goes_on_after_a_failure(
        self, running: FastAPI, asleep: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = RoomService.perform_due
        failures: list[Exception] = [DatabaseUnavailableError(), RuntimeError("a bug"), OSError("a broken pipe")]

        async def failing(service: RoomService, limit: int) -> tuple[int, list[float]]:
            if failures:
                raise failures.pop()
            return await real(service, limit)

        monkeypatch.setattr(RoomService, "perform_due", failing)
        await asleep.let_pass(3600)
        runner_of(running).look_again(None)

        assert await until_happened(asleep, 2) == ["phase_started", "phase_changed"]
        assert not failures

    async def test_a_wake_up_at_the_moment_of_its_end_does_not_keep_it_alive(
        self, running: FastAPI, asleep: Room
    ) -> None:
        runner = runner_of(running)
        for ticks in range(5):
            await until(lambda: 0 < runner._sleeps_until < float("inf"))
            runner.look_again(None)
            await turns_of_the_loop(ticks)

            async with asyncio.timeout(PATIENCE_SECONDS):
                await runner.stop()

            runner._sleeps_until = 0
            runner.start()
        assert await asleep.happening_types() == ["phase_started"]

    async def test_it_does_not_spin_while_somebody_holds_what_is_due(
        self, running: FastAPI, asleep: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = PhaseRunner.perform_due
        looks = 0

        async def counted(runner: PhaseRunner) -> int:
            nonlocal looks
            looks += 1
            return await real(runner)

        monkeypatch.setattr(PhaseRunner, "perform_due", counted)
        await asleep.let_pass(3600)
        async with running.state.runtime.database.transaction() as db:
            await db.execute(
                text("SELECT 1 FROM interview_sessions WHERE id = :id FOR UPDATE"), {"id": asleep.session_id}
            )
            runner_of(running).look_again(None)
            await until(lambda: looks > 1)
            before = looks
            await nothing_happens(0.5, because="a loop that spins is only told from one that rests by its pace")
            assert looks - before < 30

        assert await until_happened(asleep, 2) == ["phase_started", "phase_changed"]


async def end_other_connections(app: FastAPI) -> None:
    """End every connection to the database but the one that asks."""
    await execute(
        app,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
