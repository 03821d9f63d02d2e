"""What one owner may hold and do at once: an attacker takes all there is, and another user notices nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import islice, product
from string import ascii_lowercase
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from passlib.context import CryptContext

from app.core.budgets import Limit
from app.core.config import Settings
from app.core.reads import Read, Reads
from app.interview_session.plans.mock_interviews import MockInterviewService
from app.services.holdings import MAX_LEDGER_LINES
from tests.conftest import MakeApp, NewDatabase, client_of
from tests.core.test_passwords import HeldHashes
from tests.support.probing import assert_envelope
from tests.support.rooms import DEMO, START, execute, phases, room_name
from tests.support.users import PASSWORD, SignedIn, sign_in, sign_up
from tests.support.waiting import until

POSITIONS = "/api/v1/positions"
PLANS = "/api/v1/mock-interviews"
IMPORT = f"{POSITIONS}/import"
CHANGE = "/api/v1/auth/change-password"
POSITION = b'{"title": "Engineer", "company": "Acme"}'
INTERVIEW = {"type": "technical", "place": "video", "scheduled_date": "2024-02-15T14:00:00Z"}
PLAN = {"title": "Rehearsal", "planner_fields": phases(5)}
LARGE_PLAN = PLAN | {"planner_fields": [phase | {"instructions": "x" * 10_000} for phase in phases(*[5] * 20)]}


def assert_too_much_at_once(response: httpx.Response, limit: str, amount: int) -> None:
    assert response.status_code == 429, response.text
    error = assert_envelope(response, "RATE_LIMIT_ERROR")
    assert error["message"].startswith(f"Limit reached: at most {amount} ")
    assert error["details"]["limit"] == limit
    assert int(response.headers["retry-after"]) == error["details"]["retry_after"] >= 1


def assert_full(response: httpx.Response, limit: str, amount: int) -> None:
    assert response.status_code == 409, response.text
    error = assert_envelope(response, "RESOURCE_CONFLICT")
    assert error["message"].startswith(f"Limit reached: at most {amount} ")
    assert error["details"] == {"resource_type": "Budget", "limit": limit, "maximum": amount}


@asynccontextmanager
async def uploading(
    user: SignedIn,
    count: int,
    *,
    path: str = POSITIONS,
    content: bytes = POSITION,
    media_type: str = "application/json",
) -> AsyncIterator[list["asyncio.Task[httpx.Response]"]]:
    """Have so many requests of a user under way while the block runs: their bodies have begun, and end after it."""
    begun, go_on = 0, asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal begun
        begun += 1
        yield content[:1]
        await go_on.wait()
        yield content[1:]

    headers = user.headers | {"Content-Type": media_type}
    requests = [asyncio.create_task(user.client.post(path, content=slowly(), headers=headers)) for _ in range(count)]
    await until(lambda: begun == count)
    try:
        yield requests
    finally:
        go_on.set()
        await asyncio.gather(*requests)


def statuses(requests: list["asyncio.Task[httpx.Response]"]) -> set[int]:
    return {request.result().status_code for request in requests}


class TestAtOnce:
    async def test_requests_in_flight(self, make_app: MakeApp) -> None:
        settings = {"max_requests_in_flight": 3, "rate_limit_enabled": True}
        async with make_app(**settings) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            async with uploading(attacker, 3) as requests:
                assert_too_much_at_once(await attacker.get(POSITIONS), "requests_in_flight", 3)
                assert_too_much_at_once(
                    await (await sign_in(client, attacker.email)).get(POSITIONS), "requests_in_flight", 3
                )
                assert (await victim.get(POSITIONS)).status_code == 200
                # What a login does never keeps its user from ending it.
                assert (await attacker.get("/api/v1/auth/me")).status_code == 200
            assert statuses(requests) == {201}
            assert (await attacker.get(POSITIONS)).json()["total"] == 3

    async def test_writes(self, make_app: MakeApp) -> None:
        async with make_app(rate_limit_enabled=True) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            async with uploading(attacker, 4) as requests:
                refused = await attacker.post(POSITIONS, attacker.position_defaults)
                assert_too_much_at_once(refused, "writes_at_once", 4)
                assert (await attacker.get(POSITIONS)).status_code == 200
                assert (await victim.post(POSITIONS, victim.position_defaults)).status_code == 201
            assert statuses(requests) == {201}
            assert (await attacker.post(POSITIONS, attacker.position_defaults)).status_code == 201

    async def test_imports(self, make_app: MakeApp) -> None:
        csv, headers = b"title,company\nEngineer,Acme\n", {"Content-Type": "text/csv"}
        async with make_app(rate_limit_enabled=True) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            async with uploading(attacker, 1, path=IMPORT, content=csv, media_type="text/csv") as requests:
                refused = await client.post(IMPORT, content=csv, headers=attacker.headers | headers)
                assert_too_much_at_once(refused, "imports_at_once", 1)
                assert (await client.post(IMPORT, content=csv, headers=victim.headers | headers)).status_code == 201
                assert (await attacker.post(POSITIONS, attacker.position_defaults)).status_code == 201
            assert statuses(requests) == {201}

    @pytest.mark.parametrize("path", ["/api/v1/export", f"{POSITIONS}/export.csv", f"{POSITIONS}/export.xlsx"])
    async def test_exports(self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()
        honest = Reads.all

        async def held(reads: Reads, read: Read, **values: Any) -> Any:
            if "limit" in values and str(values["user_id"]) == attacker.id:
                begun.set()
                await go_on.wait()
            return await honest(reads, read, **values)

        async with make_app(rate_limit_enabled=True) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            monkeypatch.setattr(Reads, "all", held)
            under_way = asyncio.create_task(attacker.get(path))
            await begun.wait()
            assert_too_much_at_once(await attacker.get(f"{POSITIONS}/export.csv"), "exports_at_once", 1)
            assert (await victim.get(path)).status_code == 200
            go_on.set()
            assert (await under_way).status_code == 200
            assert (await attacker.get(path)).status_code == 200

    async def test_requests_of_a_calendar_feed(self, make_app: MakeApp) -> None:
        settings = {"max_requests_in_flight": 2, "rate_limit_enabled": True}
        async with make_app(**settings) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            urls = [
                (await user.post("/api/v1/interviews/calendar-feed")).json()["url"] for user in (attacker, victim)
            ]
            async with uploading(attacker, 2):
                assert_too_much_at_once(await client.get(urls[0]), "requests_in_flight", 2)
                assert (await client.get(urls[1])).status_code == 200
            assert (await client.get(urls[0])).status_code == 200

    async def test_a_look_at_a_calendar_is_one_request(self, make_app: MakeApp) -> None:
        async with make_app(max_requests_in_flight=1, rate_limit_enabled=True) as app, client_of(app) as client:
            user = await sign_up(client)
            url = (await user.post("/api/v1/interviews/calendar-feed")).json()["url"]

            assert (await client.get(url)).status_code == 200

    async def test_what_failed_is_no_longer_under_way(self, make_app: MakeApp) -> None:
        async with make_app(rate_limit_enabled=True, max_writes_at_once=1) as app, client_of(app) as client:
            user = await sign_up(client)
            for _ in range(3):
                assert (await user.post(POSITIONS, {})).status_code == 422
            assert (await user.post(POSITIONS, user.position_defaults)).status_code == 201
            assert not app.state.runtime.work._counts


class TestHashing:
    @pytest.mark.parametrize("path", [CHANGE, "/api/v1/auth/login"])
    async def test_thirty_wrong_passwords_take_one_thread_and_leave_the_other_to_a_stranger(
        self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        held = HeldHashes()
        honest = CryptContext.verify

        def verify(context: CryptContext, password: str, password_hash: str | None) -> bool:
            if password == "wrong":
                return held.verify(password, password_hash)
            held.begun.append(password)
            return bool(honest(context, password, password_hash))

        async with make_app(rate_limit_enabled=True, password_hash_wait_seconds=60) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            logins = [await sign_in(client, attacker.email) for _ in range(30)]
            monkeypatch.setattr(CryptContext, "verify", verify)
            body = {"current_password": "wrong", "new_password": "another password"}
            bodies = [
                body if path == CHANGE else {"email": f"nobody{number}@example.com", "password": "wrong"}
                for number in range(len(logins))
            ]
            attack = [asyncio.create_task(login.post(path, body)) for login, body in zip(logins, bodies, strict=True)]
            await until(lambda: held.begun)

            async with client_of(app, "127.0.0.2") as elsewhere:
                again = await sign_in(elsewhere, victim.email)

            assert again.id == victim.id
            assert held.begun == ["wrong", PASSWORD]
            held.let_go()
            answers = await asyncio.gather(*attack)
        assert {answer.status_code for answer in answers} <= {401, 429}


class TestPlans:
    async def test_over_all_replicas_each_user_has_so_many(
        self, make_app: MakeApp, new_database: NewDatabase
    ) -> None:
        settings = {"database_url": await new_database(), "max_plans": 3}
        async with AsyncExitStack() as stack:
            apps = [await stack.enter_async_context(make_app(**settings)) for _ in range(2)]
            clients = [await stack.enter_async_context(client_of(app)) for app in apps]
            attacker, victim = await sign_up(clients[0]), await sign_up(clients[0])

            made = await asyncio.gather(
                *(clients[number % 2].post(PLANS, json=PLAN, headers=attacker.headers) for number in range(8))
            )

            assert sorted(answer.status_code for answer in made) == [201] * 3 + [409] * 5
            assert_full(next(answer for answer in made if answer.status_code == 409), "plans", 3)
            assert_full(await attacker.post(f"{PLANS}/{DEMO}/copy"), "plans", 3)
            interview = await attacker.interview((await attacker.position())["id"])
            practice = f"/api/v1/interviews/{interview['id']}/practice"
            assert_full(await attacker.post(practice), "plans", 3)
            assert (await attacker.get(PLANS)).json()["total"] == 3
            assert (await victim.post(PLANS, PLAN)).status_code == 201

            first = (await attacker.get(PLANS)).json()["mock_interviews"][0]["id"]
            assert (await attacker.delete(f"{PLANS}/{first}")).status_code == 204
            assert (await attacker.post(practice)).status_code == 201
            # What is there is given again.
            assert (await attacker.post(practice)).status_code == 200


class TestPositionBytes:
    async def test_one_position_comes_with_so_many(self, make_app: MakeApp) -> None:
        async with make_app(max_position_bytes=5_000) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            position, other = await attacker.position(), await attacker.position()
            path = f"{POSITIONS}/{position['id']}"
            interviews = [await attacker.interview(position["id"], notes="é" * 1000) for _ in range(2)]

            assert_full(
                await attacker.post(f"{path}/interviews", INTERVIEW | {"notes": "x" * 1000}),
                "position_bytes",
                5_000,
            )
            notes = f"/api/v1/interviews/{interviews[0]['id']}"
            assert_full(await attacker.put(f"{notes}/notes", {"notes": "x" * 3000}), "position_bytes", 5_000)
            assert_full(await attacker.put(notes, {"notes": "x" * 3000}), "position_bytes", 5_000)
            assert (await attacker.put(f"{notes}/notes", {"notes": "short"})).status_code == 200
            assert (await attacker.put(notes, {"notes": None})).status_code == 200
            await attacker.interview(position["id"], notes="x" * 1000)
            await attacker.interview(other["id"], notes="x" * 1000)
            await victim.interview((await victim.position())["id"], notes="x" * 1000)
            assert len((await attacker.get(path)).json()["interviews"]) == 3

    async def test_a_status_that_changes_for_ever_is_stopped(self, make_app: MakeApp) -> None:
        async with make_app(max_position_bytes=1_024) as app, client_of(app) as client:
            attacker = await sign_up(client)
            path = f"{POSITIONS}/{(await attacker.position())['id']}"

            changes = [
                await attacker.put(f"{path}/status", {"status": status}) for status in ["offer", "applied"] * 3
            ]

            assert [change.status_code for change in changes] == [200] * 4 + [409, 200]
            assert_full(changes[4], "position_bytes", 1_024)
            assert_full(await attacker.put(path, {"status": "rejected"}), "position_bytes", 1_024)
            assert len((await attacker.get(f"{path}/history")).json()["history"]) == 5


class TestPages:
    """A page of rows with long texts is bounded by its bytes, in the database."""

    async def test_a_calendar_reaches_into_so_many_bytes_of_notes(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for day in range(1, 6):
            await user.interview((await user.position())["id"], notes="x", scheduled_date=f"2030-01-0{day}T10:00:00Z")
        await execute(app, "UPDATE interviews SET notes = repeat('é', 500000) WHERE user_id = :user", user=user.id)
        feed = (await user.post("/api/v1/interviews/calendar-feed")).json()
        read = Recorded(monkeypatch)

        calendar = (await user.client.get(feed["url"])).text

        assert calendar.count("BEGIN:VEVENT") == 5
        # What the two latest have is already more than that.
        assert calendar.count("DESCRIPTION:éé") == 2
        assert read.most < 40_000

    async def test_lists_of_large_plans_read_none_of_them(
        self, user: SignedIn, other_user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fields = [field | {"instructions": "x" * 17_800} for field in phases(*[5] * 50)]
        for _ in range(3):
            assert (await user.post(PLANS, PLAN | {"planner_fields": fields})).status_code == 201
        assert (await other_user.post(PLANS, PLAN)).status_code == 201
        read = Recorded(monkeypatch)

        *attack, theirs = await asyncio.gather(
            *(user.get(PLANS, per_page=100) for _ in range(6)), other_user.get(PLANS, per_page=100)
        )

        assert [answer.json()["total"] for answer in attack] == [3] * 6
        assert max(len(answer.content) for answer in attack) < 10_000
        assert read.most < 10_000
        assert theirs.json()["total"] == 1


class TestSearch:
    async def test_of_five_thousand_words_a_few_are_looked_for_and_others_find_theirs(
        self, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = Recorded(monkeypatch)
        words = " ".join(map("".join, islice(product(ascii_lowercase, repeat=3), 5_000)))
        async with make_app(rate_limit_enabled=True) as app, client_of(app) as client:
            attacker, victim = await sign_up(client), await sign_up(client)
            for user in (attacker, victim):
                await user.position(title="Needle in a haystack")

            *attack, theirs = await asyncio.gather(
                *(attacker.get(POSITIONS, search=words) for _ in range(14)), victim.get(POSITIONS, search="needle")
            )

        assert {answer.status_code for answer in attack} <= {200, 429}
        assert next(answer.json()["total"] for answer in attack if answer.status_code == 200) == 0
        assert theirs.json()["total"] == 1
        assert max(asked.get("search", "").count(" & ") + 1 for asked in read.asked) == 32

    async def test_one_user_s_searches_go_one_by_one_and_another_s_beside(
        self, user: SignedIn, other_user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[str] = []
        go_on = asyncio.Event()
        honest = Reads.all

        async def held(reads: Reads, read: Read, **values: Any) -> Any:
            if "search" in values:
                begun.append(str(values["user_id"]))
                await go_on.wait()
            return await honest(reads, read, **values)

        monkeypatch.setattr(Reads, "all", held)
        attack = [asyncio.create_task(user.get(POSITIONS, search="needle")) for _ in range(4)]
        await until(lambda: begun)

        theirs = asyncio.create_task(other_user.get(POSITIONS, search="needle"))
        await until(lambda: other_user.id in begun)

        assert sorted(begun) == sorted([user.id, other_user.id])
        assert (await user.get(POSITIONS)).status_code == 200
        go_on.set()
        assert {answer.status_code for answer in await asyncio.gather(theirs, *attack)} == {200}
        assert begun.count(user.id) == 4


class HeldPlans:
    """Work on plans that begins, and goes on only when it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.owners: list[str] = []
        self._go_on = asyncio.Event()
        for name in ("create", "copy", "list_page"):
            monkeypatch.setattr(MockInterviewService, name, self._held(getattr(MockInterviewService, name)))

    def let_go(self) -> None:
        self._go_on.set()

    def _held(self, honest: Callable[..., Any]) -> Callable[..., Any]:
        async def work(*values: Any) -> Any:
            self.owners.append(next(str(value) for value in values if isinstance(value, UUID)))
            await self._go_on.wait()
            return await honest(*values)

        return work


@pytest.fixture
def held_plans(monkeypatch: pytest.MonkeyPatch) -> HeldPlans:
    """Hold what is made of plans until the test lets it go."""
    return HeldPlans(monkeypatch)


@pytest.mark.parametrize(
    ("request_line", "body"),
    [(f"GET {PLANS}", None), (f"POST {PLANS}", LARGE_PLAN), (f"POST {PLANS}/{DEMO}/copy", None)],
    ids=["lists of plans", "large plans", "copies"],
)
async def test_heavy_requests_of_one_user_go_one_by_one_and_another_s_beside(
    user: SignedIn,
    other_user: SignedIn,
    held_plans: HeldPlans,
    request_line: str,
    body: Any,
) -> None:
    held, (method, path) = held_plans, request_line.split()

    def ask(who: SignedIn) -> "asyncio.Task[httpx.Response]":
        return asyncio.create_task(who.client.request(method, path, json=body, headers=who.headers))

    attack = [ask(user)]
    await until(lambda: held.owners == [user.id])
    attack.append(ask(user))
    # A small one passes those that wait.
    small = asyncio.create_task(user.post(PLANS, PLAN))
    await until(lambda: len(held.owners) == 2)

    theirs = ask(other_user)
    await until(lambda: other_user.id in held.owners)

    assert held.owners == [user.id, user.id, other_user.id]
    held.let_go()
    answers = await asyncio.gather(theirs, *attack)
    assert all(answer.is_success for answer in (await small, *answers))
    assert held.owners == [user.id, user.id, other_user.id, user.id]


def notes_of(page: dict[str, Any]) -> list[str]:
    """Return the notes of every interview in a page, of interviews or of positions."""
    interviews = page.get("interviews") or [one for position in page["positions"] for one in position["interviews"]]
    return [interview["notes"] for interview in interviews]


class Recorded:
    """What reading statements asked for, and the bytes of text that they brought: the last of them, and at most."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bytes = self.most = 0
        self.asked: list[dict[str, Any]] = []
        honest = Reads.all

        async def all_rows(reads: Reads, read: Read, **values: Any) -> Any:
            rows = await honest(reads, read, **values)
            self.asked.append(values)
            self.bytes = sum(len(value.encode()) for row in rows for value in row if isinstance(value, str))
            self.most = max(self.most, self.bytes)
            return rows

        monkeypatch.setattr(Reads, "all", all_rows)


class TestStoredBytes:
    async def test_over_all_replicas_each_user_has_so_many(
        self, make_app: MakeApp, new_database: NewDatabase
    ) -> None:
        settings = {"database_url": await new_database(), "max_stored_bytes": 20_000}
        async with (
            make_app(**settings) as one,
            make_app(**settings) as other,
            client_of(one) as client,
            client_of(other) as elsewhere,
        ):
            attacker, victim = await sign_up(client), await sign_up(client)
            body = attacker.position_defaults | {"description": "x" * 6000}
            made = [await attacker.post(POSITIONS, body) for _ in range(5)]

            assert [answer.status_code for answer in made] == [201] * 4 + [409]
            assert_full(made[-1], "stored_bytes", 20_000)
            position = f"{POSITIONS}/{made[0].json()['id']}"
            for refused in (
                await elsewhere.post(PLANS, json=PLAN, headers=attacker.headers),
                await attacker.put(position, {"title": "Architect"}),
                await attacker.put(f"{position}/status", {"status": "offer"}),
                await attacker.post(START, {"room_id": room_name(), "mock_interview_id": DEMO}),
                await client.post(
                    IMPORT, content=b"title,company\na,b\n", headers=attacker.headers | {"Content-Type": "text/csv"}
                ),
            ):
                assert_full(refused, "stored_bytes", 20_000)
            assert (await attacker.get(POSITIONS)).json()["total"] == 4
            assert (await victim.post(POSITIONS, body)).status_code == 201

            assert (await attacker.delete(position)).status_code == 204
            assert (await attacker.post(POSITIONS, body)).status_code == 201

    async def test_whatever_is_added_for_a_text_is_taken_off_when_it_goes(
        self, app: FastAPI, user: SignedIn, other_user: SignedIn
    ) -> None:
        assert await stored(app, user) == 0
        position = await user.position(description="é" * 1000)
        interview = await user.interview(position["id"], notes="x" * 500)
        with_position = await stored(app, user)
        assert 2500 < with_position < 3500
        await user.put(f"{POSITIONS}/{position['id']}", {"description": "short", "status": "offer"})
        assert await stored(app, user) == with_position - 2000 + len("short") + 200
        product = (await user.post("/api/v1/products", {"name": "A", "price": 1})).json()
        plan = (await user.post(PLANS, PLAN)).json()
        started = (await user.post(START, {"room_id": room_name(), "mock_interview_id": plan["id"]})).json()
        before = await stored(app, user)
        context = {"room_id": started["room_id"], "context_text": "x" * 5000}
        assert (await user.post("/api/inject-custom-context", context)).status_code == 200
        assert await stored(app, user) > before + 5000

        for path in (
            f"/api/v1/interviews/{interview['id']}",
            f"{POSITIONS}/{position['id']}",
            f"/api/v1/products/{product['id']}",
            f"{PLANS}/{plan['id']}",
            f"/api/v1/sessions/{started['session_id']}",
        ):
            assert (await user.delete(path)).status_code == 204, path

        assert await stored(app, user) == 0
        assert await stored(app, other_user) == 0

    async def test_so_it_is_with_what_belongs_to_a_position(self, app: FastAPI, user: SignedIn) -> None:
        position = await user.position()
        before = await stored(app, user)
        path, ids = f"{POSITIONS}/{position['id']}", [position["id"]]
        for status in ("offer", "offer"):
            await user.put(f"{path}/status", {"status": status, "note": "é" * 100})
        assert await stored(app, user) == before + 200 + 200
        note = (await user.post(f"{path}/notes", {"text": "x" * 1000})).json()
        await user.post(f"{path}/tasks", {"title": "x" * 100})
        contact = (await user.post("/api/v1/contacts", {"name": "Ada", "position_ids": ids})).json()
        document = {"name": "CV", "kind": "cv", "url": "https://a.test/", "position_ids": ids}
        kept = (await user.post("/api/v1/documents", document)).json()
        grown = await stored(app, user)
        assert grown == before + 400 + 1200 + 300 + 403 + 417
        await user.put(f"/api/v1/notes/{note['id']}", {"text": "x"})
        await user.put(f"/api/v1/contacts/{contact['id']}", {"position_ids": []})
        assert await stored(app, user) == grown - 999 - 200

        assert (await user.delete(path)).status_code == 204
        assert await stored(app, user) == 203 + 217
        assert (await user.delete(f"/api/v1/contacts/{contact['id']}")).status_code == 204
        assert (await user.delete(f"/api/v1/documents/{kept['id']}")).status_code == 204
        assert await stored(app, user) == 0

    async def test_a_remembered_answer_counts_as_long_as_it_is_kept(self, app: FastAPI, user: SignedIn) -> None:
        answer = await user.post(PLANS, PLAN, **{"Idempotency-Key": "a"})
        assert answer.status_code == 201
        await user.delete(f"{PLANS}/{answer.json()['id']}")

        assert await stored(app, user) == len(answer.content) + 200

        await execute(app, "DELETE FROM idempotency_keys WHERE user_id = :user", user=user.id)
        assert await stored(app, user) == 0

    async def test_nothing_is_left_of_an_erased_user(self, app: FastAPI, user: SignedIn) -> None:
        position = await user.position()
        await user.interview(position["id"])
        await user.post(START, {"room_id": room_name(), "mock_interview_id": DEMO})

        assert (await user.delete("/api/v1/auth/me", {"password": PASSWORD})).status_code == 204

        assert await lines(app, user) == 0

    async def test_a_long_ledger_is_made_short_by_the_next_write(self, app: FastAPI, user: SignedIn) -> None:
        await execute(
            app,
            "INSERT INTO stored_bytes (user_id, delta) SELECT :user, 7 FROM generate_series(1, :count)",
            user=user.id,
            count=MAX_LEDGER_LINES + 1,
        )
        before = await stored(app, user)

        position = await user.position()

        assert await lines(app, user) < 5
        await user.delete(f"{POSITIONS}/{position['id']}")
        assert await stored(app, user) == before


async def stored(app: FastAPI, user: SignedIn) -> int:
    """Return how many bytes of a user are in the ledger."""
    rows = await execute(
        app, "SELECT coalesce(sum(delta), 0)::bigint AS bytes FROM stored_bytes WHERE user_id = :user", user=user.id
    )
    count: int = rows[0]["bytes"]
    return count


async def lines(app: FastAPI, user: SignedIn) -> int:
    """Return how many lines of a user the ledger has."""
    rows = await execute(app, "SELECT count(*) AS lines FROM stored_bytes WHERE user_id = :user", user=user.id)
    count: int = rows[0]["lines"]
    return count


@pytest.mark.parametrize("limit", Limit)
def test_each_budget_has_its_setting_and_its_answer(limit: Limit, make_settings: Callable[..., Settings]) -> None:
    is_rate = limit.value.setting.startswith("rate_limit_")
    settings = make_settings(**{limit.value.setting: "1234/hour" if is_rate else 1234})

    error: Any = limit.exceeded(settings)

    assert limit.amount(settings) == 1234
    assert "1234" in error.message
    assert error.details["limit"] == limit.name.lower()
    assert error.status == (429 if "Retry-After" in error.headers else 409)
