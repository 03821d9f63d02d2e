"""Rooms under test: calls on them, their logs, and their time.

Nothing here waits for a phase to pass. Time is moved by shifting a session's deadlines into the past; then the steps
that are due are performed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from app.interview_session.background import Rooms
from app.interview_session.events.event_feed import EventFeed
from app.interview_session.plans.plan import phase_durations
from app.interview_session.report.report_runner import ReportRunner
from app.interview_session.room.act import Act
from app.interview_session.room.held_session import HeldSession
from app.interview_session.room.phase_runner import PhaseRunner
from app.interview_session.room.room_service import RoomService
from app.interview_session.room.stored_clock import clock_of, from_ms
from app.interview_session.room.written_interviewer import WrittenInterviewer
from app.repositories.access import DataAccess
from tests.support.users import SignedIn
from tests.support.waiting import until

START = "/api/start-interview"
DEMO = "two-minute-demo"
DURATIONS = (15, 20, 1)


@dataclass(frozen=True)
class Logged:
    """One line of a session's log."""

    seq: int
    type: str
    data: dict[str, Any]

    @property
    def is_of_interviewer(self) -> bool:
        """Tell whether it is something that the interviewer said."""
        return self.type == "transcript" and self.data["speaker"] == "interviewer"


def numbered(log: list[Logged]) -> list[Logged]:
    """Return a log whose numbers rise by one from 1, and are repeated in what was said."""
    assert [line.seq for line in log] == list(range(1, len(log) + 1))
    assert all(line.data["seq"] == line.seq for line in log if line.type == "transcript")
    return log


class Room:
    """A room with a session, entered by those who started it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, started: dict[str, Any], headers: dict[str, str]):
        self.app = app
        self.client = client
        self.id: str = started["room_id"]
        self.session_id = UUID(started["session_id"])
        self.token: str = started["room_token"]
        self.headers = headers

    @property
    def path(self) -> str:
        return f"/api/interview/{self.id}"

    async def post(self, act: str, body: Any = None) -> httpx.Response:
        """Perform an act: ``timer/start``, ``timer/pause``, ``timer/reset``, ``timer/next`` or ``end``."""
        return await self.client.post(f"{self.path}/{act}", headers=self.headers, json=body)

    async def act(self, act: str) -> dict[str, Any]:
        """Perform an act that succeeds and return the timer's status."""
        response = await self.post(act)
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()["timer_status"]
        return status

    async def inject(self, text: str = "Remember the budget") -> None:
        """Put a line into the log."""
        body = {"room_id": self.id, "context_text": text}
        response = await self.client.post("/api/inject-custom-context", headers=self.headers, json=body)
        assert response.status_code == 200, response.text

    async def inject_problem(self, text: str) -> None:
        """Put a problem into the log."""
        body = {"room_id": self.id, "problem_text": text}
        response = await self.client.post("/api/inject-problem", headers=self.headers, json=body)
        assert response.status_code == 200, response.text

    async def answer(self, text: str, phase_sequence: int | None = None) -> httpx.Response:
        """Type an answer, in the current phase unless one is named."""
        return await self.post(
            "answer", {"text": text} | ({"phase_sequence": phase_sequence} if phase_sequence else {})
        )

    async def perform(self, what: Callable[[Act], None]) -> None:
        """Do something in the room that the API has no call for."""
        database = self.app.state.runtime.database
        async with database.transaction() as db:
            rooms = RoomService(DataAccess(database.reads, db), interviewer_of(self.app))
            await rooms.perform(self.session_id, what)

    async def timer(self) -> dict[str, Any]:
        """Return the answer of ``timer/status``."""
        response = await self.client.get(f"{self.path}/timer/status", headers=self.headers)
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()
        return status

    async def status(self) -> dict[str, Any]:
        """Return the answer of ``status``."""
        response = await self.client.get(f"/api/status/{self.id}", headers=self.headers)
        assert response.status_code == 200, response.text
        status: dict[str, Any] = response.json()
        return status

    async def row(self) -> dict[str, Any]:
        """Return the session's row."""
        rows = await execute(self.app, "SELECT * FROM interview_sessions WHERE id = :id", id=self.session_id)
        return rows[0]

    async def log(self) -> list[Logged]:
        """Return the session's log."""
        rows = await execute(
            self.app,
            "SELECT seq, type, data FROM session_events WHERE session_id = :id ORDER BY seq",
            id=self.session_id,
        )
        return [Logged(row["seq"], row["type"], row["data"]) for row in rows]

    async def log_types(self) -> list[str]:
        """Return the kinds of the log's lines, after a look at their numbers."""
        return [line.type for line in numbered(await self.log())]

    async def happenings(self) -> list[Logged]:
        """Return the log without what the interviewer says, after a look at the numbers of the whole."""
        return [line for line in numbered(await self.log()) if not line.is_of_interviewer]

    async def happening_types(self) -> list[str]:
        """Return the kinds of what happened apart from what the interviewer said."""
        return [line.type for line in await self.happenings()]

    async def said(self) -> list[Logged]:
        """Return what the interviewer said, after a look at the numbers of the whole log."""
        return [line for line in numbered(await self.log()) if line.is_of_interviewer]

    async def let_pass(self, seconds: float = 0) -> None:
        """Move the session's time to its clock's next step, and by that many seconds beyond.

        What was said keeps its time, so that no silence grows by it.
        """
        row = await self.row()
        due_at = clock_of(row, phase_durations(row["plan"])).wake_at
        if due_at is None:
            return
        await execute(
            self.app,
            """
            UPDATE interview_sessions
            SET deadline = deadline - moved.by,
                wake_at = LEAST(CAST(:due_at AS timestamptz), wake_at) - moved.by,
                interviewer_wake_at = interviewer_wake_at - moved.by
            FROM (
                SELECT CAST(:due_at AS timestamptz) - clock_timestamp()
                    + make_interval(secs => CAST(:seconds AS float8)) AS by
            ) AS moved
            WHERE id = :id AND deadline IS NOT NULL
            """,
            id=self.session_id,
            due_at=from_ms(due_at),
            seconds=seconds,
        )

    async def make_due(self) -> None:
        """Have the next runner look at this session, whose deadline stays what it is."""
        await execute(
            self.app, "UPDATE interview_sessions SET wake_at = clock_timestamp() WHERE id = :id", id=self.session_id
        )

    async def take_next_step(self, seconds: float = 0) -> Logged:
        """Let time pass to the clock's next step, have it performed, and return what happened."""
        before = len(await self.happenings())
        await self.let_pass(seconds)
        await runner_of(self.app).perform_due()
        happenings = await self.happenings()
        assert len(happenings) == before + 1
        return happenings[-1]


class ShiftedTime:
    """The database's time as the acts of a room see it, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._offset = timedelta()
        self._now: datetime | None = None
        real = RoomService._act

        def act_now(service: RoomService, session: HeldSession, now: datetime) -> Act:
            if self._now is None:
                self._now = now
            return real(service, session, self._now)

        monkeypatch.setattr(RoomService, "_act", act_now)

    def pass_by(self, seconds: float) -> None:
        """Let time pass; it stands still otherwise."""
        assert self._now is not None, "nothing has asked for the time yet"
        self._now += timedelta(seconds=seconds)

    def set(self, now: datetime) -> None:
        """Make it be this time."""
        self._now = now


def room_name() -> str:
    """Return the name of a room that nobody is in."""
    return f"room-{uuid4().hex[:12]}"


def feed_of(app: FastAPI) -> EventFeed:
    """Return the feed of an application's streams."""
    rooms: Rooms = app.state.rooms
    return rooms.feed


def runner_of(app: FastAPI) -> PhaseRunner:
    """Return the runner of an application; the tests' own does nothing but when it is told to."""
    rooms: Rooms = app.state.rooms
    return rooms.runner


def reports_of(app: FastAPI) -> ReportRunner:
    """Return what makes the reports of an application's sessions."""
    rooms: Rooms = app.state.rooms
    return rooms.reports


def interviewer_of(app: FastAPI) -> WrittenInterviewer:
    """Return what an application's rooms interview in writing with."""
    rooms: Rooms = app.state.rooms
    return rooms.interviewer


async def execute(app: FastAPI, sql: str, **values: Any) -> list[dict[str, Any]]:
    """Run one statement as a transaction of its own and return its rows."""
    async with app.state.runtime.database.transaction() as db:
        result = await db.execute(text(sql), values)
        return [dict(row) for row in result.mappings()] if result.returns_rows else []


def phases(*durations: float) -> list[dict[str, Any]]:
    """Return planner fields of these many minutes each."""
    return [
        {
            "sequence": sequence,
            "question_id": f"q{sequence}",
            "question_type": "technical",
            "duration": duration,
            "question": f"Question {sequence}?",
            "instructions": f"Ask question {sequence}",
        }
        for sequence, duration in enumerate(durations, 1)
    ]


async def save_plan(user: SignedIn, *durations: float, **fields: Any) -> str:
    """Save a mock interview with phases of these many minutes and return its id."""
    body = {"title": "Rehearsal", "planner_fields": phases(*(durations or DURATIONS))} | fields
    response = await user.post("/api/v1/mock-interviews", body)
    assert response.status_code == 201, response.text
    plan_id: str = response.json()["id"]
    return plan_id


async def open_room(app: FastAPI, user: SignedIn, *durations: float, **plan: Any) -> Room:
    """Start a room of the user with a plan of these phases."""
    plan_id = await save_plan(user, *durations, **plan)
    response = await user.post(START, {"room_id": room_name(), "mock_interview_id": plan_id})
    assert response.status_code == 200, response.text
    return Room(app, user.client, response.json(), user.headers)


async def open_anonymous_room(app: FastAPI, client: httpx.AsyncClient) -> Room:
    """Start a room that is nobody's."""
    response = await client.post(START, json={"room_id": room_name(), "mock_interview_id": DEMO})
    assert response.status_code == 200, response.text
    return Room(app, client, response.json(), {})


def timestamp(value: str) -> datetime:
    """Return a time of an event."""
    assert value.endswith("Z")
    return datetime.fromisoformat(value)


class _Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serve an application that runs already over TCP, in this very loop; give its URL.

    The client of httpx that calls an application directly waits for the end of a response, and a stream has none.
    """
    config = uvicorn.Config(
        app,
        port=0,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        # A client that sends on a connection in the moment in which it is closed for its idleness gets an error.
        timeout_keep_alive=300,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
