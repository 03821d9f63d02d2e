"""Reading routes that go straight to their endpoint.

FastAPI solves the dependencies of every request by a description of them, and keeps two stacks for what they would
have to close; that is a quarter of a short read. Where a route asks for nothing but ids of its path and what
coroutine functions make of the request, those calls are put together here once, when the application is built.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import UnionType
from typing import Any, get_args
from uuid import UUID

from asyncpg.pgproto.pgproto import UUID as FastUUID  # noqa: N811 - asyncpg's own, written in C
from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

Resolve = Callable[[Request], Awaitable[Any]]

_ID_LENGTH = 36


def direct_application(route: APIRoute, otherwise: ASGIApp) -> ASGIApp:
    """Return what serves a route: ``otherwise``, FastAPI's own way, unless the route can do without."""
    dependant = route.dependant
    if route.methods != {"GET"} or not _makes_response(route.endpoint):
        return otherwise
    if any(field.field_info.annotation is not UUID for field in dependant.path_params):
        return otherwise
    ids = [field.name for field in dependant.path_params]
    resolvers = _resolvers(dependant, ids)
    return otherwise if resolvers is None else _DirectApplication(route.endpoint, ids, resolvers, otherwise)


class _DirectApplication:
    """Calls an endpoint with what its parameters are made of."""

    def __init__(
        self,
        endpoint: Callable[..., Awaitable[Response]],
        ids: list[str],
        resolvers: Mapping[str, Resolve],
        otherwise: ASGIApp,
    ) -> None:
        self._endpoint = endpoint
        self._ids = ids
        self._resolvers = [*resolvers.items()]
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
        request = Request(scope, receive, send)
        for name, resolve in self._resolvers:
            values[name] = await resolve(request)
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


def _resolvers(dependant: Dependant, ids: list[str]) -> dict[str, Resolve] | None:
    """Return what gives each parameter that is none of the ids; None if one of them needs more than the request."""
    resolvers: dict[str, Resolve] = {}
    if dependant.request_param_name:
        resolvers[dependant.request_param_name] = _the_request
    for dependency in dependant.dependencies:
        resolve = _resolver(dependency)
        if resolve is None:
            return None
        if dependency.name:
            resolvers[dependency.name] = resolve
    assert dependant.call
    return resolvers if {*resolvers, *ids} == {*inspect.signature(dependant.call).parameters} else None


def _resolver(dependant: Dependant) -> Resolve | None:
    call: Any = dependant.call
    # An instance is called by its class.
    function = call if inspect.isroutine(call) else type(call).__call__
    if not inspect.iscoroutinefunction(function):
        return None
    resolvers = _resolvers(dependant, [])
    if resolvers is None:
        return None
    if [*resolvers.values()] == [_the_request]:
        resolve: Resolve = call
        return resolve
    parts = [*resolvers.items()]

    async def resolve_all(request: Request) -> Any:
        return await call(**{name: await resolve(request) for name, resolve in parts})

    return resolve_all


async def _the_request(request: Request) -> Request:
    return request
