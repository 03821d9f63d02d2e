"""What stands between this process and its PostgreSQL, found out by trying.

A connection pooler answers as the server would, and some of what the application relies on gets lost in it. Nothing
announces that, so each thing is done once: a prepared statement is used while somebody else may have its connection,
a notification is sent, the time limits are read back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from app.core.database_errors import LOST_STATEMENT

Connect = Callable[[], Awaitable[asyncpg.Connection]]
ANSWER_SECONDS = 3.0
"""How long a pooler may take to find a connection for us."""
NOTIFICATION_SECONDS = 1.0
"""How long a notification may take; without a pooler it takes a few milliseconds."""
ROUNDS = 5
"""Others may have the connection that we look for, so it is looked for more than once."""
NO_CONNECTION_LEFT = "the pooler has no connection left: its pool must hold those of every process"

_OWN_PID = "SELECT pg_backend_pid()"
_LIMITS_IN_FORCE = """
    SELECT bool_and(setting <> '0') FROM pg_settings
    WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')
"""


@dataclass(frozen=True, slots=True)
class DatabasePath:
    """What of a connection reaches the server; without a pooler all of it does."""

    is_pooled: bool = False
    is_shared: bool = False
    """Between two transactions the pooler gives the server's connection to others."""
    keeps_statements: bool = True
    """A prepared statement can be used in the next transaction."""
    keeps_limits: bool = True
    """The server ends what takes too long."""
    delivers_notifications: bool = True

    @property
    def pooling(self) -> str:
        """Return how connections are pooled, in pgbouncer's words."""
        if not self.is_pooled:
            return "none"
        return "transaction" if self.is_shared else "session"

    @property
    def failing(self) -> str:
        """Return what will not work, for the log; empty if all does."""
        failing = []
        if not self.keeps_statements:
            failing.append("prepared statements (most requests fail, readiness is 503)")
        if not self.delivers_notifications:
            failing.append("LISTEN (events and logouts reach other processes seconds late)")
        if not self.keeps_limits:
            failing.append("time limits (statements and locks may last for ever)")
        return "; ".join(failing)

    def remedy(self, *, has_direct_address: bool) -> str:
        """Return what an operator can do about it, for the log."""
        remedies = []
        if not self.keeps_statements:
            remedies.append("pool_mode = session, or pgbouncer 1.21 or newer with max_prepared_statements = 200")
        if not self.delivers_notifications:
            remedies.append(
                "let DATABASE_DIRECT_URL lead to the same database past every pooler"
                if has_direct_address
                else "set DATABASE_DIRECT_URL to the address without the pooler"
            )
        if not self.keeps_limits:
            remedies.append("ALTER ROLE … SET statement_timeout, lock_timeout, idle_in_transaction_session_timeout")
        return "; ".join(remedies)


async def find_path(connect: Connect, connect_directly: Connect, *, has_direct_address: bool) -> DatabasePath:
    """Return what stands between; without a pooler it takes one connection and one statement.

    Raises:
        asyncpg.TooManyConnectionsError: a pooler is there, and has no connection to the server for us.
        Exception: what the driver raises if no connection can be opened.

    """
    async with _opened(connect) as connection:
        is_shared = keeps_statements = keeps_limits = True
        try:
            is_pooled = await _is_pooled(connection)
            if not is_pooled and not has_direct_address:
                return DatabasePath()
            is_shared, keeps_statements = await _try_statements(connection, connect) if is_pooled else (False, True)
            # A connection that is ours alone can be given its limits later.
            if is_shared:
                async with connection.transaction():
                    keeps_limits = bool(await connection.fetchval(_LIMITS_IN_FORCE))
        except LOST_STATEMENT:
            is_pooled, keeps_statements = True, False
        return DatabasePath(
            is_pooled=is_pooled,
            is_shared=is_shared,
            keeps_statements=keeps_statements,
            keeps_limits=keeps_limits,
            delivers_notifications=await _try_notification(connection, connect_directly),
        )


@asynccontextmanager
async def _opened(connect: Connect) -> AsyncIterator[asyncpg.Connection]:
    connection = await connect()
    try:
        yield connection
    finally:
        connection.terminate()


async def _is_pooled(connection: asyncpg.Connection) -> bool:
    """Tell whether somebody else than the server has opened the connection: then its process has another number."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            pid: int = await connection.fetchval(_OWN_PID)
    except TimeoutError:
        # Poolers accept clients before they have a connection for them.
        raise asyncpg.TooManyConnectionsError(NO_CONNECTION_LEFT) from None
    return pid != connection.get_server_pid()


async def _try_statements(connection: asyncpg.Connection, connect: Connect) -> tuple[bool, bool]:
    """Return whether others get our connection to the server, and whether a prepared statement survives it."""
    is_shared = False
    try:
        async with asyncio.timeout(ANSWER_SECONDS), _opened(connect) as other:
            statement = await connection.prepare(_OWN_PID)
            before = await statement.fetchval()
            for _ in range(ROUNDS):
                # Who gets our connection keeps it for a transaction, so that our statement is run on another one.
                await other.execute("BEGIN")
                is_shared = await other.fetchval(_OWN_PID) == before
                after = await statement.fetchval()
                await other.execute("ROLLBACK")
                if is_shared or after != before:
                    return True, True
    except LOST_STATEMENT:
        return True, False
    except TimeoutError:
        if is_shared:
            return True, True
        raise asyncpg.TooManyConnectionsError(NO_CONNECTION_LEFT) from None
    return False, True


async def _try_notification(connection: asyncpg.Connection, connect_directly: Connect) -> bool:
    channel = f"interview_tracker_{uuid4().hex}"
    heard = asyncio.Event()

    def hear(*_notification: object) -> None:
        heard.set()

    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with asyncio.timeout(ANSWER_SECONDS), _opened(connect_directly) as listener:
            await listener.add_listener(channel, hear)
            await connection.execute(f"NOTIFY {channel}")
            with suppress(TimeoutError):
                async with asyncio.timeout(NOTIFICATION_SECONDS):
                    await heard.wait()
            await listener.remove_listener(channel, hear)
    return heard.is_set()
