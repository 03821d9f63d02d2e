"""Reading routes that go straight to their endpoint answer as FastAPI's own way would."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.direct_routes import direct_application

FASTAPI_S_WAY = {
    # They ask for a transaction, for more of the path than ids, or for what is none of the request.
    "/api/v1/positions/export.xlsx",
    "/api/v1/interviews/calendar.ics",
    "/api/interview/{room_id}/events",
    "/app/rooms/{room_id}",
    "/app/static/{path:path}",
    "/app/{path:path}",
}
"""Reading routes that return a response and are not direct."""


async def _otherwise(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("never called")


def _is_direct(route: APIRoute) -> bool:
    return direct_application(route, _otherwise) is not _otherwise


def _returns_response(route: APIRoute) -> bool:
    made = route.endpoint.__annotations__.get("return")
    return isinstance(made, type) and issubclass(made, Response)


def test_every_reading_route_that_makes_its_response_is_direct(app: FastAPI) -> None:
    reading = [
        route
        for route in app.routes
        if isinstance(route, APIRoute) and route.methods == {"GET"} and _returns_response(route)
    ]
    assert {route.path for route in reading if not _is_direct(route)} == FASTAPI_S_WAY


async def _number(request: Request) -> int:
    return len(request.url.path)


async def _twice(number: Annotated[int, Depends(_number)]) -> int:
    return 2 * number


class _Doubled:
    async def __call__(self, request: Request, number: Annotated[int, Depends(_number)]) -> int:
        return 2 * number + len(request.url.query)


async def _closing() -> AsyncIterator[int]:
    yield 1


def _in_a_thread(request: Request) -> int:
    return len(request.url.path)


async def _with_header(user_agent: str) -> str:
    return user_agent


async def plain(item_id: UUID, number: Annotated[int, Depends(_number)]) -> Response:
    return Response(f"{item_id} {number}")


async def nested(twice: Annotated[int, Depends(_twice)], doubled: Annotated[int, Depends(_Doubled())]) -> Response:
    return Response(f"{twice} {doubled}")


async def of_request(request: Request) -> Response:
    return Response(request.url.path)


async def closing(value: Annotated[int, Depends(_closing)]) -> Response:
    return Response(str(value))


async def threaded(value: Annotated[int, Depends(_in_a_thread)]) -> Response:
    return Response(str(value))


async def queried(value: Annotated[str, Depends(_with_header)]) -> Response:
    return Response(value)


async def with_query(page: int = 1) -> Response:
    return Response(str(page))


async def numbered(item_id: int) -> Response:
    return Response(str(item_id))


async def modelled() -> dict[str, Any]:
    return {}


def synchronous() -> Response:
    return Response()


def _route(endpoint: Any) -> APIRoute:
    router = APIRouter()
    router.get("/items/{item_id}" if "item_id" in endpoint.__annotations__ else "/items")(endpoint)
    route = router.routes[0]
    assert isinstance(route, APIRoute)
    return route


@pytest.mark.parametrize("endpoint", [plain, nested, of_request])
async def test_the_answer_is_the_one_that_fastapi_gives(endpoint: Any) -> None:
    path = f"/items/{uuid4()}?a=b" if endpoint is plain else "/items?a=b"
    answers = []
    for is_direct in (True, False):
        route, framework = _route(endpoint), FastAPI()
        if is_direct:
            assert _is_direct(route)
            route.app = direct_application(route, _otherwise)
        framework.router.routes.append(route)
        async with AsyncClient(transport=ASGITransport(framework), base_url="http://test") as client:
            answers.append((await client.get(path)).text)
    assert answers[0] == answers[1] != ""


async def test_what_several_ask_for_is_made_once() -> None:
    asked: list[str] = []

    async def noted(request: Request) -> str:
        asked.append(request.url.path)
        return "noted"

    async def first(one: Annotated[str, Depends(noted)]) -> str:
        return one

    async def both(one: Annotated[str, Depends(first)], two: Annotated[str, Depends(noted)]) -> Response:
        return Response(one + two)

    route, framework = _route(both), FastAPI()
    route.app = direct_application(route, _otherwise)
    framework.router.routes.append(route)
    async with AsyncClient(transport=ASGITransport(framework), base_url="http://test") as client:
        assert (await client.get("/items")).text == "notednoted"

    assert asked == ["/items"]


@pytest.mark.parametrize(
    "endpoint",
    [closing, threaded, queried, with_query, numbered, modelled, synchronous],
    ids=lambda one: one.__name__,
)
def test_what_needs_more_than_the_request_is_left_to_fastapi(endpoint: Any) -> None:
    assert not _is_direct(_route(endpoint))


@pytest.mark.parametrize("spelled", ["hex", "urn", "{}", "short", "letters", "upper"])
async def test_an_id_of_another_spelling_is_read_as_fastapi_reads_it(spelled: str) -> None:
    item_id = uuid4()
    text = {
        "hex": item_id.hex,
        "urn": item_id.urn,
        "{}": f"{{{item_id}}}",
        "short": str(item_id)[:-1],
        "letters": "z" * 36,
        "upper": str(item_id).upper(),
    }[spelled]
    route = _route(plain)
    asked: list[str] = []
    fastapis_own: ASGIApp = route.app

    async def otherwise(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["path"])
        await fastapis_own(scope, receive, send)

    answers = []
    for application in (direct_application(route, otherwise), fastapis_own):
        route.app = application
        framework = FastAPI()
        framework.router.routes.append(route)
        async with AsyncClient(transport=ASGITransport(framework), base_url="http://test") as client:
            answer = await client.get(f"/items/{text}")
            answers.append((answer.status_code, answer.text))
    assert answers[0] == answers[1]
    assert bool(asked) is (spelled != "upper")
