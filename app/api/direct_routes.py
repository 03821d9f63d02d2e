"""Reading routes that go straight to their endpoint.

FastAPI solves the dependencies of every request by a description of them, and keeps two stacks for what they would
have to close; that is a quarter of a short read. Where a route asks for nothing but ids of its path and what
coroutine functions make of the request, those calls are put together here once, when the application is built.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, get_args
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - asyncpg's own, written in C
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

_REQUEST = 0
"""The place of the request among what is made of it."""

Places = Sequence[tuple[str, int]]
"""Names of parameters, each with the place of what is made for it."""

_ID_LENGTH = 36


def direct_application(route: APIRoute, otherwise: ASGIApp) -> ASGIApp:
    """Return what serves a route: ``otherwise``, FastAPI's own way, unless the route can do without."""
    dependant = route.dependant
    if route.methods != {"GET"} or not _makes_response(route.endpoint):
        return otherwise
    if any(field.field_info.annotation is not UUID for field in dependant.path_params):
        return otherwise
    ids = [field.name for field in dependant.path_params]
    steps: list[_Step] = []
    places = _places(dependant, ids, steps)
    return otherwise if places is None else _DirectApplication(route.endpoint, ids, steps, places, otherwise)


@dataclass(frozen=True, slots=True)
class _Step:
    """A dependency to be called, and where its parameters are."""

    call: Callable[..., Awaitable[Any]]
    parameters: Places


class _DirectApplication:
    """Calls an endpoint with what its parameters are made of."""

    def __init__(
        self,
        endpoint: Callable[..., Awaitable[Response]],
        ids: list[str],
        steps: Sequence[_Step],
        parameters: Places,
        otherwise: ASGIApp,
    ) -> None:
        self._endpoint = endpoint
        self._ids = ids
        self._steps = steps
        self._parameters = parameters
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        values: dict[str, Any] = {}
        for name in self._ids:
            values[name] = _usual_id(scope["path_params"][name])
            if values[name] is None:
                # An unusual spelling, or no id at all. FastAPI knows which, and how to say so.
                await self._otherwise(scope, receive, send)
                return
        made: list[Any] = [Request(scope, receive, send)]
        for step in self._steps:
            made.append(await step.call(**{name: made[place] for name, place in step.parameters}))
        for name, place in self._parameters:
            values[name] = made[place]
        response = await self._endpoint(**values)
        await response(scope, receive, send)


def _usual_id(text: str) -> UUID | None:
    """Return an id that is written as all of ours are; None for anything else."""
    if len(text) != _ID_LENGTH:
        return None
    try:
        return FastUUID(text)
    except ValueError:
        return None


def _makes_response(endpoint: Callable[..., Any]) -> bool:
    made = inspect.signature(endpoint).return_annotation
    kinds = get_args(made) if isinstance(made, UnionType) else (made,)
    return inspect.iscoroutinefunction(endpoint) and all(
        isinstance(kind, type) and issubclass(kind, Response) for kind in kinds
    )


def _places(dependant: Dependant, ids: list[str], steps: list[_Step]) -> Places | None:
    """Return where each parameter that is none of the ids is found, once the steps for it are taken.

    Those that are missing are added. None: one of the parameters needs more than the request.
    """
    places: dict[str, int] = {}
    if dependant.request_param_name:
        places[dependant.request_param_name] = _REQUEST
    for dependency in dependant.dependencies:
        place = _place(dependency, steps)
        if place is None:
            return None
        if dependency.name:
            places[dependency.name] = place
    assert dependant.call
    return [*places.items()] if {*places, *ids} == {*inspect.signature(dependant.call).parameters} else None


def _place(dependant: Dependant, steps: list[_Step]) -> int | None:
    call: Any = dependant.call
    # An instance is called by its class.
    function = call if inspect.isroutine(call) else type(call).__call__
    if not inspect.iscoroutinefunction(function) or not dependant.use_cache:
        return None
    parameters = _places(dependant, [], steps)
    if parameters is None:
        return None
    # As FastAPI has it, a dependency of several is called once.
    known = next((number for number, step in enumerate(steps) if step.call is call), None)
    if known is None:
        known = len(steps)
        steps.append(_Step(call, parameters))
    return known + 1
