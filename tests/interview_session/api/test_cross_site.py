"""A page of another site cannot act in a room that is nobody's, though its user's browser can reach it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.support.rooms import START, Room, open_anonymous_room, open_room, room_name
from tests.support.users import sign_up

ALLOWED = "https://spa.example.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ELSEWHERE = [
    FORM | {"Origin": "https://evil.example"},
    {"Content-Type": "text/plain", "Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://test:3000"},
]
OWN = [
    {},
    {"Origin": "http://test"},
    {"Origin": ALLOWED},
    {"Sec-Fetch-Site": "cross-site", "Origin": ALLOWED},
    # A development server in between: the browser sees one origin.
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost:5173"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.fixture(scope="module")
async def open_app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    async with make_app(allow_anonymous_rooms=True) as running:
        yield running


@pytest.fixture
async def room(open_app: FastAPI) -> AsyncIterator[Room]:
    async with client_of(open_app) as http:
        yield await open_anonymous_room(open_app, http)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
async def test_what_a_form_can_send_is_refused_from_elsewhere(room: Room, headers: dict[str, str]) -> None:
    before = await room.log_types()

    for act in ("timer/start", "timer/next", "timer/pause", "timer/reset", "end"):
        refused = await room.client.post(f"{room.path}/{act}", headers=headers, content=b"")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AUTHORIZATION_ERROR"), act

    assert await room.log_types() == before
    read = await room.client.get(f"{room.path}/timer/status", headers=headers)
    assert read.status_code == 200


@pytest.mark.parametrize("headers", OWN, ids=str)
async def test_everybody_else_may_act(room: Room, headers: dict[str, str]) -> None:
    assert (await room.client.post(f"{room.path}/timer/start", headers=headers)).status_code == 200


async def test_a_form_opens_no_room_and_puts_nothing_into_one(room: Room) -> None:
    body = {"room_id": room_name(), "mock_interview_id": "two-minute-demo", "problem_text": "x", "text": "x"}
    for path in (START, "/api/inject-problem", f"{room.path}/answer", "/api/offer"):
        for content_type in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
            content = httpx.Request("POST", "http://test", json=body).content
            headers = {"Content-Type": content_type, "Origin": "https://evil.example"}
            sent = await room.client.post(path, content=content, headers=headers)
            assert sent.status_code in {403, 415}, (path, content_type)


async def test_who_shows_a_token_meant_it(open_app: FastAPI) -> None:
    async with client_of(open_app) as http:
        own = await open_room(open_app, await sign_up(http))
        started = await http.post(f"{own.path}/timer/start", headers=own.headers | ELSEWHERE[0])
        by_address = await http.post(f"{own.path}/timer/pause", params={"token": own.token}, headers=ELSEWHERE[0])

    assert (started.status_code, by_address.status_code) == (200, 200)
