"""The database: how a connection is made, the one transaction of a request, and the pool for reads.

This module is the only place that commits.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from sqlalchemy import ExceptionContext, event, make_url, text
from sqlalchemy import exc as sa
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.concurrency import await_

from app.core.config import Settings
from app.core.database_errors import (
    DRIVER_ERRORS,
    NO_FREE_CONNECTION,
    UNREACHABLE,
    as_unavailable,
    refuses_writes,
)
from app.core.errors import AppError, DatabaseUnavailableError
from app.core.read_pool import ReadPool
from app.core.reads import Reads
from app.core.request_context import count_query
from app.core.turns import HELD, HeldTurns, Turns

log = structlog.get_logger(__name__)

Connect = Callable[[], Awaitable[asyncpg.Connection]]
RECONNECT_PAUSE_SECONDS = 0.05
RESERVED_WRITERS = 3
"""The phase runner, the keeper of the calls, and the probe of readiness."""
RESERVED_READERS = 2
BACKGROUND_WRITERS = 2
BACKGROUND_READERS = 1
_PROBE = text(
    "CREATE TEMPORARY TABLE write_probe ON COMMIT DROP AS SELECT repeat('-', 8000) FROM generate_series(1, 4)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nobody can write just now, or connect, and when that showed, on the event loop's clock."""

    error: DatabaseUnavailableError
    at: float


class Lane:
    """Connections that nobody outside of it can use up: ``transaction()`` to write, ``reads`` to read."""

    def __init__(self, connect: Connect, settings: Settings, *, writers: int, readers: int) -> None:
        self.engine = _create_engine(connect, settings, writers)
        self.reads = Reads(ReadPool(connect, size=readers, timeout_seconds=settings.database_pool_timeout_seconds))
        self.refusal: Refusal | None = None
        self._turns = Turns(settings.database_lock_timeout_seconds)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Run a block as one transaction: committed at its end, rolled back if it raises.

        An ``AppError`` that ``keeps_writes`` commits first and is raised all the same.

        Raises:
            DatabaseUnavailableError: the database cannot do it now, for the reason that it gives.

        """
        try:
            # Turns are let go after the session has ended its transaction, and so let go of its locks.
            async with HeldTurns(self._turns) as held, self._sessions() as db:
                db.info[HELD] = held
                try:
                    yield db
                except AppError as error:
                    if error.keeps_writes:
                        await db.commit()
                    raise
                await db.commit()
        except DRIVER_ERRORS as error:
            answer = as_unavailable(error)
            if answer is None:
                raise
            if refuses_writes(answer):
                self._note_refusal(answer)
            raise answer from error

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.reads.pool.close()
        await self.engine.dispose()

    def _note_refusal(self, error: DatabaseUnavailableError) -> None:
        self.refusal = Refusal(error, asyncio.get_running_loop().time())


class Database(Lane):
    """One process' access to PostgreSQL: its own lane is for what users ask for, the others are for the process.

    The clocks of the rooms, the signs of life of the calls and the probes go through ``reserved``: however much users
    ask for, these go on. What nobody sits and waits for, such as reports, goes through ``background``: it reads much,
    and holds up neither users nor clocks.

    ``patience_seconds`` is how long a new connection waits for a server that does not answer. It is above zero
    for the embedded server only, because that one is brought back by this very process. ``wake`` lets a server go on
    that somebody has frozen; to be called before what would wait for it at the end of the process.
    """

    def __init__(
        self,
        dsn: str,
        settings: Settings,
        *,
        direct_dsn: str | None = None,
        patience_seconds: float = 0,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.dsn = asyncpg_dsn(dsn)
        self.direct_dsn = asyncpg_dsn(direct_dsn or dsn)
        self.settings = settings
        self.patience_seconds = patience_seconds
        self.wake = wake
        super().__init__(
            self.connect,
            settings,
            writers=settings.database_pool_size,
            readers=settings.database_read_pool_size,
        )
        self.reserved = Lane(self.connect, settings, writers=RESERVED_WRITERS, readers=RESERVED_READERS)
        self.background = Lane(self.connect, settings, writers=BACKGROUND_WRITERS, readers=BACKGROUND_READERS)

    async def connect(self) -> asyncpg.Connection:
        """Open a connection with the time limits of the settings.

        Raises:
            DatabaseUnavailableError: the server cannot be reached, or takes no more connections.

        """
        return await self._connect_in_time(self.dsn)

    async def connect_directly(self) -> asyncpg.Connection:
        """Open a connection that no pooler shares with others: ``LISTEN`` belongs to a connection.

        Raises:
            DatabaseUnavailableError: the server cannot be reached, or takes no more connections.

        """
        return await self._connect_in_time(self.direct_dsn)

    async def _connect_in_time(self, dsn: str) -> asyncpg.Connection:
        deadline = asyncio.get_running_loop().time() + self.patience_seconds
        while True:
            try:
                return await self._connect_once(dsn)
            except UNREACHABLE as error:
                if asyncio.get_running_loop().time() >= deadline:
                    log.warning("database_unreachable", error=type(error).__name__, reason=str(error))
                    answer = as_unavailable(error) or DatabaseUnavailableError()
                    if answer.reason == NO_FREE_CONNECTION.reason:
                        self._note_refusal(answer)
                    raise answer from error
                await asyncio.sleep(RECONNECT_PAUSE_SECONDS)

    async def try_connection(self, dsn: str) -> None:
        """Open a connection and close it; what the driver raises is passed on as it is."""
        connection = await self._connect_once(dsn)
        await connection.close()

    async def ping(self) -> None:
        """Ask the server for a sign of life over a pooled connection.

        Raises:
            DatabaseUnavailableError: it gives none.

        """
        await self.reserved.reads.pool.fetch("SELECT 1", ())

    async def probe_write(self) -> None:
        """Write something that leaves no trace but takes room on the disk.

        Raises:
            DatabaseUnavailableError: nothing can be written now.

        """
        try:
            async with self.reserved.transaction() as db:
                await db.execute(_PROBE)
        except sa.ProgrammingError as error:
            # An operator may keep this role from making temporary tables; the rest is then found out by real writes.
            log.debug("write_probe_refused", error=type(error).__name__)

    @property
    def last_refusal(self) -> Refusal | None:
        """Return the last sign that nobody could write, or connect."""
        refusals = [lane.refusal for lane in (self, self.reserved, self.background) if lane.refusal]
        return max(refusals, key=lambda refusal: refusal.at, default=None)

    def pool_figures(self) -> dict[str, int]:
        """Return how many connections there may be, are at work, and wait, over both pools of the users' lane."""
        writes, reads = self.engine.pool, self.reads.pool
        assert isinstance(writes, QueuePool)
        return {
            "pool_size": writes.size() + reads.size,
            "checked_out": writes.checkedout() + reads.opened - reads.idle,
            "overflow": max(0, writes.overflow()),
            "checked_in": writes.checkedin() + reads.idle,
        }

    async def close(self) -> None:
        """Close every pooled connection."""
        await super().close()
        await self.reserved.close()
        await self.background.close()

    async def _connect_once(self, dsn: str) -> asyncpg.Connection:
        settings = self.settings
        return await asyncpg.connect(
            dsn,
            timeout=settings.database_connect_timeout_seconds,
            # A stuck server would hold its client for ever; PostgreSQL's own limit below fires first.
            command_timeout=settings.database_statement_timeout_seconds + 5,
            server_settings={
                "application_name": "interview-tracker",
                "timezone": "UTC",
                "statement_timeout": _milliseconds(settings.database_statement_timeout_seconds),
                "idle_in_transaction_session_timeout": _milliseconds(
                    settings.database_idle_in_transaction_timeout_seconds
                ),
                "lock_timeout": _milliseconds(settings.database_lock_timeout_seconds),
                # One statement, one core: the others are for other users.
                "max_parallel_workers_per_gather": "0",
            },
        )


def asyncpg_dsn(url: str) -> str:
    """Return a database URL in the form that asyncpg reads, whatever driver it names."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def masked_url(dsn: str) -> str:
    """Return a database URL fit for a response: user and password are starred out."""
    url = make_url(dsn)
    port = f":{url.port}" if url.host and url.port else ""
    return f"postgresql://***:***@{url.host or 'localhost'}{port}/{url.database}"


def place_of(dsn: str) -> str:
    """Return where a database is, without who enters it: ``host:port/name``."""
    url = make_url(dsn)
    host = url.host or url.query.get("host", "localhost")
    return f"{host}:{url.port or url.query.get('port', 5432)}/{url.database or ''}"


def _create_engine(connect: Connect, settings: Settings, size: int) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=size,
        max_overflow=0,
        pool_timeout=settings.database_pool_timeout_seconds,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead_connection)
    event.listen(engine.sync_engine, "before_cursor_execute", _count_statement)
    event.listen(engine.sync_engine, "handle_error", _tell_lost_connection)
    return engine


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _refuse_dead_connection(dbapi_connection: Any, _record: object, _proxy: object) -> None:
    """Make the pool replace a connection that is dead.

    Most dead ones are known by their closed socket. The others show when the transaction begins; it is begun here,
    where another connection can still be tried and nothing has happened yet. So the check costs no round trip, as a
    ``SELECT 1`` before each transaction (``pre_ping``) would.
    """
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
    try:
        await_(dbapi_connection._start_transaction())  # noqa: SLF001 - the BEGIN that would come next anyway
    except Exception as error:
        raise DisconnectionError from error


def _tell_lost_connection(context: ExceptionContext) -> None:
    """Answer a statement that its connection did not survive with 503; SQLAlchemy would pass on the bare error."""
    if isinstance(context.original_exception, TimeoutError | ConnectionError):
        context.is_disconnect = True
        context.chained_exception = DatabaseUnavailableError()


def _count_statement(*_arguments: object) -> None:
    count_query()
