"""A stand-in for one application process: does what it is told over standard input, one word a line.

    python -m tests.support.embedded_postgres_process DATA_DIR [UID]

It answers each word with one line of JSON. With a UID it becomes that user first.
"""

import json
import os
import sys
from pathlib import Path

import structlog

from app.core import embedded_postgres_work
from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if len(sys.argv) > 2:
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
        # That user may have no way to the files of the interpreter, and all are loaded here.
        EmbeddedPostgres._work = work_in_a_fork  # type: ignore[method-assign, assignment]
    server = EmbeddedPostgres(Path(sys.argv[1]))
    actions = {"start": server.start, "stop": server.stop, "ensure_running": server.ensure_running}
    for line in sys.stdin:
        error = None
        try:
            actions[line.strip()]()
        except EmbeddedPostgresError as failure:
            error = str(failure)
        sys.stdout.write(json.dumps({"error": error}) + "\n")
        sys.stdout.flush()


def work_in_a_fork(server: EmbeddedPostgres, action: str) -> None:
    """Do what the program would do."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        sys.argv[1:] = [action, str(server._data_dir)]
        os._exit(embedded_postgres_work.main())
    _, status = os.waitpid(child, 0)
    if status:
        raise EmbeddedPostgresError(action)


if __name__ == "__main__":
    main()
