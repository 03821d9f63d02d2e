"""``METRICS_PORT``: a port of its own for the metrics and the health, which no proxy leads to.

It is a second server in the same process, because the figures are those of the process.
"""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from app.api.error_handlers import install_error_handlers
from app.api.middleware.answer_headers import AnswerHeadersMiddleware
from app.api.middleware.head_requests import HeadRequestsMiddleware
from app.api.middleware.request_log import RequestLogMiddleware
from app.api.middleware.trailing_slash import TrailingSlashMiddleware
from app.api.middleware.unexpected_errors import UnexpectedErrorMiddleware
from app.api.operators import OperatorAccess
from app.api.routers import health, metrics
from app.api.routes import add_routes
from app.api.runtime import Runtime
from app.api.telemetry import NO_TELEMETRY
from app.core.config import ConfigurationError

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0
"""The pause between two attempts to get a port that another process has."""

MAX_CONNECTIONS = 100
STOP_SECONDS = 1

_is_operators_server: ContextVar[bool] = ContextVar("is_operators_server", default=False)


@asynccontextmanager
async def open_operators_listener(runtime: Runtime) -> AsyncIterator[None]:
    """Serve the operators on ``METRICS_PORT`` if there is one.

    A port that another process has keeps nobody from their interviews. The log says so, and the port is tried again
    until it is free, as it is once the process that this one replaces has ended.

    Raises:
        ConfigurationError: the address cannot be listened on, whoever else does.

    """
    host, port = runtime.settings.metrics_host, runtime.settings.metrics_port
    if port is None:
        yield
        return
    listener = _Listener(_operators_app(runtime), host, port)
    await listener.start()
    try:
        yield
    finally:
        await listener.stop()


class _Listener:
    """Gets the port and serves on it, in a task of its own."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve, or to wait for the port."""
        listening = await self._listen()
        if listening is None:
            log.warning("metrics_port_in_use", host=self._host, port=self._port, retry_seconds=RETRY_SECONDS)
        self._task = asyncio.create_task(self._serve(listening), name="operators_listener")

    async def stop(self) -> None:
        """Stop serving, whoever is still connected."""
        assert self._task is not None
        if self._server is None:
            self._task.cancel()
        else:
            self._server.should_exit = True
        with suppress(asyncio.CancelledError):
            await self._task

    async def _serve(self, listening: socket.socket | None) -> None:
        while listening is None:
            await asyncio.sleep(RETRY_SECONDS)
            with suppress(ConfigurationError):
                listening = await self._listen()
        # uvicorn says of each server that the process has started and ended.
        _is_operators_server.set(True)
        logging.getLogger("uvicorn.error").addFilter(_is_worth_a_line)
        with listening:
            self._server = _Server(
                uvicorn.Config(
                    self._app,
                    lifespan="off",
                    log_config=None,
                    access_log=False,
                    proxy_headers=False,
                    server_header=False,
                    limit_concurrency=MAX_CONNECTIONS,
                    timeout_graceful_shutdown=STOP_SECONDS,
                )
            )
            log.info("metrics_port_open", host=self._host, port=self._port)
            await self._server.serve([listening])

    async def _listen(self) -> socket.socket | None:
        """Return the listening socket; None if another process has the port."""
        try:
            [(family, *_, address), *_] = await asyncio.get_running_loop().getaddrinfo(
                self._host, self._port, type=socket.SOCK_STREAM
            )
            return socket.create_server(address[:2], family=family)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return None
            # What asyncio and the socket module say repeats the address.
            reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
            raise ConfigurationError(
                f"METRICS_HOST, METRICS_PORT: {self._host}:{self._port} cannot be listened on ({reason})"
            ) from error


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not _is_operators_server.get()


class _Server(uvicorn.Server):
    """A server that leaves the signals to the one that serves the users."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _operators_app(runtime: Runtime) -> FastAPI:
    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        middleware=[
            Middleware(RequestLogMiddleware),
            Middleware(AnswerHeadersMiddleware),
            Middleware(HeadRequestsMiddleware),
            Middleware(UnexpectedErrorMiddleware),
            Middleware(TrailingSlashMiddleware),
        ],
    )
    app.state.runtime = runtime
    app.state.operators = OperatorAccess.on_own_port(runtime.settings)
    install_error_handlers(app)
    for router in (metrics.router, health.router):
        add_routes(app, router)
    return app
