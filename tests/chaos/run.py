"""One storm from the first server's start to the last listener's end."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, takewhile
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx

from app.core.clock import utc_now
from app.core.embedded_postgres import EmbeddedPostgres
from tests.chaos.report import TRANSITIONS, Line, Report
from tests.chaos.uptime import Uptime
from tests.chaos.victims import Replica, Storm, Targets
from tests.support.event_streams import Listener
from tests.support.processes import START_SECONDS, scratch_folder
from tests.support.users import SignedIn, sign_up

SHORTEST_PHASE_SECONDS = 0.6
STANDSTILL_SECONDS = 120.0
"""After the storm, sessions have as long as they need; when nothing at all has happened for this long, they hang."""

SILENCE_SECONDS = 3.0
PROGRESS_SECONDS = 10.0
MOST_PHASES = 50
FAILURE = re.compile("request_failed|database_error")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT")
MOST_FAILURES = 10
ROOMS_AT_FULL_PACE = 60
"""With more rooms than these, each is disturbed less often, so that the load stays what two cores can serve."""


@dataclass
class Room:
    """A session in the storm, whoever follows it, and the injections that were answered with a success."""

    id: str
    session_id: str
    listener: Listener
    acknowledged: set[str] = field(default_factory=set)

    @property
    def transitions(self) -> int:
        """Return how many transitions the listener has heard of."""
        return sum(event.type in TRANSITIONS for event in self.listener.events)

    @property
    def deadline(self) -> datetime | None:
        """Return when the next step is due, as far as the listener knows."""
        for event in reversed(self.listener.events):
            if event.type in {"timer_paused", "interview_completed"}:
                return None
            if deadline := event.data.get("phase_deadline"):
                return datetime.fromisoformat(deadline)
        return None


class Chaos:
    """Rooms of one user on some replicas, a storm over them, and what became of it."""

    def __init__(
        self,
        *,
        rooms: int,
        seconds: float,
        replicas: int = 2,
        seed: int = 1,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._room_count = rooms
        self._seconds = seconds
        self._replica_count = replicas
        self._seed = seed
        self._say = say
        self._random = random.Random(seed)
        self._phases = max(4, min(MOST_PHASES, round(seconds / 1.2)))
        self._answers: Counter[int] = Counter()
        self._rooms: list[Room] = []
        self._storm: Storm | None = None
        self._began = time.monotonic()

    async def run(self) -> Report:
        """Let the storm go over the rooms and return what was found afterwards."""
        with scratch_folder() as folder:
            async with self._replicas(folder) as replicas:
                uptime = Uptime(self._replica_count)
                self._storm = Storm(folder, replicas, uptime, self._seed)
                async with httpx.AsyncClient(base_url=replicas[0].url(), trust_env=False) as client:
                    user = await sign_up(client)
                    for _ in range(self._room_count):
                        self._rooms.append(await self._open(user, replicas))
                async with self._watched(uptime, replicas):
                    failures = await self._follow(user, replicas, self._storm)
                report = Report(
                    self._room_count,
                    self._phases,
                    blows=self._storm.blows,
                    held=self._storm.held,
                    answers=self._answers,
                    failures=failures + logged_failures(folder),
                    was_up=uptime.was_up,
                )
                await self._tell(folder, report)
        report.seconds = time.monotonic() - self._began
        return report

    def abate(self) -> None:
        """End the storm before its time; what it has done is counted all the same."""
        if self._storm:
            self._storm.abate()

    @asynccontextmanager
    async def _replicas(self, folder: Path) -> AsyncIterator[list[Replica]]:
        replicas = [Replica(folder) for _ in range(self._replica_count)]
        try:
            await asyncio.gather(*(replica.server.ready() for replica in replicas))
            yield replicas
        finally:
            for replica in replicas:
                replica.stop()

    @asynccontextmanager
    async def _watched(self, uptime: Uptime, replicas: list[Replica]) -> AsyncIterator[None]:
        """Note who is up, and say how things stand every few seconds."""
        watching = [
            asyncio.create_task(uptime.watch(index, replica.url), name=f"uptime {index}")
            for index, replica in enumerate(replicas)
        ]
        watching.append(asyncio.create_task(self._report_progress(uptime), name="progress"))
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    async def _report_progress(self, uptime: Uptime) -> None:
        while self._storm:
            await asyncio.sleep(PROGRESS_SECONDS)
            done = sum(room.transitions for room in self._rooms)
            blows = ", ".join(f"{name} {number}" for name, number in sorted(self._storm.blows.items()))
            self._say(
                f"{time.monotonic() - self._began:6.0f} s   transitions {done}/{self._room_count * self._phases}   "
                f"up {uptime.share():.0%}   {blows}"
            )

    async def _open(self, user: SignedIn, replicas: list[Replica]) -> Room:
        mean = self._seconds / self._phases
        fields = [
            {
                "sequence": sequence,
                "question_id": f"q{sequence}",
                "question_type": "technical",
                "duration": max(SHORTEST_PHASE_SECONDS, mean * self._random.uniform(0.6, 1.2)) / 60,
                "question": "Why?",
            }
            for sequence in range(1, self._phases + 1)
        ]
        plan = await user.post("/api/v1/mock-interviews", {"title": "Storm", "planner_fields": fields})
        assert plan.status_code == 201, plan.text
        body = {"room_id": f"storm-{plan.json()['id']}", "mock_interview_id": plan.json()["id"]}
        started = await user.post("/api/start-interview", body)
        assert started.status_code == 200, started.text
        room_id = body["room_id"]
        listener = Listener(
            lambda: self._random.choice(replicas).url(),
            room_id,
            user.headers,
            silence_seconds=SILENCE_SECONDS,
        )
        return Room(room_id, started.json()["session_id"], listener)

    async def _follow(self, user: SignedIn, replicas: list[Replica], storm: Storm) -> list[str]:
        """Follow every session to its end; disturb every third by injections and pauses. Return what failed."""
        listeners = [asyncio.create_task(room.listener.listen(), name=f"listener {room.id}") for room in self._rooms]
        async with httpx.AsyncClient(trust_env=False, timeout=SILENCE_SECONDS) as client:
            for room in self._rooms:
                await self._post(client, replicas, user, f"/api/interview/{room.id}/timer/start")
            visitors = [
                asyncio.create_task(self._visit(client, replicas, user, room), name=f"visitor {room.id}")
                for room in self._rooms[::3]
            ]
            targets = Targets(lambda url: self._act(client, url, user), self._next_deadline)
            await storm.rage(self._seconds, targets)
            await self._wait_for_the_end([*listeners, *visitors])
        for room in self._rooms:
            self._answers += room.listener.answers
        tasks = [*listeners, *visitors]
        unfinished = [f"{task.get_name()}: has not come to an end" for task in tasks if task.cancelled()]
        ended = [task for task in tasks if not task.cancelled()]
        return unfinished + [f"{task.get_name()}: {error!r}" for task in ended if (error := task.exception())]

    async def _wait_for_the_end(self, tasks: list[asyncio.Task[None]]) -> None:
        """Wait for as long as anything goes on, and cancel what then hangs."""
        heard, since = -1, time.monotonic()
        pending = set(tasks)
        while pending and time.monotonic() - since < STANDSTILL_SECONDS:
            _, pending = await asyncio.wait(pending, timeout=1)
            now_heard = sum(len(room.listener.events) for room in self._rooms)
            if now_heard != heard:
                heard, since = now_heard, time.monotonic()
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending)

    def _next_deadline(self) -> datetime | None:
        now = utc_now()
        return min((due for room in self._rooms if (due := room.deadline) and due > now), default=None)

    async def _act(self, client: httpx.AsyncClient, url: str, user: SignedIn) -> None:
        """Send one injection for each of some rooms to one server, all at once."""
        rooms = self._random.sample(self._rooms, min(4, len(self._rooms)))
        await asyncio.gather(*(self._inject(client, url, user, room, f"gust {uuid4()}") for room in rooms))

    async def _inject(self, client: httpx.AsyncClient, url: str, user: SignedIn, room: Room, text: str) -> None:
        body = {"room_id": room.id, "context_text": text}
        if await self._send(client, f"{url}/api/inject-custom-context", user, body) == 200:
            room.acknowledged.add(text)

    async def _visit(self, client: httpx.AsyncClient, replicas: list[Replica], user: SignedIn, room: Room) -> None:
        """Inject, pause and go on, again and again until the session is over."""
        for number in count():
            await asyncio.sleep(self._random.uniform(0.2, 1) * max(1, self._room_count / ROOMS_AT_FULL_PACE))
            await self._inject(client, self._random.choice(replicas).url(), user, room, f"remark {number}")
            for act in ("pause", "start"):
                path = f"/api/interview/{room.id}/timer/{act}"
                if await self._post(client, replicas, user, path) == 400:
                    return

    async def _post(self, client: httpx.AsyncClient, replicas: list[Replica], user: SignedIn, path: str) -> int:
        """Send an act to some replica, again and again until its answer is final, and return that status."""
        while True:
            status = await self._send(client, self._random.choice(replicas).url() + path, user)
            if status in {200, 400}:
                return status
            await asyncio.sleep(0.1)

    async def _send(
        self, client: httpx.AsyncClient, address: str, user: SignedIn, body: dict[str, str] | None = None
    ) -> int | None:
        try:
            response = await client.post(address, headers=user.headers, json=body)
        except httpx.TransportError:
            return None
        if response.status_code != 400:  # which says that the session is over
            self._answers[response.status_code] += 1
        return response.status_code

    async def _tell(self, folder: Path, report: Report) -> None:
        connection = await asyncpg.connect(EmbeddedPostgres(folder / "data").dsn, timeout=START_SECONDS)
        try:
            for room in self._rooms:
                rows = await connection.fetch(
                    "SELECT seq, type, data FROM session_events WHERE session_id = $1::uuid ORDER BY seq",
                    room.session_id,
                )
                log = [Line(row["seq"], row["type"], json.loads(row["data"])) for row in rows]
                heard = [event.id for event in room.listener.events if event.id is not None]
                report.add_room(log, heard, room.acknowledged)
        finally:
            await connection.close()


def logged_failures(folder: Path) -> list[str]:
    """Return what failed by a fault of the servers' own: a few lines of their logs, each with its error."""
    found = []
    for output in sorted(folder.glob("server-*.log")):
        lines = iter(output.read_text(errors="replace").splitlines())
        for line in lines:
            if FAILURE.search(line):
                traceback = takewhile(lambda text: not TIMESTAMP.match(text), lines)
                errors = [text for text in traceback if text and not text[0].isspace()]
                found.append(" | ".join([line, *errors]))
    return found[:MOST_FAILURES]
