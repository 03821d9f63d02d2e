"""The application put together: ``create_app(settings)``, and what its settings can do to its start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.continuations import ContinuationMiddleware
from app.api.error_handlers import install_error_handlers
from app.api.middleware.answer_headers import AnswerHeadersMiddleware
from app.api.middleware.blank_parameters import BlankParametersMiddleware
from app.api.middleware.cors import CrossOriginMiddleware
from app.api.middleware.head_requests import HeadRequestsMiddleware
from app.api.middleware.request_log import RequestLogMiddleware
from app.api.middleware.request_traces import RequestTraceMiddleware
from app.api.middleware.slow_readers import SlowReaderMiddleware
from app.api.middleware.trailing_slash import TrailingSlashMiddleware
from app.api.middleware.unexpected_errors import UnexpectedErrorMiddleware
from app.api.middleware.user_context import UserContextMiddleware
from app.api.openapi import DESCRIPTION, TAGS, operation_id
from app.api.openapi_document import install_document
from app.api.operators import OperatorAccess
from app.api.operators_listener import open_operators_listener
from app.api.route_index import RouteIndex
from app.api.routers import all_routers
from app.api.routes import add_routes
from app.api.runtime import Runtime
from app.api.telemetry import NO_TELEMETRY
from app.configured import exit_for
from app.core.config import ConfigurationError, Settings
from app.core.database import Database
from app.core.database_server import open_database
from app.core.logging import configure_logging
from app.core.tracing import open_tracing, traces_url
from app.core.version import VERSION
from app.interview_session.api import practice_routers
from app.interview_session.api.event_schemas import event_schemas
from app.interview_session.background import Rooms
from app.interview_session.language_model import open_language_model
from app.interview_session.plans.model_plan_writer import ModelPlanWriter
from app.interview_session.room.reply_writer import ReplyWriter
from app.interview_session.voice.gateway import ProcessVoice
from app.web.api_docs import router as docs_router
from app.web.front_page import router as front_router
from app.web.router import router as web_router


class StartMiddleware:
    """Ends the process with one line if the lifespan finds a setting that does not work.

    The server alone would print a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the news of a failed start or end waits until its cause is known."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        failures: list[Message] = []

        async def send_unless_failed(message: Message) -> None:
            if message["type"].endswith(".failed"):
                failures.append(message)
            else:
                await send(message)

        try:
            await self.app(scope, receive, send_unless_failed)
        except ConfigurationError as error:
            await _end_process(error)
        except asyncio.CancelledError:
            # A second Ctrl-C ends the loop under the lifespan. That is no failure, and no server waits for the news.
            return
        except BaseException:
            for message in failures:
                await send(message)
            raise


async def _end_process(error: ConfigurationError) -> None:
    """Exit out of the event loop: the server catches what is raised here, and would then report or even serve."""

    def leave() -> None:
        raise exit_for(error)

    asyncio.get_running_loop().call_soon(leave)
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()


def create_app(settings: Settings) -> FastAPI:
    """Return the application for these settings; its lifespan opens and closes all that it holds."""
    configure_logging(settings)
    tracing = [Middleware(RequestTraceMiddleware)] if traces_url(settings) else []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            # First, so that it closes last: what the others do in their end is told, too.
            await stack.enter_async_context(open_tracing(settings))
            database = await stack.enter_async_context(open_database(settings))
            runtime = _runtime(settings, database)
            app.state.runtime = runtime
            stack.push_async_callback(runtime.stop)
            rooms = Rooms(runtime)
            app.state.rooms = rooms
            stack.push_async_callback(rooms.stop)
            rooms.start()
            await runtime.start()
            await stack.enter_async_context(open_operators_listener(runtime))
            model = await stack.enter_async_context(open_language_model(settings))
            app.state.language_model = model
            app.state.plan_writer = ModelPlanWriter(model) if model else None
            rooms.interviewer.replies = ReplyWriter(model)
            # Not before it is known whether a model judges the answers, and no longer than there is one.
            stack.push_async_callback(rooms.reports.stop)
            rooms.reports.start(model)
            # Last, because it takes from all else while it loads.
            app.state.voice = voice = ProcessVoice(runtime, rooms)
            stack.push_async_callback(voice.stop)
            await voice.start()
            # First of all at the end, which Ctrl-C leads to without draining.
            stack.callback(database.wake)
            yield

    app = FastAPI(
        title="Interview Tracker",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        # The framework's own pages load their scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if settings.api_docs_enabled else None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        lifespan=lifespan,
        middleware=[
            Middleware(StartMiddleware),
            *tracing,
            Middleware(RequestLogMiddleware),
            Middleware(AnswerHeadersMiddleware),
            Middleware(HeadRequestsMiddleware),
            Middleware(
                CrossOriginMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["X-Request-ID", "Retry-After", "Idempotent-Replayed", "Content-Disposition"],
            ),
            Middleware(UnexpectedErrorMiddleware),
            Middleware(TrailingSlashMiddleware),
            Middleware(BlankParametersMiddleware),
            Middleware(UserContextMiddleware),
        ],
    )
    app.state.operators = OperatorAccess.on_public_port(settings)
    install_error_handlers(app)
    documentation = [docs_router] if settings.api_docs_enabled else []
    for router in [*all_routers(), *practice_routers(), front_router, *documentation, web_router]:
        add_routes(app, router)
    app.router.middleware_stack = RouteIndex(app.routes, app.router.middleware_stack)
    install_document(app, event_schemas)
    # Around Starlette's own, which would hide the server's connection from it.
    app.middleware_stack = SlowReaderMiddleware(
        ContinuationMiddleware(app.build_middleware_stack()), timeout_seconds=settings.send_timeout_seconds
    )
    return app


def _runtime(settings: Settings, database: Database) -> Runtime:
    try:
        return Runtime(settings, database)
    except OSError as error:
        # The one thing that it does with files: the local signing key.
        raise ConfigurationError(f"DATA_DIR: the signing key cannot be kept there ({error})") from error
