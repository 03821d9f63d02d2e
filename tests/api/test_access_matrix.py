"""Who gets in where: every operation of the OpenAPI document with every kind of token, for every kind of object.

The requests are made from the document, so that a new route is in the matrix by itself. One that cannot be filled
fails here, with what has to be taught.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.core.tokens import AccessTokens, local_signing_key
from tests.conftest import MakeApp, client_of
from tests.support.probing import UNKNOWN_ID, Operation, all_operations, own_ids, without_moment
from tests.support.users import SignedIn, sign_in, sign_up

OPERATIONS = all_operations()
NO_TOKEN = "none"
BAD_TOKENS = ("garbage", "expired", "refresh token", "of an ended login")
UNKNOWN_ROOM = "no-such-room"
TEMPLATE = "two-minute-demo"
CSV = b"title,company\nEngineer,Acme\n"

# These say the same of a missing token as of a bad one.
ALWAYS_401 = {"GET /api/v1/auth/validate"}
# These begin a room, or list the caller's own.
NEEDS_LOGIN = {"POST /api/start-interview", "GET /api/connections/status"}
# What everybody signed in may read; and whose writes are refused as such, because it is no secret that it is there.
SHARED = "product_id"
# The application of this test takes no calls, so that no peer is there for its owner either.
NOBODY_THERE = {"PATCH /api/offer"}
ENDS_SOMETHING = ("DELETE", "/auth/", "/end", "/start-interview")


@dataclass(frozen=True)
class Person:
    """A user with one of each resource, and what opens their room."""

    user: SignedIn
    ids: dict[str, str]
    room_token: str


@pytest.fixture(scope="module")
async def closed_app(make_app: MakeApp) -> AsyncIterator[FastAPI]:
    async with make_app(allow_anonymous_rooms=False) as running:
        yield running


@pytest.fixture(scope="module")
async def http(closed_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(closed_app) as client:
        yield client


async def new_person(http: httpx.AsyncClient) -> Person:
    user = await sign_up(http)
    ids = await own_ids(user)
    assert (await user.post("/api/v1/interviews/calendar-feed")).status_code == 201
    started = await user.post(
        "/api/start-interview", {"room_id": ids["room_id"], "mock_interview_id": ids["mock_interview_id"]}
    )
    return Person(user, ids, started.json()["room_token"])


def is_room(operation: Operation) -> bool:
    return "rooms" in operation.spec["tags"] and str(operation) not in NEEDS_LOGIN


def is_open(operation: Operation) -> bool:
    return not operation.needs_token and "rooms" not in operation.spec["tags"]


def names_object(operation: Operation) -> bool:
    return bool(operation.ids) or is_room(operation)


async def send(
    http: httpx.AsyncClient, operation: Operation, token: str | None, ids: dict[str, str]
) -> httpx.Response:
    """Send what the document asks for, about the objects with these ids."""
    unfilled = [name for name in operation.ids if name not in ids]
    assert not unfilled, f"{operation}: teach own_ids() to make one for {unfilled}"
    method = "HEAD" if _is_stream(operation) else operation.method
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url, query = operation.url(slug=TEMPLATE, **ids), operation.required_query()
    if operation.body_schema is not None:
        body = _about(operation.body(), ids["room_id"])
        if "room_id" in operation.body_schema["properties"]:
            body["room_id"] = ids["room_id"]
        return await http.request(method, url, headers=headers, params=query, json=body)
    if "text/csv" in operation.content_types:
        headers["Content-Type"] = "text/csv"
        return await http.request(method, url, headers=headers, params=query, content=CSV)
    assert not operation.content_types, f"{operation}: teach send() to make one of {operation.content_types}"
    return await http.request(method, url, headers=headers, params=query)


def _is_stream(operation: Operation) -> bool:
    return any("text/event-stream" in answer.get("content", {}) for answer in operation.spec["responses"].values())


def _about(body: Any, room_id: str) -> Any:
    """Return a body that names this room wherever it names one, and holds no token."""
    if isinstance(body, dict):
        return {
            name: room_id if name == "room_id" else _about(value, room_id)
            for name, value in body.items()
            if name != "token"
        }
    return body


def missing(person: Person) -> dict[str, str]:
    unknown = {name: UNKNOWN_ID for name in person.ids if name.endswith("_id")}
    return person.ids | unknown | {"room_id": UNKNOWN_ROOM}


async def bad_tokens(app: FastAPI, http: httpx.AsyncClient, person: Person) -> dict[str, str]:
    """Return one token of each kind that is not good, all but the first of this very person."""
    ended = await sign_in(http, person.user.email)
    await ended.post("/api/v1/auth/logout")
    expired = AccessTokens([local_signing_key(app.state.runtime.settings.data_dir)], lifetime_seconds=-60)
    login = app.state.runtime.tokens.read(person.user.tokens["access_token"]).login_id
    values = (
        "a.b.c",
        expired.issue(UUID(person.user.id), login),
        person.user.tokens["refresh_token"],
        ended.tokens["access_token"],
    )
    return dict(zip(BAD_TOKENS, values, strict=True))


async def test_nobody_without_a_good_token_gets_in_or_learns_what_is_there(
    closed_app: FastAPI, http: httpx.AsyncClient
) -> None:
    owner = await new_person(http)
    tokens: dict[str, str | None] = {NO_TOKEN: None, **await bad_tokens(closed_app, http, owner)}
    before = await seen_by(owner)

    for operation in OPERATIONS:
        if is_open(operation):
            continue
        for kind, token in tokens.items():
            expected = 403 if kind == NO_TOKEN and str(operation) not in ALWAYS_401 else 401
            own = await send(http, operation, token, owner.ids)
            absent = await send(http, operation, token, missing(owner))

            cell = f"{operation} with {kind}"
            assert own.headers.get("www-authenticate") == (None if expected == 403 else "Bearer"), cell
            assert (own.status_code, absent.status_code) == (expected, expected), f"{cell}: {own.text}"
            assert without_moment(own, owner.ids["room_id"]) == without_moment(absent, UNKNOWN_ROOM), cell
    assert await seen_by(owner) == before


async def test_where_rooms_may_be_nobodys_a_users_room_is_no_more_to_be_learned_of(make_app: MakeApp) -> None:
    async with make_app(allow_anonymous_rooms=True) as app, client_of(app) as http:
        owner = await new_person(http)
        tokens: dict[str, str | None] = {NO_TOKEN: None, **await bad_tokens(app, http, owner)}

        for operation in filter(is_room, OPERATIONS):
            for kind, token in tokens.items():
                expected = 403 if kind == NO_TOKEN else 401
                own = await send(http, operation, token, owner.ids)
                absent = await send(http, operation, token, missing(owner))

                cell = f"{operation} with {kind}"
                assert (own.status_code, absent.status_code) == (expected, expected), f"{cell}: {own.text}"
                assert without_moment(own, owner.ids["room_id"]) == without_moment(absent, UNKNOWN_ROOM), cell


async def test_what_is_open_does_not_look_at_tokens(closed_app: FastAPI, http: httpx.AsyncClient) -> None:
    person = await new_person(http)
    tokens = [*(await bad_tokens(closed_app, http, person)).values(), person.room_token]

    for operation in filter(is_open, OPERATIONS):
        bare = await send(http, operation, None, person.ids)
        assert bare.status_code not in {404, 422}, f"{operation}: teach example() its fields: {bare.text}"
        for token in tokens:
            assert (await send(http, operation, token, person.ids)).status_code == bare.status_code, operation


async def test_an_access_token_opens_what_is_its_users_and_nothing_else(http: httpx.AsyncClient) -> None:
    me, other = await asyncio.gather(new_person(http), new_person(http))
    before = await seen_by(other)

    for operation in OPERATIONS:
        if is_open(operation):
            continue
        token = me.user.tokens["access_token"]
        if names_object(operation):
            theirs = await send(http, operation, token, other.ids)
            absent = await send(http, operation, token, missing(me))
            assert absent.status_code == 404, f"{operation}, missing: {absent.text}"
            if SHARED in operation.ids:
                assert theirs.status_code == (200 if operation.method == "GET" else 403), f"{operation}, another's"
            else:
                assert theirs.status_code == 404, f"{operation}, another's: {theirs.text}"
                shown = other.ids[operation.ids[-1]] if operation.ids else other.ids["room_id"]
                unknown = UNKNOWN_ROOM if is_room(operation) else UNKNOWN_ID
                assert without_moment(theirs, shown) == without_moment(absent, unknown), operation
        own = await send(http, operation, token, me.ids)
        refusals = {401, 403} if str(operation) in NOBODY_THERE else {401, 403, 404}
        assert own.status_code not in refusals, f"{operation}, own: {own.text}"
        assert own.status_code != 422, f"{operation}: teach example() its fields: {own.text}"
        if any(sign in str(operation) for sign in ENDS_SOMETHING):
            me = await new_person(http)
    assert await seen_by(other) == before


async def test_a_room_token_opens_its_room_and_nothing_else(http: httpx.AsyncClient) -> None:
    me, other = await asyncio.gather(new_person(http), new_person(http))
    before = await seen_by(other)

    for operation in OPERATIONS:
        if is_open(operation):
            continue
        if not is_room(operation):
            refused = await send(http, operation, me.room_token, me.ids)
            assert refused.status_code == 401, f"{operation}: {refused.text}"
            continue
        theirs = await send(http, operation, me.room_token, other.ids)
        absent = await send(http, operation, me.room_token, missing(me))
        assert theirs.status_code == absent.status_code == 404, f"{operation}, another's: {theirs.text}"
        assert without_moment(theirs, other.ids["room_id"]) == without_moment(absent, UNKNOWN_ROOM), operation
        own = await send(http, operation, me.room_token, me.ids)
        refusals = {401, 403} if str(operation) in NOBODY_THERE else {401, 403, 404}
        assert own.status_code not in refusals, f"{operation}, own: {own.text}"
    assert await seen_by(other) == before


async def test_a_room_cannot_be_begun_where_another_user_is(http: httpx.AsyncClient) -> None:
    me, other = await asyncio.gather(new_person(http), new_person(http))
    begin = next(operation for operation in OPERATIONS if str(operation) == "POST /api/start-interview")

    taken = await send(http, begin, me.user.tokens["access_token"], other.ids)

    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "RESOURCE_CONFLICT")


async def seen_by(person: Person) -> list[object]:
    """Return all that a person sees, to be compared with later."""
    ids = person.ids
    paths = (
        "/api/v1/positions",
        f"/api/v1/positions/{ids['position_id']}/history",
        f"/api/v1/positions/{ids['position_id']}/duplicates",
        "/api/v1/interviews",
        "/api/v1/products/my-products",
        f"/api/v1/mock-interviews/{ids['mock_interview_id']}",
        f"/api/v1/sessions/{ids['session_id']}",
        f"/api/v1/sessions/{ids['session_id']}/transcript",
        f"/api/status/{ids['room_id']}",
        "/api/v1/auth/me",
    )
    return [(await person.user.get(path)).json() for path in paths]
