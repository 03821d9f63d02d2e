"""Rate limits: who is slowed down, and who never is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up

AUTH = "/api/v1/auth"
AT_ONCE = 8
"""As many requests as one user may have in flight."""
ME = f"{AUTH}/me"
POSITIONS = "/api/v1/positions"


async def try_login(client: httpx.AsyncClient, email: str, password: str = "wrong", **headers: str) -> httpx.Response:
    return await client.post(f"{AUTH}/login", json={"email": email, "password": password}, headers=headers)


async def try_register(client: httpx.AsyncClient) -> httpx.Response:
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "first_name": "Ada"}
    return await client.post(f"{AUTH}/register", json=body)


def assert_limited(response: httpx.Response, *, at_most: int = 60, limit: str | None = None) -> int:
    """Check a 429 and return its seconds to wait; ``limit`` is the budget that it names."""
    assert response.status_code == 429, response.text
    error = assert_envelope(response, "RATE_LIMIT_ERROR")
    assert error["message"] == "Rate limit exceeded"
    seconds: int = error["details"]["retry_after"]
    assert error["details"] == {"retry_after": seconds} | ({"limit": limit} if limit else {})
    assert isinstance(seconds, int)
    assert response.headers["retry-after"] == str(seconds)
    assert 1 <= seconds <= at_most
    return seconds


async def pass_time(app: FastAPI, seconds: float) -> None:
    """Let time pass for everything that was counted in the database."""
    async with app.state.runtime.database.transaction() as db:
        await db.execute(
            text(
                "UPDATE rate_limits SET expires_at = expires_at - make_interval(secs => :seconds), "
                "hits = ARRAY(SELECT hit - make_interval(secs => :seconds) FROM unnest(hits) AS hit)"
            ),
            {"seconds": seconds},
        )


@pytest.fixture
def limited(make_app: MakeApp) -> Callable[..., Any]:
    """Return a function that runs an application with rate limits, on an empty database."""

    @asynccontextmanager
    async def make(**settings: Any) -> AsyncIterator[FastAPI]:
        async with make_app(rate_limit_enabled=True, **settings) as app:
            yield app

    return make


class TestFailedLogins:
    async def test_after_ten_of_one_email_the_rest_are_refused_even_with_the_password(
        self, limited: Callable[..., Any]
    ) -> None:
        async with limited() as app, client_of(app) as client:
            user, other = await sign_up(client), await sign_up(client)

            answers = [await try_login(client, user.email) for _ in range(10)]

            assert {answer.status_code for answer in answers} == {401}
            assert_limited(await try_login(client, user.email))
            assert_limited(await try_login(client, user.email.upper()))
            assert assert_limited(await try_login(client, user.email, PASSWORD)) > 50
            assert (await try_login(client, other.email, PASSWORD)).status_code == 200
            assert (await try_login(client, other.email)).status_code == 401

    async def test_they_are_logged_with_the_address_alone(self, limited: Callable[..., Any]) -> None:
        settings = {"log_level": "INFO", "trusted_proxies": "10.0.0.0/8"}
        rates = {"rate_limit_failed_logins_per_email": "2/minute", "rate_limit_sign_ins_per_address": "4/minute"}
        async with limited(**settings, **rates) as app, client_of(app) as client, client_of(app, "10.0.0.1") as proxy:
            user = await sign_up(client)
            with capture_logs() as lines:
                for _ in range(5):
                    await try_login(proxy, user.email, "guessed", **{"X-Forwarded-For": "203.0.113.7"})
                await try_login(client, "nobody@example.com", "guessed")

        said = [line for line in lines if line["event"].startswith("login_")]
        assert [(line["event"], line["address"]) for line in said] == [
            *2 * [("login_failed", "203.0.113.7")],
            *3 * [("login_refused", "203.0.113.7")],
            ("login_failed", "127.0.0.1"),
        ]
        assert {name for line in said for name in line} == {"event", "log_level", "address"}

    async def test_they_never_lock_out_a_live_token(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client, client_of(app, "203.0.113.9") as attacker:
            user = await sign_up(client)
            for _ in range(11):
                await try_login(attacker, user.email)

            assert_limited(await try_login(client, user.email, PASSWORD))
            assert (await user.get(ME)).status_code == 200
            assert (await user.post("/api/v1/positions", {"title": "A", "company": "B"})).status_code == 201
            renewed = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.tokens["refresh_token"]})
            assert renewed.status_code == 200

    async def test_they_do_not_keep_the_owner_of_a_live_token_from_a_new_password(
        self, limited: Callable[..., Any]
    ) -> None:
        async with limited() as app, client_of(app) as client, client_of(app, "203.0.113.9") as attacker:
            user = await sign_up(client)
            for _ in range(11):
                await try_login(attacker, user.email)

            body = {"current_password": PASSWORD, "new_password": "another password"}
            assert (await user.post(f"{AUTH}/change-password", body)).status_code == 200
            assert (await user.delete(ME, {"password": "another password"})).status_code == 204

    @pytest.mark.parametrize("act", ["change-password", "me"])
    async def test_a_live_token_is_not_locked_out_by_others_at_its_address_or_of_its_account(
        self, limited: Callable[..., Any], act: str
    ) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)
            stolen = await sign_in(client, user.email)
            for number in range(50):
                await try_login(client, f"{number}@example.com")
            assert_limited(await try_login(client, user.email, PASSWORD))
            wrong = {"current_password": "wrong", "new_password": "another password"}
            guesses = [(await stolen.post(f"{AUTH}/change-password", wrong)).status_code for _ in range(11)]
            assert guesses == [401] * 10 + [429]
            assert_limited(await stolen.delete(ME, {"password": PASSWORD}))

            if act == "me":
                assert (await user.delete(ME, {"password": PASSWORD})).status_code == 204
            else:
                body = {"current_password": PASSWORD, "new_password": "another password"}
                assert (await user.post(f"{AUTH}/change-password", body)).status_code == 200

    async def test_of_thirty_guesses_at_once_with_one_token_no_more_than_ten_are_looked_at(
        self, limited: Callable[..., Any]
    ) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)

            answers = await asyncio.gather(*(user.delete(ME, {"password": "wrong"}) for _ in range(30)))

            statuses = [answer.status_code for answer in answers]
            assert (statuses.count(401), statuses.count(429)) == (10, 20)

    async def test_an_unknown_email_is_limited_like_a_known_one(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            email = f"{uuid4().hex}@example.com"

            answers = [await try_login(client, email) for _ in range(11)]

            assert [answer.status_code for answer in answers] == [401] * 10 + [429]

    @pytest.mark.parametrize(
        "spelling",
        [
            pytest.param("vİctim@example.com"),
            "victim@EXAMPLE.com",
            "VICTIM@example.com",
        ],
    )
    async def test_another_spelling_of_the_same_account_counts_with_it(
        self, limited: Callable[..., Any], spelling: str
    ) -> None:
        async with limited() as app, client_of(app) as client:
            await sign_up(client, "victim@example.com")
            if (await try_login(client, spelling, PASSWORD)).status_code != 200:
                return  # another account altogether
            for _ in range(10):
                await try_login(client, "victim@example.com")

            assert_limited(await try_login(client, spelling))

    async def test_the_wait_ends_when_the_first_failure_is_a_minute_old(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)
            for _ in range(10):
                await try_login(client, user.email)
            await pass_time(app, 50)
            assert assert_limited(await try_login(client, user.email, PASSWORD)) <= 11

            await pass_time(app, 11)

            assert (await try_login(client, user.email, PASSWORD)).status_code == 200

    async def test_successful_ones_never_count(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)

            for _ in range(15):
                assert (await try_login(client, user.email, PASSWORD)).status_code == 200
            at_once = await asyncio.gather(*(try_login(client, user.email, PASSWORD) for _ in range(12)))

            assert {answer.status_code for answer in at_once} == {200}
            assert (await try_login(client, user.email)).status_code == 401

    async def test_of_thirty_at_once_no_more_than_ten_are_looked_at(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)

            answers = await asyncio.gather(*(try_login(client, user.email) for _ in range(30)))

            statuses = [answer.status_code for answer in answers]
            assert statuses.count(401) == 10
            assert statuses.count(429) == 20

    async def test_after_fifty_of_one_address_the_rest_are_refused(self, limited: Callable[..., Any]) -> None:
        async with (
            limited() as app,
            client_of(app, "203.0.113.9") as attacker,
            client_of(app, "203.0.113.10") as neighbour,
        ):
            user = await sign_up(neighbour)

            answers = [await try_login(attacker, f"{number}@example.com") for number in range(50)]

            assert {answer.status_code for answer in answers} == {401}
            assert_limited(await try_login(attacker, "one-more@example.com"))
            assert_limited(await try_login(attacker, user.email, PASSWORD))
            assert (await try_login(neighbour, user.email, PASSWORD)).status_code == 200

    async def test_of_many_emails_at_once_an_address_gets_little_more_than_fifty(
        self, limited: Callable[..., Any]
    ) -> None:
        async with limited() as app, client_of(app, "203.0.113.9") as attacker:
            answers = await asyncio.gather(*(try_login(attacker, f"{number}@example.com") for number in range(150)))

        looked_at = [answer for answer in answers if answer.status_code == 401]
        assert 50 <= len(looked_at) <= 60

    async def test_replicas_count_together(self, limited: Callable[..., Any], new_database: Any) -> None:
        url = await new_database()
        async with (
            limited(database_url=url) as one,
            limited(database_url=url) as other,
            client_of(one) as first,
            client_of(other) as second,
        ):
            user = await sign_up(first)
            for client in [first, second] * 5:
                assert (await try_login(client, user.email)).status_code == 401

            assert_limited(await try_login(first, user.email, PASSWORD))
            assert_limited(await try_login(second, user.email, PASSWORD))

    async def test_a_wrong_current_password_counts_too(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)
            body = {"current_password": "wrong", "new_password": "another password"}

            statuses = [(await user.post(f"{AUTH}/change-password", body)).status_code for _ in range(11)]

            assert statuses == [401] * 10 + [429]
            assert (await user.get(ME)).status_code == 200

    async def test_the_limits_are_settings(self, limited: Callable[..., Any]) -> None:
        limits = {
            "rate_limit_failed_logins_per_email": "2/hour",
            "rate_limit_failed_logins_per_address": "3/hour",
        }
        async with limited(**limits) as app, client_of(app) as client:
            statuses = [(await try_login(client, "a@example.com")).status_code for _ in range(3)]
            assert statuses == [401, 401, 429]
            assert (await try_login(client, "b@example.com")).status_code == 401
            assert assert_limited(await try_login(client, "c@example.com"), at_most=3600) > 3500


class TestSignIns:
    """Requests of those who have no login yet, whatever becomes of them."""

    async def test_so_many_from_one_address_are_looked_at(self, limited: Callable[..., Any]) -> None:
        async with (
            limited(rate_limit_sign_ins_per_address="3/minute") as app,
            client_of(app, "203.0.113.9") as attacker,
            client_of(app, "203.0.113.10") as neighbour,
        ):
            unread, json = b"{", {"Content-Type": "application/json"}
            assert (await try_login(attacker, "a@example.com")).status_code == 401
            assert (await attacker.post(f"{AUTH}/refresh", json={"refresh_token": "x"})).status_code == 401
            assert (await attacker.post(f"{AUTH}/register", json={})).status_code == 422

            for path in ("login", "register"):
                refused = await attacker.post(f"{AUTH}/{path}", content=unread, headers=json)
                assert_limited(refused, limit="sign_ins")
            assert_limited(await attacker.post(f"{AUTH}/refresh", json={"refresh_token": "x"}), limit="sign_ins")
            assert (await try_login(neighbour, "a@example.com")).status_code == 401

    async def test_they_never_lock_out_a_login_in_force(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_sign_ins_per_address="4/minute") as app, client_of(app) as client:
            user, ended = await sign_up(client), await sign_up(client)
            await ended.post(f"{AUTH}/logout")
            assert_limited(await try_login(client, user.email, PASSWORD), limit="sign_ins")
            spent = {"refresh_token": user.tokens["refresh_token"]}

            renewed = await client.post(f"{AUTH}/refresh", json=spent)
            again = await client.post(f"{AUTH}/refresh", json=spent)
            by_access_token = await user.post(f"{AUTH}/refresh")

            assert [answer.status_code for answer in (renewed, again, by_access_token)] == [200] * 3
            dead = {"refresh_token": ended.tokens["refresh_token"]}
            assert_limited(await client.post(f"{AUTH}/refresh", json=dead), limit="sign_ins")

    async def test_a_refresh_counts_as_a_request_of_its_login(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_requests_per_user="2/minute") as app, client_of(app) as client:
            user = await sign_up(client)
            again = await sign_in(client, user.email)
            spent, other = ({"refresh_token": login.tokens["refresh_token"]} for login in (user, again))

            answers = [await client.post(f"{AUTH}/refresh", json=spent) for _ in range(3)]

            assert [answer.status_code for answer in answers] == [200, 200, 429]
            assert_limited(answers[-1], limit="requests")
            assert (await client.post(f"{AUTH}/refresh", json=other)).status_code == 200


class TestAddress:
    """The peer's address counts, and a forwarded one only from a peer that is trusted."""

    ONE_FAILURE = {"rate_limit_failed_logins_per_address": "1/minute"}  # noqa: RUF012

    async def is_limited_as(self, app: FastAPI, counted: str, peer: str, *forwarded: str) -> bool:
        """Tell whether a failure counted for one address also counts for a request by ``peer``."""
        async with client_of(app, counted) as first, client_of(app, peer) as second:
            await pass_time(app, 61)
            assert (await try_login(first, f"{uuid4().hex}@example.com")).status_code == 401
            headers = [("X-Forwarded-For", value) for value in forwarded]
            body = {"email": f"{uuid4().hex}@example.com", "password": "wrong"}
            answer = await second.post(f"{AUTH}/login", json=body, headers=headers)
            return answer.status_code == 429

    async def test_a_forwarded_address_is_ignored_by_default(self, limited: Callable[..., Any]) -> None:
        async with limited(**self.ONE_FAILURE) as app:
            for peer in ("203.0.113.9", "127.0.0.1", "10.0.0.1"):
                assert await self.is_limited_as(app, peer, peer, "198.51.100.1")
                assert not await self.is_limited_as(app, "198.51.100.1", peer, "198.51.100.1")

    async def test_a_trusted_proxy_is_believed_hop_by_hop_from_the_end(self, limited: Callable[..., Any]) -> None:
        async with limited(**self.ONE_FAILURE, trusted_proxies="10.0.0.0/8, 192.0.2.7, fd00::/8") as app:
            client = "198.51.100.1"
            for peer, forwarded in (
                ("10.0.0.1", [client]),
                ("192.0.2.7", [client]),
                ("fd00::1", [client]),
                ("::ffff:10.0.0.1", [client]),
                ("10.0.0.1", [f"6.6.6.6, {client}, 10.1.1.1"]),
                ("10.0.0.1", ["6.6.6.6", f"{client} ,10.1.1.1"]),
                ("10.0.0.1", [f"{client},,"]),
            ):
                assert await self.is_limited_as(app, client, peer, *forwarded), (peer, forwarded)
            assert not await self.is_limited_as(app, "6.6.6.6", "10.0.0.1", f"6.6.6.6, {client}")

    async def test_an_untrusted_peer_is_not_believed_where_others_are(self, limited: Callable[..., Any]) -> None:
        async with limited(**self.ONE_FAILURE, trusted_proxies="10.0.0.1") as app:
            assert await self.is_limited_as(app, "203.0.113.9", "203.0.113.9", "198.51.100.1")
            assert not await self.is_limited_as(app, "198.51.100.1", "10.0.0.2", "198.51.100.1")

    @pytest.mark.parametrize(
        "forwarded", ["", "nonsense", ",", "é", "1.2.3.4:5678", "[::1]:80", "x" * 10_000, "::1%eth0"]
    )
    async def test_an_odd_header_is_survived(self, limited: Callable[..., Any], forwarded: str) -> None:
        async with limited(trusted_proxies="10.0.0.1") as app, client_of(app, "10.0.0.1") as client:
            headers = [(b"X-Forwarded-For", forwarded.encode())]
            body = {"email": "a@example.com", "password": "wrong"}
            answer = await client.post(f"{AUTH}/login", json=body, headers=headers)

        assert answer.status_code == 401


class TestRegistrations:
    async def test_after_twenty_of_one_address_the_rest_are_refused(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client, client_of(app, "203.0.113.10") as neighbour:
            answers = await asyncio.gather(*(try_register(client) for _ in range(25)))

            assert sorted(answer.status_code for answer in answers) == [201] * 20 + [429] * 5
            assert_limited(
                answers[-1] if answers[-1].status_code == 429 else await try_register(client), at_most=3600
            )
            assert (await try_register(neighbour)).status_code == 201
            await pass_time(app, 3601)
            assert (await try_register(client)).status_code == 201

    async def test_a_refused_one_makes_no_account(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_registrations_per_address="1/hour") as app, client_of(app) as client:
            body = {"email": "a@example.com", "password": PASSWORD, "first_name": "Ada"}
            await try_register(client)

            assert_limited(await client.post(f"{AUTH}/register", json=body), at_most=3600)
            assert (await try_login(client, "a@example.com", PASSWORD)).status_code == 401


class TestRequests:
    async def test_each_user_has_a_limit_of_their_own(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_requests_per_user="5/minute") as app, client_of(app) as client:
            user, other = await sign_up(client), await sign_up(client)

            answers = [await user.get(POSITIONS) for _ in range(6)]

            assert [answer.status_code for answer in answers] == [200] * 5 + [429]
            assert_limited(answers[-1], limit="requests")
            assert_limited(await user.post(POSITIONS, {"title": "A", "company": "B"}), limit="requests")
            assert_limited(await (await sign_in(client, user.email)).get(POSITIONS), limit="requests")
            assert (await other.get(POSITIONS)).status_code == 200
            assert (await client.get("/health")).status_code == 200
            assert (await try_login(client, user.email, PASSWORD)).status_code == 200

    async def test_a_login_that_uses_them_up_can_be_ended_by_another(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_requests_per_user="5/minute") as app, client_of(app) as client:
            user = await sign_up(client)
            stolen = await sign_in(client, user.email)
            for path in (POSITIONS, ME):
                answers = [await stolen.get(path) for _ in range(6)]
                assert [answer.status_code for answer in answers] == [200] * 5 + [429]
                assert_limited(answers[-1], limit="requests")

            renewed = await client.post(f"{AUTH}/refresh", json={"refresh_token": user.tokens["refresh_token"]})
            logins = (await user.get(f"{AUTH}/logins")).json()["logins"]
            ended = [await user.delete(f"{AUTH}/logins/{login['id']}") for login in logins if not login["current"]]

            assert renewed.status_code == 200
            assert [answer.status_code for answer in ended] == [204]
            assert (await stolen.get(POSITIONS)).status_code == 401

    async def test_the_default_allows_twelve_hundred_a_minute(self, limited: Callable[..., Any]) -> None:
        async with limited() as app, client_of(app) as client:
            user = await sign_up(client)
            statuses: list[int] = []
            for _ in range(1220 // AT_ONCE + 1):
                answers = await asyncio.gather(*(user.get("/api/v1/positions") for _ in range(AT_ONCE)))
                statuses += [answer.status_code for answer in answers]

        assert statuses.count(200) in {1200, len(statuses)}  # a window may end in between
        assert set(statuses) <= {200, 429}

    async def test_bad_tokens_count_for_nobody(self, limited: Callable[..., Any]) -> None:
        async with limited(rate_limit_requests_per_user="2/minute") as app, client_of(app) as client:
            user: SignedIn = await sign_up(client)
            for _ in range(5):
                assert (await client.get(ME, headers={"Authorization": "Bearer x"})).status_code == 401

            assert (await user.get(ME)).status_code == 200


async def test_the_switch_turns_all_of_them_off(make_app: MakeApp) -> None:
    limits = dict.fromkeys(
        (
            "rate_limit_failed_logins_per_email",
            "rate_limit_failed_logins_per_address",
            "rate_limit_registrations_per_address",
            "rate_limit_requests_per_user",
            "rate_limit_sign_ins_per_address",
        ),
        "1/hour",
    )
    async with make_app(rate_limit_enabled=False, **limits) as app, client_of(app) as client:
        users = [await sign_up(client) for _ in range(3)]
        for user in users:
            for _ in range(3):
                assert (await try_login(client, user.email)).status_code == 401
                assert (await user.get(ME)).status_code == 200
            assert (await try_login(client, user.email, PASSWORD)).status_code == 200
        async with app.state.runtime.database.transaction() as db:
            assert (await db.execute(text("SELECT count(*) FROM rate_limits"))).scalar_one() == 0
