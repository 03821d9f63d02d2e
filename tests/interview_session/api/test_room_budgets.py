"""What one owner may have of rooms, streams and requests to them, and what another user is left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from tests.api.test_budgets import assert_full
from tests.api.test_rate_limits import assert_limited
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.support.event_streams import joined
from tests.support.probing import assert_envelope
from tests.support.rooms import DEMO, START, Room, open_anonymous_room, open_room, room_name, serving
from tests.support.users import SignedIn, sign_in, sign_up


async def start(client: httpx.AsyncClient, headers: dict[str, str] | None = None) -> httpx.Response:
    """Try to open a room of the demo."""
    return await client.post(START, json={"room_id": room_name(), "mock_interview_id": DEMO}, headers=headers)


def sorted_statuses(answers: list[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


@pytest.fixture
async def replicas(make_app: MakeApp, new_database: NewDatabase) -> AsyncIterator[list[FastAPI]]:
    """Run two replicas with small limits on one database."""
    url = await new_database()
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(
                make_app(
                    database_url=url,
                    allow_anonymous_rooms=True,
                    max_live_rooms=3,
                    max_anonymous_rooms_per_address=3,
                )
            )
            for _ in range(2)
        ]


class TestLiveRooms:
    async def test_over_all_replicas_each_user_has_so_many(self, replicas: list[FastAPI]) -> None:
        async with client_of(replicas[0]) as one, client_of(replicas[1]) as other:
            attacker, victim = await sign_up(one), await sign_up(one)

            started = await asyncio.gather(
                *(start((one, other)[number % 2], attacker.headers) for number in range(8))
            )

            assert sorted_statuses(started) == [200] * 3 + [409] * 5
            assert_full(next(answer for answer in started if answer.status_code == 409), "live_rooms", 3)
            assert len((await attacker.get("/api/connections/status")).json()["connections"]) == 3
            assert (await start(other, victim.headers)).status_code == 200

            room = next(answer.json()["room_id"] for answer in started if answer.status_code == 200)
            again = {"room_id": room, "mock_interview_id": DEMO}
            assert (await attacker.post(START, again)).status_code == 200
            assert (await attacker.post(f"/api/interview/{room}/end")).status_code == 200
            assert (await start(other, attacker.headers)).status_code == 200

    async def test_so_does_each_address_without_an_account(self, replicas: list[FastAPI]) -> None:
        async with (
            client_of(replicas[0], "203.0.113.9") as one,
            client_of(replicas[1], "203.0.113.9") as other,
            client_of(replicas[1], "203.0.113.10") as neighbour,
        ):
            started = await asyncio.gather(*(start((one, other)[number % 2]) for number in range(8)))

            assert sorted_statuses(started) == [200] * 3 + [409] * 5
            assert_full(next(answer for answer in started if answer.status_code == 409), "anonymous_rooms", 3)
            assert (await start(neighbour)).status_code == 200
            user = await sign_up(other)
            assert (await start(other, user.headers)).status_code == 200

    async def test_so_do_its_logs_without_an_account(self, make_app: MakeApp) -> None:
        async with (
            make_app(allow_anonymous_rooms=True, max_stored_bytes=20_000) as app,
            client_of(app, "203.0.113.9") as client,
            client_of(app, "203.0.113.10") as neighbour,
        ):
            for _ in range(2):
                room = await open_anonymous_room(app, client)
                body = {"room_id": room.id, "context_text": "x" * 15_000}
                assert (await client.post("/api/inject-custom-context", json=body)).status_code == 200
                await room.act("end")

            assert_full(await start(client), "stored_bytes", 20_000)
            assert (await start(neighbour)).status_code == 200

    async def test_an_address_opens_only_so_many_an_hour_even_if_it_ends_them(self, make_app: MakeApp) -> None:
        settings = {"allow_anonymous_rooms": True, "rate_limit_anonymous_rooms_per_address": "2/hour"}
        async with (
            make_app(rate_limit_enabled=True, **settings) as app,
            client_of(app, "203.0.113.9") as client,
            client_of(app, "203.0.113.10") as neighbour,
        ):
            for _ in range(2):
                await (await open_anonymous_room(app, client)).act("end")

            assert_limited(await start(client), at_most=3600)
            assert (await start(neighbour)).status_code == 200


class TestRequests:
    async def test_those_with_a_room_token_count_for_the_owner_of_the_room(self, make_app: MakeApp) -> None:
        async with (
            make_app(rate_limit_enabled=True, rate_limit_requests_per_user="20/minute") as app,
            client_of(app) as client,
        ):
            attacker, victim = await sign_up(client), await sign_up(client)
            room, theirs = await open_room(app, attacker), await open_room(app, victim)
            status = f"/api/status/{room.id}"
            bearer = {"Authorization": f"Bearer {room.token}"}

            answers = [await client.get(status, headers=bearer) for _ in range(20)]
            answers += [await client.get(status, params={"token": room.token}) for _ in range(20)]

            # Two were for the plan and the room.
            assert [answer.status_code for answer in answers] == [200] * 18 + [429] * 22
            assert_limited(answers[-1], limit="requests")
            assert_limited(await attacker.get("/api/v1/positions"), limit="requests")
            assert_limited(await (await sign_in(client, attacker.email)).get("/api/v1/positions"), limit="requests")
            assert (await theirs.timer())["timer_status"]
            assert (await victim.get("/api/v1/positions")).status_code == 200

    async def test_those_without_one_count_for_their_address(self, make_app: MakeApp) -> None:
        settings = {"allow_anonymous_rooms": True, "rate_limit_requests_per_user": "20/minute"}
        async with (
            make_app(rate_limit_enabled=True, **settings) as app,
            client_of(app, "203.0.113.9") as client,
            client_of(app, "203.0.113.10") as neighbour,
        ):
            room = await open_anonymous_room(app, client)
            status = f"/api/status/{room.id}"

            answers = [await client.get(status) for _ in range(25)]

            assert [answer.status_code for answer in answers] == [200] * 19 + [429] * 6
            assert_limited(answers[-1], limit="requests")
            assert_limited(await client.get("/api/status/nowhere"), limit="requests")
            assert (await neighbour.get(status)).status_code == 200
            # Whoever has an account at this address is counted by it.
            user = await sign_up(client)
            assert (await user.get("/api/v1/positions")).status_code == 200


async def test_streams_without_an_account_are_counted_by_address(make_app: MakeApp) -> None:
    async with (
        make_app(allow_anonymous_rooms=True, max_event_streams_per_user=2) as app,
        serving(app) as url,
        httpx.AsyncClient(base_url=url) as web,
    ):
        rooms: list[Room] = [await open_anonymous_room(app, web) for _ in range(3)]
        user: SignedIn = await sign_up(web)
        own = await open_room(app, user)
        async with joined(web, rooms[0].id), joined(web, rooms[1].id):
            refused = await web.get(f"{rooms[2].path}/events")
            async with joined(web, own.id, headers=user.headers) as stream:
                await own.inject()
                assert (await stream.must("context_injected")).id == 1

        assert refused.status_code == 429
        assert assert_envelope(refused, "RATE_LIMIT_ERROR")["details"]["limit"] == "event_streams"
