"""Another user, who works as users do while somebody attacks: what was slow, wrong or late."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import orjson

from benchmarks.attacks import AUTH, PASSWORD, PLANS, POSITIONS
from tests.support.peer import Peer

ANSWER_SECONDS = 60.0
PAUSE_SECONDS = 0.15
"""Between two requests of one kind of work: well below the limit of requests a minute."""

SIGN_IN_PAUSE_SECONDS = 2.0
CALL_PAUSE_SECONDS = 3.0
PHASE_MINUTES = 0.03
PHASES = 50


@dataclass
class Findings:
    """What the victim noticed of one attack; all in seconds."""

    times: list[float] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")
    wrong: Counter[str] = field(default_factory=Counter)
    lateness: list[float] = field(default_factory=list)


class Victim:
    """One account, its room, and everything that it does."""

    def __init__(self, http: httpx.AsyncClient, account: Mapping[str, str]) -> None:
        self._http = http
        self._account = account
        self._headers = {"Authorization": f"Bearer {account['token']}"}
        self._found = Findings()
        self._plan = ""

    async def prepare(self) -> None:
        """Save the plan of the victim's rooms."""
        fields = [
            {
                "sequence": number,
                "question_id": f"q{number}",
                "question_type": "technical",
                "duration": PHASE_MINUTES,
                "question": f"Question {number}?",
            }
            for number in range(1, PHASES + 1)
        ]
        body = {"title": "Short phases", "planner_fields": fields}
        response = await self._http.post(PLANS, json=body, headers=self._headers)
        response.raise_for_status()
        self._plan = response.json()["id"]

    @asynccontextmanager
    async def at_work(self, *, calls: bool) -> AsyncIterator[Findings]:
        """Work while the block runs, in calls too if wanted; the findings are complete when it has ended."""
        self._found = Findings()
        kinds = [self._use_positions(), self._look_around(), self._sign_in(), self._practise()]
        tasks = [asyncio.create_task(kind) for kind in [*kinds, *([self._call()] if calls else [])]]
        try:
            yield self._found
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _use_positions(self) -> None:
        # Found by a word of this attack alone: a position may have been made that nobody was told of.
        word = uuid4().hex
        body = {"title": "Engineer", "company": word, "description": "A text of some length. " * 20}
        count = 0
        while True:
            made = await self._ask("POST", POSITIONS, 201, json=body)
            count += made is not None
            listed = await self._ask("GET", f"{POSITIONS}?search={word}", 200)
            if listed is not None and listed["total"] != count:
                self._found.wrong["GET positions: another total"] += 1
            if made is not None:
                await self._ask("PUT", f"{POSITIONS}/{made['id']}/status", 200, json={"status": "offer"})
            await self._ask("GET", "/api/v1/statistics/overview", 200)

    async def _look_around(self) -> None:
        while True:
            await self._ask("GET", "/health/readiness", 200)
            await self._ask("GET", PLANS, 200)
            await self._ask("GET", "/api/connections/status", 200)

    async def _sign_in(self) -> None:
        body = {"email": self._account["email"], "password": PASSWORD}
        while True:
            await self._ask("POST", f"{AUTH}/login", 200, json=body)
            await asyncio.sleep(SIGN_IN_PAUSE_SECONDS)

    async def _call(self) -> None:
        room = f"call-{uuid4().hex[:12]}"
        body = {"room_id": room, "mock_interview_id": "behavioral"}
        await self._ask("POST", "/api/start-interview", 200, json=body)
        while True:
            peer = Peer(self._http, room, self._headers)
            try:
                response = await peer.offer()
                self._note("POST /api/offer", response.status_code, 200, time.monotonic() - peer.offered_at)
                if response.status_code == 200:
                    await peer.take(response)
            except TimeoutError:
                self._found.wrong["a call that never connected"] += 1
            finally:
                await peer.close()
            await asyncio.sleep(CALL_PAUSE_SECONDS)

    async def _practise(self) -> None:
        """Run one room after the other, and listen to when its phases change."""
        while True:
            room = f"victim-{uuid4().hex[:12]}"
            body = {"room_id": room, "mock_interview_id": self._plan}
            if await self._ask("POST", "/api/start-interview", 200, json=body) is None:
                continue
            try:
                await self._run_room(room)
            finally:
                with suppress(httpx.HTTPError):
                    await asyncio.shield(self._http.post(f"/api/interview/{room}/end", headers=self._headers))

    async def _run_room(self, room: str) -> None:
        due: float | None = None
        try:
            stream = self._http.stream(
                "GET", f"/api/interview/{room}/events?last_event_id=0", headers=self._headers, timeout=ANSWER_SECONDS
            )
            async with stream as response:
                if response.status_code != 200:
                    self._found.wrong[f"GET events: {response.status_code}"] += 1
                    return
                await self._ask("POST", f"/api/interview/{room}/timer/start", 200)
                kind = ""
                async for line in response.aiter_lines():
                    name, _, value = line.partition(": ")
                    if name == "event":
                        kind = value
                    elif name == "data":
                        due = self._note_transition(kind, orjson.loads(value), due)
                        if kind == "interview_completed":
                            return
            self._found.wrong["an event stream that broke off"] += 1
        except httpx.HTTPError as error:
            self._found.wrong[f"GET events: {type(error).__name__}"] += 1
        finally:
            if due is not None:
                # What is overdue when the attack ends is late, too.
                self._found.lateness.append(max(0.0, time.time() - due))

    def _note_transition(self, kind: str, data: Mapping[str, Any], due: float | None) -> float | None:
        """Note how late a transition was; return when the next is due, in seconds since the epoch."""
        if kind in {"phase_changed", "interview_completed"} and due is not None:
            self._found.lateness.append(max(0.0, time.time() - due))
        if kind in {"phase_started", "phase_changed"}:
            return datetime.fromisoformat(data["phase_deadline"]).timestamp()
        return None if kind == "interview_completed" else due

    async def _ask(self, method: str, path: str, expected: int, **fields: Any) -> Any:
        """Send a request, note its time, and pause; return the answer, or None if it was not the expected one."""
        began = time.monotonic()
        name = f"{method} {path.partition('?')[0]}"
        response = None
        try:
            response = await self._http.request(method, path, headers=self._headers, **fields)
            status: int | str = response.status_code
        except httpx.HTTPError as error:
            status = type(error).__name__
        self._note(name, status, expected, time.monotonic() - began)
        await asyncio.sleep(PAUSE_SECONDS)
        return response.json() if response is not None and status == expected else None

    def _note(self, name: str, status: int | str, expected: int, seconds: float) -> None:
        self._found.times.append(seconds)
        self._found.slowest = max(self._found.slowest, (seconds, name))
        if status != expected:
            self._found.wrong[f"{name}: {status}"] += 1
