"""The data that every server is measured on: the same rows at every run, in the schema of the migrations."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from app.core.tokens import AccessTokens

DAY_SECONDS = 86_400
USERS_A_BATCH = 50
FIRST_DAY = date(2024, 1, 1)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


_COMPANY_NAMES = _list(
    "Tech, Data, Cloud, Nova, Blue, Green, Red, Quantum, Pixel, Hyper, Acme, Globe, Stark, Umbra, Vertex, Zen, "
    "Orbit, Lumen, Delta, Omega"
)
_COMPANY_KINDS = _list(
    "Corp, Works, Labs, Systems, Soft, Co, Consulting, Partners, Networks, Dynamics, Group, Computing, "
    "Logic, Commerce"
)
_SENIORITIES = ["Junior ", "Mid ", "Senior ", "Staff ", "Principal ", ""]
_ROLES = _list(
    "Software Engineer, Backend Engineer, Data Engineer, Frontend Engineer, Platform Engineer, SRE, Product Manager, "
    "Data Scientist, Engineering Manager, DevOps Engineer, ML Engineer, QA Analyst"
)
_WORDS = _list(
    "python, fastapi, postgres, kubernetes, remote, hybrid, team, payments, platform, latency, streaming, kafka, "
    "react, typescript, distributed, systems, observability, terraform, aws, gcp, graphql, microservices, "
    "leadership, mentoring, roadmap, analytics, pipeline, security, compliance, health, fintech, games, logistics, "
    "energy, robotics, search, ranking, recommender, testing, engineer, experience, design, customers, scale, "
    "growth, stack"
)
_LOCATIONS = ["San Francisco, CA", "New York, NY", "Berlin", "London", "Remote", "Lagos", "Toronto", "Sydney", None]
_SALARIES = ["$90k - $110k", "$120k - $150k", "$150k - $180k", None]
_SOURCES = ["referral", "company site", "recruiter", None]
_TAGS: list[list[str]] = [[], [], ["remote"], ["remote", "dream job"], ["backup"]]
_TASKS = ["Write to the recruiter", "Prepare questions", "Send the portfolio"]
_NOTE_COUNTS = [0, 0, 1, 2]
_TASK_COUNTS = [0, 0, 1]
_INTERVIEW_COUNTS = [0, 1, 1, 2, 2, 2, 3, 3, 4]
_TYPES = ["technical", "behavioral", "hr", "final"]
_PLACES = ["phone", "video", "onsite"]
_OUTCOMES = ["pending", "passed", "passed", "cancelled"]
_MINUTES = [30, 45, 60, 90, None]

# How an application came to its present status, and how many of twenty went that way.
_HISTORIES: list[list[str]] = [
    *[["applied"]] * 9,
    *[["applied", "screening"]] * 2,
    *[["applied", "screening", "interviewing"]] * 3,
    ["applied", "screening", "interviewing", "offer"],
    *[["applied", "rejected"]] * 2,
    *[["applied", "screening", "rejected"]] * 2,
    ["applied", "screening", "interviewing", "offer", "withdrawn"],
]

_COLUMNS = {
    "users": ("id", "email", "first_name", "last_name", "password_hash", "created_at", "updated_at"),
    "logins": ("id", "user_id", "created_at", "expires_at"),
    "positions": (
        *("id", "user_id", "title", "company", "description", "location", "salary_range", "status"),
        *("application_date", "source", "tags", "archived", "responded", "offered", "created_at", "updated_at"),
    ),
    "interviews": (
        *("id", "user_id", "position_id", "type", "place", "scheduled_date", "duration_minutes", "notes", "outcome"),
        *("created_at", "updated_at"),
    ),
    "status_changes": ("id", "user_id", "position_id", "from_status", "to_status", "occurred_at", "recorded_at"),
    "notes": ("id", "user_id", "position_id", "text", "occurred_at", "created_at", "updated_at"),
    "tasks": ("id", "user_id", "position_id", "title", "due_date", "done_at", "created_at", "updated_at"),
}


@dataclass(frozen=True)
class Account:
    """A user of the data set, with one login that is in force."""

    user_id: UUID
    login_id: UUID
    position_ids: list[UUID] = field(default_factory=list)

    def token(self, key: str) -> str:
        """Return an access token that outlives the run."""
        return AccessTokens([key], lifetime_seconds=DAY_SECONDS).issue(self.user_id, self.login_id)


async def fill(dsn: str, sizes: Sequence[int], *, seed: int) -> list[Account]:
    """Add one user for each of ``sizes``, which says how many positions they have, and return them in order.

    The rows depend on the arguments alone, but for the times of the logins.
    """
    maker = RowMaker(random.Random(seed))
    accounts: list[Account] = []
    # The positions keep one server process busy with their search vectors; the other tables go beside them.
    connections = [await _connect(dsn), await _connect(dsn)]
    try:
        # Of all triggers this one has something to do: it computes a column.
        await connections[0].execute("ALTER TABLE positions ENABLE ALWAYS TRIGGER search_vector")
        for start in range(0, len(sizes), USERS_A_BATCH):
            batch = maker.batch(sizes[start : start + USERS_A_BATCH], start, seed)
            accounts += batch.accounts
            rest = [name for name in _COLUMNS if name != "positions"]
            await asyncio.gather(
                _copy(connections[0], batch, ["positions"]),
                _copy(connections[1], batch, rest),
            )
        await connections[0].execute("VACUUM ANALYZE")
        await connections[0].execute("CHECKPOINT")
    finally:
        for connection in connections:
            await connection.close()
    return accounts


@dataclass
class Batch:
    """The rows of some users, by table."""

    accounts: list[Account] = field(default_factory=list)
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {name: [] for name in _COLUMNS})


class RowMaker:
    """Makes rows from one stream of random numbers."""

    def __init__(self, numbers: random.Random) -> None:
        self._numbers = numbers
        self._descriptions = [self._words(15, 60) for _ in range(2000)]
        self._notes = [self._words(0, 20) for _ in range(500)]

    def batch(self, sizes: Sequence[int], first: int, seed: int) -> Batch:
        """Return users with as many positions as ``sizes`` says; ``first`` numbers them."""
        batch = Batch()
        for number, size in enumerate(sizes, first):
            account = Account(self._uuid(), self._uuid())
            now = datetime.now(UTC)
            begun = datetime.combine(FIRST_DAY, time.min, UTC)
            names = (f"user{seed}-{number}@example.com", f"First{number}", f"Last{number}")
            batch.accounts.append(account)
            batch.rows["users"].append((account.user_id, *names, "$2b$12$" + "a" * 53, begun, begun))
            batch.rows["logins"].append((account.login_id, account.user_id, now, now + timedelta(days=30)))
            for _ in range(size):
                account.position_ids.append(self._add_position(batch, account.user_id))
        return batch

    def _add_position(self, batch: Batch, user_id: UUID) -> UUID:
        pick = self._numbers.choice
        position_id = self._uuid()
        applied = FIRST_DAY + timedelta(days=int(self._numbers.random() * 700))
        created = datetime.combine(applied, time.min, UTC) + timedelta(seconds=self._numbers.random() * DAY_SECONDS)
        history = pick(_HISTORIES)
        batch.rows["positions"].append(
            (
                *(position_id, user_id, pick(_SENIORITIES) + pick(_ROLES)),
                *(f"{pick(_COMPANY_NAMES)} {pick(_COMPANY_KINDS)}", pick(self._descriptions), pick(_LOCATIONS)),
                *(pick(_SALARIES), history[-1], applied, pick(_SOURCES), pick(_TAGS), False),
                *(len(history) > 1, "offer" in history, created, created),
            )
        )
        for number, status in enumerate(history):
            since = created + timedelta(days=5 * number)
            batch.rows["status_changes"].append(
                (self._uuid(), user_id, position_id, history[number - 1] if number else None, status, since, since)
            )
        batch.rows["interviews"].extend(self._interviews(user_id, position_id, created, history[-1]))
        for number in range(pick(_NOTE_COUNTS)):
            since = created + timedelta(days=2 + number)
            batch.rows["notes"].append(
                (self._uuid(), user_id, position_id, pick(self._descriptions), since, since, since)
            )
        for number in range(pick(_TASK_COUNTS)):
            since = created + timedelta(days=1 + number)
            done_at = pick([None, since + timedelta(days=1)])
            due_date = applied + timedelta(days=4)
            batch.rows["tasks"].append(
                (self._uuid(), user_id, position_id, pick(_TASKS), due_date, done_at, since, since)
            )
        return position_id

    def _interviews(
        self, user_id: UUID, position_id: UUID, since: datetime, status: str
    ) -> Iterator[tuple[Any, ...]]:
        pick = self._numbers.choice
        for _ in range(pick(_INTERVIEW_COUNTS)):
            when = since + timedelta(days=3 + int(self._numbers.random() * 57))
            # Only a rejected position can have a failed interview.
            outcome = "failed" if status == "rejected" and self._numbers.random() < 0.5 else pick(_OUTCOMES)
            yield (
                *(self._uuid(), user_id, position_id, pick(_TYPES), pick(_PLACES), when),
                *(pick(_MINUTES), pick(self._notes), outcome, since, since),
            )

    def _words(self, least: int, most: int) -> str:
        return " ".join(self._numbers.choices(_WORDS, k=self._numbers.randrange(least, most)))

    def _uuid(self) -> UUID:
        return UUID(int=self._numbers.getrandbits(128), version=4)


async def _connect(dsn: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(dsn)
    # The rows refer to each other by construction; checking each reference again takes longer than storing it.
    await connection.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    return connection


async def _copy(connection: asyncpg.Connection, batch: Batch, tables: Sequence[str]) -> None:
    for table in tables:
        await connection.copy_records_to_table(table, records=batch.rows[table], columns=_COLUMNS[table])
