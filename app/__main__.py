"""The server as ``make run`` and the image start it: ``python -m app --host 127.0.0.1 --port 8000``."""

import signal
from types import FrameType
from typing import NoReturn

from app.core.early_log import announce_start


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """End as one who was told to, which is no failure."""
    raise SystemExit(0)


# uvicorn has handlers of its own while it serves, and raises the signal again when it is done.
signal.signal(signal.SIGINT, _end)
signal.signal(signal.SIGTERM, _end)
announce_start()

from app.server import main  # noqa: E402

main()
