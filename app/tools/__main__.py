"""Commands for whoever runs the service, with its settings: ``python -m app.tools --help``."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from app.core.config import ConfigurationError, Settings, load_settings
from app.core.database_errors import DRIVER_ERRORS
from app.core.database_server import open_database
from app.core.errors import AppError, ResourceNotFoundError
from app.core.logging import configure_logging
from app.core.passwords import Passwords
from app.repositories.access import DataAccess
from app.services.password_reset import PasswordResetService
from app.tools.backup import back_up
from app.tools.data_folder import ToolError
from app.tools.restore import restore
from app.tools.upgrade_postgres import upgrade

WAIT_SECONDS = 60
"""How long the hash may take; nobody else waits in this process."""

Command = Callable[[Settings, argparse.Namespace], str]
"""Does what the arguments say and returns the line to print."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 not done (the reason is on standard error)."""
    parsed = _parser().parse_args(arguments)
    command: Command = parsed.command
    try:
        # The output is the result, so what the log says goes to the other stream.
        with redirect_stdout(sys.stderr):
            settings = load_settings()
            configure_logging(settings)
            result = command(settings, parsed)
    except ConfigurationError as error:
        return _failed(f"Configuration error: {error}")
    except AppError as error:
        return _failed(error.message)
    except ToolError as error:
        return _failed(str(error))
    except DRIVER_ERRORS as error:
        return _failed(f"The database cannot be used: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        return _failed("interrupted")
    sys.stdout.write(f"{result}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.tools", description="Commands for operators")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    reset = commands.add_parser(
        "reset-password", help="give an account a new password, print it once, and end all of its logins"
    )
    reset.add_argument("email", metavar="EMAIL")
    reset.set_defaults(command=_reset_password)
    backup = commands.add_parser(
        "backup", help="save the embedded database and its signing key in one file, whether or not servers run"
    )
    backup.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a new file; else named after the time")
    backup.set_defaults(command=_back_up)
    restoring = commands.add_parser(
        "restore", help="replace the embedded database and its signing key by those of a backup, while no server runs"
    )
    restoring.add_argument("file", metavar="FILE", type=Path)
    restoring.set_defaults(command=_restore)
    upgrading = commands.add_parser(
        "upgrade-postgres", help="bring the embedded database of an older PostgreSQL to this version's"
    )
    upgrading.add_argument(
        "old_programs", metavar="FOLDER", type=Path, nargs="?", help="with the program postgres of the old version"
    )
    upgrading.set_defaults(command=_upgrade_postgres)
    return parser


def _reset_password(settings: Settings, arguments: argparse.Namespace) -> str:
    email: str = arguments.email
    try:
        return asyncio.run(_new_password(settings, email))
    except ResourceNotFoundError:
        raise ToolError(f"No account has the email {email}") from None


async def _new_password(settings: Settings, email: str) -> str:
    passwords = Passwords(rounds=settings.password_hash_rounds, concurrency=1, wait_seconds=WAIT_SECONDS)
    async with open_database(settings) as database:
        try:
            async with passwords.turn(account=None, address="") as turn, database.transaction() as db:
                service = PasswordResetService(DataAccess(database.reads, db))
                return await service.reset(email, turn.hash)
        finally:
            await database.close()
            passwords.close()


def _back_up(settings: Settings, arguments: argparse.Namespace) -> str:
    return str(back_up(settings, arguments.file))


def _restore(settings: Settings, arguments: argparse.Namespace) -> str:
    manifest = restore(settings, arguments.file)
    return f"restored {arguments.file} of {manifest.made_at}, made by version {manifest.application}"


def _upgrade_postgres(settings: Settings, arguments: argparse.Namespace) -> str:
    return upgrade(settings, arguments.old_programs)


def _failed(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


def _end_tidily() -> None:
    """Be ended by SIGTERM and a closed terminal as by Ctrl-C: what was begun is tidied up first."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _end_tidily()
    raise SystemExit(main())
