"""What an act asks of the database: two statements, the second of which is its transaction; and its plan once."""

from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from app.interview_session.room import session_plans
from app.interview_session.room.session_plans import SessionPlans
from tests.support.counted_reads import counted_reads
from tests.support.rooms import Room, interviewer_of, open_room
from tests.support.users import SignedIn
from tests.support.waiting import until


async def test_an_act_is_two_statements_and_nothing_around_them(
    app: FastAPI, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.act("timer/start")
    await room.act("timer/pause")
    fetch, execute_command, sent = asyncpg.Connection.fetch, asyncpg.Connection.execute, list[str]()

    async def fetching(connection: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        if room.session_id in arguments:
            sent.append(sql)
        return await fetch(connection, sql, *arguments, **options)

    async def commanding(connection: asyncpg.Connection, sql: str, *arguments: Any, **options: Any) -> Any:
        if sql in {"BEGIN", "COMMIT", "ROLLBACK"}:
            sent.append(sql)
        return await execute_command(connection, sql, *arguments, **options)

    monkeypatch.setattr(asyncpg.Connection, "fetch", fetching)
    monkeypatch.setattr(asyncpg.Connection, "execute", commanding)
    with counted_reads() as read:
        await room.inject()

    of_the_act = [sql for sql in sent if sql not in read.statements]
    assert ["INSERT INTO session_events" in sql for sql in of_the_act] == [False, True]
    # The visitor is let in; the act itself reads nothing.
    assert not [sql for sql in read.statements if "plan" in sql or "session_events" in sql]
    assert app.state.runtime.database.pool_figures()["checked_out"] == 0


async def test_an_act_that_changes_nothing_writes_nothing(room: Room) -> None:
    await room.act("timer/start")
    await room.act("timer/pause")
    before = await room.row()
    await room.act("timer/pause")

    assert await room.row() == before


async def test_plans_are_kept_as_far_as_there_is_room(
    app: FastAPI, user: SignedIn, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, reads = await open_room(app, user, 5), app.state.runtime.database.reads
    plans = SessionPlans()
    with counted_reads() as read:
        for _ in range(2):
            both = await plans.of([room.session_id, other.session_id], reads)
            assert both[room.session_id] != both[other.session_id]
        assert len(read.statements) == 1
        monkeypatch.setattr(session_plans, "MAX_BYTES", 1)
        await plans.of([(await open_room(app, user)).session_id], reads)
        before = len(read.statements)
        await plans.of([room.session_id], reads)
        assert len(read.statements) == before + 1


async def test_the_plan_of_an_erased_session_is_forgotten(app: FastAPI, room: Room) -> None:
    await room.act("timer/start")
    kept = interviewer_of(app).plans._kept
    assert room.session_id in kept
    await room.client.delete(f"/api/v1/sessions/{room.session_id}", headers=room.headers)
    await until(lambda: room.session_id not in kept)
