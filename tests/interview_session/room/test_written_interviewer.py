"""The interviewer in writing: what it says into the log, when, and in the same act as what called for it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.interview_session.conversation import scripted
from app.interview_session.conversation.utterance import Understanding
from app.interview_session.room import phase_runner
from app.interview_session.room.act import CONNECTED, DISCONNECTED, RETURN_SECONDS
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.stored_clock import to_ms
from app.repositories.access import DataAccess
from tests.conftest import MakeApp, client_of
from tests.support.event_streams import joined
from tests.support.probing import assert_envelope
from tests.support.rooms import (
    Logged,
    Room,
    ShiftedTime,
    execute,
    interviewer_of,
    open_room,
    runner_of,
    timestamp,
)
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

ANSWER = "I built a payment service with a small team, and I am glad about how calm the release was."
NUDGE_SECONDS = 180.0
OPENING = [("greeting", scripted.WELCOME), ("question", "Question 1?")]
SECOND_QUESTION = ("question", f"{scripted.THANKS_AND_ON} Question 2?")


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ShiftedTime:
    return ShiftedTime(monkeypatch)


@pytest.fixture
async def begun(room: Room, time: ShiftedTime) -> Room:
    """Give a room whose first question was asked, and whose time stands still."""
    await room.act("timer/start")
    return room


@pytest.fixture
def nudging(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the interviewer ask about a silence of three minutes."""
    monkeypatch.setattr(interviewer_of(app), "nudge_seconds", NUDGE_SECONDS)


async def words_of(room: Room) -> list[tuple[str, str]]:
    """Return what the interviewer said so far, each with what it was for."""
    return [(line.data["purpose"], line.data["text"]) for line in await room.said()]


async def pass_time(room: Room, time: ShiftedTime, seconds: float) -> None:
    """Let time pass and have the runner look at the room."""
    time.pass_by(seconds)
    await room.make_due()
    await runner_of(room.app).perform_due()


async def answer(room: Room, text: str = ANSWER, phase_sequence: int | None = None) -> None:
    response = await room.answer(text, phase_sequence)
    assert response.status_code == 200, response.text


def at_once(*lines: Logged) -> bool:
    """Tell whether lines of the log are of one act."""
    return len({line.data["timestamp"] for line in lines}) == 1


class TestQuestions:
    async def test_a_session_begins_with_a_welcome_and_the_question(self, begun: Room) -> None:
        started, greeting, question = await begun.log()

        assert started.type == "phase_started"
        assert await words_of(begun) == OPENING
        assert at_once(started, greeting, question)
        assert question.data == {
            "seq": 3,
            "speaker": "interviewer",
            "text": "Question 1?",
            "phase_sequence": 1,
            "started_at": started.data["timestamp"],
            "ended_at": started.data["timestamp"],
            "timestamp": started.data["timestamp"],
            "source": "typed",
            "purpose": "question",
            "replies_to": 0,
        }

    async def test_a_change_of_phase_brings_its_question(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()

        changed = await room.take_next_step()

        question = (await room.log())[-1]
        assert (changed.type, question.seq) == ("phase_changed", changed.seq + 1)
        assert (await words_of(room))[-1] == SECOND_QUESTION
        assert question.data["phase_sequence"] == 2
        assert at_once(changed, question)

    async def test_a_change_that_an_act_finds_due_does_too(self, begun: Room, time: ShiftedTime) -> None:
        time.pass_by(15 * 60)

        await begun.act("timer/pause")

        assert await words_of(begun) == [*OPENING, SECOND_QUESTION]
        assert (await begun.log_types())[-3:] == ["phase_changed", "transcript", "timer_paused"]

    async def test_after_a_reset_the_question_is_asked_anew_and_nobody_is_welcomed_twice(self, begun: Room) -> None:
        await begun.act("timer/reset")
        await begun.act("timer/start")

        assert await words_of(begun) == [*OPENING, OPENING[1]]
        assert (await begun.log_types())[-3:] == ["timer_reset", "phase_started", "transcript"]

    async def test_after_a_pause_it_says_where_they_were(self, begun: Room) -> None:
        await begun.act("timer/pause")
        await begun.act("timer/start")

        assert await words_of(begun) == [*OPENING, ("resuming", f"{scripted.GO_ON} Question 1?")]
        assert (await begun.log_types())[-2:] == ["timer_resumed", "transcript"]

    async def test_repeated_starts_say_nothing_more(self, begun: Room) -> None:
        await asyncio.gather(*(begun.act("timer/start") for _ in range(5)))

        assert await words_of(begun) == OPENING

    async def test_starts_at_once_ask_once(self, room: Room) -> None:
        await asyncio.gather(*(room.act("timer/start") for _ in range(5)))

        assert await words_of(room) == OPENING


class TestTimeChecks:
    async def test_the_end_of_a_phase_is_said_as_well(self, room: Room) -> None:
        await room.act("timer/start")

        ending = await room.take_next_step()

        check = (await room.log())[-1]
        assert (ending.type, check.seq) == ("phase_ending", ending.seq + 1)
        assert (await words_of(room))[-1] == ("time_check", "We have about 3 minutes left for this question.")
        assert at_once(ending, check)

    async def test_it_is_said_once_whatever_pauses_come_after(self, room: Room) -> None:
        await room.act("timer/start")
        await room.take_next_step()
        for act in ("timer/pause", "timer/start", "timer/pause", "timer/start"):
            await room.act(act)

        assert [purpose for purpose, _ in await words_of(room)].count("time_check") == 1

    async def test_nothing_is_said_of_a_few_seconds(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, 0.3, 5)
        await room.act("timer/start")
        # 80 % of 18 seconds have passed.
        assert (await room.take_next_step()).type == "phase_ending"

        assert await words_of(room) == OPENING

    async def test_a_pause_is_silent(self, begun: Room, time: ShiftedTime, nudging: None) -> None:
        await begun.act("timer/pause")

        await pass_time(begun, time, 3600)

        assert await words_of(begun) == OPENING
        row = await begun.row()
        assert (row["wake_at"], row["interviewer_wake_at"]) == (None, None)


class TestGoodbyes:
    async def finish(self, room: Room, how: str) -> None:
        await room.act("timer/start")
        if how == "completed":
            for _ in range(2):
                await room.take_next_step()
        else:
            await room.act({"skipped": "timer/next", "ended": "end"}[how])

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("completed", scripted.GOODBYE),
            ("skipped", scripted.GOODBYE),
            ("ended", scripted.GOODBYE_EARLY),
        ],
    )
    async def test_the_last_line_before_the_end_is_a_goodbye(
        self, app: FastAPI, user: SignedIn, reason: str, words: str
    ) -> None:
        room = await open_room(app, user, 10)

        await self.finish(room, reason)

        goodbye, completed = (await room.log())[-2:]
        assert (completed.type, completed.data["reason"]) == ("interview_completed", reason)
        assert (await words_of(room))[-1] == ("goodbye", words)
        assert goodbye.data["source"] == "typed"
        assert at_once(goodbye, completed)
        row = await room.row()
        assert (row["wake_at"], row["interviewer_wake_at"]) == (None, None)

    async def test_an_end_out_of_a_pause_has_one_too(self, begun: Room) -> None:
        await begun.act("timer/pause")
        await begun.act("end")

        assert (await begun.log_types())[-3:] == ["timer_paused", "transcript", "interview_completed"]
        assert (await words_of(begun))[-1] == ("goodbye", scripted.GOODBYE_EARLY)


class TestInjections:
    async def test_while_the_clock_runs_they_are_brought_up_at_once(self, begun: Room) -> None:
        await begun.inject_problem("Reverse a list.")
        await begun.inject("The budget is small.")

        assert (await words_of(begun))[2:] == [
            ("problem", scripted.problem("Reverse a list.")),
            ("note", scripted.note("The budget is small.")),
        ]
        injected, said = (await begun.log())[3:5]
        assert said.data["about"] == injected.seq
        assert at_once(injected, said)

    async def test_in_a_pause_they_wait_until_it_goes_on(self, begun: Room) -> None:
        await begun.act("timer/pause")
        await begun.inject_problem("Reverse a list.")
        assert await words_of(begun) == OPENING

        await begun.act("timer/start")

        assert (await words_of(begun))[2:] == [("problem", scripted.problem("Reverse a list."))]
        assert (await begun.log_types())[-2:] == ["timer_resumed", "transcript"]

    async def test_before_the_start_they_come_behind_the_question(self, room: Room) -> None:
        await room.inject_problem("Reverse a list.")
        assert await words_of(room) == []

        await room.act("timer/start")

        assert await words_of(room) == [*OPENING, ("problem", scripted.problem("Reverse a list."))]


class TestAnswers:
    async def test_an_answer_has_its_reply_in_the_same_act(self, begun: Room) -> None:
        await answer(begun)

        said, reply = (await begun.log())[-2:]
        assert (said.data["speaker"], said.data["text"], said.data["purpose"]) == ("candidate", ANSWER, "answer")
        assert "late" not in said.data
        assert (await words_of(begun))[2:] == [("reply", scripted.ANYTHING_TO_ADD)]
        assert at_once(said, reply)

    async def test_answers_at_once_have_a_reply_each(self, begun: Room) -> None:
        await asyncio.gather(*(answer(begun) for _ in range(6)))

        speakers = [line.data["speaker"] for line in (await begun.log())[3:]]
        assert speakers == ["candidate", "interviewer"] * 6

    async def test_what_is_typed_in_a_pause_is_kept_and_answered_when_it_goes_on(self, begun: Room) -> None:
        await begun.act("timer/pause")
        await answer(begun)
        assert await words_of(begun) == OPENING

        await begun.act("timer/start")

        assert (await words_of(begun))[2:] == [("reply", scripted.ANYTHING_TO_ADD)]
        assert (await begun.log_types())[-4:] == ["timer_paused", "transcript", "timer_resumed", "transcript"]

    async def test_an_answer_stands_in_the_phase_in_which_it_was_begun(self, begun: Room) -> None:
        await begun.act("timer/next")

        await answer(begun, ANSWER, 1)
        await answer(begun, ANSWER, 2)
        await answer(begun)

        candidate = [line for line in await begun.happenings() if line.type == "transcript"]
        assert [line.data["phase_sequence"] for line in candidate] == [1, 2, 2]
        replies = (await begun.said())[3:]
        assert [line.data["phase_sequence"] for line in replies] == [2, 2, 2]
        assert [line.data["text"] for line in replies] == [
            scripted.ADDED_TO_EARLIER,
            scripted.ANYTHING_TO_ADD,
            scripted.NOTED[0],
        ]

    @pytest.mark.parametrize(
        ("phase_sequence", "sentence"),
        [
            (0, "Must be at least 1"),
            (-1, "Must be at least 1"),
            (51, "Must be at most 50"),
            (10**30, "Must be at most 50"),
            (1.5, "Must be a whole number"),
            ("1", "Must be a whole number"),
            ("", "Must be a whole number"),
            (True, "Must be a whole number"),
            ([1], "Must be a whole number"),
            (3, "Must be a phase that has begun"),
            (50, "Must be a phase that has begun"),
        ],
    )
    async def test_what_is_no_phase_is_refused_by_name(self, begun: Room, phase_sequence: Any, sentence: str) -> None:
        log = await begun.log()

        refused = await begun.post("answer", {"text": ANSWER, "phase_sequence": phase_sequence})

        assert refused.status_code == 422, refused.text
        assert assert_envelope(refused)["field_errors"] == {"phase_sequence": sentence}
        assert await begun.log() == log

    async def test_an_answer_that_is_understood_while_its_session_is_erased_finds_no_room(
        self, begun: Room, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        understander = app.state.rooms.understander
        understand = understander.understand

        async def erase_meanwhile(*args: Any, **options: Any) -> Understanding:
            erased = await user.delete(f"/api/v1/sessions/{begun.session_id}")
            assert erased.status_code == 204
            understood: Understanding = await understand(*args, **options)
            return understood

        monkeypatch.setattr(understander, "understand", erase_meanwhile)

        refused = await begun.answer(ANSWER)

        assert refused.status_code == 404, refused.text
        assert assert_envelope(refused, "RESOURCE_NOT_FOUND")["message"] == "Interview bot not found"
        left = "SELECT 1 FROM session_events WHERE session_id = :id"
        assert await execute(app, left, id=begun.session_id) == []

    async def test_an_answer_to_a_phase_to_come_is_refused(self, begun: Room) -> None:
        log = await begun.log()

        refused = await begun.answer(ANSWER, 2)

        assert refused.status_code == 422, refused.text
        assert set(assert_envelope(refused, "VALIDATION_ERROR")["field_errors"]) == {"phase_sequence"}
        assert await begun.log() == log


class TestTexts:
    """What people write has line breaks, markup and letters of every kind, and stays as it is."""

    CODE = "Merge two lists:\n\n```python\ndef merge(a, b):\n    pass\n```\n\n- **fast** 🚀\n- \u202eשלום\u202c"

    async def test_a_question_a_problem_and_an_answer_stand_in_the_log_as_written(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        field = {"sequence": 1, "question_id": "q", "question_type": "coding", "duration": 10, "question": self.CODE}
        room = await open_room(app, user, planner_fields=[field])
        await room.act("timer/start")
        await room.inject_problem(self.CODE)
        await answer(room, f"I would walk through both at once, as I did before.\n\n{self.CODE}")

        _, question, problem, candidate, _ = [
            line.data["text"] for line in await room.log() if line.type == "transcript"
        ]

        assert question == self.CODE
        assert problem == scripted.problem(self.CODE)
        assert candidate.endswith(self.CODE)

    @pytest.mark.parametrize("text", ["a" * 20_000, "Word. " * 3333, "?!" * 10_000, "é\n" * 10_000, "🙂" * 20_000])
    async def test_the_longest_problem_is_put_whole_and_once(self, begun: Room, text: str) -> None:
        await begun.inject_problem(text)

        (problem,) = (await words_of(begun))[2:]

        assert problem == ("problem", scripted.problem(text.strip()))


class TestLateAnswers:
    async def test_for_two_minutes_after_the_end_one_can_still_be_sent(self, begun: Room, time: ShiftedTime) -> None:
        await begun.act("end")
        last = len(await begun.log())
        time.pass_by(120)

        await answer(begun)

        log = await begun.log()
        assert len(log) == last + 1
        assert (log[-1].type, log[-1].data["speaker"], log[-1].data["late"]) == ("transcript", "candidate", True)
        assert log[-1].data["phase_sequence"] == 1
        row = await begun.row()
        assert (row["state"], row["wake_at"], row["interviewer_wake_at"]) == ("completed", None, None)

    async def test_after_that_none_can(self, begun: Room, time: ShiftedTime) -> None:
        await begun.act("end")
        log = await begun.log()
        time.pass_by(120.001)

        refused = await begun.answer(ANSWER)

        assert refused.status_code == 400, refused.text
        assert assert_envelope(refused, "BUSINESS_LOGIC_ERROR")["message"] == "The interview is over"
        assert await begun.log() == log

    async def test_a_session_that_never_began_takes_one_too_and_replies_to_none(self, room: Room) -> None:
        await room.act("end")

        await answer(room)

        assert [purpose for purpose, _ in await words_of(room)] == ["goodbye"]

    async def test_a_stream_that_comes_back_gets_it_and_ends(self, begun: Room, web: httpx.AsyncClient) -> None:
        async with joined(web, begun.id, headers=begun.headers) as stream:
            await begun.act("end")
            last = (await stream.rest())[-1]
        assert last.type == "interview_completed"
        await answer(begun)

        async with joined(web, begun.id, headers=begun.headers, last_event_id=last.id) as stream:
            late, *more = await stream.rest()

        assert more == []
        assert last.id is not None
        assert (late.id, late.type, late.data["late"]) == (last.id + 1, "transcript", True)
        after = await web.get(f"{begun.path}/events", headers=begun.headers, params={"last_event_id": late.id})
        assert after.status_code == 204


@pytest.mark.usefixtures("nudging")
@pytest.mark.usefixtures("stopped_clocks")
class TestSilence:
    async def test_a_silent_candidate_is_asked_once_in_a_phase(self, begun: Room, time: ShiftedTime) -> None:
        await pass_time(begun, time, NUDGE_SECONDS - 0.001)
        assert await words_of(begun) == OPENING

        for _ in range(3):
            await pass_time(begun, time, NUDGE_SECONDS)

        assert (await words_of(begun))[2:] == [("manners", scripted.ARE_YOU_THERE)]
        row = await begun.row()
        # Nothing is left but the clock, so that the runner sleeps.
        assert row["interviewer_wake_at"] is None
        assert row["wake_at"] == row["deadline"] - timedelta(minutes=3)
        assert await runner_of(begun.app).perform_due() == 0

    async def test_the_next_phase_has_its_own(self, begun: Room, time: ShiftedTime) -> None:
        await pass_time(begun, time, NUDGE_SECONDS)
        await begun.act("timer/next")
        await pass_time(begun, time, NUDGE_SECONDS)

        assert (await words_of(begun))[2:] == [
            ("manners", scripted.ARE_YOU_THERE),
            SECOND_QUESTION,
            ("manners", scripted.ARE_YOU_THERE),
        ]

    async def test_it_is_counted_from_what_was_said_last(self, begun: Room, time: ShiftedTime) -> None:
        time.pass_by(NUDGE_SECONDS - 1)
        await answer(begun)

        await pass_time(begun, time, NUDGE_SECONDS - 1)
        assert (await words_of(begun))[2:] == [("reply", scripted.ANYTHING_TO_ADD)]
        await pass_time(begun, time, 1)

        assert (await words_of(begun))[3:] == [("manners", scripted.NOTHING_TO_ADD)]

    async def test_a_pause_ends_it(self, begun: Room, time: ShiftedTime) -> None:
        time.pass_by(NUDGE_SECONDS - 1)
        await begun.act("timer/pause")
        await pass_time(begun, time, NUDGE_SECONDS)
        await begun.act("timer/start")

        await pass_time(begun, time, NUDGE_SECONDS - 1)

        assert [purpose for purpose, _ in await words_of(begun)] == ["greeting", "question", "resuming"]

    async def test_two_runners_ask_once(
        self, begun: Room, time: ShiftedTime, app: FastAPI, make_app: MakeApp
    ) -> None:
        async with make_app(database_url=app.state.runtime.database.dsn) as second:
            await runner_of(second).stop()
            time.pass_by(NUDGE_SECONDS)
            await begun.make_due()

            runners = [runner_of(app), runner_of(second)] * 3
            performed = await asyncio.gather(*(runner.perform_due() for runner in runners))

        assert sum(performed) == 1
        assert (await words_of(begun))[2:] == [("manners", scripted.ARE_YOU_THERE)]

    async def test_a_runner_asks_by_itself_and_sleeps_until_the_clock_s_next_step(
        self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(phase_runner, "MAX_SLEEP_SECONDS", 3600.0)
        async with make_app(writing_nudge_seconds=0.1) as running:
            room = await open_room(running, await sign_up(client_of(running)))
            await room.act("timer/start")

            async def asked() -> bool:
                return (await words_of(room))[2:] == [("manners", scripted.ARE_YOU_THERE)]

            await until(asked)
            clock_wakes_at = to_ms((await room.row())["wake_at"])
            await until(lambda: clock_wakes_at - 1000 <= runner_of(running)._sleeps_until <= clock_wakes_at + 1000)
            assert len(await words_of(room)) == 3


class TestWishes:
    async def test_a_skip_in_so_many_words_goes_on_at_once(self, begun: Room) -> None:
        await answer(begun, "Next question, please")

        assert await begun.log_types() == ["phase_started", *["transcript"] * 3, "phase_changed", "transcript"]
        wish, changed, question = (await begun.log())[-3:]
        assert wish.data["certain"] is True
        assert changed.data["reason"] == "skipped"
        assert at_once(wish, changed, question)
        assert await words_of(begun) == [*OPENING, SECOND_QUESTION]
        assert (await begun.timer())["timer_status"]["current_sequence"] == 2

    async def test_a_skip_of_the_last_question_completes_the_interview(self, app: FastAPI, user: SignedIn) -> None:
        room = await open_room(app, user, 10)
        await room.act("timer/start")

        await answer(room, "Next question, please")

        assert (await room.log())[-1].data["reason"] == "skipped"
        assert await words_of(room) == [*OPENING, ("goodbye", scripted.GOODBYE)]

    async def test_a_stop_is_asked_back_and_then_ends_it(self, begun: Room) -> None:
        await answer(begun, "I want to stop")
        assert (await words_of(begun))[2:] == [("manners", scripted.CONFIRM_END)]
        assert (await begun.status())["status"] == "running"

        await answer(begun, "Yes")

        assert (await begun.log_types())[-3:] == ["transcript", "transcript", "interview_completed"]
        assert (await begun.log())[-1].data["reason"] == "ended"
        assert (await words_of(begun))[3:] == [("goodbye", scripted.GOODBYE_EARLY)]
        assert (await begun.status())["status"] == "completed"

    async def test_an_offered_pause_is_taken_and_over_when_it_goes_on(self, begun: Room) -> None:
        for _ in range(2):
            await answer(begun, "You are an idiot")
        assert (await words_of(begun))[2:] == [
            ("manners", scripted.STAY_CALM),
            ("manners", scripted.OFFER_PAUSE),
        ]

        await answer(begun, "Yes")

        assert (await begun.log_types())[-2:] == ["transcript", "timer_paused"]
        assert (await begun.status())["status"] == "paused"
        await begun.act("timer/start")
        assert (await words_of(begun))[4:] == [("resuming", f"{scripted.GO_ON} Question 1?")]


class TestCalls:
    """An interviewer with a voice, which has the floor while it is there."""

    @pytest.fixture
    async def called(self, room: Room, time: ShiftedTime) -> Room:
        """Give a room that was started with a voice in it, which has said nothing yet."""
        await self.connect(room)
        await room.act("timer/start")
        assert await room.log_types() == ["bot_connected", "phase_started"]
        return room

    async def connect(self, room: Room) -> None:
        bot_id = uuid4()
        await room.perform(lambda act: act.set_bot_status(CONNECTED, bot_id))

    async def disconnect(self, room: Room) -> None:
        await room.perform(lambda act: act.set_bot_status(DISCONNECTED))

    async def test_while_a_voice_is_there_nothing_is_written(self, called: Room, time: ShiftedTime) -> None:
        await answer(called)
        await called.inject("The budget is small.")
        await called.act("timer/pause")
        await called.act("timer/start")
        await pass_time(called, time, 12 * 60)
        await called.act("timer/next")

        assert await words_of(called) == []

    async def test_the_goodbye_of_a_call_is_in_the_log_as_spoken(self, called: Room) -> None:
        await called.act("end")

        (goodbye,) = await called.said()
        assert (goodbye.data["purpose"], goodbye.data["source"]) == ("goodbye", "voice")

    async def test_what_a_voice_that_went_away_owed_is_written_after_a_while(
        self, called: Room, time: ShiftedTime
    ) -> None:
        await answer(called)
        await self.disconnect(called)
        assert (await called.row())["wake_at"] == timestamp((await called.log())[-1].data["timestamp"]) + timedelta(
            seconds=RETURN_SECONDS
        )

        await pass_time(called, time, RETURN_SECONDS - 0.001)
        assert await words_of(called) == []
        await pass_time(called, time, 0.001)

        # To who has answered in full, the question need not be put any more.
        assert [purpose for purpose, _ in await words_of(called)] == ["reply"]
        assert await runner_of(called.app).perform_due() == 0

    async def test_the_question_that_it_did_not_come_to_is_asked(self, called: Room, time: ShiftedTime) -> None:
        await self.disconnect(called)

        await pass_time(called, time, RETURN_SECONDS)

        assert await words_of(called) == OPENING

    async def test_a_call_that_gives_no_sign_of_life_is_made_up_for_too(
        self, called: Room, time: ShiftedTime
    ) -> None:
        database = called.app.state.runtime.database
        async with database.transaction() as db:
            rooms = RoomService(DataAccess(database.reads, db), interviewer_of(called.app))
            await rooms.release_lost_bots(timedelta(), 1000)
        assert (await called.log_types())[-1] == "bot_disconnected"

        await pass_time(called, time, RETURN_SECONDS)

        assert await words_of(called) == OPENING

    async def test_a_call_that_came_back_leaves_nothing_to_write(self, called: Room, time: ShiftedTime) -> None:
        await answer(called)
        await self.disconnect(called)
        time.pass_by(RETURN_SECONDS / 2)
        await self.connect(called)

        await pass_time(called, time, 60)

        assert await words_of(called) == []
        assert (await called.row())["interviewer_wake_at"] is None

    async def test_a_phase_that_begins_meanwhile_postpones_nothing(self, called: Room, time: ShiftedTime) -> None:
        await called.inject_problem("Reverse a list.")
        await self.disconnect(called)
        time.pass_by(RETURN_SECONDS / 2)
        await called.act("timer/next")
        assert await words_of(called) == [SECOND_QUESTION]

        await pass_time(called, time, RETURN_SECONDS / 2)

        assert (await words_of(called))[1:] == [("problem", scripted.problem("Reverse a list."))]
        assert await runner_of(called.app).perform_due() == 0

    async def test_an_answer_after_it_went_away_is_replied_to_at_once(self, called: Room) -> None:
        await self.disconnect(called)

        await answer(called)

        assert (await words_of(called))[-1][0] == "reply"

    async def test_a_call_that_went_away_in_a_pause_is_made_up_for_when_it_goes_on(
        self, called: Room, time: ShiftedTime
    ) -> None:
        await called.act("timer/pause")
        await self.disconnect(called)
        await pass_time(called, time, 60)
        assert await words_of(called) == []

        await called.act("timer/start")

        assert await words_of(called) == OPENING
