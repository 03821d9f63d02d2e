"""An act looks at its session without a lock: others who change it meanwhile are not held up, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from app.interview_session.room import operator_log
from app.interview_session.room.act import Act
from app.interview_session.room.held_session import HeldSession
from app.interview_session.room.room_repository import RoomRepository
from app.interview_session.room.room_service import RoomNotFoundError, RoomService
from app.repositories.access import DataAccess
from tests.support.rooms import Room, execute, interviewer_of

Meanwhile = Callable[[], Awaitable[object]]


@pytest.fixture
def after_a_look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Meanwhile], None]:
    """Have something happen once, between the look at a session and what is made of it."""

    def arrange(meanwhile: Meanwhile) -> None:
        look, waiting = RoomRepository.look, [meanwhile]

        async def looking(
            repository: RoomRepository, session_id: UUID, plan: dict[str, Any]
        ) -> tuple[HeldSession, datetime] | None:
            held = await look(repository, session_id, plan)
            if waiting:
                await waiting.pop()()
            return held

        monkeypatch.setattr(RoomRepository, "look", looking)

    return arrange


async def perform_elsewhere(room: Room, what: Callable[[Act], None]) -> None:
    """Do something in a room as another replica does: with its own turns, and on connections of its own."""
    database = room.app.state.runtime.database
    async with database.background.bare_transaction() as transaction:
        rooms = RoomService(DataAccess(database.reads, transaction=transaction), interviewer_of(room.app))
        await rooms.perform(room.session_id, what)


async def test_an_act_on_a_session_that_was_changed_meanwhile_is_done_again(
    app: FastAPI, room: Room, after_a_look: Callable[[Meanwhile], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.act("timer/start")
    after_a_look(lambda: perform_elsewhere(room, Act.pause))
    told = list[str]()
    monkeypatch.setattr(operator_log, "_tell", lambda lines: told.extend(name for name, _ in lines))
    await room.act("end")

    # The pause, which the end knew nothing of when it looked, stands before it; and each is told once.
    assert (await room.happening_types())[-2:] == ["timer_paused", "interview_completed"]
    assert told == ["Timer paused", "Phase ended the interview"]
    assert app.state.runtime.database.pool_figures()["checked_out"] == 0


async def test_an_act_that_makes_no_sense_any_more_is_refused(
    room: Room, after_a_look: Callable[[Meanwhile], None]
) -> None:
    await room.act("timer/start")
    after_a_look(lambda: perform_elsewhere(room, Act.finish))

    refused = await room.answer("I would look at the log first.")
    assert refused.status_code == 200, "an answer may be a moment late"
    assert (await room.log())[-1].data["late"] is True
    assert (await room.post("timer/next")).status_code == 400


async def test_a_session_that_is_erased_meanwhile_is_not_found(
    app: FastAPI, room: Room, after_a_look: Callable[[Meanwhile], None]
) -> None:
    erase = "DELETE FROM interview_sessions WHERE id = :id"
    after_a_look(lambda: execute(app, erase, id=room.session_id))

    with pytest.raises(RoomNotFoundError):
        await perform_elsewhere(room, Act.start)


async def test_a_process_that_freezes_in_an_act_holds_nobody_up(
    room: Room, after_a_look: Callable[[Meanwhile], None]
) -> None:
    is_frozen, thawed = asyncio.Event(), asyncio.Event()

    async def freeze() -> None:
        is_frozen.set()
        await thawed.wait()

    after_a_look(freeze)
    frozen = asyncio.create_task(perform_elsewhere(room, Act.start))
    await is_frozen.wait()
    await room.act("timer/start")
    thawed.set()
    await frozen

    # The second start came too late to be one.
    assert (await room.happening_types()).count("phase_started") == 1


async def test_all_at_once_lose_nothing(room: Room) -> None:
    await room.act("timer/start")
    ends = [perform_elsewhere(room, lambda act: act.set_bot_status("disconnected")) for _ in range(4)]
    await asyncio.gather(*(room.inject(f"note {number}") for number in range(8)), *ends)

    notes = [line.data["context_text"] for line in await room.log() if line.type == "context_injected"]
    assert sorted(notes) == [f"note {number}" for number in range(8)]


async def test_an_end_is_stored_with_the_wish_for_its_report_or_not_at_all(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_arguments: object) -> None:
        raise ValueError("no")

    await room.act("timer/start")
    before = await room.row()
    with monkeypatch.context() as broken:
        broken.setattr(RoomRepository, "request_report", fail)
        with pytest.raises(ValueError, match="no"):
            await perform_elsewhere(room, Act.finish)

    assert await room.row() == before
    await room.act("end")
    assert (await room.row())["ended_at"]
