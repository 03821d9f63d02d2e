"""One storm from the first server's start to the last listener's end."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from app.core.embedded_postgres import EmbeddedPostgres
from tests.chaos.report import Line, Report
from tests.chaos.victims import Replica, Storm
from tests.support.event_streams import Listener
from tests.support.processes import scratch_folder
from tests.support.users import SignedIn, sign_up

SHORTEST_PHASE_SECONDS = 0.6
CALM_SECONDS = 120.0
SILENCE_SECONDS = 3.0


@dataclass
class Room:
    """A session in the storm, whoever follows it, and the injections that were answered with a success."""

    id: str
    session_id: str
    listener: Listener
    acknowledged: set[str] = field(default_factory=set)


class Chaos:
    """Rooms of one user on some replicas, a storm over them, and what became of it."""

    def __init__(self, *, rooms: int, seconds: float, replicas: int = 2, seed: int = 1) -> None:
        self._rooms = rooms
        self._seconds = seconds
        self._replica_count = replicas
        self._seed = seed
        self._random = random.Random(seed)
        self._phases = max(4, min(50, round(seconds / 1.2)))
        self._answers: Counter[int] = Counter()

    async def run(self) -> Report:
        """Let the storm go over the rooms and return what was found afterwards."""
        began = time.monotonic()
        with scratch_folder() as folder:
            async with self._replicas(folder) as replicas:
                storm = Storm(folder, replicas, self._seed)
                async with httpx.AsyncClient(base_url=replicas[0].server.url, trust_env=False) as client:
                    user = await sign_up(client)
                    rooms = [await self._open(user, replicas) for _ in range(self._rooms)]
                async with asyncio.timeout(self._seconds + CALM_SECONDS):
                    await self._follow(rooms, user, replicas, storm)
                report = Report(self._rooms, self._phases, blows=storm.blows, answers=self._answers)
                await self._tell(folder, rooms, report)
        report.seconds = time.monotonic() - began
        return report

    @asynccontextmanager
    async def _replicas(self, folder: Path) -> AsyncIterator[list[Replica]]:
        replicas = [Replica(folder) for _ in range(self._replica_count)]
        try:
            await asyncio.gather(*(replica.server.ready() for replica in replicas))
            yield replicas
        finally:
            for replica in replicas:
                replica.stop()

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
            lambda: self._random.choice(replicas).server.url,
            room_id,
            user.headers,
            silence_seconds=SILENCE_SECONDS,
        )
        return Room(room_id, started.json()["session_id"], listener)

    async def _follow(self, rooms: list[Room], user: SignedIn, replicas: list[Replica], storm: Storm) -> None:
        """Follow every session to its end; disturb every third by injections and pauses."""
        async with asyncio.TaskGroup() as group:
            for room in rooms:
                group.create_task(room.listener.listen())
            async with httpx.AsyncClient(trust_env=False, timeout=SILENCE_SECONDS) as client:
                for room in rooms:
                    await self._post(client, replicas, user, f"/api/interview/{room.id}/timer/start", again=True)
                visitors = [asyncio.create_task(self._visit(client, replicas, user, room)) for room in rooms[::3]]
                try:
                    await storm.rage(self._seconds)
                    await asyncio.gather(*visitors)
                finally:
                    for visitor in visitors:
                        visitor.cancel()
                    await asyncio.gather(*visitors, return_exceptions=True)
        for room in rooms:
            self._answers += room.listener.answers

    async def _visit(self, client: httpx.AsyncClient, replicas: list[Replica], user: SignedIn, room: Room) -> None:
        """Inject, pause and go on, again and again until the session is over."""
        for number in count():
            await asyncio.sleep(self._random.uniform(0.2, 1))
            text = f"remark {number}"
            body = {"room_id": room.id, "context_text": text}
            status = await self._post(client, replicas, user, "/api/inject-custom-context", body)
            if status == 200:
                room.acknowledged.add(text)
            for act in ("pause", "start"):
                path = f"/api/interview/{room.id}/timer/{act}"
                if await self._post(client, replicas, user, path, again=True) == 400:
                    return

    async def _post(
        self,
        client: httpx.AsyncClient,
        replicas: list[Replica],
        user: SignedIn,
        path: str,
        body: Any = None,
        *,
        again: bool = False,
    ) -> int | None:
        """Send a request to some replica and return the status, if there was one; ``again`` until it is final."""
        while True:
            url = self._random.choice(replicas).server.url + path
            try:
                response = await client.post(url, headers=user.headers, json=body)
            except httpx.TransportError:
                status = None
            else:
                status = response.status_code
                if status != 400:  # which says that the session is over
                    self._answers[status] += 1
            if not again or status in {200, 400}:
                return status
            await asyncio.sleep(0.1)

    async def _tell(self, folder: Path, rooms: list[Room], report: Report) -> None:
        connection = await asyncpg.connect(EmbeddedPostgres(folder / "data").dsn, timeout=CALM_SECONDS)
        try:
            for room in rooms:
                rows = await connection.fetch(
                    "SELECT seq, type, data FROM session_events WHERE session_id = $1::uuid ORDER BY seq",
                    room.session_id,
                )
                log = [Line(row["seq"], row["type"], json.loads(row["data"])) for row in rows]
                heard = [event.id for event in room.listener.events if event.id is not None]
                report.add_room(log, heard, room.acknowledged)
        finally:
            await connection.close()
