"""What every answer carries, and HEAD wherever there is GET."""

from unittest.mock import AsyncMock

import httpx
import pytest
from fastapi import FastAPI

from app.core.errors import DatabaseUnavailableError, RateLimitError
from tests.conftest import MakeApp, client_of
from tests.support.probing import all_operations, own_ids
from tests.support.rooms import feed_of, open_room, serving
from tests.support.users import SignedIn

READS = [operation for operation in all_operations() if operation.method == "GET"]
NEVER_KEPT = "no-store"
KEPT_BUT_CHECKED = "private, no-cache"


async def test_every_kind_of_answer_says_that_it_is_nobodys_to_keep(
    client: httpx.AsyncClient, user: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    preflight = {"Origin": "https://spa.example.com", "Access-Control-Request-Method": "PUT"}
    answers = {
        200: await user.get("/api/v1/positions"),
        201: await user.post("/api/v1/positions", user.position_defaults),
        403: await client.get("/api/v1/positions"),
        404: await client.get("/nowhere"),
        405: await client.patch("/health"),
        413: await client.post("/api/v1/auth/login", headers={"Content-Length": "99999999"}),
        415: await client.post("/api/v1/auth/login", content="x", headers={"Content-Type": "text/plain"}),
        422: await client.post("/api/v1/auth/login", json={}),
    }
    others = [
        await client.get("/health"),
        await client.get("/openapi.json"),
        await client.options("/api/v1/positions", headers=preflight),
        await user.get("/api/v1/positions/export.csv"),
    ]

    for status, error in {429: RateLimitError(1), 500: RuntimeError(), 503: DatabaseUnavailableError()}.items():
        monkeypatch.setattr("app.services.positions.PositionService.list_page", AsyncMock(side_effect=error))
        answers[status] = await user.get("/api/v1/positions")

    assert [answer.status_code for answer in answers.values()] == list(answers)
    for answer in [*answers.values(), *others]:
        assert answer.headers["cache-control"] == NEVER_KEPT
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_calendar_may_be_kept_and_must_be_asked_for_again(
    client: httpx.AsyncClient, user: SignedIn
) -> None:
    feed = (await user.post("/api/v1/interviews/calendar-feed")).json()["url"]
    first = await client.get(feed)
    again = await client.get(feed, headers={"If-None-Match": first.headers["etag"]})

    for answer, status in ((first, 200), (again, 304)):
        assert answer.status_code == status
        assert answer.headers["cache-control"] == KEPT_BUT_CHECKED
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["etag"] == first.headers["etag"]


async def test_head_answers_as_get_does_without_a_body(client: httpx.AsyncClient, user: SignedIn) -> None:
    ids = await own_ids(user)
    # A whole GET of a stream would wait for the end of the session.
    await user.post(f"/api/interview/{ids['room_id']}/end")

    for operation in READS:
        url = operation.url(**{name: ids[name] for name in operation.ids if name in ids})
        query = operation.required_query() | {"last_event_id": "1"}
        got = await client.get(url, headers=user.headers, params=query)
        head = await client.head(url, headers=user.headers, params=query)

        assert (head.status_code, head.content) == (got.status_code, b""), operation
        # The metrics have grown by the request before.
        changing = {"x-request-id"} | ({"content-length"} if operation.path == "/metrics" else set())
        assert {name: value for name, value in head.headers.items() if name not in changing} == {
            name: value for name, value in got.headers.items() if name not in changing
        }, operation


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json", "/app", "/app/", "/app/static/lib/api.js"])
async def test_head_of_pages_and_files_too(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)

    assert got.status_code < 400
    assert (head.status_code, head.content) == (got.status_code, b"")


async def test_head_of_a_stream_ends_at_once_and_leaves_no_reader(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user)

    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        for path in (f"{room.path}/events", "/api/v1/positions", "/app/", "/health"):
            head = await http.head(path, headers=user.headers)

            assert (head.status_code, head.content) == (200, b"")
    assert feed_of(app).count == 0


async def test_head_of_a_path_without_get_is_405(client: httpx.AsyncClient) -> None:
    head = await client.head("/api/v1/auth/login")
    assert (head.status_code, head.content, head.headers["allow"]) == (405, b"", "POST")
    assert (await client.request("BREW", "/health")).headers["allow"] == "GET, HEAD"


async def test_the_log_names_what_was_asked(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[dict[str, object]] = []

    class Recorder:
        def info(self, _event: str, **fields: object) -> None:
            lines.append(fields)

    monkeypatch.setattr("app.api.middleware.request_log.log", Recorder())
    async with make_app() as app, client_of(app) as client:
        await client.head("/health/liveness")

    assert [(line["method"], line["route"], line["status"]) for line in lines] == [("HEAD", "/health/liveness", 200)]
