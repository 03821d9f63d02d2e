"""``python -m app.tools reset-password EMAIL``: for whoever runs the service, with its settings."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout

from app.core.config import ConfigurationError, Settings, load_settings
from app.core.database_errors import DRIVER_ERRORS
from app.core.database_server import open_database
from app.core.errors import AppError, ResourceNotFoundError
from app.core.logging import configure_logging
from app.core.passwords import Passwords
from app.repositories.access import DataAccess
from app.services.password_reset import PasswordResetService

WAIT_SECONDS = 60
"""How long the hash may take; nobody else waits in this process."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 not done (the reason is on standard error)."""
    parser = argparse.ArgumentParser(prog="python -m app.tools", description="Commands for operators")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reset = commands.add_parser(
        "reset-password", help="give an account a new password, print it once, and end all of its logins"
    )
    reset.add_argument("email", metavar="EMAIL")
    email: str = parser.parse_args(arguments).email
    try:
        # The output is the password, so what the log says goes to the other stream.
        with redirect_stdout(sys.stderr):
            settings = load_settings()
            configure_logging(settings)
            password = asyncio.run(_reset_password(settings, email))
    except ConfigurationError as error:
        return _failed(f"Configuration error: {error}")
    except ResourceNotFoundError:
        return _failed(f"No account has the email {email}")
    except AppError as error:
        return _failed(error.message)
    except DRIVER_ERRORS as error:
        return _failed(f"The database cannot be used: {' '.join(str(error).split())}")
    sys.stdout.write(f"{password}\n")
    return 0


async def _reset_password(settings: Settings, email: str) -> str:
    passwords = Passwords(rounds=settings.password_hash_rounds, concurrency=1, wait_seconds=WAIT_SECONDS)
    async with open_database(settings) as database:
        try:
            async with passwords.turn(account=None, address="") as turn, database.transaction() as db:
                service = PasswordResetService(DataAccess(database.reads, db))
                return await service.reset(email, turn.hash)
        finally:
            await database.close()
            passwords.close()


def _failed(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
