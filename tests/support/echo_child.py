"""A child process for tests: gives back what it gets. Operation 1 is an echo, 2 an end without a word."""

import os
import sys

from app.interview_session.voice.services.wire import READY, messages, packed

ECHO, DIE = 1, 2


def main() -> None:
    """Answer until the pipe ends."""
    if "--not-ready" in sys.argv:
        sys.exit(3)
    _say(packed(0, READY))
    for number, operation, content in messages(sys.stdin.buffer):
        if operation == DIE:
            os._exit(9)
        _say(packed(number, ECHO, content))


def _say(message: bytes) -> None:
    sys.stdout.buffer.write(message)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
