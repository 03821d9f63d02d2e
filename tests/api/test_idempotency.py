"""``Idempotency-Key``: a creating request that comes twice creates once."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.services.housekeeping import Housekeeping
from app.services.positions import PositionService
from tests.conftest import MakeApp, client_of
from tests.support.probing import Operation, all_operations, assert_envelope, own_ids
from tests.support.users import SignedIn, sign_up

POSITIONS = "/api/v1/positions"
BODY = {"title": "Engineer", "company": "Acme"}
FEED = "/api/v1/interviews/calendar-feed"
# The answer of the feed holds a secret, and is not given again: see below.
CREATING = [operation for operation in all_operations() if operation.creates and operation.path != FEED]
WITH_BODY = [operation for operation in CREATING if operation.content_types]
CSV = "text/csv"


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


async def total(user: SignedIn, path: str = POSITIONS) -> int:
    count: int = (await user.get(path)).json()["total"]
    return count


def assert_conflict(response: httpx.Response) -> None:
    assert response.status_code == 409, response.text
    assert assert_envelope(response, "RESOURCE_CONFLICT")["details"] == {"resource_type": "Request"}
    assert "idempotent-replayed" not in response.headers


def test_the_document_has_creating_endpoints() -> None:
    assert {operation.path for operation in CREATING} >= {
        POSITIONS,
        f"{POSITIONS}/{{position_id}}/interviews",
        "/api/v1/products",
    }


class Creation:
    """One creating request, to be sent again and again."""

    def __init__(self, user: SignedIn, operation: Operation, url: str) -> None:
        self.user = user
        self.url = url
        self.headers = user.headers
        self.content: bytes | None = None
        if CSV in operation.content_types:
            self.headers |= {"Content-Type": CSV}
            self.content = b"title,company\nEngineer,Acme\n"
        elif operation.body_schema:
            self.headers |= {"Content-Type": "application/json"}
            self.content = json.dumps(operation.body()).encode()

    async def send(
        self, key: dict[str, str] | None = None, *, slash: str = "", content: bytes | None = None
    ) -> httpx.Response:
        return await self.user.client.post(
            self.url + slash, content=content or self.content, headers=self.headers | (key or {})
        )

    def altered(self) -> bytes:
        """Return another body, as good as the first."""
        assert self.content
        if self.content.startswith(b"{"):
            return b'{"one_more": "field", ' + self.content[1:]
        return self.content + b"Architect,Acme\n"


async def creation(user: SignedIn, operation: Operation) -> Creation:
    """Return a request under a parent of the user's, where the operation has one."""
    ids = await own_ids(user) if operation.ids else {}
    return Creation(user, operation, operation.url(**{name: ids[name] for name in operation.ids}))


class TestEveryCreatingEndpoint:
    @pytest.mark.parametrize("operation", CREATING, ids=str)
    async def test_the_first_answer_is_given_again(self, user: SignedIn, operation: Operation) -> None:
        request, key = await creation(user, operation), new_key()

        first = await request.send(key)
        second = await request.send(key)
        with_slash = await request.send(key, slash="/")
        without_key = await request.send()

        assert first.status_code == 201, first.text
        assert "idempotent-replayed" not in first.headers
        for replay in (second, with_slash):
            assert replay.status_code == 201
            assert replay.content == first.content
            assert replay.headers["content-type"] == first.headers["content-type"]
            assert replay.headers["idempotent-replayed"] == "true"
        # 200 where the resource that is there is given again.
        assert without_key.status_code == (200 if operation.path.endswith(("/practice", "/retry")) else 201)
        assert "idempotent-replayed" not in without_key.headers

    @pytest.mark.parametrize("operation", CREATING, ids=str)
    async def test_of_many_at_once_one_creates(self, user: SignedIn, operation: Operation) -> None:
        request, key = await creation(user, operation), new_key()

        answers = await asyncio.gather(*(request.send(key) for _ in range(5)))

        created = [answer for answer in answers if answer.status_code == 201]
        assert len({answer.content for answer in created}) == 1
        assert len([answer for answer in created if "idempotent-replayed" not in answer.headers]) == 1
        for answer in answers:
            if answer.status_code != 201:
                assert_conflict(answer)

    @pytest.mark.parametrize("operation", WITH_BODY, ids=str)
    async def test_another_body_is_a_conflict(self, user: SignedIn, operation: Operation) -> None:
        request, key = await creation(user, operation), new_key()

        assert (await request.send(key)).status_code == 201
        assert_conflict(await request.send(key, content=request.altered()))

    @pytest.mark.parametrize("operation", CREATING, ids=str)
    async def test_other_users_have_keys_of_their_own(
        self, user: SignedIn, other_user: SignedIn, operation: Operation
    ) -> None:
        key = new_key()
        first = await (await creation(user, operation)).send(key)
        second = await (await creation(other_user, operation)).send(key)

        assert [first.status_code, second.status_code] == [201, 201]
        assert "idempotent-replayed" not in second.headers

    @pytest.mark.parametrize("operation", WITH_BODY, ids=str)
    async def test_a_failed_attempt_does_not_burn_the_key(self, user: SignedIn, operation: Operation) -> None:
        request, key = await creation(user, operation), new_key()
        refused = await request.send(key, content=b"[]")

        created = await request.send(key)

        assert refused.status_code == 422
        assert created.status_code == 201
        assert "idempotent-replayed" not in created.headers


class TestAnswerWithASecret:
    async def test_it_is_not_kept_and_a_repetition_is_a_conflict(self, app: FastAPI, user: SignedIn) -> None:
        key = new_key()
        first = await user.post(FEED, **key)
        token = first.json()["token"]

        assert first.status_code == 201
        assert_conflict(await user.post(FEED, **key))
        assert (await user.delete(FEED)).status_code == 204
        assert_conflict(await user.post(FEED, **key))
        async with app.state.runtime.database.transaction() as db:
            kept = text("SELECT response_body FROM idempotency_keys WHERE user_id = :user")
            bodies = (await db.execute(kept, {"user": user.id})).scalars().all()
        assert len(bodies) == 1
        assert token.encode() not in bodies[0]
        # Nothing was made by the repetitions.
        assert (await user.get(FEED)).status_code == 404
        assert (await user.client.get("/api/v1/interviews/calendar.ics", params={"token": token})).status_code == 401

    async def test_under_another_key_a_new_one_is_made(self, user: SignedIn) -> None:
        tokens = {(await user.post(FEED, **new_key())).json()["token"] for _ in range(2)}

        assert len(tokens) == 2


class TestKey:
    async def test_under_another_path_it_is_a_conflict(self, user: SignedIn) -> None:
        key = new_key()
        ids = await own_ids(user)
        interview = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z"}
        body = BODY | interview | {"name": "A", "price": 1}

        assert (await user.post(POSITIONS, body, **key)).status_code == 201

        assert_conflict(await user.post("/api/v1/products", body, **key))
        assert_conflict(await user.post(f"{POSITIONS}/{ids['position_id']}/interviews", body, **key))
        assert_conflict(await user.post(f"{POSITIONS}?dry_run=true", body, **key))
        # Two of own_ids(), and the one with the key.
        assert await total(user) == 3

    async def test_under_another_parent_it_is_a_conflict(self, user: SignedIn) -> None:
        key = new_key()
        body = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z"}
        one, other = (await user.position())["id"], (await user.position())["id"]

        assert (await user.post(f"{POSITIONS}/{one}/interviews", body, **key)).status_code == 201
        assert_conflict(await user.post(f"{POSITIONS}/{other}/interviews", body, **key))

    @pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\x00b", "a\tb", "a\x7f", "ключ"])
    async def test_an_odd_one_is_refused_by_name(self, user: SignedIn, key: str) -> None:
        headers = [(b"Idempotency-Key", key.encode()), (b"Authorization", user.headers["Authorization"].encode())]

        response = await user.client.post(POSITIONS, headers=headers, json=BODY)

        assert response.status_code == 422
        assert list(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == ["Idempotency-Key"]
        assert await total(user) == 0

    @pytest.mark.parametrize("key", ["x", "x" * 255, "a b", "'; DROP TABLE users; --", "%00", "{}", '"quoted"'])
    async def test_any_printable_ascii_will_do(self, user: SignedIn, key: str) -> None:
        answers = [await user.post(POSITIONS, BODY, **{"Idempotency-Key": key}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content

    async def test_keys_differ_in_case(self, user: SignedIn) -> None:
        for key in ("abc", "ABC"):
            assert (await user.post(POSITIONS, BODY, **{"Idempotency-Key": key})).status_code == 201

        assert await total(user) == 2

    async def test_without_a_token_it_tells_nothing(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        key = new_key()
        await user.post(POSITIONS, BODY, **key)

        assert (await client.post(POSITIONS, json=BODY, headers=key)).status_code == 403


class TestFailure:
    async def test_a_missing_parent_does_not_burn_the_key(self, user: SignedIn) -> None:
        key = new_key()
        body = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z"}
        missing = await user.post(f"{POSITIONS}/{uuid4()}/interviews", body, **key)
        position = await user.position()

        created = await user.post(f"{POSITIONS}/{position['id']}/interviews", body, **key)

        assert [missing.status_code, created.status_code] == [404, 201]

    async def test_a_crash_after_the_row_was_written_loses_both_row_and_key(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = new_key()
        create = PositionService.create

        async def create_and_fail(*arguments: Any) -> Any:
            await create(*arguments)
            raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(PositionService, "create", create_and_fail)
            assert (await user.post(POSITIONS, BODY, **key)).status_code == 500
        assert await total(user) == 0

        created = await user.post(POSITIONS, BODY, **key)

        assert created.status_code == 201
        assert "idempotent-replayed" not in created.headers
        assert await total(user) == 1

    async def test_one_under_way_is_a_conflict_until_it_has_ended(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = new_key()
        create = PositionService.create
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(*arguments: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await create(*arguments)

        monkeypatch.setattr(PositionService, "create", slow)
        first = asyncio.create_task(user.post(POSITIONS, BODY, **key))
        await begun.wait()

        second = await user.post(POSITIONS, BODY, **key)
        go_on.set()
        third = await user.post(POSITIONS, BODY, **key) if (await first).status_code == 201 else None

        assert_conflict(second)
        assert third is not None
        assert third.content == (await first).content
        assert await total(user) == 1


class TestTime:
    async def age(self, app: FastAPI, user: SignedIn, span: str) -> None:
        async with app.state.runtime.database.transaction() as db:
            await db.execute(
                text(
                    "UPDATE idempotency_keys SET created_at = now() - CAST(:span AS text)::interval "
                    "WHERE user_id = :user"
                ),
                {"span": span, "user": user.id},
            )

    async def test_an_answer_is_kept_for_a_day(self, app: FastAPI, user: SignedIn) -> None:
        key = new_key()
        first = await user.post(POSITIONS, BODY, **key)
        await self.age(app, user, "23 hours 59 minutes")

        assert (await user.post(POSITIONS, BODY, **key)).content == first.content

    async def test_after_a_day_the_request_runs_afresh(self, app: FastAPI, user: SignedIn) -> None:
        key = new_key()
        first = await user.post(POSITIONS, BODY, **key)
        await self.age(app, user, "24 hours 1 second")

        other_body = await user.post(POSITIONS, BODY | {"title": "Architect"}, **key)
        replay = await user.post(POSITIONS, BODY | {"title": "Architect"}, **key)

        assert other_body.status_code == 201
        assert "idempotent-replayed" not in other_body.headers
        assert other_body.json()["id"] != first.json()["id"]
        assert replay.content == other_body.content
        assert await total(user) == 2

    async def test_housekeeping_erases_what_is_old_and_only_that(self, app: FastAPI, user: SignedIn) -> None:
        old, new = new_key(), new_key()
        await user.post(POSITIONS, BODY, **old)
        await self.age(app, user, "25 hours")
        kept = await user.post(POSITIONS, BODY, **new)

        assert await Housekeeping(app.state.runtime.database).sweep() >= 1

        assert (await user.post(POSITIONS, BODY, **new)).content == kept.content
        assert "idempotent-replayed" not in (await user.post(POSITIONS, BODY, **old)).headers

    async def test_a_restart_in_between_changes_nothing(
        self, make_app: MakeApp, new_database: Callable[..., Any]
    ) -> None:
        url, key = await new_database(), new_key()
        async with make_app(database_url=url) as before, client_of(before) as client:
            user = await sign_up(client)
            first = await user.post(POSITIONS, BODY, **key)
        async with make_app(database_url=url) as after, client_of(after) as client:
            user.client = client
            second = await user.post(POSITIONS, BODY, **key)
            assert await total(user) == 1

        assert second.content == first.content
        assert second.headers["idempotent-replayed"] == "true"

    async def test_replicas_count_one_key_together(self, make_app: MakeApp, new_database: Callable[..., Any]) -> None:
        url, key = await new_database(), new_key()
        async with (
            make_app(database_url=url) as one,
            make_app(database_url=url) as other,
            client_of(one) as first_client,
            client_of(other) as second_client,
        ):
            user = await sign_up(first_client)
            answers = await asyncio.gather(
                *(
                    client.post(POSITIONS, json=BODY, headers=user.headers | key)
                    for client in [first_client, second_client] * 4
                )
            )
            assert await total(user) == 1

        assert {answer.status_code for answer in answers} <= {201, 409}
