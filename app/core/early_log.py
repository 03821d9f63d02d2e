"""The log of a process that has not loaded its settings yet, or cannot: with the standard library alone.

To load the application takes seconds. Until then somebody must say that it starts, in the form that it will log in.
"""

import faulthandler
import json
import os
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from app.core.log_output import adopt_foreign_output, log_stream, open_log
from app.core.version import VERSION

_CONFIG = Path(__file__).resolve().parents[2] / "config"
_QUIET_LEVELS = {"WARNING", "ERROR"}

_is_announced = False


def announce_start() -> None:
    """Say that the process starts; from here on all that it writes has the form of the log. Called again, do nothing.

    In JSON nobody may write anything else: what libraries and children write is read and put into lines, and so are
    warnings and errors that nobody caught.
    """
    global _is_announced  # noqa: PLW0603 - a process starts once
    if _is_announced:
        return
    _is_announced = True
    open_log()
    if early_setting("LOG_LEVEL") not in _QUIET_LEVELS:
        write_line("starting", version=VERSION, pid=os.getpid())
    if not faulthandler.is_enabled():
        # The last words of a crash in a library.
        faulthandler.enable()
    if is_json():
        sys.excepthook = _log_uncaught
        threading.excepthook = _log_uncaught_in_thread
        sys.unraisablehook = _log_unraisable
        adopt_foreign_output()


def write_line(event: str, level: str = "info", **fields: Any) -> None:
    """Write a line as ``configure_logging`` would have it written."""
    moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if is_json():
        line = json.dumps({"event": event, "level": level, "timestamp": moment, **fields}, default=str)
    else:
        said = " ".join(f"{name}={_as_word(value)}" for name, value in sorted(fields.items()))
        line = f"{moment} [{level:<9}] {event:<30} {said}"
    stream = log_stream()
    stream.write(line + "\n")
    stream.flush()


def is_json() -> bool:
    """Tell whether the settings ask for JSON; it is what they ask for where they say nothing."""
    return early_setting("LOG_FORMAT") in {"json", ""}


def early_setting(name: str) -> str:
    """Return a setting of one word as ``load_settings`` will find it, or an empty string."""
    environment = {key.upper(): value for key, value in os.environ.items()}
    named = (environment.get(word) or _word_in(Path(".env"), word) for word in ("ENV", "ENVIRONMENT"))
    profile = next(filter(None, named), "local")
    return (
        environment.get(name)
        or _word_in(Path(".env"), name)
        or (_word_in(_CONFIG / f"{profile}.env", name) if profile.isalpha() else "")
    )


def _word_in(path: Path, name: str) -> str:
    try:
        text = path.read_text(errors="replace")
    except OSError:
        return ""
    words = re.findall(rf"^\s*(?:export\s+)?{name}\s*=\s*['\"]?([\w.:]+)", text, re.MULTILINE | re.IGNORECASE)
    return words[-1] if words else ""


def _as_word(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[\w.:/-]+", text) else repr(text)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _write_error("uncaught_error", kind, error, trace)


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if not issubclass(arguments.exc_type, SystemExit):
        name = arguments.thread.name if arguments.thread else None
        _write_error("uncaught_error", arguments.exc_type, arguments.exc_value, arguments.exc_traceback, thread=name)


def _log_unraisable(arguments: "sys.UnraisableHookArgs") -> None:
    where = f"{arguments.err_msg or 'Exception ignored in'}: {_safe_repr(arguments.object)}"
    _write_error("unraisable_error", arguments.exc_type, arguments.exc_value, arguments.exc_traceback, where=where)


def _safe_repr(thing: object) -> str:
    """Describe what an error came out of, which may be half gone already."""
    try:
        return repr(thing)
    except Exception:  # noqa: BLE001 - that it cannot be described must not hide the error
        return type(thing).__name__


def _write_error(
    event: str,
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
    **fields: str | None,
) -> None:
    text = "".join(traceback.format_exception(kind, error, trace)).rstrip()
    write_line(event, "critical", **fields, exception=text)
