"""The index of routes finds what the router would find by trying one after the other."""

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Match

from app.api.route_index import RouteIndex

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PARAMETERS = ("0b7c1f0e-3d1b-4b0e-9a6f-6f2f3a1e4c55", "export.csv", "a.ics", "x y", "ä", "{}")
ODD_PATHS = [
    "",
    "/",
    "//",
    "/api/v1/positions//timeline",
    "/api/v1/positions/",
    "/api/v1/positions\n",
    "/api/v1/positions/a/b/c/d/e/f/g/h",
    "/api/v1/interviews/calendar.ics",
    "/api/v1/interviews/.ics",
    "/api/v1/statistics/companies/a/b",
    "/api/v1/positions/{position_id}",
    "/{}/{}/{}",
    "api/v1/positions",
]


def _by_trying(app: FastAPI, method: str, path: str) -> APIRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "path_params": {}}
    for route in app.routes:
        match, child = route.matches(dict(scope))
        if match == Match.FULL:
            assert isinstance(child, dict)
            return route if isinstance(route, APIRoute) else None
    return None


def _paths(app: FastAPI) -> list[str]:
    declared = [route.path for route in app.routes if isinstance(route, APIRoute)]
    filled = [_filled(path, value) for path in declared for value in PARAMETERS]
    return [*ODD_PATHS, *filled]


def _filled(path: str, value: str) -> str:
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + "\0" + rest.partition("}")[2]
    return path.replace("\0", value)


def test_a_found_route_is_the_one_that_the_router_would_take(app: FastAPI) -> None:
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex)
    wrong = {
        (method, path): (entry[0].path, expected and expected.path)
        for method in METHODS
        for path in _paths(app)
        if (entry := index.find(method, path)) and entry[0] is not (expected := _by_trying(app, method, path))
    }
    assert not wrong


@pytest.mark.parametrize("method", METHODS)
def test_the_parameters_are_those_of_the_router(app: FastAPI, method: str) -> None:
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex)
    for path in _paths(app):
        if found := index.find(method, path):
            route, parameters = found
            _, child = route.matches({"type": "http", "method": method, "path": path, "path_params": {}})
            assert child["path_params"] == parameters


def test_nearly_every_route_is_found(app: FastAPI) -> None:
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex)
    left = {
        route.path
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
        if index.find(method, route.path) is None
    }
    assert left == {
        "/api/v1/interviews/{interview_id}.ics",
        "/api/v1/products/category/{category:path}",
        "/api/v1/sessions/{session_id}/report/criteria/{sequence}/{criterion:path}/dispute",
        "/api/v1/statistics/companies/{name:path}",
        "/app/static/{path:path}",
        "/app/{path:path}",
    }


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/positions//timeline", "/api/v1/interviews/x.ics"])
def test_what_only_the_router_can_tell_is_left_to_it(app: FastAPI, path: str) -> None:
    index = app.router.middleware_stack
    assert isinstance(index, RouteIndex)
    assert index.find("GET", path) is None
    assert index.find("BREW", "/api/v1/positions") is None
