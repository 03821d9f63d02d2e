"""An answer about a room reads only what it tells, however much the room's plan and log have."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.clock import utc_now
from app.interview_session.events.events import Event, Source, Speaker, transcript, with_delivery
from app.interview_session.room.act import Act
from tests.conftest import MakeApp
from tests.support.counted_reads import counted_reads
from tests.support.event_streams import joined
from tests.support.rooms import Room, open_room, phases, serving
from tests.support.users import SignedIn

LONG = "x" * 2_000
PHASE_BYTES = 11 * len(LONG)


@pytest.fixture
async def large_room(app: FastAPI, user: SignedIn) -> Room:
    """Give a room whose plan has 220 KB, each phase a tenth."""
    fields = [field | {"hints": [LONG] * 10, "instructions": LONG} for field in phases(*[5] * 10)]
    return await open_room(app, user, planner_fields=fields)


def spoken_answer(*, words: int) -> Event:
    """Return a spoken answer of the first phase with the times of so many words."""
    now = utc_now()
    event = transcript(
        Speaker.CANDIDATE,
        LONG,
        phase_sequence=1,
        started_at=now,
        ended_at=now,
        source=Source.VOICE,
        purpose="answer",
    )
    return with_delivery(event, [[number, number + 1] for number in range(words)])


async def test_the_status_of_the_timer_reads_no_text_of_the_plan(large_room: Room) -> None:
    with counted_reads() as read:
        answer = await large_room.timer()

    assert read.bytes < 2_000
    assert answer["interview_context"]["total_planner_fields"] == 10
    planner: dict[str, Any] = answer["interview_context"]["current_planner"]
    assert planner == {"sequence": 1, "question_id": "q1", "duration": 5, "question_type": "technical"}


async def test_the_status_of_the_room_reads_its_question_alone(large_room: Room) -> None:
    with counted_reads() as read:
        answer = await large_room.status()

    assert read.bytes < 2_000
    assert answer["phase_duration"] == 300
    assert answer["current_question"]["question"] == "Question 1?"


async def test_an_act_on_the_timer_reads_no_plan_to_let_its_visitor_in(large_room: Room) -> None:
    # The first act reads it, once for all that follow.
    await large_room.act("timer/start")
    with counted_reads() as read:
        await large_room.act("timer/pause")

    assert not [sql for sql in read.statements if "plan" in sql]


@pytest.mark.usefixtures("stopped_clocks")
async def test_a_stream_reads_the_phase_that_it_begins_in_and_then_no_more_of_the_plan(
    app: FastAPI, make_app: MakeApp, large_room: Room
) -> None:
    url = app.state.runtime.database.dsn
    async with (
        make_app(database_url=url, event_heartbeat_seconds=0.05) as lively,
        serving(lively) as address,
        httpx.AsyncClient(base_url=address) as web,
    ):
        with counted_reads() as read:
            async with joined(web, large_room.id, headers=large_room.headers) as stream:
                begun = read.bytes
                seen = len(read.statements)
                await stream.must("heartbeat")
                await stream.must("heartbeat")

    # The phase with its ten hints, of which a listener sees none.
    assert PHASE_BYTES < begun < PHASE_BYTES + 10_000
    assert len(read.statements) > seen
    assert not [sql for sql in read.statements[seen:] if "plan" in sql]


async def test_an_answer_reads_neither_what_was_said_in_other_phases_nor_how(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 5, 5)
    await room.act("timer/start")
    spoken = spoken_answer(words=500)

    def speak(act: Act) -> None:
        for _ in range(30):
            act.add(spoken)

    await room.perform(speak)
    await room.inject("x" * 20_000)
    await room.act("timer/next")

    with counted_reads() as read:
        await room.answer("I built a payment service with a small team, and the release was calm.")

    log = [sql for sql in read.statements if "session_events" in sql]
    # Nothing of this phase is so long that it has to be asked for.
    assert len(log) == 1
    assert read.bytes < 20_000
    assert (await room.said())[-1].data["phase_sequence"] == 2


async def test_an_answer_reads_the_words_of_its_own_phase_without_their_times(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 5)
    await room.act("timer/start")
    await room.perform(lambda act: act.add(spoken_answer(words=5_000)))

    with counted_reads() as read:
        await room.answer("And the release was calm.")

    assert len([sql for sql in read.statements if "session_events" in sql]) == 2
    assert len(LONG) < read.bytes < len(LONG) + 10_000
