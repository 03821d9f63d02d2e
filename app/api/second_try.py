"""A request's transaction begun once more where nothing but the moment was wrong.

A migration that changes a table makes the plans of prepared statements useless, and PostgreSQL breaks one of two
transactions off that wait for each other. Either way all that the request wrote is rolled back, and the same request
goes through when it is done again.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import structlog
from fastapi import Request, Response

from app.core.database_errors import is_worth_a_second_try
from app.core.errors import DatabaseUnavailableError

log = structlog.get_logger(__name__)

Handler = Callable[[Request], Awaitable[Response]]


def with_second_try(handle: Handler) -> Handler:
    """Return a handler that does a request once more if its transaction was in vain.

    The request must keep its body, as FastAPI's own do.
    """

    async def handle_twice(request: Request) -> Response:
        try:
            return await _handle_to_the_end(handle, request)
        except DatabaseUnavailableError as error:
            if not is_worth_a_second_try(error):
                raise
            log.info("request_tried_again", reason=error.reason)
        return await _handle_to_the_end(handle, request)

    return handle_twice


async def _handle_to_the_end(handle: Handler, request: Request) -> Response:
    """Handle a request and leave its dependencies, so that its transaction is committed or rolled back."""
    async with AsyncExitStack() as dependencies:
        # Where FastAPI puts those of the scope "function"; its own stack outlives the handler.
        request.scope["fastapi_function_astack"] = dependencies
        return await handle(request)
