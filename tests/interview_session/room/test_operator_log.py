"""What the server's log tells of rooms, and when."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.interview_session.room import operator_log as room_log
from app.interview_session.room.room_repository import RoomRepository
from tests.support.event_streams import joined
from tests.support.rooms import Room, feed_of, open_room
from tests.support.users import SignedIn
from tests.support.waiting import until

DOCUMENTED = re.compile("(SSE|Timer|Phase)")
Line = dict[str, Any]


class Lines:
    """Takes the place of the log."""

    def __init__(self) -> None:
        self.all: list[Line] = []

    def info(self, event: str, **fields: Any) -> None:
        self.all.append({"event": event} | fields)

    def of(self, room: Room) -> list[Line]:
        """Return what was told of a room, without its names."""
        names = {"room_id": room.id, "session_id": str(room.session_id)}
        mine = [line for line in self.all if line.items() >= names.items()]
        assert all(DOCUMENTED.search(line["event"]) for line in mine)
        return [{key: value for key, value in line.items() if key not in names} for line in mine]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    lines = Lines()
    monkeypatch.setattr(room_log, "log", lines)
    return lines


async def test_every_change_of_a_timer_is_told_once_with_its_room(room: Room, lines: Lines) -> None:
    for act in ("timer/reset", "timer/start", "timer/pause", "timer/start", "timer/reset", "timer/pause"):
        await room.act(act)
        await room.act(act)
    await room.inject("nothing that was said is told")
    await room.act("end")

    assert lines.of(room) == [
        {"event": "Timer started", "sequence": 1},
        {"event": "Timer paused", "sequence": 1},
        {"event": "Timer resumed", "sequence": 1},
        {"event": "Timer reset", "sequence": 1},
        {"event": "Phase ended the interview", "reason": "ended"},
    ]


async def test_what_the_clock_does_by_itself_is_told(app: FastAPI, user: SignedIn, lines: Lines) -> None:
    room = await open_room(app, user, 1, 1)
    await room.act("timer/start")
    for _ in range(4):
        await room.take_next_step()

    assert lines.of(room) == [
        {"event": "Timer started", "sequence": 1},
        {"event": "Phase changed", "sequence": 2},
        {"event": "Phase ended the interview", "reason": "completed"},
    ]


async def test_nothing_is_told_before_it_is_committed(
    room: Room, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, told = RoomRepository.save_unchanged, []

    async def save_and_look(*arguments: Any, **options: Any) -> None:
        await save(*arguments, **options)
        told.append(lines.of(room))

    monkeypatch.setattr(RoomRepository, "save_unchanged", save_and_look)
    await room.act("timer/start")

    assert told == [[]]
    assert lines.of(room) == [{"event": "Timer started", "sequence": 1}]


async def test_what_is_rolled_back_is_not_told(room: Room, lines: Lines) -> None:
    assert (await room.post("timer/pause")).status_code == 400
    await room.act("end")
    before = lines.of(room)

    assert (await room.post("timer/start")).status_code == 400
    assert lines.of(room) == before


async def test_a_stream_is_told_when_it_opens_and_when_it_closes_without_its_token(
    app: FastAPI, room: Room, web: httpx.AsyncClient, lines: Lines
) -> None:
    await room.inject("before")
    async with joined(web, room.id, token=room.token) as stream:
        assert lines.of(room) == [{"event": "SSE stream opened"}]
        await room.inject("one")
        await room.inject("two")
        await stream.must("context_injected")
        await stream.must("context_injected")
    await until(lambda: not feed_of(app).count)
    await until(lambda: len(lines.of(room)) == 2)

    closed = lines.of(room)[1]
    assert closed.pop("seconds") >= 0
    assert closed == {"event": "SSE stream closed", "events": 2}
    assert room.token not in str(lines.all)
