"""Accounts and logins: who gets in, and what ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.core.passwords import Turn
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope, own_ids
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up
from tests.support.waiting import until

AUTH = "/api/v1/auth"
REQUIRED = "This field is required"
NOT_GOOD = "Could not validate credentials"
USER_FIELDS = {"id", "email", "username", "first_name", "last_name", "timezone", "created_at", "updated_at"}


def new_email() -> str:
    return f"{uuid4().hex}@example.com"


def registration(**fields: Any) -> dict[str, Any]:
    return {"email": new_email(), "password": PASSWORD, "first_name": "Ada", "last_name": "Byron"} | fields


async def register(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post(f"{AUTH}/register", json=registration(**fields))


async def login(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post(f"{AUTH}/login", json={"email": email, "password": password})


async def refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def me(client: httpx.AsyncClient, access_token: str) -> httpx.Response:
    return await client.get(f"{AUTH}/me", headers={"Authorization": f"Bearer {access_token}"})


async def eventually_refused(request: Callable[..., Awaitable[httpx.Response]], *arguments: Any) -> httpx.Response:
    """Return the first 401: a revocation by another login arrives as a notification, some milliseconds later."""

    async def refusal() -> httpx.Response | None:
        response = await request(*arguments)
        return response if response.status_code == 401 else None

    refused: httpx.Response = await until(refusal)
    return refused


async def let_refresh_tokens_age(app: FastAPI, user: SignedIn) -> None:
    """Make the user's refresh tokens older than requests that race each other can be."""
    async with app.state.runtime.database.transaction() as db:
        await db.execute(
            text("""
                UPDATE refresh_tokens SET created_at = created_at - interval '5 minutes' WHERE user_id = :user
            """),
            {"user": user.id},
        )


def assert_refused(response: httpx.Response, message: str = NOT_GOOD) -> None:
    assert response.status_code == 401, response.text
    assert assert_envelope(response, "AUTHENTICATION_ERROR")["message"] == message


class TestRegister:
    async def test_an_account_with_first_and_last_name_is_returned_without_its_password(
        self, client: httpx.AsyncClient
    ) -> None:
        body = registration(first_name=" Ada ")

        response = await client.post(f"{AUTH}/register", json=body)

        assert response.status_code == 201
        assert set(response.json()) == USER_FIELDS
        assert response.json()["email"] == body["email"]
        assert response.json()["first_name"] == "Ada"
        assert response.json()["username"] is None
        assert response.json()["created_at"].endswith("Z")

    async def test_a_username_stands_in_for_the_names(self, client: httpx.AsyncClient) -> None:
        username = f"user_{uuid4().hex}"

        response = await client.post(
            f"{AUTH}/register", json={"email": new_email(), "username": username, "password": PASSWORD}
        )

        assert response.status_code == 201
        assert response.json()["username"] == username
        assert response.json()["first_name"] is None
        assert response.json()["last_name"] is None

    async def test_both_forms_together_are_kept(self, client: httpx.AsyncClient) -> None:
        username = f"user_{uuid4().hex}"

        response = await register(client, username=username)

        assert response.status_code == 201
        assert response.json()["username"] == username
        assert response.json()["first_name"] == "Ada"

    async def test_the_last_name_may_be_left_out(self, client: httpx.AsyncClient) -> None:
        response = await register(client, last_name=None)

        assert response.status_code == 201
        assert response.json()["last_name"] is None

    async def test_all_that_is_wrong_is_told_at_once(self, client: httpx.AsyncClient) -> None:
        body = {"email": "invalid-email", "password": "123", "first_name": "", "last_name": "Test"}

        response = await client.post(f"{AUTH}/register", json=body)

        assert response.status_code == 422
        error = assert_envelope(response, "VALIDATION_ERROR")
        assert error["message"] == "Request validation failed"
        assert error["field_errors"] == {
            "email": "Must be a valid email address",
            "password": "Must be at least 8 characters",
            "first_name": REQUIRED,
        }

    async def test_an_empty_body_names_every_required_field(self, client: httpx.AsyncClient) -> None:
        response = await client.post(f"{AUTH}/register", json={})

        assert response.json()["error"]["field_errors"] == {
            "email": REQUIRED,
            "password": REQUIRED,
            "first_name": REQUIRED,
        }

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("email", "", REQUIRED),
            ("email", "   ", REQUIRED),
            ("email", None, REQUIRED),
            ("email", 7, "Must be text"),
            ("email", "a@b", "Must be a valid email address"),
            ("email", "a b@example.com", "Must be a valid email address"),
            ("email", "a@exa\x00mple.com", "Must not contain NUL characters"),
            ("email", "a" * 321, "Must be at most 320 characters"),
            ("email", "a@" + "b" * 250 + ".com", "Must be a valid email address"),
            ("password", "", "Must be at least 8 characters"),
            ("password", None, REQUIRED),
            ("password", "x" * 7, "Must be at least 8 characters"),
            ("password", " " * 8, REQUIRED),
            ("password", "\t\u00a0\u200b" * 8, REQUIRED),
            ("password", "x" * 129, "Must be at most 128 characters"),
            ("password", "sec\x00ret-secret", "Must not contain NUL characters"),
            ("password", 12345678, "Must be text"),
            ("first_name", None, REQUIRED),
            ("first_name", "  ", REQUIRED),
            ("first_name", "x" * 101, "Must be at most 100 characters"),
            ("first_name", "A\x00da", "Must not contain NUL characters"),
            ("first_name", ["Ada"], "Must be text"),
            ("last_name", "x" * 101, "Must be at most 100 characters"),
            ("last_name", "\x00", "Must not contain NUL characters"),
            ("username", "x" * 101, "Must be at most 100 characters"),
            ("username", "a\x00", "Must not contain NUL characters"),
        ],
    )
    async def test_a_wrong_field_is_refused_by_name(
        self, client: httpx.AsyncClient, field: str, value: Any, sentence: str
    ) -> None:
        response = await register(client, **{field: value})

        assert response.status_code == 422
        assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == {field: sentence}

    @pytest.mark.parametrize("field", ["email", "password", "first_name", "last_name", "username"])
    async def test_a_lone_surrogate_is_refused(self, client: httpx.AsyncClient, field: str) -> None:
        body = registration(**{field: "SURROGATE long enough"})
        raw = httpx.Request("POST", "http://test", json=body).content.replace(b"SURROGATE", rb"\ud800")

        response = await client.post(f"{AUTH}/register", content=raw, headers={"Content-Type": "application/json"})

        assert response.status_code == 422
        assert set(assert_envelope(response)["field_errors"]) == {field}

    @pytest.mark.parametrize("email", ["{}@example.com", "É{}@example.com", "Ωμέγα{}@example.com"])
    async def test_an_email_is_unique_without_regard_to_case(self, client: httpx.AsyncClient, email: str) -> None:
        name = uuid4().hex
        first = await register(client, email=email.format(name))
        second = await register(client, email=email.format(name).swapcase())

        assert first.status_code == 201
        assert second.status_code == 409
        error = assert_envelope(second, "RESOURCE_CONFLICT")
        assert error["message"] == "Email already registered"
        assert error["details"] == {"resource_type": "User"}

    async def test_a_username_is_unique_without_regard_to_case(self, client: httpx.AsyncClient) -> None:
        username = f"Grace{uuid4().hex}"
        assert (await register(client, username=username)).status_code == 201

        second = await register(client, username=username.upper())

        assert second.status_code == 409
        assert assert_envelope(second, "RESOURCE_CONFLICT")["message"] == "Username already taken"

    async def test_of_two_registrations_of_one_email_at_once_one_wins(self, client: httpx.AsyncClient) -> None:
        for _ in range(5):
            email = new_email()

            answers = await asyncio.gather(*(register(client, email=spelling) for spelling in (email, email.upper())))

            assert sorted(answer.status_code for answer in answers) == [201, 409]
            conflict = next(answer for answer in answers if answer.status_code == 409)
            assert assert_envelope(conflict, "RESOURCE_CONFLICT")["message"] == "Email already registered"

    async def test_of_two_registrations_of_one_username_at_once_one_wins(self, client: httpx.AsyncClient) -> None:
        username = uuid4().hex

        answers = await asyncio.gather(*(register(client, username=username) for _ in range(2)))

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        conflict = next(answer for answer in answers if answer.status_code == 409)
        assert assert_envelope(conflict)["message"] == "Username already taken"


class TestLogin:
    async def test_it_returns_the_tokens_and_the_user(self, client: httpx.AsyncClient) -> None:
        registered = (await register(client)).json()

        response = await login(client, registered["email"].upper())

        assert response.status_code == 200
        answer = response.json()
        assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
        assert answer["token_type"] == "bearer"
        assert answer["expires_in"] == 3600
        assert answer["user"] == registered
        assert (await me(client, answer["access_token"])).json() == registered

    async def test_a_wrong_password_and_an_unknown_email_are_answered_alike(self, client: httpx.AsyncClient) -> None:
        email = (await register(client)).json()["email"]

        wrong = await login(client, email, "not the password")
        unknown = await login(client, new_email(), "not the password")

        assert_refused(wrong, "Incorrect email or password")
        assert_refused(unknown, "Incorrect email or password")
        ignored = {"x-request-id"}
        assert {name: value for name, value in wrong.headers.items() if name not in ignored} == {
            name: value for name, value in unknown.headers.items() if name not in ignored
        }
        for response in (wrong, unknown):
            assert set(response.json()["error"]) == {"code", "message", "timestamp"}

    async def test_an_unknown_email_costs_a_password_check_too(
        self, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checks: list[str | None] = []
        honest = Turn.matches

        async def counted(self: Turn, password: str, password_hash: str | None) -> bool:
            checks.append(password_hash)
            return await honest(self, password, password_hash)

        monkeypatch.setattr(Turn, "matches", counted)

        await login(client, new_email())

        assert checks == [None]

    @pytest.mark.parametrize(
        ("password", "other"),
        [
            ("x" * 127 + "y", "x" * 127 + "z"),
            ("é" * 64 + "\U0001f511" * 64, "é" * 64 + "\U0001f511" * 63 + "\U0001f512"),
            ("  spaces matter  ", "spaces matter"),
            ("Pässwörter", "Passworter"),
            ("Case Matters", "case matters"),
        ],
    )
    async def test_every_character_of_a_password_counts(
        self, client: httpx.AsyncClient, password: str, other: str
    ) -> None:
        email = (await register(client, password=password)).json()["email"]

        assert (await login(client, email, password)).status_code == 200
        assert (await login(client, email, other)).status_code == 401

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({}, {"email": REQUIRED, "password": REQUIRED}),
            ({"email": "nobody", "password": "x"}, {"email": "Must be a valid email address"}),
            ({"email": "a@example.com", "password": ""}, {"password": REQUIRED}),
            ({"email": "a@example.com", "password": "a\x00b"}, {"password": "Must not contain NUL characters"}),
        ],
    )
    async def test_a_malformed_login_is_refused_by_field(
        self, client: httpx.AsyncClient, body: dict[str, Any], errors: dict[str, str]
    ) -> None:
        response = await client.post(f"{AUTH}/login", json=body)

        assert response.status_code == 422
        assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == errors

    async def test_a_login_that_races_a_new_password_does_not_outlive_it(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checked, go_on = asyncio.Event(), asyncio.Event()
        honest = Turn.matches

        async def slow(self: Turn, password: str, password_hash: str | None) -> bool:
            result = await honest(self, password, password_hash)
            checked.set()
            await go_on.wait()
            return result

        with monkeypatch.context() as patched:
            patched.setattr(Turn, "matches", slow)
            # One address has a turn at a time.
            elsewhere = client_of(app, "127.0.0.2")
            racing = asyncio.create_task(login(elsewhere, user.email))
            await checked.wait()
        body = {"current_password": PASSWORD, "new_password": "another password"}
        assert (await user.post(f"{AUTH}/change-password", body)).status_code == 200
        go_on.set()
        answer = await racing
        await elsewhere.aclose()

        if answer.status_code == 200:
            assert_refused(await eventually_refused(me, client, answer.json()["access_token"]))
        else:
            assert_refused(answer, "Incorrect email or password")


class TestRefresh:
    async def test_it_gives_new_tokens_of_the_same_login(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        response = await refresh(client, user.tokens["refresh_token"])

        assert response.status_code == 200
        renewed = response.json()
        assert set(renewed) == set(user.tokens)
        assert renewed["refresh_token"] != user.tokens["refresh_token"]
        assert (await me(client, renewed["access_token"])).json()["id"] == user.id
        assert (await refresh(client, renewed["refresh_token"])).status_code == 200

    async def test_an_answer_that_was_lost_can_be_asked_for_again(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        lost = (await refresh(client, user.tokens["refresh_token"])).json()

        again = await refresh(client, user.tokens["refresh_token"])

        assert again.status_code == 200
        assert_refused(await refresh(client, lost["refresh_token"]))
        assert (await refresh(client, again.json()["refresh_token"])).status_code == 200
        assert (await me(client, lost["access_token"])).status_code == 200

    async def test_an_access_token_in_use_does_not_use_the_refresh_token_beside_it(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        renewed = (await refresh(client, user.tokens["refresh_token"])).json()
        assert (await me(client, renewed["access_token"])).status_code == 200

        assert (await refresh(client, user.tokens["refresh_token"])).status_code == 200

    async def test_a_token_whose_successor_was_used_ends_its_login_and_no_other(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        other = await sign_in(client, user.email)
        renewed = (await refresh(client, user.tokens["refresh_token"])).json()
        newest = (await refresh(client, renewed["refresh_token"])).json()
        assert (await me(client, newest["access_token"])).status_code == 200

        assert_refused(await refresh(client, user.tokens["refresh_token"]))

        for access_token in (user.tokens["access_token"], newest["access_token"]):
            assert_refused(await eventually_refused(me, client, access_token))
        assert_refused(await refresh(client, newest["refresh_token"]))
        assert (await other.get(f"{AUTH}/me")).status_code == 200
        assert (await refresh(client, other.tokens["refresh_token"])).status_code == 200

    async def test_a_token_that_a_thief_replaced_by_the_one_before_ends_their_login(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        mine = (await refresh(client, user.tokens["refresh_token"])).json()
        await let_refresh_tokens_age(app, user)
        thiefs = (await refresh(client, user.tokens["refresh_token"])).json()

        assert_refused(await refresh(client, mine["refresh_token"]))

        assert_refused(await refresh(client, thiefs["refresh_token"]))
        assert_refused(await eventually_refused(me, client, thiefs["access_token"]))

    async def test_uses_at_once_all_succeed_and_one_successor_lives(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        answers = await asyncio.gather(*(refresh(client, user.tokens["refresh_token"]) for _ in range(5)))

        assert [answer.status_code for answer in answers] == [200] * 5
        later = [await refresh(client, answer.json()["refresh_token"]) for answer in answers]
        assert sorted(answer.status_code for answer in later) == [200, 401, 401, 401, 401]
        for answer in answers:
            assert (await me(client, answer.json()["access_token"])).status_code == 200

    async def test_an_access_token_alone_gives_a_new_one_of_the_same_login(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        bare = await client.post(f"{AUTH}/refresh", headers=user.headers)
        empty = await user.post(f"{AUTH}/refresh", {})

        for response in (bare, empty):
            assert response.status_code == 200, response.text
            assert set(response.json()) == set(user.tokens) - {"refresh_token"}
        await client.post(f"{AUTH}/logout", headers={"Authorization": f"Bearer {bare.json()['access_token']}"})
        assert_refused(await eventually_refused(user.post, f"{AUTH}/refresh"))

    async def test_without_any_token_the_field_is_missing(self, client: httpx.AsyncClient) -> None:
        for body in (None, {}, {"refresh_token": " "}, {"refresh_token": None}):
            response = await client.post(f"{AUTH}/refresh", json=body)

            assert response.status_code == 422
            assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == {"refresh_token": REQUIRED}

    @pytest.mark.parametrize("token", ["unknown", "x" * 200, "ключ", "a.b.c"])
    async def test_an_unknown_token_is_refused(self, client: httpx.AsyncClient, token: str) -> None:
        assert_refused(await refresh(client, token))

    async def test_an_access_token_is_no_refresh_token(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        assert (await refresh(client, user.tokens["access_token"])).status_code in {401, 422}
        assert_refused(await me(client, user.tokens["refresh_token"]))

    async def test_an_expired_login_ends_both_kinds_of_token(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        async with app.state.runtime.database.transaction() as db:
            await db.execute(
                text("UPDATE logins SET expires_at = now() - interval '1 second' WHERE user_id = :user"),
                {"user": user.id},
            )

        assert_refused(await refresh(client, user.tokens["refresh_token"]))
        assert_refused(await user.get(f"{AUTH}/me"))


class TestLogins:
    async def test_they_are_listed_with_what_they_are_known_by(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        body = {"email": user.email, "password": PASSWORD}
        phone = await client.post(f"{AUTH}/login", json=body, headers={"User-Agent": "Phone/1 " + "x" * 400})

        listed = (await user.get(f"{AUTH}/logins")).json()

        assert listed["total"] == 2
        newest, own = listed["logins"]
        assert set(newest) == {"id", "created_at", "last_used_at", "address", "user_agent", "current"}
        assert (newest["user_agent"], len(newest["user_agent"])) == (("Phone/1 " + "x" * 400)[:300], 300)
        assert newest["address"] == "127.0.0.1"
        assert (newest["current"], own["current"]) == (False, True)

        again = await client.post(
            f"{AUTH}/refresh", json={"refresh_token": user.tokens["refresh_token"]}, headers={"User-Agent": "Tablet"}
        )
        first = (await user.get(f"{AUTH}/logins", per_page=1)).json()["logins"][0]
        assert again.status_code == phone.status_code == 200
        assert (first["id"], first["user_agent"]) == (own["id"], "Tablet")
        assert first["last_used_at"] > newest["last_used_at"] > first["created_at"]

    async def test_one_can_be_ended_from_another(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        other = await sign_in(client, user.email)
        lost = next(login for login in (await user.get(f"{AUTH}/logins")).json()["logins"] if not login["current"])

        ended = await user.delete(f"{AUTH}/logins/{lost['id']}")

        assert ended.status_code == 204
        assert_refused(await eventually_refused(me, client, other.tokens["access_token"]))
        assert_refused(await refresh(client, other.tokens["refresh_token"]))
        assert [login["current"] for login in (await user.get(f"{AUTH}/logins")).json()["logins"]] == [True]
        assert (await user.delete(f"{AUTH}/logins/{lost['id']}")).status_code == 404


class TestLogout:
    async def test_it_ends_this_login_and_no_other(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        other = await sign_in(client, user.email)
        renewed = (await refresh(client, user.tokens["refresh_token"])).json()
        assert (await me(client, renewed["access_token"])).status_code == 200

        response = await user.post(f"{AUTH}/logout")

        assert response.status_code == 200
        assert_refused(await eventually_refused(me, client, renewed["access_token"]))
        assert_refused(await user.get(f"{AUTH}/me"))
        assert_refused(await refresh(client, renewed["refresh_token"]))
        assert (await other.get(f"{AUTH}/me")).status_code == 200
        assert (await refresh(client, other.tokens["refresh_token"])).status_code == 200

    async def test_it_holds_from_the_answer_on(self, make_app: MakeApp) -> None:
        async with make_app() as app, client_of(app) as client:
            user = await sign_up(client)
            assert (await user.get(f"{AUTH}/me")).status_code == 200
            # The news of it is as late as it can be.
            await app.state.runtime.notifications.stop()

            await user.post(f"{AUTH}/logout")

            assert_refused(await user.get(f"{AUTH}/me"))

    async def test_it_wants_a_token(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        assert (await client.post(f"{AUTH}/logout")).status_code == 403
        await user.post(f"{AUTH}/logout")
        assert_refused(await eventually_refused(user.post, f"{AUTH}/logout"))


class TestChangePassword:
    async def test_it_ends_every_other_login_and_keeps_its_own(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        others = [await sign_in(client, user.email) for _ in range(2)]
        for other in others:
            assert (await other.get(f"{AUTH}/me")).status_code == 200
        body = {"current_password": PASSWORD, "new_password": "another password"}

        response = await user.post(f"{AUTH}/change-password", body)

        assert response.status_code == 200
        for other in others:
            assert_refused(await eventually_refused(other.get, f"{AUTH}/me"))
            assert_refused(await refresh(client, other.tokens["refresh_token"]))
        assert (await user.get(f"{AUTH}/me")).status_code == 200
        assert (await refresh(client, user.tokens["refresh_token"])).status_code == 200
        assert (await login(client, user.email)).status_code == 401
        assert (await login(client, user.email, "another password")).status_code == 200

    async def test_a_wrong_current_password_is_refused_by_field_and_changes_nothing(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        body = {"current_password": "wrong", "new_password": "another password"}

        response = await user.post(f"{AUTH}/change-password", body)

        assert response.status_code == 401
        error = assert_envelope(response, "AUTHENTICATION_ERROR")
        assert list(error["field_errors"]) == ["current_password"]
        assert (await login(client, user.email)).status_code == 200
        assert (await user.get(f"{AUTH}/me")).status_code == 200

    @pytest.mark.parametrize(
        ("new_password", "sentence"),
        [
            ("short", "Must be at least 8 characters"),
            (" " * 8, REQUIRED),
            ("x" * 129, "Must be at most 128 characters"),
            ("a\x00bcdefgh", "Must not contain NUL characters"),
            (None, REQUIRED),
        ],
    )
    async def test_a_new_password_has_the_limits_of_the_first(
        self, user: SignedIn, new_password: Any, sentence: str
    ) -> None:
        response = await user.post(
            f"{AUTH}/change-password", {"current_password": PASSWORD, "new_password": new_password}
        )

        assert response.status_code == 422
        assert assert_envelope(response)["field_errors"] == {"new_password": sentence}

    async def test_it_wants_a_token(self, client: httpx.AsyncClient) -> None:
        body = {"current_password": PASSWORD, "new_password": "another password"}

        assert (await client.post(f"{AUTH}/change-password", json=body)).status_code == 403


class TestDeleteAccount:
    async def test_it_erases_everything_and_frees_the_email(
        self, app: FastAPI, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        ids = await own_ids(user)
        await user.post("/api/v1/products", {"name": "Mouse", "price": 2}, **{"Idempotency-Key": "one"})
        other_login = await sign_in(client, user.email)
        assert (await other_login.get(f"{AUTH}/me")).status_code == 200

        response = await user.delete(f"{AUTH}/me", {"password": PASSWORD})

        assert response.status_code == 204
        assert response.content == b""
        for orphan in (user, other_login):
            assert_refused(await eventually_refused(orphan.get, f"{AUTH}/me"))
            assert_refused(await orphan.get("/api/v1/positions"))
            assert_refused(await refresh(client, orphan.tokens["refresh_token"]))
        assert_refused(await login(client, user.email), "Incorrect email or password")
        assert await rows_left(app, user.id, ids["position_id"]) == {}
        again = await sign_up(client, user.email)
        assert again.id != user.id
        assert (await again.get("/api/v1/positions")).json()["total"] == 0

    async def test_a_wrong_password_is_refused_by_field_and_erases_nothing(self, user: SignedIn) -> None:
        response = await user.delete(f"{AUTH}/me", {"password": "wrong"})

        assert response.status_code == 401
        error = assert_envelope(response, "AUTHENTICATION_ERROR")
        assert list(error["field_errors"]) == ["password"]
        assert (await user.get(f"{AUTH}/me")).status_code == 200

    async def test_the_password_is_required(self, user: SignedIn) -> None:
        assert (await user.delete(f"{AUTH}/me", {})).json()["error"]["field_errors"] == {"password": REQUIRED}
        assert (await user.delete(f"{AUTH}/me")).status_code == 422
        assert (await user.get(f"{AUTH}/me")).status_code == 200

    async def test_a_request_under_way_while_the_account_is_erased_writes_nothing_and_does_not_fail(
        self, app: FastAPI, client: httpx.AsyncClient
    ) -> None:
        for _ in range(3):
            user = await sign_up(client)
            body = {"title": "Engineer", "company": "Acme"}

            gone, *created = await asyncio.gather(
                user.delete(f"{AUTH}/me", {"password": PASSWORD}),
                *(user.post("/api/v1/positions", body) for _ in range(8)),
            )

            assert gone.status_code == 204
            assert {answer.status_code for answer in created} <= {201, 401, 409}
            assert await rows_left(app, user.id) == {}


class TestMeAndValidate:
    async def test_me_is_the_account(self, user: SignedIn) -> None:
        response = await user.get(f"{AUTH}/me")

        assert response.status_code == 200
        assert set(response.json()) == USER_FIELDS
        assert response.json()["id"] == user.id
        assert response.json()["email"] == user.email

    async def test_me_tells_no_token_from_a_bad_one(self, client: httpx.AsyncClient) -> None:
        missing = await client.get(f"{AUTH}/me")

        assert missing.status_code == 403
        assert assert_envelope(missing, "AUTHORIZATION_ERROR")["message"] == "Not authenticated"
        assert_refused(await me(client, "nonsense"))

    async def test_validate_says_whose_token_it_is(self, user: SignedIn) -> None:
        response = await user.get(f"{AUTH}/validate")

        assert response.status_code == 200
        assert response.json() == user.tokens["user"] | {"valid": True}

    async def test_validate_answers_401_to_every_token_that_is_not_good(
        self, client: httpx.AsyncClient, user: SignedIn
    ) -> None:
        await user.post(f"{AUTH}/logout")

        assert_refused(await client.get(f"{AUTH}/validate"))
        assert_refused(await client.get(f"{AUTH}/validate", headers={"Authorization": "Bearer nonsense"}))
        assert_refused(await client.get(f"{AUTH}/validate", headers={"Authorization": "Basic QTpC"}))
        assert_refused(await eventually_refused(user.get, f"{AUTH}/validate"))

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    async def test_the_scheme_ignores_case(self, client: httpx.AsyncClient, user: SignedIn, scheme: str) -> None:
        headers = {"Authorization": f"{scheme} {user.tokens['access_token']}"}

        assert (await client.get(f"{AUTH}/me", headers=headers)).status_code == 200


async def rows_left(app: FastAPI, user_id: str, position_id: str | None = None) -> dict[str, int]:
    """Return how many rows each table still has of a user, where there are any."""
    connection: asyncpg.Connection = await app.state.runtime.database.connect()
    try:
        left = {}
        owned = await connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name IN ('user_id', 'owner_id')"
        )
        assert len(owned) >= 6
        for table, column in [*map(tuple, owned), ("users", "id")]:
            left[table] = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", user_id)
        left["status_changes"] = await connection.fetchval(
            "SELECT count(*) FROM status_changes WHERE position_id = $1", position_id
        )
        orphans = "SELECT count(*) FROM refresh_tokens WHERE login_id NOT IN (SELECT id FROM logins)"
        left["refresh_tokens"] = await connection.fetchval(orphans)
        return {table: count for table, count in left.items() if count}
    finally:
        await connection.close()
