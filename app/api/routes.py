"""How the routers' routes come to the application, and how those with a body read it."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, request_response

from app.api.admission import Door
from app.api.dependencies import get_db
from app.api.direct_routes import direct_application
from app.api.openapi import operation_id
from app.api.second_try import Handler, with_second_try


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add each route of a router to the application itself.

    ``include_router`` keeps the router as one route, and then matches every path twice: to find the router, and
    again inside it. That is a tenth of a short request.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.unique_id = operation_id(route)
            handle: Handler = route.get_route_handler()
            if _asks_for(get_db, route.dependant):
                handle = with_second_try(handle)
            if route.body_field is not None:
                handle = _reading_json(handle)
            # Made anew: a second application of this process gets the same route once more.
            route.app = Door(route, direct_application(route, request_response(handle)))
        app.router.routes.append(route)


class JsonRequest(Request):
    """A request whose JSON is what the standard says; Python's parser would take ``NaN`` and ``Infinity`` too."""

    async def json(self) -> Any:
        """Return what the body says.

        Raises:
            JSONDecodeError: it is not JSON, not text, too deep, or has numbers too long to be read.

        """
        try:
            return json.loads(await self.body(), parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("Not JSON", "", 0) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _reading_json(handle: Handler) -> Handler:
    """Return the handler of a route that has a body."""

    async def handle_json(request: Request) -> Response:
        return await handle(JsonRequest(request.scope, request.receive))

    return handle_json


def _asks_for(wanted: Callable[..., Any], dependant: Dependant) -> bool:
    return dependant.call is wanted or any(_asks_for(wanted, dependency) for dependency in dependant.dependencies)
