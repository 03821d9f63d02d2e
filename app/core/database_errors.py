"""From what the drivers raise to what the API answers."""

import asyncpg
from asyncpg import exceptions as pg
from sqlalchemy import exc as sa

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

DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, sa.SQLAlchemyError)
"""Every exception that the two ways to the database can raise."""

_UNAVAILABLE_STATES = (
    "08",  # connection failures
    "57P0",  # shutting down, crashed, starting
    "53300",  # too many connections
    "25P03",  # the transaction was ended for its silence: this process was frozen
)
_CHANGED_MEANWHILE = {
    "23505",  # unique violation
    "23503",  # foreign key violation: what the row belongs to is gone
    "40001",  # serialization failure
    "40P01",  # deadlock
}


def to_app_error(error: Exception) -> AppError:
    """Return the answer to a database failure: 503 out of reach, 409 a lost race, 500 anything else."""
    if isinstance(error, sa.TimeoutError | sa.DisconnectionError):
        return DatabaseUnavailableError()
    cause = error.orig if isinstance(error, sa.DBAPIError) else error
    if isinstance(error, sa.DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailableError()
    # SQLAlchemy wraps the driver's error once more.
    if isinstance(cause, CONNECTION_LOST) or isinstance(getattr(cause, "__cause__", None), CONNECTION_LOST):
        return DatabaseUnavailableError()
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith(_UNAVAILABLE_STATES):
        return DatabaseUnavailableError()
    if state in _CHANGED_MEANWHILE:
        return ResourceConflictError("The resource was changed by another request", resource_type="Resource")
    return DatabaseError()
