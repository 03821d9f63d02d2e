"""The database: how a connection is made, the one transaction of a request, and the pool for reads.

This module is the only place that commits.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import structlog
from sqlalchemy import ExceptionContext, event, text
from sqlalchemy import exc as sa
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.util.concurrency import await_

from app.core import traces
from app.core.bare_transaction import BareTransaction
from app.core.config import Settings
from app.core.database_address import DatabaseAddress, read_address
from app.core.database_errors import (
    DRIVER_ERRORS,
    NO_FREE_CONNECTION,
    STATEMENTS_LOST,
    UNREACHABLE,
    as_unavailable,
    refuses_writes,
    unavailable,
)
from app.core.database_path import NO_CONNECTION_LEFT, DatabasePath, find_path
from app.core.errors import AppError, DatabaseUnavailableError
from app.core.lending_pool import LendingPool
from app.core.read_pool import ReadPool
from app.core.reads import Reads
from app.core.request_context import count_query
from app.core.traced_statements import TracedReadPool, statement_span, trace_statements
from app.core.transaction import TRANSACTION, SessionTransaction, Transaction, no_span
from app.core.turns import HeldTurns, Turns
from app.core.wake_ups import WakeUps

log = structlog.get_logger(__name__)

Connect = Callable[[], Awaitable[asyncpg.Connection]]
RECONNECT_PAUSE_SECONDS = 0.05
RESERVED_WRITERS = 3
"""The phase runner, the keeper of the calls, and the probe of readiness."""
RESERVED_READERS = 2
BACKGROUND_WRITERS = 2
BACKGROUND_READERS = 1
PATH_SECONDS = 5.0
"""How long a way to the database that loses statements is believed to be as it was."""
_ONE_PLAN = {"plan_cache_mode": "force_generic_plan"}
"""Reads are written such that one plan serves every user. Left to choose, PostgreSQL makes a new one for most
pages of a list, which costs half as much as to run it."""
_PROBE = text(
    "CREATE TEMPORARY TABLE write_probe ON COMMIT DROP AS SELECT repeat('-', 8000) FROM generate_series(1, 4)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nobody can write just now, or connect, and when that showed, on the event loop's clock."""

    error: DatabaseUnavailableError
    at: float


@dataclass(frozen=True, slots=True)
class ConnectionFigures:
    """How many connections there may be, are at work, and wait."""

    most: int
    in_use: int
    idle: int


class Lane:
    """Connections that nobody outside of it can use up: ``transaction()`` to write, ``reads`` to read."""

    def __init__(
        self,
        connect: Connect,
        settings: Settings,
        wake_ups: WakeUps,
        *,
        writers: int,
        readers: int,
        connect_to_read: Connect | None = None,
    ) -> None:
        self.engine = _create_engine(connect, settings, writers)
        assert isinstance(self.engine.pool, LendingPool)
        self._pool = self.engine.pool
        self._wake_ups = wake_ups
        self._span = statement_span if traces.is_on() else no_span
        pool = TracedReadPool if traces.is_on() else ReadPool
        self.reads = Reads(
            pool(connect_to_read or connect, size=readers, timeout_seconds=settings.database_pool_timeout_seconds)
        )
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
        # Turns are let go after the session has ended its transaction, and so let go of its locks.
        with self._answering(), HeldTurns(self._turns) as turns:
            async with self._sessions() as db:
                transaction = db.info[TRANSACTION] = SessionTransaction(turns, self._span, db)
                async with self._committing(transaction, db):
                    yield db

    @asynccontextmanager
    async def bare_transaction(self) -> AsyncIterator[Transaction]:
        """Run a block as one transaction without the ORM, which costs a third; the rest is as in ``transaction``.

        It begins with its first statement; until then it holds no connection.
        """
        with self._answering(), HeldTurns(self._turns) as turns:
            transaction = BareTransaction(turns, self._span, self._pool)
            try:
                async with self._committing(transaction, transaction):
                    yield transaction
            finally:
                await transaction.end()

    def connection_figures(self) -> ConnectionFigures:
        """Return the figures of both pools together."""
        writes, reads = self._pool, self.reads.pool
        return ConnectionFigures(
            most=writes.size() + reads.size,
            in_use=writes.checkedout() + reads.opened - reads.idle,
            idle=writes.checkedin() + reads.idle,
        )

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.reads.pool.close()
        await self.engine.dispose()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what the drivers raise in a transaction into what is answered."""
        try:
            yield
        except DRIVER_ERRORS as error:
            answer = as_unavailable(error)
            if answer is None:
                raise
            if refuses_writes(answer):
                self._note_refusal(answer)
            raise answer from error

    @asynccontextmanager
    async def _committing(
        self, transaction: Transaction, work: AsyncSession | BareTransaction
    ) -> AsyncIterator[None]:
        """Commit at the end of the block, also where it ends with an error whose writes are to be kept."""
        try:
            yield
        except AppError as error:
            if error.keeps_writes:
                await work.commit()
                self._follow(transaction)
            raise
        await work.commit()
        self._follow(transaction)

    def _follow(self, transaction: Transaction) -> None:
        """Do what was to be done once a transaction is committed."""
        for do in transaction.followers:
            do()
        self._wake_ups.announce(transaction.topics)

    def _note_refusal(self, error: DatabaseUnavailableError) -> None:
        self.refusal = Refusal(error, asyncio.get_running_loop().time())


class Database(Lane):
    """One process' access to PostgreSQL: its own lane is for what users ask for, the others are for the process.

    The clocks of the rooms, the signs of life of the calls and the probes go through ``reserved``: however much users
    ask for, these go on. What nobody sits and waits for, such as reports, goes through ``background``: it reads much,
    and holds up neither users nor clocks.

    ``patience_seconds`` is how long a new connection waits for a server that does not answer. It is above zero
    for the embedded server only, because that one is brought back by this very process. ``path`` is what stands
    between; None: it is found out before the first connection. ``wake`` lets a server go on that somebody has frozen;
    to be called before what would wait for it at the end of the process.
    """

    def __init__(
        self,
        dsn: str,
        settings: Settings,
        *,
        direct_dsn: str | None = None,
        patience_seconds: float = 0,
        path: DatabasePath | None = None,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.address = read_address(dsn)
        self.direct_address = read_address(direct_dsn or dsn)
        self.settings = settings
        self.patience_seconds = patience_seconds
        self.path = path
        self.wake = wake
        self.wake_ups = WakeUps()
        self._looking: asyncio.Task[None] | None = None
        self._looked_at = 0.0
        self._limits = _limits_of(settings)
        self._refused_limits: set[DatabaseAddress] = set()
        super().__init__(
            self.connect,
            settings,
            self.wake_ups,
            writers=settings.database_pool_size,
            readers=settings.database_read_pool_size,
            connect_to_read=self._connect_to_read,
        )
        self.reserved = Lane(
            self.connect, settings, self.wake_ups, writers=RESERVED_WRITERS, readers=RESERVED_READERS
        )
        self.background = Lane(
            self.connect, settings, self.wake_ups, writers=BACKGROUND_WRITERS, readers=BACKGROUND_READERS
        )

    @property
    def dsn(self) -> str:
        """Return the address as asyncpg reads it, with its password."""
        return self.address.dsn

    async def connect(self) -> asyncpg.Connection:
        """Open a connection with the time limits of the settings.

        Raises:
            DatabaseUnavailableError: the server cannot be reached, or takes no more connections.

        """
        return await self._connect_in_time(self.address)

    async def _connect_to_read(self) -> asyncpg.Connection:
        return await self._connect_in_time(self.address, self._limits | _ONE_PLAN)

    async def connect_directly(self) -> asyncpg.Connection:
        """Open a connection that no pooler shares with others: ``LISTEN`` belongs to a connection.

        Raises:
            DatabaseUnavailableError: the server cannot be reached, or takes no more connections.

        """
        return await self._connect_in_time(self.direct_address)

    async def _connect_in_time(
        self, address: DatabaseAddress, limits: dict[str, str] | None = None
    ) -> asyncpg.Connection:
        deadline = asyncio.get_running_loop().time() + self.patience_seconds
        while True:
            try:
                await self.know_path()
                return await self._connect_once(address, limits or self._limits)
            except UNREACHABLE as error:
                if asyncio.get_running_loop().time() >= deadline:
                    log.warning("database_unreachable", error=type(error).__name__, reason=str(error))
                    answer = as_unavailable(error) or DatabaseUnavailableError()
                    if answer.reason == NO_FREE_CONNECTION.reason:
                        self._note_refusal(answer)
                    raise answer from error
                await asyncio.sleep(RECONNECT_PAUSE_SECONDS)

    async def know_path(self) -> None:
        """See that it is known what stands between; all who ask at once share one look.

        A way that loses statements is looked at again every few seconds, because somebody may have mended it. What
        the driver raises is passed on as it is.
        """
        now = asyncio.get_running_loop().time()
        if self.path and (self.path.keeps_statements or now < self._looked_at + PATH_SECONDS):
            return
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._find_path(), name="database_path")
            self._looking.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._looking)

    async def _find_path(self) -> None:
        has_direct_address = self.direct_address != self.address
        path = await find_path(
            partial(self.open, self.address),
            partial(self.open, self.direct_address),
            has_direct_address=has_direct_address,
        )
        self._looked_at = asyncio.get_running_loop().time()
        if path == self.path:
            return
        self.path = path
        if path.failing:
            remedy = path.remedy(has_direct_address=has_direct_address)
            log.warning("database_way", pooling=path.pooling, failing=path.failing, remedy=remedy)
        elif path.is_pooled:
            log.info("database_way", pooling=path.pooling)

    async def open(self, address: DatabaseAddress, limits: dict[str, str] | None = None) -> asyncpg.Connection:
        """Open a connection with its limits, or without them where a pooler refuses to pass them on.

        They are those of the settings unless others are given. What the driver raises is passed on as it is.
        """
        if address not in self._refused_limits:
            try:
                return await self._dial(address, limits or self._limits)
            except asyncpg.ProtocolViolationError as error:
                if "startup parameter" not in str(error):
                    raise
                self._refused_limits.add(address)
        return await self._dial(address, {})

    async def ping(self) -> None:
        """Ask the server for a sign of life the way that requests take.

        Where all of their connections are at work they show that it lives, and the question goes another way.

        Raises:
            DatabaseUnavailableError: it gives none, or prepared statements get lost on the way.

        """
        pool = self.reads.pool if self.reads.pool.has_room else self.reserved.reads.pool
        await pool.fetch("SELECT 1", ())
        with suppress(*UNREACHABLE):
            await self.know_path()
        if self.path and not self.path.keeps_statements:
            raise unavailable(STATEMENTS_LOST)

    async def probe_write(self) -> None:
        """Write something that leaves no trace but takes room on the disk, the way that requests take.

        Raises:
            DatabaseUnavailableError: nothing can be written now.

        """
        writes = self._pool
        lane = self if writes.checkedout() < writes.size() else self.reserved
        try:
            async with lane.transaction() as db:
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
        """Return the figures of the users' lane in the words of the API."""
        figures = self.connection_figures()
        # No pool opens more than it has places for.
        return {
            "pool_size": figures.most,
            "checked_out": figures.in_use,
            "overflow": 0,
            "checked_in": figures.idle,
        }

    @property
    def lanes(self) -> dict[str, Lane]:
        """Return every lane by its name."""
        return {"users": self, "reserved": self.reserved, "background": self.background}

    async def close(self) -> None:
        """Close every pooled connection."""
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._looking
        await super().close()
        await self.reserved.close()
        await self.background.close()

    async def _connect_once(self, address: DatabaseAddress, limits: dict[str, str]) -> asyncpg.Connection:
        connection = await self.open(address, limits)
        if self.path and self.path.is_pooled and address == self.address:
            try:
                await self._take_hold(connection, self.path, limits)
            except BaseException:
                connection.terminate()
                raise
        return connection

    async def _dial(self, address: DatabaseAddress, limits: dict[str, str]) -> asyncpg.Connection:
        settings = self.settings
        return await address.connect(
            timeout_seconds=settings.database_connect_timeout_seconds,
            # A stuck server would hold its client for ever; PostgreSQL's own limit fires first.
            command_timeout_seconds=settings.database_statement_timeout_seconds + 5,
            server_settings={
                "application_name": address.application_name or "interview-tracker",
                "timezone": "UTC",
                **limits,
            },
        )

    async def _take_hold(self, connection: asyncpg.Connection, path: DatabasePath, limits: dict[str, str]) -> None:
        """See that the pooler has a connection to the server for this client, and give it its limits if it is ours.

        Poolers accept clients first and look for a connection later. One that is shared must be left as it is.
        """
        statement = "SELECT 1"
        if not path.is_shared:
            statement = "; ".join(f"SET {name} = '{value}'" for name, value in limits.items())
        try:
            async with asyncio.timeout(self.settings.database_connect_timeout_seconds):
                await connection.execute(statement)
        except TimeoutError:
            raise asyncpg.TooManyConnectionsError(NO_CONNECTION_LEFT) from None


def _limits_of(settings: Settings) -> dict[str, str]:
    """Return what PostgreSQL is told of each connection's limits."""
    return {
        "statement_timeout": _milliseconds(settings.database_statement_timeout_seconds),
        "idle_in_transaction_session_timeout": _milliseconds(settings.database_idle_in_transaction_timeout_seconds),
        "lock_timeout": _milliseconds(settings.database_lock_timeout_seconds),
        # One statement, one core: the others are for other users.
        "max_parallel_workers_per_gather": "0",
        # A search without a word of some kind is not worth a message with each statement.
        "client_min_messages": "warning",
    }


def _create_engine(connect: Connect, settings: Settings, size: int) -> AsyncEngine:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        poolclass=LendingPool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=settings.database_pool_timeout_seconds,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "checkout", _refuse_dead_connection)
    event.listen(engine.sync_engine, "before_cursor_execute", _count_statement)
    event.listen(engine.sync_engine, "handle_error", _tell_lost_connection)
    if traces.is_on():
        trace_statements(engine)
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
