"""A stand-in for one application process: does what it is told over standard input, one word a line.

    python -m tests.support.embedded_postgres_process DATA_DIR [UID]

It answers each word with one line of JSON. With a UID it becomes that user first.
"""

import json
import os
import sys
from pathlib import Path

import structlog

from app.core.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if len(sys.argv) > 2:
        os.setgroups([])
        os.setgid(int(sys.argv[2]))
        os.setuid(int(sys.argv[2]))
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


if __name__ == "__main__":
    main()
