"""``python -m benchmarks.event_writer``: one replica that writes events into rooms, for ``benchmarks.events``.

It reads what it is to do from a line of standard input, says that it is ready, begins at the next line, prints what
it did, and ends at the end of its input. Both are JSON.
"""

import asyncio
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvloop

from app.core.config import Settings
from app.core.database import Database
from app.core.notifications import Notifications
from app.interview_session.events.events import Event, EventType
from app.interview_session.room.act import Act
from app.interview_session.room.log_limit import LogLimit
from app.interview_session.room.room_repository import LOOK, save_unchanged
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.written_interviewer import WrittenInterviewer
from app.repositories.access import DataAccess

EVENT = Event(EventType.CONTEXT_INJECTED, {"context_text": "x" * 180})
NO_LIMIT = LogLimit(max_events=sys.maxsize, max_bytes=sys.maxsize)


@dataclass
class Written:
    """What a writer did: how many events in how many seconds, on how much CPU of its process.

    ``commits`` tell of each event its room, its number and the moment after its commit (``time.monotonic``).
    """

    events: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    commits: list[tuple[str, int, float]] = field(default_factory=list)


def main() -> None:
    """Write as told: ``dsn``, ``rooms`` (one writer each), ``seconds``, ``pause_seconds``, ``is_bare``."""
    task = orjson.loads(sys.stdin.buffer.readline())
    rooms = [UUID(room) for room in task.pop("rooms")]
    is_bare = task.pop("is_bare")
    uvloop.run(write_bare(rooms=rooms, **task) if is_bare else write(rooms=rooms, **task))


async def write(dsn: str, rooms: list[UUID], seconds: float, pause_seconds: float) -> None:
    """Write through the application: acts of rooms, in transactions of its own, with its wake-ups."""
    settings = Settings(_env_file=None, database_pool_size=len(rooms))
    database = Database(dsn, settings)
    notifications = Notifications(database.connect_directly, database.wake_ups)
    notifications.start()
    await notifications.connected.wait()
    interviewer = WrittenInterviewer(nudge_seconds=settings.writing_nudge_seconds, log_limit=NO_LIMIT)
    written = Written()

    async def inject(room: UUID) -> None:
        acts: list[Act] = []

        def note(act: Act) -> None:
            act.inject(EVENT)
            acts.append(act)

        async with database.bare_transaction() as transaction:
            await RoomService(DataAccess(database.reads, transaction=transaction), interviewer).perform(room, note)
        written.commits.append((str(room), acts[0].session.last_seq, time.monotonic()))

    await asyncio.gather(*(inject(room) for room in rooms))
    written.commits.clear()
    await _repeat(inject, rooms, seconds, pause_seconds, written)
    await notifications.stop()
    await database.close()


async def write_bare(dsn: str, rooms: list[UUID], seconds: float, pause_seconds: float) -> None:
    """Do the same statements by the driver alone: nothing is decided, nobody is woken."""
    connections = {room: await asyncpg.connect(dsn) for room in rooms}
    store = save_unchanged(lines=1).compiled
    written = Written()

    async def inject(room: UUID) -> None:
        connection = connections[room]
        row = await connection.fetchrow(LOOK.compiled.sql, *LOOK.compiled.arguments({"session_id": room}))
        assert row is not None
        assert await connection.fetch(store.sql, *store.arguments(changed_by_one_event(row)))
        written.commits.append((str(room), row["last_seq"] + 1, time.monotonic()))

    await asyncio.gather(*(inject(room) for room in rooms))
    written.commits.clear()
    await _repeat(inject, rooms, seconds, pause_seconds, written)
    for connection in connections.values():
        await connection.close()


async def _repeat(inject: Any, rooms: list[UUID], seconds: float, pause_seconds: float, written: Written) -> None:
    _say(b"ready")
    sys.stdin.buffer.readline()
    began, cpu_before = time.monotonic(), time.process_time()

    async def write_on(room: UUID, first_pause: float) -> None:
        # Spread out, as people are: at the same moment all would wait for one core.
        await asyncio.sleep(first_pause)
        while time.monotonic() < began + seconds:
            await inject(room)
            if pause_seconds:
                await asyncio.sleep(pause_seconds)

    pauses = (pause_seconds * number / len(rooms) for number in range(len(rooms)))
    await asyncio.gather(*map(write_on, rooms, pauses))
    written.events = len(written.commits)
    written.seconds = time.monotonic() - began
    written.cpu_seconds = time.process_time() - cpu_before
    _say(orjson.dumps(written))
    # Those who count what PostgreSQL's processes took find them as long as somebody is connected.
    sys.stdin.buffer.read()


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def changed_by_one_event(row: asyncpg.Record) -> dict[str, Any]:
    """Return the values that add one event to a session's row as it was read."""
    seq = row["last_seq"] + 1
    line = {"seq_0": seq, "type_0": EVENT.type.value, "data_0": _DATA}
    return {**row, "last_seq": seq, "log_bytes": row["log_bytes"] + len(_DATA), **line}


_DATA = orjson.dumps(EVENT.data).decode()

if __name__ == "__main__":
    main()
