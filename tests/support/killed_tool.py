"""A command for the embedded database that is killed in the middle, at a moment of the test's choice.

    python -m tests.support.killed_tool MODULE:FUNCTION NUMBER COMMAND DATA_DIR [FILE]

It kills itself just before the call of that number of a function, which it looks up in the module that calls it.
"""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.config import Settings
from app.tools.backup import back_up
from app.tools.restore import restore
from app.tools.upgrade_postgres import upgrade

COMMANDS: dict[str, Callable[[Settings, Any], Any]] = {
    "backup": back_up,
    "restore": restore,
    "upgrade-postgres": upgrade,
}


def main() -> None:
    place, number, command, data_dir, *files = sys.argv[1:]
    kill_at(place, int(number))
    COMMANDS[command](Settings(_env_file=None, data_dir=Path(data_dir)), Path(files[0]) if files else None)


def kill_at(place: str, number: int) -> None:
    module, _, name = place.partition(":")
    *owners, last = name.split(".")
    owner: Any = importlib.import_module(module)
    for step in owners:
        owner = getattr(owner, step)
    function = getattr(owner, last)
    calls = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)

    setattr(owner, last, counted)


if __name__ == "__main__":
    main()
