"""What one account, or a client without any, can do at full speed: one attack at a time, in a process of its own."""

import asyncio
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import islice, product
from multiprocessing.connection import Connection
from string import ascii_lowercase
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from aiortc import RTCPeerConnection

PLANS = "/api/v1/mock-interviews"
POSITIONS = "/api/v1/positions"
AUTH = "/api/v1/auth"
DEMO = "two-minute-demo"
PASSWORD = "a password of the benchmark"
NICENESS = 10
"""Attackers have computers of their own; here theirs is the server's, and gives way to it."""

ADDRESS = "127.0.0.2"
"""Not the victim's: limits count by address, too."""

ANSWER_SECONDS = 60.0
LARGE_PLANS = 150
PLAN_FIELDS = 50
FIELD_CHARACTERS = 17_800
NOTED_POSITIONS = 80
NOTES_EACH = 12
NOTE_CHARACTERS = 20_000
INJECTIONS = 560
INJECTED_CHARACTERS = 20_000
STREAMS = 20
SEARCHED_POSITIONS = 100_000
SEARCHED_WORDS = 5_000
IMPORTED_ROWS = 5_000
LOGINS = 30
SIGN_INS = 200
ROOMS = 10
BRACKETS = b"[" + b"[]," * (2**20 // 3 - 1) + b"[]]"

Answers = Counter[int | str]
"""How often the attacker got which status; or the name of the error, where there was no answer."""


class Attacker:
    """One account at work, until a moment on the clock of this process."""

    def __init__(self, http: httpx.AsyncClient, account: Mapping[str, str], seconds: float) -> None:
        self.http = http
        self.account = account
        self.headers = {"Authorization": f"Bearer {account['token']}"} if account else {}
        self.answers: Answers = Counter()
        self._seconds = seconds
        self._ends = time.monotonic() + ANSWER_SECONDS

    def begin(self) -> None:
        """Let the time begin to run in which the attack goes on: what it needs is there."""
        self._ends = time.monotonic() + self._seconds

    @property
    def goes_on(self) -> bool:
        """Tell whether there is time left."""
        return time.monotonic() < self._ends

    async def ask(self, method: str, path: str, **fields: Any) -> httpx.Response | None:
        """Send a request and count its answer; None if there was none."""
        headers = self.headers | fields.pop("headers", {})
        try:
            response = await self.http.request(method, path, headers=headers, **fields)
        except httpx.HTTPError as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[response.status_code] += 1
        return response

    async def flood(self, workers: int, method: str, path: str, **fields: Any) -> None:
        """Have so many requests under way all the time."""

        async def work(_number: int) -> None:
            await self.ask(method, path, **fields)

        await self.repeat(workers, work)

    async def repeat(self, workers: int, work: Callable[[int], Awaitable[None]]) -> None:
        """Have so many workers do something again and again, each with its number."""

        async def go_on(number: int) -> None:
            while self.goes_on:
                await work(number)

        await asyncio.gather(*(go_on(number) for number in range(workers)))

    async def ask_and_leave_unread(self, path: str) -> None:
        """Ask for something and read no more of it than the first line; return when the connection ends."""
        address = urlsplit(str(self.http.base_url))
        reader, writer = await asyncio.open_connection(
            address.hostname, address.port, limit=1024, local_addr=(ADDRESS, 0)
        )
        headers = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
        with suppress(OSError, asyncio.IncompleteReadError):
            self.answers[int((await reader.readline())[9:12] or 0)] += 1
            while self.goes_on and reader.exception() is None and not reader.at_eof():
                await asyncio.sleep(0.2)
        writer.transport.abort()

    async def room(self, plan: str = DEMO) -> dict[str, str]:
        """Open a room and return what it was answered; it has to be."""
        response = await self.ask(
            "POST", "/api/start-interview", json={"room_id": f"attack-{uuid4().hex[:12]}", "mock_interview_id": plan}
        )
        assert response is not None
        response.raise_for_status()
        started: dict[str, str] = response.json()
        return started


@dataclass(frozen=True)
class Attack:
    """A row of the table; ``act`` prepares what it needs, and calls ``begin`` then."""

    name: str
    act: Callable[[Attacker], Awaitable[None]]
    victim_calls: bool = False
    """Whether its victim goes into calls, too."""

    has_account: bool = True
    positions: int = 0


async def _large_plans(attacker: Attacker) -> None:
    text = "x" * FIELD_CHARACTERS
    fields = [
        {"sequence": n, "question_id": f"q{n}", "question_type": "technical", "duration": 5, "instructions": text}
        for n in range(1, PLAN_FIELDS + 1)
    ]
    body = {"title": "Large", "planner_fields": fields}
    ids: list[str] = []

    async def save(_number: int) -> None:
        response = await attacker.ask("POST", PLANS, json=body)
        if response is not None and response.status_code == 201:
            ids.append(response.json()["id"])

    for _ in range(LARGE_PLANS // 4 + 1):
        await asyncio.gather(*map(save, range(4)))
    attacker.begin()
    await asyncio.gather(
        attacker.flood(12, "GET", f"{PLANS}?per_page=100"),
        attacker.repeat(STREAMS, lambda number: attacker.ask_and_leave_unread(f"{PLANS}/{ids[number]}")),
    )


async def _long_notes(attacker: Attacker) -> None:
    body = {"type": "technical", "place": "video", "scheduled_date": "2026-01-01T10:00:00Z"}
    # Each character takes four bytes, here and there.
    body |= {"notes": "\N{OLD PERSIAN SIGN A}" * NOTE_CHARACTERS}

    async def save(_number: int) -> None:
        made = await attacker.ask("POST", POSITIONS, json={"title": "Engineer", "company": "Acme"})
        if made is not None and made.status_code == 201:
            for _ in range(NOTES_EACH):
                await attacker.ask("POST", f"{POSITIONS}/{made.json()['id']}/interviews", json=body)

    for _ in range(NOTED_POSITIONS // 4):
        await asyncio.gather(*map(save, range(4)))
    attacker.begin()
    paths = ("positions?per_page=100", "interviews?per_page=100", "positions?per_page=4")
    await asyncio.gather(*(attacker.flood(4, "GET", f"/api/v1/{path}") for path in paths))


async def _unread_streams(attacker: Attacker) -> None:
    started = await attacker.room()
    body = {"room_id": started["room_id"], "context_text": "x" * INJECTED_CHARACTERS}
    for _ in range(INJECTIONS // 4):
        await asyncio.gather(
            *(attacker.ask("POST", "/api/inject-custom-context", json=body) for _ in range(4)),
        )
    attacker.begin()
    path = f"/api/interview/{started['room_id']}/events?last_event_id=0"
    await attacker.repeat(STREAMS, lambda _number: attacker.ask_and_leave_unread(path))


async def _long_search(attacker: Attacker) -> None:
    # As short as so many can be, because a search has a limit of characters, too.
    words = " ".join(map("".join, islice(product(ascii_lowercase, repeat=3), SEARCHED_WORDS)))
    attacker.begin()
    await attacker.flood(14, "GET", POSITIONS, params={"search": words})


async def _parallel_imports(attacker: Attacker) -> None:
    rows = "".join(f"Engineer {number},Company {number}\n" for number in range(IMPORTED_ROWS))
    content = f"title,company\n{rows}".encode()
    attacker.begin()
    await attacker.flood(14, "POST", f"{POSITIONS}/import", content=content, headers={"Content-Type": "text/csv"})


async def _wrong_passwords(attacker: Attacker) -> None:
    credentials = {"email": attacker.account["email"], "password": PASSWORD}
    tokens: list[str] = []
    while len(tokens) < LOGINS:
        response = await attacker.ask("POST", f"{AUTH}/login", json=credentials)
        if response is not None and response.status_code == 200:
            tokens.append(response.json()["access_token"])
    attacker.begin()
    body = {"current_password": "wrong", "new_password": "another password"}

    async def guess(number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        await attacker.ask("POST", f"{AUTH}/change-password", json=body, headers=headers)

    await attacker.repeat(LOGINS, guess)


async def _offers_without_candidates(attacker: Attacker) -> None:
    rooms = [(await attacker.room())["room_id"] for _ in range(ROOMS)]
    peer = RTCPeerConnection()
    peer.addTransceiver("audio")
    offer = await peer.createOffer()
    await peer.close()
    attacker.begin()

    async def call(number: int) -> None:
        body = {"room_id": rooms[number], "sdp": offer.sdp, "type": offer.type}
        await attacker.ask("POST", "/api/offer", json=body)

    await attacker.repeat(ROOMS, call)


async def _unknown_sign_ins(attacker: Attacker) -> None:
    attacker.begin()

    async def guess(_number: int) -> None:
        await attacker.ask("POST", f"{AUTH}/login", json={"email": f"{uuid4().hex}@example.com", "password": "wrong"})

    await attacker.repeat(SIGN_INS, guess)


async def _flood_by_room_token(attacker: Attacker) -> None:
    started = await attacker.room()
    headers = {"Authorization": f"Bearer {started['room_token']}"}
    attacker.begin()
    await attacker.flood(32, "GET", f"/api/interview/{started['room_id']}/timer/status", headers=headers)


async def _brackets(attacker: Attacker) -> None:
    attacker.begin()
    await attacker.flood(24, "POST", PLANS, content=BRACKETS, headers={"Content-Type": "application/json"})


ATTACKS = (
    Attack(f"{LARGE_PLANS} plans of 890 KB, lists of 100 of them, {STREAMS} slow readers", _large_plans),
    Attack(f"{INJECTIONS} injections of 20 KB, {STREAMS} unread streams from the first event", _unread_streams),
    Attack(
        f"searches for {SEARCHED_WORDS:,} words in {SEARCHED_POSITIONS:,} positions",
        _long_search,
        positions=SEARCHED_POSITIONS,
    ),
    Attack("14 imports of 5,000 rows at once", _parallel_imports),
    Attack(f"wrong passwords from {LOGINS} logins at once", _wrong_passwords),
    Attack(f"offers without candidates in {ROOMS} rooms", _offers_without_candidates, victim_calls=True),
    Attack("a room token's requests, 32 at once", _flood_by_room_token),
    Attack("24 × 1 MiB of brackets at once without a token", _brackets, has_account=False),
    Attack(f"{SIGN_INS} sign-ins at once without an account", _unknown_sign_ins, has_account=False),
    Attack(f"{NOTED_POSITIONS} positions with {NOTES_EACH} notes of 80 KB each, lists of all", _long_notes),
)


@asynccontextmanager
async def under_attack(
    number: int, url: str, account: Mapping[str, str], seconds: float
) -> AsyncIterator[Callable[[], Awaitable[Answers]]]:
    """Begin the attack of that number in a process of its own; the block is given what waits for its end."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(number, url, dict(account), seconds, there))
    process.start()
    there.close()
    try:

        async def end() -> Answers:
            answers: Answers = await asyncio.to_thread(here.recv)
            return answers

        yield end
    finally:
        process.kill()
        process.join()


def _run(number: int, url: str, account: Mapping[str, str], seconds: float, parent: Connection) -> None:
    os.nice(NICENESS)
    parent.send(asyncio.run(_attack(ATTACKS[number], url, account, seconds)))


async def _attack(attack: Attack, url: str, account: Mapping[str, str], seconds: float) -> Answers:
    limits = httpx.Limits(max_connections=None)
    transport = httpx.AsyncHTTPTransport(limits=limits, local_address=ADDRESS)
    async with httpx.AsyncClient(base_url=url, timeout=ANSWER_SECONDS, transport=transport) as http:
        attacker = Attacker(http, account, seconds)
        await attack.act(attacker)
        return attacker.answers
