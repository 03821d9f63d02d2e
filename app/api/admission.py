"""The door of a route: who may not come in is turned away before anything of the body is read.

FastAPI reads and parses a body before it runs the dependencies, so a stranger could have megabytes parsed. Here the
declared size comes first, then those dependencies that are an ``Admission``, then the owner's budgets; only then the
route itself, which reads no more than its rules allow, and waits for it no longer than the settings say.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol, TypeGuard
from uuid import UUID

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.request_body import BoundedBody
from app.api.route_rules import READING, RouteRules, rules_of
from app.api.runtime import Runtime
from app.core.errors import PayloadTooLargeError


class Admission(Protocol):
    """A dependency that needs nothing of the body, and decides whether there is a request at all.

    It is asked at the door and once more by FastAPI, so it remembers its answer in the request's state; and says with
    ``note_owner`` whose budgets the request takes from.
    """

    decides_before_body: bool

    def __call__(self, request: Request) -> Awaitable[Any]:
        """Let the request in, or raise an ``AppError``."""


def note_owner(request: Request, owner: UUID | str) -> None:
    """Have a request counted for an account (by id) or for an address."""
    request.scope.setdefault("state", {})["owner"] = owner


class Door:
    """A route with its admissions and rules before it."""

    def __init__(self, route: APIRoute, app: ASGIApp) -> None:
        # As it is documented: without the kinds of its parameters.
        self._path = route.path_format
        self._app = app
        self._admissions: Sequence[Admission] = [*_admissions(route.dependant)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or raise why not; the application's handlers make the answer."""
        parts: Runtime = scope["app"].state.runtime
        settings = parts.settings
        rules = rules_of(self._path, scope["method"], settings.max_body_bytes, settings.max_document_bytes)
        if _declared_length(scope) > rules.body_bytes:
            raise PayloadTooLargeError(rules.body_bytes)
        request = Request(scope)
        for admission in self._admissions:
            await admission(request)
        owner: UUID | str | None = scope.get("state", {}).get("owner")
        if scope["method"] not in READING:
            seconds = parts.settings.body_timeout_seconds
            receive = BoundedBody(receive, max_bytes=rules.body_bytes, seconds=seconds)
        if owner is None:
            await self._app(scope, receive, send)
            return
        with parts.work.hold(str(owner), rules.takes):
            if rules.stores and isinstance(owner, UUID):
                await parts.holdings.require_space(owner)
            if not _is_heavy(scope, rules):
                await self._app(scope, receive, send)
                return
            # Each may work on all that its owner has: several at once take the processors from everybody.
            # One that is slow to send its body keeps none of another kind waiting.
            kind = self._path, scope["method"] in READING
            async with parts.heavy_requests.of((owner, kind)):
                await self._app(scope, receive, send)


def _admissions(dependant: Dependant) -> Iterator[Admission]:
    """Yield the admissions among a route's dependencies, each once, in their order."""
    seen: list[Callable[..., Any]] = []
    waiting = [dependant]
    while waiting:
        current = waiting.pop(0)
        if _is_admission(current.call) and current.call not in seen:
            seen.append(current.call)
            yield current.call
        waiting = [*current.dependencies, *waiting]


def _is_admission(call: Any) -> TypeGuard[Admission]:
    return getattr(call, "decides_before_body", False)


def _is_heavy(scope: Scope, rules: RouteRules) -> bool:
    if rules.turn_at_query is not None and rules.turn_at_query in scope["query_string"]:
        return True
    least = rules.turn_at_body_bytes
    return least is not None and _declared_length(scope, unknown=least) >= least


def _declared_length(scope: Scope, *, unknown: int = 0) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return unknown
