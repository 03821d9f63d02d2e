"""Waiting for a database that is starting beside us, as in a compose file."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable

import asyncpg
import structlog

from app.core.config import ConfigurationError
from app.core.database_address import DatabaseAddress
from app.core.database_errors import UNREACHABLE

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 30.0
RETRY_SECONDS = 1.0
LOG_SECONDS = 5.0
"""Pause between two log lines while a start waits; the first failure is logged at once."""
UNUSABLE = (ssl.SSLCertVerificationError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""The server is there, and will not have us later either; unless it is one of ``UNREACHABLE``, certificates apart."""


async def wait_for_database(
    setting: str, address: DatabaseAddress, connect: Callable[[], Awaitable[asyncpg.Connection]]
) -> None:
    """Return as soon as a connection can be opened; for 30 seconds a server that cannot be reached is tried again.

    Raises:
        ConfigurationError: it was never reached, or refuses us for good; one line that names the setting.

    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    next_line = 0.0
    while True:
        try:
            connection = await connect()
        except (*UNREACHABLE, *UNUSABLE) as error:
            now = time.monotonic()
            if isinstance(error, UNUSABLE) and not isinstance(error, _LATER):
                raise _out_of_reach(setting, address, "used", error) from error
            if now > deadline:
                raise _out_of_reach(setting, address, "reached", error) from error
            if now >= next_line:
                next_line = now + LOG_SECONDS
                log.warning("waiting_for_database", database=address.place, error=type(error).__name__)
        else:
            await connection.close()
            return
        await asyncio.sleep(RETRY_SECONDS)


_LATER = tuple(kind for kind in UNREACHABLE if kind is not OSError)


def _out_of_reach(setting: str, address: DatabaseAddress, verb: str, error: BaseException) -> ConfigurationError:
    reason = type(error).__name__
    if isinstance(error, UNUSABLE):
        # What the server says names the user and the database, and never a password.
        said = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else str(error)
        reason += f": {' '.join(said.split())}"
    return ConfigurationError(f"{setting}: the database at {address.place} cannot be {verb} ({reason})")
