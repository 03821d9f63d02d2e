"""From what the drivers raise to what the API answers: one table of SQLSTATEs.

How the drivers wrap each other's errors is known here and nowhere else.
"""

from dataclasses import dataclass

import asyncpg
from asyncpg import exceptions as pg
from sqlalchemy import exc as sa
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi

from app.core.errors import AppError, DatabaseError, DatabaseUnavailableError, ResourceConflictError

UNREACHABLE = (
    OSError,
    TimeoutError,
    pg.CannotConnectNowError,
    pg.TooManyConnectionsError,
    pg.ConnectionDoesNotExistError,
    pg.ConnectionFailureError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.InvalidAuthorizationSpecificationError,
    # Each host of the address is a standby just now.
    asyncpg.TargetServerAttributeNotMatched,
)
"""What opening a connection raises while the server is away, starting, stopping or full, or refuses the login."""

CONNECTION_LOST = (
    ConnectionError,
    pg.ConnectionDoesNotExistError,
    pg.ConnectionFailureError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    # Raised by a connection that was cut off in the middle of an answer.
    asyncpg.InternalClientError,
)
"""What a statement raises when its connection broke under it."""

DRIVER_ERRORS = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sa.SQLAlchemyError,
    # SQLAlchemy's wrapper of the driver. What its pool does with a connection that dies meanwhile raises it as it is.
    AsyncAdapt_asyncpg_dbapi.Error,
)
"""Every exception that the two ways to the database can raise."""

LOST_STATEMENT = (pg.InvalidSQLStatementNameError, pg.DuplicatePreparedStatementError)
"""What a prepared statement raises when a pooler has given its connection to somebody else meanwhile."""

STALE_PLAN = (
    *LOST_STATEMENT,
    pg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)
"""What a prepared statement raises when the schema, or a pooler's connection, changed under it."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a statement could not be done now though nothing is wrong with it, and when to try again (seconds)."""

    reason: str
    retry_after: int = 5
    refuses_writes: bool = False
    """The database goes on reading; whatever writes will fail until somebody has made room or freed it."""


UNREACHABLE_NOW = Trouble("unreachable")
NO_FREE_CONNECTION = Trouble("no_free_connection")
STATEMENT_TIMEOUT = Trouble("statement_timeout")
LOCK_TIMEOUT = Trouble("lock_timeout", retry_after=2)
INTERRUPTED = Trouble("interrupted", retry_after=1)
NO_MEMORY = Trouble("out_of_memory")
DISK_FULL = Trouble("disk_full", retry_after=30, refuses_writes=True)
READ_ONLY = Trouble("read_only", retry_after=30, refuses_writes=True)
LOST_RACE = Trouble("lost_race", retry_after=1)
SCHEMA_CHANGED = Trouble("schema_changed", retry_after=1)
STATEMENTS_LOST = Trouble("statements_lost")
"""A connection pooler breaks prepared statements; see ``app/core/database_path.py``."""

_TROUBLES = {
    "08": UNREACHABLE_NOW,  # connection failures
    "25006": READ_ONLY,  # a standby, or `default_transaction_read_only`, which some hosts set when the disk is full
    "25P02": INTERRUPTED,  # the transaction was broken off by the statement before
    "25P03": INTERRUPTED,  # the transaction was ended for its silence: this process was frozen
    "25P04": STATEMENT_TIMEOUT,  # the transaction as a whole took too long (PostgreSQL 17)
    "40001": LOST_RACE,  # serialization failure
    "40P01": LOST_RACE,  # deadlock
    "53": NO_MEMORY,  # 53200 and what else may run out
    "53100": DISK_FULL,
    "53300": NO_FREE_CONNECTION,
    "53400": DISK_FULL,  # the limit of temporary files
    "55P03": LOCK_TIMEOUT,
    "57": UNREACHABLE_NOW,  # 57P01 to 57P05: shutting down, crashed, starting, dropped, idle for too long
    "57014": STATEMENT_TIMEOUT,
    "58": UNREACHABLE_NOW,  # the machine below PostgreSQL
    "58030": DISK_FULL,  # what some file systems make of a full disk
}
"""SQLSTATEs, and whole classes of them, that say "not now"; the longer key counts. See appendix A of PostgreSQL's
manual."""

_CHANGED_MEANWHILE = {
    "23505",  # unique violation
    "23503",  # foreign key violation: what the row belongs to is gone
}


def trouble_of(error: BaseException) -> Trouble | None:
    """Return what keeps the database from doing this now; None if the error says something else."""
    if isinstance(error, sa.TimeoutError):
        return NO_FREE_CONNECTION
    if (
        isinstance(error, sa.DisconnectionError)
        or _found_only_dead_connections(error)
        or (isinstance(error, sa.DBAPIError) and error.connection_invalidated)
    ):
        return UNREACHABLE_NOW
    cause = error.orig if isinstance(error, sa.DBAPIError) else error
    # SQLAlchemy wraps the driver's error once more.
    for raised in (cause, getattr(cause, "__cause__", None)):
        if isinstance(raised, STALE_PLAN):
            return SCHEMA_CHANGED
        if isinstance(raised, CONNECTION_LOST) or _found_it_closed(raised):
            return UNREACHABLE_NOW
    state = getattr(cause, "sqlstate", None) or ""
    return _TROUBLES.get(state) or _TROUBLES.get(state[:2])


def _found_only_dead_connections(error: BaseException) -> bool:
    """Tell whether SQLAlchemy's pool gave up: each connection that it took or opened died before it could be used."""
    return isinstance(error, sa.InvalidRequestError) and str(error) == "This connection is closed"


def _found_it_closed(error: object) -> bool:
    """Tell whether a statement met a connection that had been closed before, such as that of a process that froze.

    asyncpg raises one class for this and for its wrong use, so only the words tell them apart.
    """
    return isinstance(error, asyncpg.InterfaceError) and "connection is closed" in str(error)


def as_unavailable(error: BaseException) -> DatabaseUnavailableError | None:
    """Return the 503 that says why the database could not do this now; None if the error says something else."""
    if isinstance(error, DatabaseUnavailableError):
        return error
    trouble = trouble_of(error)
    return unavailable(trouble) if trouble else None


def unavailable(trouble: Trouble) -> DatabaseUnavailableError:
    """Return the 503 of a trouble."""
    return DatabaseUnavailableError(trouble.reason, retry_after=trouble.retry_after)


def is_worth_a_second_try(error: DatabaseUnavailableError) -> bool:
    """Tell whether the same transaction, begun anew at once, most likely succeeds."""
    return error.reason in {SCHEMA_CHANGED.reason, LOST_RACE.reason}


def is_held_up(error: BaseException) -> bool:
    """Tell whether somebody else's lock was in the way, and the same statement may succeed in a moment."""
    return trouble_of(error) in {LOCK_TIMEOUT, LOST_RACE}


def refuses_writes(error: DatabaseUnavailableError) -> bool:
    """Tell whether whatever else would be written now would most likely fail too."""
    return error.reason in {trouble.reason for trouble in _TROUBLES.values() if trouble.refuses_writes}


def to_app_error(error: Exception) -> AppError:
    """Return the answer to a database failure: 503 not now, 409 a lost race for a name, 500 anything else."""
    if answer := as_unavailable(error):
        return answer
    cause = error.orig if isinstance(error, sa.DBAPIError) else error
    if getattr(cause, "sqlstate", None) in _CHANGED_MEANWHILE:
        return ResourceConflictError("The resource was changed by another request", resource_type="Resource")
    return DatabaseError()
