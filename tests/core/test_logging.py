"""What gets into the log."""

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
