"""What an act asks of the database: two statements under its lock, and its plan once."""

from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI

from app.core.reads import Statement
from app.core.transaction import Transaction
from app.interview_session.room import session_plans
from app.interview_session.room.session_plans import SessionPlans
from tests.support.counted_reads import counted_reads
from tests.support.rooms import Room, interviewer_of, open_room
from tests.support.users import SignedIn
from tests.support.waiting import until


async def test_an_act_is_two_statements(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.act("timer/start")
    await room.act("timer/pause")
    run, statements = Transaction.all, list[str]()

    async def noting(transaction: Transaction, statement: Statement, **values: Any) -> list[asyncpg.Record]:
        if str(room.session_id) in map(str, values.values()):
            statements.append(statement.sql)
        return await run(transaction, statement, **values)

    monkeypatch.setattr(Transaction, "all", noting)
    with counted_reads() as read:
        await room.inject()

    assert ["INSERT INTO session_events" in sql for sql in statements] == [False, True]
    # The visitor is let in; the act itself reads nothing.
    assert not [sql for sql in read.statements if "plan" in sql or "session_events" in sql]


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
