"""What the tests share: a real PostgreSQL, the application on it, and signed-in users.

Tests run side by side in one database; each works with users of its own. A test that needs other settings or an
empty database makes an application of its own with ``make_app``. ``make test`` runs three processes, each with
a PostgreSQL of its own.
"""

import io
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
import structlog
from fastapi import FastAPI
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from app.application import create_app
from app.core.config import Settings
from app.core.embedded_postgres import EmbeddedPostgres
from app.core.migrations import migrate
from tests.support.scratch import make_scratch_folder
from tests.support.users import SignedIn, store_user

MakeApp = Callable[..., AbstractAsyncContextManager[FastAPI]]
NewDatabase = Callable[[], Awaitable[str]]
TEMPLATE = "tests_template"
FOLDER = Path(__file__).parent
CALLS = (
    "interview_session/voice/test_calls.py",
    "interview_session/voice/test_call_setup.py",
    "interview_session/voice/test_call_through_nginx.py",
    "interview_session/voice/test_ended_calls.py",
    "interview_session/voice/test_interviewer.py",
    "interview_session/voice/test_rtvi.py",
    "interview_session/voice/test_providers.py",
    "interview_session/voice/test_smart_turn.py",
    "interview_session/voice/test_spoken_interviews.py",
)
PAGES = (
    "server/test_rooms_on_two_replicas.py",
    "web",
)
"""Tests that wait for something most of the time. Those of one kind would disturb each other."""
QUIET = (
    "interview_session/voice/test_turn_taking.py",
    "interview_session/voice/test_twenty_calls.py",
    "web/test_spoken_demo.py",
)
"""Tests of who speaks when, and of many who speak at once, which come last: a busy machine breaks their calls."""
LONG = (
    "api/test_hostile_input.py",
    "core/test_embedded_postgres.py",
    "interview_session/voice/test_provider_protocols.py",
    "server",
    "interview_session/test_real_model.py",
    "test_readme.py",
    "test_migrations.py",
    "test_schemathesis.py",
    "test_requirements.py",
    "chaos",
)
"""The files that take longest, which come first among the others: else one process is busy long after the rest."""
REAL_TIME_LIMIT_SECONDS = 240
REAL_TIME = (
    *CALLS,
    *PAGES,
    *QUIET,
    "chaos",
    "core/test_embedded_postgres.py",
    "interview_session/voice/test_provider_protocols.py",
    "interview_session/voice/test_turn.py",
    "server",
)
"""Tests of browsers, calls and processes, whose pace is not the test's alone: see the marker ``real_time``."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have what mostly waits begin first, each kind in one process; the rest goes to all, file by file.

    Only what is marked as ``real_time`` may fail once: pytest counts that as a rerun and names it in the end, and a
    second failure is one.
    """
    for item in items:
        if _lies_in(REAL_TIME, item.path):
            item.add_marker(pytest.mark.real_time)
        if item.get_closest_marker("real_time"):
            item.add_marker(pytest.mark.flaky(reruns=1))
            if not item.get_closest_marker("timeout"):
                item.add_marker(pytest.mark.timeout(REAL_TIME_LIMIT_SECONDS))
    kinds = ["calls", "pages", "other", "quiet"]
    items.sort(key=lambda item: (kinds.index(_kind_of(item.path)), not _lies_in(LONG, item.path)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Keep the tests of a file, and those that mostly wait for the same kind of thing, in one process.

    ``--dist loadgroup`` would do the same, but pytest 9.2 no longer sees the groups that it notes.
    """
    return ByKindScheduling(config, log)


class ByKindScheduling(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Hands out calls, pages, and everything else file by file."""

    def _split_scope(self, nodeid: str) -> str:
        path = FOLDER.parent / nodeid.partition("::")[0]
        kind = _kind_of(path)
        return str(path) if kind == "other" else kind


@cache
def _kind_of(path: Path) -> str:
    if _lies_in(QUIET, path):
        return "quiet"
    if _lies_in(CALLS, path):
        return "calls"
    return "pages" if _lies_in(PAGES, path) else "other"


@cache
def _lies_in(parts: tuple[str, ...], path: Path) -> bool:
    return any(path.is_relative_to(FOLDER / part) for part in parts)


class StandardOutput(io.TextIOBase):
    """Whatever is ``sys.stdout`` at each line: that of ``capsys`` in a test which asks for it, closed after it."""

    def write(self, text: str) -> int:
        """Write to it."""
        return sys.stdout.write(text)

    def flush(self) -> None:
        """Hand on what was written."""
        sys.stdout.flush()


@pytest.fixture(scope="session", autouse=True)
def loggers_follow_each_configuration() -> Iterator[None]:
    """Let a logger ask for its configuration at each line, and write where a test looks.

    In a server it remembers the first one for good. Here many applications configure logging, one after the other,
    and a logger that was first used under an earlier configuration would never be seen by ``capture_logs``.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.core.logging.log_stream", StandardOutput)
        patch.setattr("app.core.logging.LOGGERS_REMEMBER_THEIR_CONFIGURATION", False)
        # The application that `app.main` makes when it is imported has configured logging already.
        structlog.configure(**structlog.get_config() | {"cache_logger_on_first_use": False})
        yield


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """Give a short private folder: the path of a unix socket must be short."""
    folder = make_scratch_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    """Run the database server of the tests."""
    server = EmbeddedPostgres(data_dir)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def new_database(postgres: EmbeddedPostgres) -> NewDatabase:
    """Return a function that makes an empty, migrated database and returns its URL."""
    # These databases need not survive a power cut, and there are hundreds of them to write.
    await _execute(postgres.dsn, "ALTER SYSTEM SET fsync = off")
    await _execute(postgres.dsn, "SELECT pg_reload_conf()")
    template = _url_of(postgres, TEMPLATE)
    await _execute(postgres.dsn, f"CREATE DATABASE {TEMPLATE}")
    await migrate(template)

    async def make() -> str:
        name = f"tests_{uuid4().hex[:12]}"
        await _execute(postgres.dsn, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return _url_of(postgres, name)

    return make


@pytest.fixture(scope="session")
def make_settings(data_dir: Path) -> Callable[..., Settings]:
    """Return a function that makes settings for tests: cheap password hashes, no rate limits."""

    def make(**overrides: Any) -> Settings:
        defaults: dict[str, Any] = {
            "data_dir": data_dir,
            "default_timezone": "UTC",
            "api_docs_enabled": True,
            "password_hash_rounds": 4,
            "rate_limit_enabled": False,
            "log_level": "WARNING",
            "cors_origins": ["https://spa.example.com"],
            "voice_enabled": False,
            # It takes half a second and 120 MB in each application; patterns do for most tests.
            "meaning_enabled": False,
            # So long that a revocation can only be known because it was notified.
            "login_cache_seconds": 300,
            # All tests have one address.
            "max_anonymous_rooms_per_address": 10_000,
            # Some tests hold a transaction, and a busy machine may have all of them wait.
            "database_idle_in_transaction_timeout_seconds": 10,
        }
        return Settings(_env_file=None, **(defaults | overrides))

    return make


@pytest.fixture(scope="session")
def make_app(new_database: NewDatabase, make_settings: Callable[..., Settings]) -> MakeApp:
    """Return a function that runs an application of its own, on a new database unless one is named."""

    @asynccontextmanager
    async def make(**overrides: Any) -> AsyncIterator[FastAPI]:
        url = overrides.pop("database_url", None) or await new_database()
        app = create_app(make_settings(database_url=url, **overrides))
        async with app.router.lifespan_context(app):
            yield app

    return make


@pytest.fixture(scope="session")
async def app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    """Run the application that most tests share."""
    async with make_app() as shared:
        yield shared


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the shared application."""
    async with client_of(app) as http:
        yield http


def client_of(app: FastAPI, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Return a client that calls the application directly, from the given address."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


@pytest.fixture
async def user(app: FastAPI, client: httpx.AsyncClient) -> SignedIn:
    """Give a new user, signed in."""
    return await store_user(app, client)


@pytest.fixture
async def other_user(app: FastAPI, client: httpx.AsyncClient) -> SignedIn:
    """Give a second new user, signed in."""
    return await store_user(app, client)


class RecordedRequests:
    """What the request log said, newest last."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def info(self, event: str, **fields: Any) -> None:
        self.events.append({"event": event} | fields)

    def exception(self, event: str, **fields: Any) -> None:
        self.events.append({"event": event, "failed": True} | fields)

    @property
    def queries(self) -> int:
        """Return how many statements the last request took."""
        count: int = self.events[-1]["queries"]
        return count


@pytest.fixture
def request_log(monkeypatch: pytest.MonkeyPatch) -> RecordedRequests:
    """Record the request log of every application in this process."""
    recorded = RecordedRequests()
    monkeypatch.setattr("app.api.middleware.request_log.log", recorded)
    monkeypatch.setattr("app.api.middleware.unexpected_errors.log", recorded)
    return recorded


def _url_of(postgres: EmbeddedPostgres, database: str) -> str:
    return postgres.dsn.replace("/interview_tracker", f"/{database}")


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
