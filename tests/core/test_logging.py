"""What gets into the log."""

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from app.core.config import Settings
from app.core.logging import TALKATIVE_LIBRARIES, configure_logging, request_log


@pytest.fixture
def logging_put_back() -> Iterator[None]:
    """Leave logging as it was found."""
    root, names = logging.getLogger(), ("uvicorn", "uvicorn.error", "uvicorn.access", *TALKATIVE_LIBRARIES)
    before = [(logger, logger.level, logger.handlers) for logger in (root, *map(logging.getLogger, names))]
    configuration, own = structlog.get_config(), (request_log.as_json, request_log.enabled)
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers
    logging.captureWarnings(False)
    structlog.configure(**configuration)
    request_log.as_json, request_log.enabled = own


class Indescribable:
    def __str__(self) -> str:
        raise ZeroDivisionError


@pytest.fixture(params=["human", "json"])
def lines(
    request: pytest.FixtureRequest,
    logging_put_back: None,
    make_settings: Callable[..., Settings],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], list[str]]:
    """Log in one of the two forms; return what reads the lines."""
    stream = io.StringIO()
    monkeypatch.setattr("app.core.logging.log_stream", lambda: stream)
    configure_logging(make_settings(log_level="INFO", log_format=request.param))

    def read() -> list[str]:
        *written, rest = stream.getvalue().split("\n")
        assert rest == ""
        return written if request.param == "human" else [json.dumps(json.loads(line)) for line in written]

    return read


@pytest.mark.parametrize("sign", ["\n", "\r", "\x1b[31m", "\u2028", "\x85", "\x00", "\u202e"])
def test_what_is_logged_begins_no_line_and_moves_no_cursor(lines: Callable[[], list[str]], sign: str) -> None:
    structlog.get_logger("signs").info("event", value=f"one{sign}two")
    logging.getLogger("signs").warning("of a library: %s", f"one{sign}two")

    written = lines()
    assert len(written) == 2
    assert all("one" in line and "two" in line and line.isprintable() for line in written)


@pytest.mark.parametrize("value", [1 << 70, {(1, 2): 3}, Indescribable(), float("nan"), {1, 2}])
def test_nothing_fails_of_what_it_logs(lines: Callable[[], list[str]], value: object) -> None:
    structlog.get_logger("values").info("event", value=value)

    [line] = lines()
    assert "event" in line


def test_a_lone_surrogate_is_escaped(lines: Callable[[], list[str]]) -> None:
    structlog.get_logger("surrogates").info("event", value="a\ud800b")
    try:
        raise ValueError("a\ud800b")
    except ValueError:
        structlog.get_logger("surrogates").exception("failed")

    assert "\\ud800" in "".join(lines())


@pytest.mark.parametrize(
    ("log_level", "quietest"),
    [("DEBUG", logging.INFO), ("INFO", logging.WARNING), ("WARNING", logging.WARNING), ("ERROR", logging.ERROR)],
)
def test_talkative_libraries_are_heard_in_debug_only(
    logging_put_back: None, make_settings: Callable[..., Settings], log_level: str, quietest: int
) -> None:
    configure_logging(make_settings(log_level=log_level))

    for name in ("aioice", "aioice.ice", "httpx", "httpcore.connection"):
        assert logging.getLogger(name).getEffectiveLevel() == quietest
    assert logging.getLogger("uvicorn.error").getEffectiveLevel() == max(logging.INFO, getattr(logging, log_level))


def test_a_logger_in_use_is_captured_under_a_later_configuration(
    logging_put_back: None, make_settings: Callable[..., Settings]
) -> None:
    log = structlog.get_logger("in use")
    configure_logging(make_settings(log_level="WARNING"))
    log.warning("before")
    configure_logging(make_settings(log_level="INFO"))

    with capture_logs() as lines:
        log.info("after")

    assert [line["event"] for line in lines] == ["after"]
