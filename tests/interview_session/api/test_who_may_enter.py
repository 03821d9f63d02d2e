"""Who may enter a room: its user, whoever has its token, and everybody where it is nobody's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from jose import jwt

from app.core.tokens import AccessTokens
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.rooms import DEMO, START, Room, open_anonymous_room, open_room, room_name
from tests.support.users import SignedIn, sign_in, sign_up
from tests.support.waiting import until

Headers = dict[str, str] | httpx.Headers


@dataclass(frozen=True)
class Door:
    """One endpoint that leads into a room. An open stream is not read: what counts is whether it was given."""

    method: str
    path: str
    body: Callable[[str], dict[str, str]] | None = None

    async def knock(self, room: Room, headers: Headers, client: httpx.AsyncClient, **query: str) -> int:
        body = self.body(room.id) if self.body else None
        path = self.path.format(room=room.id)
        async with client.stream(self.method, path, headers=headers, json=body, params=query) as response:
            if response.status_code >= 400:
                await response.aread()
                assert_envelope(response, CODES[response.status_code])
            return response.status_code


CODES = {401: "AUTHENTICATION_ERROR", 403: "AUTHORIZATION_ERROR", 404: "RESOURCE_NOT_FOUND"}
DOORS = [
    Door("POST", "/api/interview/{room}/timer/start"),
    Door("POST", "/api/interview/{room}/timer/pause"),
    Door("POST", "/api/interview/{room}/timer/reset"),
    Door("GET", "/api/interview/{room}/timer/status"),
    Door("GET", "/api/status/{room}"),
    Door("GET", "/api/interview/{room}/events"),
    Door("POST", "/api/inject-problem", lambda room: {"room_id": room, "problem_text": "Sort it"}),
    Door("POST", "/api/inject-custom-context", lambda room: {"room_id": room, "context_text": "Be brief"}),
    Door("POST", "/api/interview/{room}/end"),
]


async def knock_everywhere(room: Room, headers: Headers, client: httpx.AsyncClient, **query: str) -> set[int]:
    return {await door.knock(room, headers, client, **query) for door in DOORS}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tokens_of(app: FastAPI) -> AccessTokens:
    tokens: AccessTokens = app.state.runtime.tokens
    return tokens


def signed(app: FastAPI, **claims: Any) -> str:
    """Return a token signed with the application's own key."""
    tokens = tokens_of(app)
    key_id, key = next(iter(tokens._keys.items()))
    now = int(time.time())
    return jwt.encode({"iat": now, "exp": now + 60} | claims, key, algorithm="HS256", headers={"kid": key_id})


async def closed_room(app: FastAPI, user: SignedIn) -> Room:
    """Return a room whose session is over."""
    room = await open_room(app, user)
    await room.act("end")
    return room


def missing_room(like: Room) -> Room:
    """Return a room that there is not."""
    started = {"room_id": room_name(), "session_id": str(uuid4()), "room_token": ""}
    return Room(like.app, like.client, started, {})


class TestARoomOfAUser:
    async def test_its_user_may_do_everything(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await knock_everywhere(room, room.headers, web) == {200}

    async def test_a_second_login_of_its_user_may_too(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        again = await sign_in(user.client, user.email)

        assert await knock_everywhere(room, again.headers, web) == {200}

    async def test_the_room_token_opens_it_in_the_header(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await knock_everywhere(room, bearer(room.token), web) == {200}

    async def test_the_room_token_opens_it_in_the_address(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await knock_everywhere(room, {}, web, token=room.token) == {200}

    async def test_another_user_finds_no_such_room(
        self, room: Room, other_user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        assert await knock_everywhere(room, other_user.headers, web) == {404}
        assert await room.log() == []

    async def test_another_user_is_told_the_same_as_of_a_room_that_does_not_exist(
        self, room: Room, other_user: SignedIn
    ) -> None:
        theirs = (await other_user.get(f"/api/status/{room.id}")).json()["error"]
        nobodys = (await other_user.get(f"/api/status/{room.id}-2")).json()["error"]

        for error in (theirs, nobodys):
            error.pop("timestamp")
            error["details"].pop("resource_id")
        assert theirs == nobodys

    @pytest.mark.parametrize("allow_anonymous_rooms", [False, True])
    async def test_nobody_is_told_to_sign_in_whether_there_is_such_a_room_or_not(
        self, app: FastAPI, make_app: MakeApp, room: Room, user: SignedIn, *, allow_anonymous_rooms: bool
    ) -> None:
        settings = {"database_url": app.state.runtime.database.dsn, "allow_anonymous_rooms": allow_anonymous_rooms}
        async with make_app(**settings) as other, client_of(other) as client:
            for asked in (room, await closed_room(app, user), missing_room(room)):
                assert await knock_everywhere(asked, {}, client) == {403}
                assert await knock_everywhere(asked, {"Authorization": "Basic YTpi"}, client) == {403}
                assert await knock_everywhere(asked, {}, client, token="") == {403}
                for empty in ("Bearer", "Bearer ", "bearer   "):
                    assert await knock_everywhere(asked, {"Authorization": empty}, client) == {403}
                assert await knock_everywhere(asked, bearer("nonsense"), client) == {401}
                assert await knock_everywhere(asked, {}, client, token="nonsense") == {401}
        assert await room.log() == []

    @pytest.mark.parametrize("token", ["nonsense", "a.b.c", "x" * 5000, "é", "null", "e30.e30.", "%00"])
    async def test_a_bad_token_is_refused(self, room: Room, client: httpx.AsyncClient, token: str) -> None:
        header = httpx.Headers(bearer(token), encoding="utf-8")
        for door in DOORS:
            assert await door.knock(room, header, client) == 401
            assert await door.knock(room, {}, client, token=token) == 401

    async def test_a_revoked_login_is_refused(self, room: Room, user: SignedIn, client: httpx.AsyncClient) -> None:
        assert (await user.post("/api/v1/auth/logout")).status_code == 200

        assert await knock_everywhere(room, user.headers, client) == {401}

    async def test_the_room_token_ends_with_the_login_that_got_it(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        again = await sign_in(user.client, user.email)
        body = {"room_id": room.id, "mock_interview_id": (await room.row())["mock_interview_id"]}
        of_other_login = (await again.post(START, body)).json()["room_token"]
        await user.post("/api/v1/auth/logout")

        assert await knock_everywhere(room, bearer(room.token), web) == {401}
        assert await knock_everywhere(room, {}, web, token=room.token) == {401}
        assert await room.log() == []
        assert await knock_everywhere(room, bearer(of_other_login), web) == {200}

    async def test_a_new_password_ends_the_room_tokens_of_other_logins(
        self, room: Room, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        again = await sign_in(user.client, user.email)
        change = {"current_password": user.password, "new_password": "another password"}
        assert (await again.post("/api/v1/auth/change-password", change)).status_code == 200

        assert await knock_everywhere(room, bearer(room.token), web) == {401}

    async def test_on_another_replica_it_ends_at_once_too(
        self, app: FastAPI, make_app: MakeApp, room: Room, user: SignedIn
    ) -> None:
        url = app.state.runtime.database.dsn
        async with make_app(database_url=url, allow_anonymous_rooms=True) as other, client_of(other) as client:
            status = f"/api/status/{room.id}"
            assert (await client.get(status, headers=bearer(room.token))).status_code == 200
            await user.post("/api/v1/auth/logout")

            async def is_refused() -> bool:
                return (await client.get(status, headers=bearer(room.token))).status_code == 401

            # The notification of it; what this replica remembers would be good for minutes.
            await until(is_refused)

    async def test_nothing_of_a_room_is_left_when_its_user_is_erased(
        self, app: FastAPI, user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        room = await open_room(app, user)
        await room.act("timer/start")

        assert (await user.delete("/api/v1/auth/me", {"password": user.password})).status_code == 204

        assert await room.log() == []
        assert await knock_everywhere(room, bearer(room.token), client) == {401}


class TestRoomTokens:
    async def test_the_token_of_another_room_is_of_no_use(
        self, app: FastAPI, room: Room, user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        other = await open_room(app, user)

        assert await knock_everywhere(room, bearer(other.token), client) == {404}
        assert await knock_everywhere(room, {}, client, token=other.token) == {404}

    async def test_the_token_of_a_session_does_not_open_the_next_one_in_the_same_room(
        self, room: Room, other_user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        await room.act("end")
        assert (await client.get(f"/api/status/{room.id}", headers=bearer(room.token))).status_code == 200
        started = await other_user.post(START, {"room_id": room.id, "mock_interview_id": DEMO})
        assert started.status_code == 200

        assert await knock_everywhere(room, bearer(room.token), client) == {404}
        assert await knock_everywhere(room, room.headers, client) == {404}

    async def test_a_room_token_is_no_access_token(self, room: Room, client: httpx.AsyncClient) -> None:
        for path in ("/api/v1/auth/me", "/api/v1/auth/validate", "/api/v1/positions", "/api/connections/status"):
            response = await client.get(path, headers=bearer(room.token))
            assert response.status_code == 401, path
            assert_envelope(response, "AUTHENTICATION_ERROR")
        body = {"room_id": room_name(), "mock_interview_id": DEMO}
        assert (await client.post(START, json=body, headers=bearer(room.token))).status_code == 401

    async def test_an_access_token_in_the_address_is_refused(
        self, room: Room, user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        assert await knock_everywhere(room, {}, client, token=user.tokens["access_token"]) == {401}
        assert (await client.get("/api/v1/auth/me", params={"token": user.tokens["access_token"]})).status_code == 403

    async def test_a_refresh_token_opens_nothing(self, room: Room, user: SignedIn, client: httpx.AsyncClient) -> None:
        assert await knock_everywhere(room, bearer(user.tokens["refresh_token"]), client) == {401}
        assert await knock_everywhere(room, {}, client, token=user.tokens["refresh_token"]) == {401}

    async def test_the_room_token_in_the_address_opens_it_whatever_is_in_the_header(
        self, app: FastAPI, user: SignedIn, other_user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        gone = await sign_up(web)
        await gone.post("/api/v1/auth/logout")
        elsewhere = await open_room(app, user)
        basic, empty = {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}
        useless = [other_user.headers, gone.headers, bearer("nonsense"), bearer(elsewhere.token), basic, empty]
        for headers in useless:
            room = await open_room(app, user)
            assert await knock_everywhere(room, headers, web, token=room.token) == {200}

    async def test_without_a_good_token_the_header_says_why(
        self, app: FastAPI, room: Room, user: SignedIn, other_user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        elsewhere = (await open_room(app, user)).token
        for in_address in ("nonsense", elsewhere, other_user.tokens["access_token"]):
            assert await knock_everywhere(room, bearer("nonsense"), client, token=in_address) == {401}
            assert await knock_everywhere(room, other_user.headers, client, token=in_address) == {404}
        assert await room.log() == []

    async def test_a_bad_token_in_the_address_does_no_harm(self, room: Room, web: httpx.AsyncClient) -> None:
        assert await knock_everywhere(room, room.headers, web, token="nonsense") == {200}

    @pytest.mark.parametrize(
        "claims",
        [
            {"typ": "access"},
            {"typ": None},
            {},
            {"typ": "room", "exp": 1},
            {"typ": "room", "sub": "not-a-uuid"},
            {"typ": "room", "sub": 5},
            {"typ": ["room"]},
        ],
    )
    async def test_only_a_live_token_of_the_right_kind_is_good(
        self, app: FastAPI, room: Room, client: httpx.AsyncClient, claims: dict[str, Any]
    ) -> None:
        token = signed(app, **({"sub": str(room.session_id)} | claims))

        assert await knock_everywhere(room, bearer(token), client) == {401}

    async def test_a_room_token_of_a_session_that_never_was_opens_nothing(
        self, app: FastAPI, room: Room, client: httpx.AsyncClient
    ) -> None:
        token = tokens_of(app).issue_for_room(uuid4())

        assert await knock_everywhere(room, bearer(token), client) == {404}

    async def test_one_that_names_no_login_or_somebody_elses_opens_no_room_of_a_user(
        self, app: FastAPI, room: Room, other_user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        theirs = tokens_of(app).read(other_user.tokens["access_token"])
        of_no_login = tokens_of(app).issue_for_room(room.session_id)
        of_another = tokens_of(app).issue_for_room(room.session_id, user_id=theirs.user_id, login_id=theirs.login_id)
        of_a_mixture = tokens_of(app).issue_for_room(
            room.session_id, user_id=(await room.row())["user_id"], login_id=theirs.login_id
        )

        assert await knock_everywhere(room, bearer(of_no_login), client) == {404}
        assert await knock_everywhere(room, bearer(of_another), client) == {404}
        assert await knock_everywhere(room, bearer(of_a_mixture), client) == {401}

    async def test_a_user_s_id_in_a_room_token_is_not_a_room(
        self, app: FastAPI, room: Room, user: SignedIn, client: httpx.AsyncClient
    ) -> None:
        token = tokens_of(app).issue_for_room(UUID(user.id))

        assert await knock_everywhere(room, bearer(token), client) == {404}


class TestAnEmptyToken:
    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "bearer   "])
    async def test_it_is_as_good_as_none(
        self, app: FastAPI, make_app: MakeApp, client: httpx.AsyncClient, header: str
    ) -> None:
        headers = {"Authorization": header}
        async with make_app(database_url=app.state.runtime.database.dsn) as strict, client_of(strict) as http:
            for response in (
                await http.post(START, json={"room_id": room_name(), "mock_interview_id": DEMO}, headers=headers),
                await http.get("/api/connections/status", headers=headers),
                await http.get("/api/v1/sessions", headers=headers),
                await http.get(f"/api/v1/sessions/{uuid4()}", headers=headers),
                await http.get(f"/api/v1/sessions/{uuid4()}/transcript", headers=headers),
                await http.delete(f"/api/v1/sessions/{uuid4()}", headers=headers),
            ):
                assert response.status_code == 403, response.text
                assert assert_envelope(response, "AUTHORIZATION_ERROR")["message"] == "Not authenticated"
        started = await client.post(START, json={"room_id": room_name(), "mock_interview_id": DEMO}, headers=headers)
        assert started.status_code == 200


class TestARoomOfNobody:
    async def test_whoever_knows_its_name_may_enter(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn, web: httpx.AsyncClient
    ) -> None:
        for headers in ({}, user.headers):
            room = await open_anonymous_room(app, client)
            assert await knock_everywhere(room, headers, web) == {200}

    async def test_its_token_opens_no_room_of_a_user(
        self, app: FastAPI, client: httpx.AsyncClient, room: Room
    ) -> None:
        nobodys = await open_anonymous_room(app, client)

        assert await knock_everywhere(room, bearer(nobodys.token), client) == {404}


class TestListOfRooms:
    async def test_everybody_sees_their_own_live_rooms(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn, other_user: SignedIn
    ) -> None:
        mine = [await open_room(app, user) for _ in range(2)]
        ended = await open_room(app, user)
        await ended.act("end")
        await mine[1].act("timer/start")
        theirs = await open_room(app, other_user)
        nobodys = await open_anonymous_room(app, client)

        listed = (await user.get("/api/connections/status")).json()

        assert listed == {
            "total_connections": 0,
            "total_bots": 0,
            "connections": {
                room.id: {"session_id": str(room.session_id), "status": status, "bot_status": "disconnected"}
                for room, status in zip(mine, ("ready", "running"), strict=True)
            },
        }
        assert (await other_user.get("/api/connections/status")).json()["connections"].keys() == {theirs.id}
        from_here = (await client.get("/api/connections/status")).json()["connections"]
        assert nobodys.id in from_here
        assert not from_here.keys() & {mine[0].id, mine[1].id, theirs.id}
        # Such a room is open to whoever knows its name, so strangers are not told it.
        async with client_of(app, "203.0.113.9") as stranger:
            assert (await stranger.get("/api/connections/status")).json()["connections"] == {}

    async def test_a_new_user_has_none(self, client: httpx.AsyncClient) -> None:
        user = await sign_up(client)

        listed = await user.get("/api/connections/status")

        assert listed.json() == {"total_connections": 0, "total_bots": 0, "connections": {}}

    async def test_a_bad_token_does_not_see_the_rooms_of_nobody(self, client: httpx.AsyncClient) -> None:
        response = await client.get("/api/connections/status", headers=bearer("nonsense"))

        assert response.status_code == 401
