"""structlog for the whole process: readable lines in local, one JSON object a line in production.

Events, not sentences; never a password, a token, a query string, or what a user wrote.
"""

import logging
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog

from app.core.clock import iso_utc, utc_now
from app.core.config import Settings
from app.core.log_output import log_stream
from app.core.request_context import current_request
from app.core.traces import add_trace
from app.core.tracing import traces_url


class RequestLog:
    """Writes the one line of each request.

    Through structlog's processors in ``human`` form; in JSON by itself, because every request pays for it.
    """

    def __init__(self) -> None:
        self.as_json = False
        self.enabled = True
        self.more: list[structlog.typing.Processor] = []
        self._log = structlog.get_logger("app.requests")

    def info(self, event: str, **fields: Any) -> None:
        """Write a line with these fields, and the current request's id and user."""
        if not self.as_json:
            self._log.info(event, **fields)
        elif self.enabled:
            line = {"event": event, "level": "info", "timestamp": iso_utc(utc_now()), **fields}
            for process in self.more:
                process(None, "info", line)
            stream = log_stream()
            stream.write(_to_json(add_request(None, "info", line)) + "\n")
            stream.flush()

    def debug(self, event: str, **fields: Any) -> None:
        """Write such a line for those who want to see everything."""
        self._log.debug(event, **fields)


request_log = RequestLog()

LOGGERS_REMEMBER_THEIR_CONFIGURATION = True
"""A process configures logging once, so a logger need not ask for it again at each line."""

TALKATIVE_LIBRARIES = ("aioice", "httpcore", "httpx")
"""They log every candidate pair and every request at INFO."""


def configure_logging(settings: Settings) -> None:
    """Send structlog's and the standard library's records to standard output in the chosen format."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    of_traces: list[structlog.typing.Processor] = [add_trace] if traces_url(settings) else []
    shared: list[structlog.typing.Processor] = [
        add_request,
        *of_traces,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor]
    if settings.log_format == "json":
        renderer = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ]
    else:
        # The default traceback shows local variables, and so passwords.
        renderer = [
            _escape_signs,
            structlog.dev.ConsoleRenderer(
                colors=log_stream().isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(log_stream()),
        cache_logger_on_first_use=LOGGERS_REMEMBER_THEIR_CONFIGURATION,
    )
    request_log.more = of_traces
    request_log.as_json = settings.log_format == "json"
    request_log.enabled = level <= logging.INFO
    _adopt_standard_library(level, shared, renderer)
    # Python's warnings have several lines; in JSON they are records, too.
    logging.captureWarnings(settings.log_format == "json")


def add_request(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the current request's id and user on a record (a structlog processor)."""
    if request := current_request.get():
        event.setdefault("request_id", request.request_id)
        if request.user_id is not None:
            event.setdefault("user_id", str(request.user_id))
    return event


def _escape_signs(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Escape what would begin a line, or have a terminal do something (a structlog processor)."""
    for name, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[name] = "".join(
                sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value
            )
    return event


def _to_json(event: MutableMapping[str, Any], **_options: object) -> str:
    try:
        line = orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # A lone surrogate, or something that cannot be described. What logs must not fail of what it logs.
        line = orjson.dumps({_as_text(name): _as_text(value) for name, value in event.items()})
    return line.decode()


def _as_text(value: object) -> str:
    try:
        text = str(value)
    except Exception:  # noqa: BLE001 - that it cannot be described must not lose the line
        text = type(value).__name__
    return text.encode("utf-8", "backslashreplace").decode()


def _adopt_standard_library(
    level: int, shared: list[structlog.typing.Processor], renderer: list[structlog.typing.Processor]
) -> None:
    """Render what libraries log through ``logging`` in the same form, and silence uvicorn's access log.

    Ours has the request id and leaves out query strings, which may carry tokens.
    """
    handler = logging.StreamHandler(log_stream())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(level, logging.INFO))
    for name in TALKATIVE_LIBRARIES:
        logging.getLogger(name).setLevel(logging.INFO if level == logging.DEBUG else max(level, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").addFilter(_names_no_address)
    access = logging.getLogger("uvicorn.access")
    access.handlers = []
    access.propagate = False


def _names_no_address(record: logging.LogRecord) -> bool:
    """Drop uvicorn's line for a WebSocket that somebody asked for: it quotes the query string."""
    return not str(record.msg).startswith('%s - "WebSocket')
