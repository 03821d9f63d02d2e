"""Which route answers a request, found by its method and the shape of its path.

Starlette tries the pattern of each route in turn, of which there are a hundred; that is up to a tenth of a short
request. Here a path is looked up. What is not found is left to the router: paths of other forms, 404, 405.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

_PARAMETER = "{}"
_PLAIN_PARAMETER = re.compile(r"\{\w+\}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A route, the names of its parameters by their places in the path, and the patterns that come before it."""

    route: APIRoute
    names: tuple[tuple[int, str], ...]
    rivals: tuple[re.Pattern[str], ...]


class RouteIndex:
    """Hands requests to their routes, as the router would."""

    def __init__(self, routes: Sequence[BaseRoute], otherwise: ASGIApp) -> None:
        self._otherwise = otherwise
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._parameter_places: dict[int, list[tuple[int, ...]]] = {}
        unusual: list[Route] = []
        for route in routes:
            if not isinstance(route, APIRoute) or not _is_plain(route.path):
                unusual += [route] if isinstance(route, Route) else []
            else:
                for method in route.methods or ():
                    self._add(method, route, unusual)
        for places in self._parameter_places.values():
            # A word stands before a parameter, as everywhere in the declarations.
            places.sort(key=len)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or leave it to the router."""
        found = self.find(scope["method"], scope["path"]) if _is_usual(scope) else None
        if found is None:
            await self._otherwise(scope, receive, send)
            return
        route, scope["path_params"] = found
        scope["route"], scope["endpoint"] = route, route.endpoint
        await route.app(scope, receive, send)

    def find(self, method: str, path: str) -> tuple[APIRoute, dict[str, str]] | None:
        """Return the route that answers a method on a path, and its parameters; None if the router is to say."""
        parts = path.split("/")
        for places in self._parameter_places.get(len(parts), ()):
            entry = self._entries.get((method, _masked(parts, places)))
            if entry is not None:
                if any(pattern.match(path) for pattern in entry.rivals):
                    return None
                parameters = {name: parts[place] for place, name in entry.names}
                return (entry.route, parameters) if all(parameters.values()) else None
        return None

    def _add(self, method: str, route: APIRoute, before: Sequence[Route]) -> None:
        parts = route.path.split("/")
        names = tuple((place, part[1:-1]) for place, part in enumerate(parts) if part.startswith("{"))
        places = tuple(place for place, _ in names)
        rivals = tuple(rival.path_regex for rival in before if _may_meet(rival.path, route.path))
        self._entries.setdefault((method, _masked(parts, places)), _Entry(route, names, rivals))
        of_this_length = self._parameter_places.setdefault(len(parts), [])
        if places not in of_this_length:
            of_this_length.append(places)


def _is_usual(scope: Scope) -> bool:
    """Tell whether a request is one that needs no more than its route: where a trace is made, the router tells it."""
    return scope["type"] == "http" and not scope.get("root_path") and "fastapi.telemetry" not in scope


def _is_plain(path: str) -> bool:
    """Tell whether each part of a declared path is a word or a parameter, whole."""
    return not any("{" in part and not _PLAIN_PARAMETER.fullmatch(part) for part in path.split("/"))


def _masked(parts: Sequence[str], places: Sequence[int]) -> str:
    masked = [*parts]
    for place in places:
        masked[place] = _PARAMETER
    return "/".join(masked)


def _may_meet(one: str, other: str) -> bool:
    """Tell whether what two declared paths begin with, before their first parameters, allows one path to fit both."""
    first, second = (path.partition("{")[0] for path in (one, other))
    return first.startswith(second) or second.startswith(first)
