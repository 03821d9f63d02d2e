"""Positions: every documented behaviour, and what the documentation leaves to good sense."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.schemas.position import PositionListResponse, PositionResponse
from tests.conftest import RecordedRequests
from tests.support.users import SignedIn
from tests.support.waiting import until

POSITIONS = "/api/v1/positions"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_created_position_is_returned_trimmed_and_kept(user: SignedIn) -> None:
    body = {
        "title": "  Senior Software Engineer ",
        "company": "Tech Corp",
        "description": "Full-stack development role",
        "location": "San Francisco, CA",
        "salary_range": "$120k - $150k",
        "status": "applied",
        "application_date": "2024-01-15",
        "job_url": "https://example.com/jobs/1",
        "source": "a friend",
        "tags": ["remote", "python", "remote"],
        "archived": True,
    }

    created = await user.post(POSITIONS, body)

    assert created.status_code == 201
    position = created.json()
    expected = body | {
        "title": "Senior Software Engineer",
        "tags": ["remote", "python"],
        "interviews": [],
        "last_activity_at": "2024-01-15T00:00:00Z",
        "next_event": None,
        "possible_duplicates": [],
    }
    assert position == expected | {key: position[key] for key in ("id", "created_at", "updated_at")}
    assert position["created_at"].endswith("Z")
    del position["possible_duplicates"]
    assert (await user.get(f"{POSITIONS}/{position['id']}")).json() == position


async def test_only_title_and_company_are_required(user: SignedIn) -> None:
    position = (await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"})).json()

    assert position["status"] == "applied"
    assert position["application_date"] == datetime.now(UTC).date().isoformat()
    assert position["description"] is None
    refused = await user.post(POSITIONS, {"title": "   "})
    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {
        "title": "This field is required",
        "company": "This field is required",
    }


@pytest.mark.parametrize("text", ["\u200b", "\u2060\ufeff", "\u00ad \u200d", "\u3000", "\u202e\u200f"])
async def test_a_text_in_which_nothing_can_be_seen_is_missing(user: SignedIn, text: str) -> None:
    refused = await user.post(POSITIONS, {"title": text, "company": text, "tags": [text]})

    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == dict.fromkeys(
        ("title", "company", "tags.0"), "This field is required"
    )


async def test_invisible_characters_of_a_real_text_are_kept(user: SignedIn) -> None:
    texts = {"title": "\U0001f468\u200d\U0001f4bb Engineer", "company": "\u200bDonau\u00addampf\u2060"}

    position = (await user.post(POSITIONS, texts)).json()

    assert {name: position[name] for name in texts} == texts


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_update_changes_only_what_it_is_sent(user: SignedIn, method: str) -> None:
    position = await user.position(description="Old", location="Berlin")
    await user.interview(position["id"])
    send = user.put if method == "PUT" else user.patch

    changed = await send(f"{POSITIONS}/{position['id']}", {"description": "New", "location": None, "unknown": 1})

    assert changed.status_code == 200
    assert changed.json()["description"] == "New"
    assert changed.json()["location"] is None
    assert changed.json()["title"] == position["title"]
    assert len(changed.json()["interviews"]) == 1
    assert changed.json()["updated_at"] > position["updated_at"]
    assert (await user.get(f"{POSITIONS}/{position['id']}")).json() == changed.json()


@pytest.mark.parametrize("field", ["title", "company", "status", "application_date", "archived"])
async def test_null_is_refused_for_a_required_field(user: SignedIn, field: str) -> None:
    position = await user.position()

    refused = await user.put(f"{POSITIONS}/{position['id']}", {field: None, "location": "Rome"})

    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {field: "This field is required"}
    assert position.items() >= (await user.get(f"{POSITIONS}/{position['id']}")).json().items()


@pytest.mark.parametrize("nothing", [None, "", " \u200b"])
async def test_null_and_blank_mean_the_default_at_creation(user: SignedIn, nothing: str | None) -> None:
    fields = dict.fromkeys(("status", "application_date", "archived", "tags", "job_url"), nothing)

    created = await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"} | fields)

    assert created.status_code == 201, created.text
    assert {name: created.json()[name] for name in fields} == {
        "status": "applied",
        "application_date": datetime.now(UTC).date().isoformat(),
        "archived": False,
        "tags": [],
        "job_url": None,
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("nothing", [None, "", "  "])
async def test_null_and_blank_clear_an_optional_field(user: SignedIn, method: str, nothing: str | None) -> None:
    position = await user.position(tags=["remote"], job_url="https://example.com")
    send = user.put if method == "PUT" else user.patch

    changed = await send(f"{POSITIONS}/{position['id']}", {"tags": nothing, "job_url": nothing})

    assert changed.status_code == 200, changed.text
    assert (changed.json()["tags"], changed.json()["job_url"]) == ([], None)


async def test_an_unknown_position_is_not_found_by_any_method(user: SignedIn) -> None:
    for answer in (
        await user.get(f"{POSITIONS}/{UNKNOWN}"),
        await user.put(f"{POSITIONS}/{UNKNOWN}", {}),
        await user.put(f"{POSITIONS}/{UNKNOWN}/status", {"status": "offer"}),
        await user.get(f"{POSITIONS}/{UNKNOWN}/history"),
        await user.delete(f"{POSITIONS}/{UNKNOWN}"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["message"] == f"Position with ID '{UNKNOWN}' not found"
        assert answer.json()["error"]["details"] == {"resource_type": "Position", "resource_id": UNKNOWN}


async def test_deleting_a_position_deletes_its_interviews(user: SignedIn) -> None:
    position = await user.position()
    interview = await user.interview(position["id"])

    deleted = await user.delete(f"{POSITIONS}/{position['id']}")

    assert deleted.status_code == 204
    assert deleted.content == b""
    assert (await user.get(f"/api/v1/interviews/{interview['id']}")).status_code == 404
    assert (await user.delete(f"{POSITIONS}/{position['id']}")).status_code == 404


class TestHistory:
    async def test_it_begins_with_the_creation_at_the_application_date(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15", status="screening")

        history = (await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]

        assert len(history) == 1
        assert history[0]["from_status"] is None
        assert history[0]["to_status"] == "screening"
        assert history[0]["occurred_at"] == "2024-01-15T00:00:00Z"

    async def test_changes_are_kept_with_the_time_they_took_effect(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        path = f"{POSITIONS}/{position['id']}"
        await user.put(f"{path}/status", {"status": "screening", "occurred_at": "2024-01-20T10:00:00+02:00"})
        await user.put(path, {"status": "interviewing"})
        await user.put(f"{path}/status", {"status": "interviewing"})

        history = (await user.get(f"{path}/history")).json()["history"]

        assert [(entry["from_status"], entry["to_status"]) for entry in history] == [
            (None, "applied"),
            ("applied", "screening"),
            ("screening", "interviewing"),
        ]
        assert history[1]["occurred_at"] == "2024-01-20T08:00:00Z"
        assert history[1]["recorded_at"] > history[1]["occurred_at"]

    async def test_a_change_dated_back_stands_where_it_happened_but_after_the_creation(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-03-01")
        path = f"{POSITIONS}/{position['id']}"
        await user.put(f"{path}/status", {"status": "interviewing"})

        changed = await user.put(f"{path}/status", {"status": "offer", "occurred_at": "2024-02-01T00:00:00"})

        assert changed.json()["status"] == "offer"
        history = (await user.get(f"{path}/history")).json()["history"]
        assert [entry["to_status"] for entry in history] == ["applied", "offer", "interviewing"]

    async def test_the_future_is_refused(self, user: SignedIn) -> None:
        position = await user.position()
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()

        refused = await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "offer", "occurred_at": tomorrow})

        assert refused.status_code == 422
        assert refused.json()["error"]["field_errors"] == {"occurred_at": "Must not be in the future"}

    async def test_a_blank_time_is_now(self, user: SignedIn) -> None:
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}"

        changed = await user.put(f"{path}/status", {"status": "offer", "occurred_at": ""})

        assert changed.status_code == 200
        last = (await user.get(f"{path}/history")).json()["history"][-1]
        assert last["occurred_at"] >= changed.json()["created_at"]

    async def test_changes_that_wait_for_each_other_are_dated_in_the_order_of_their_turns(
        self, app: FastAPI, user: SignedIn
    ) -> None:
        position = await user.position()
        interview = await user.interview(position["id"])
        path = f"{POSITIONS}/{position['id']}"

        async with app.state.runtime.database.transaction() as db:
            await db.execute(text("SELECT 1 FROM positions WHERE id = :id FOR UPDATE"), {"id": position["id"]})
            requests = [
                asyncio.create_task(user.put(f"/api/v1/interviews/{interview['id']}/outcome", {"outcome": "failed"}))
            ]
            await until_waiting(app, 1)
            requests.append(asyncio.create_task(user.put(f"{path}/status", {"status": "screening"})))
            await until_waiting(app, 2)
        answers: list[httpx.Response] = await asyncio.gather(*requests)

        assert [answer.status_code for answer in answers] == [200, 200]
        assert (await user.get(path)).json()["status"] == "screening"
        assert await steps(user, path) == [(None, "applied"), ("applied", "rejected"), ("rejected", "screening")]

    async def test_a_time_is_in_the_future_or_not_when_its_turn_has_come(
        self, app: FastAPI, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}"

        async with app.state.runtime.database.transaction() as db:
            await db.execute(text("SELECT 1 FROM positions WHERE id = :id FOR UPDATE"), {"id": position["id"]})
            soon = datetime.now(UTC) + timedelta(hours=1)
            body = {"status": "offer", "occurred_at": soon.isoformat()}
            request = asyncio.create_task(user.put(f"{path}/status", body))
            await until_waiting(app, 1)
            monkeypatch.setattr("app.services.positions.utc_now", lambda: soon)

        assert (await request).status_code == 200

    @pytest.mark.parametrize("seconds_behind", [3600, 0])
    async def test_a_clock_that_is_behind_puts_no_change_before_another(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch, seconds_behind: int
    ) -> None:
        position = await user.position()
        interview = await user.interview(position["id"])
        path = f"{POSITIONS}/{position['id']}"
        await user.put(f"{path}/status", {"status": "screening"})
        last = (await user.get(f"{path}/history")).json()["history"][-1]["occurred_at"]
        behind = datetime.fromisoformat(last) - timedelta(seconds=seconds_behind)
        for module in ("positions", "interviews"):
            monkeypatch.setattr(f"app.services.{module}.utc_now", lambda: behind)

        await user.put(f"{path}/status", {"status": "offer"})
        await user.put(f"/api/v1/interviews/{interview['id']}/outcome", {"outcome": "failed"})
        await user.put(path, {"status": "withdrawn"})
        await user.interview(position["id"], outcome="failed")

        assert [step for _, step in await steps(user, path)] == [
            "applied",
            "screening",
            "offer",
            "rejected",
            "withdrawn",
            "rejected",
        ]
        history = (await user.get(f"{path}/history")).json()["history"]
        assert {entry["occurred_at"] for entry in history[1:]} == {last}

    async def test_a_new_application_date_moves_the_beginning(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        path = f"{POSITIONS}/{position['id']}"

        await user.put(path, {"application_date": "2024-01-10"})

        assert (await user.get(f"{path}/history")).json()["history"][0]["occurred_at"] == "2024-01-10T00:00:00Z"

    async def test_changes_at_once_are_all_kept_in_one_chain(self, user: SignedIn) -> None:
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}"
        statuses = ["screening", "interviewing", "offer", "rejected", "withdrawn"]

        await asyncio.gather(*(user.put(f"{path}/status", {"status": status}) for status in statuses))

        history = (await user.get(f"{path}/history")).json()["history"]
        assert sorted(entry["to_status"] for entry in history) == sorted(["applied", *statuses])
        by_recording = sorted(history, key=lambda entry: str(entry["recorded_at"]))
        for before, after in pairwise(by_recording):
            assert after["from_status"] == before["to_status"]


async def steps(user: SignedIn, path: str) -> list[tuple[str | None, str]]:
    history = (await user.get(f"{path}/history")).json()["history"]
    return [(entry["from_status"], entry["to_status"]) for entry in history]


async def until_waiting(app: FastAPI, count: int) -> None:
    """Return when so many transactions wait for a lock in the database."""
    connection = await app.state.runtime.database.connect()
    try:
        await until(lambda: connection.fetchval(f"{WAITING} HAVING count(*) >= {count}"))
    finally:
        await connection.close()


class TestList:
    async def test_the_page_says_where_it_stands(self, user: SignedIn) -> None:
        for number in range(5):
            await user.position(title=f"Engineer {number}", application_date=f"2024-01-0{number + 1}")

        page = (await user.get(POSITIONS, page=2, per_page=2)).json()

        assert {key: value for key, value in page.items() if key != "positions"} == {
            "total": 5,
            "page": 2,
            "per_page": 2,
            "total_pages": 3,
            "has_next": True,
            "has_prev": True,
        }
        assert [position["title"] for position in page["positions"]] == ["Engineer 2", "Engineer 1"]

    async def test_a_page_past_the_end_is_empty_and_knows_the_total(self, user: SignedIn) -> None:
        await user.position()

        page = (await user.get(POSITIONS, page=9, search="engineer")).json()

        assert page["positions"] == []
        assert page["total"] == 1
        assert page["has_next"] is False

    @pytest.mark.parametrize(
        ("parameters", "field"),
        [
            ({"page": 0}, "page"),
            ({"page": 10**7}, "page"),
            ({"page": 10**40}, "page"),
            ({"per_page": 101}, "per_page"),
            ({"per_page": "many"}, "per_page"),
            ({"status": "hired"}, "status"),
            ({"sort_by": "salary"}, "sort_by"),
            ({"date_from": "yesterday"}, "date_from"),
            ({"date_from": "2024-02-01", "date_to": "2024-01-01"}, "date_from"),
        ],
    )
    async def test_wrong_parameters_are_refused_by_name(
        self, user: SignedIn, parameters: dict[str, Any], field: str
    ) -> None:
        refused = await user.get(POSITIONS, **parameters)

        assert refused.status_code == 422
        assert list(refused.json()["error"]["field_errors"]) == [field]

    async def test_pages_never_repeat_or_lose_a_row_among_equals(self, user: SignedIn) -> None:
        created = {(await user.position(company="acme" if n % 2 else "ACME"))["id"] for n in range(9)}

        for sort_by in ("application_date", "company", "title"):
            for order in ("asc", "desc"):
                seen = []
                for page in range(1, 6):
                    answer = await user.get(POSITIONS, page=page, per_page=2, sort_by=sort_by, sort_order=order)
                    seen += [position["id"] for position in answer.json()["positions"]]
                assert len(seen) == 9
                assert set(seen) == created

    async def test_names_sort_without_regard_to_case(self, user: SignedIn) -> None:
        for company in ("banana", "Apple", "cherry"):
            await user.position(company=company)

        page = (await user.get(POSITIONS, sort_by="company", sort_order="asc")).json()

        assert [position["company"] for position in page["positions"]] == ["Apple", "banana", "cherry"]

    async def test_filters_restrict_together(self, user: SignedIn) -> None:
        wanted = await user.position(
            title="Python Engineer", company="Tech Corp", status="screening", application_date="2024-03-05"
        )
        await user.position(title="Python Engineer", company="Tech Corp", status="applied")
        await user.position(title="Python Engineer", company="Other", status="screening")

        page = await user.get(
            POSITIONS,
            status="screening",
            company="tech",
            search="python",
            date_from="2024-03-05",
            date_to="2024-03-05",
        )

        assert [position["id"] for position in page.json()["positions"]] == [wanted["id"]]
        assert page.json()["total"] == 1

    async def test_archived_tag_and_source_are_filters_too(self, user: SignedIn) -> None:
        kept = await user.position(tags=["remote"], source="Job Fair")
        gone = await user.position(archived=True)

        async def ids(**parameters: Any) -> set[str]:
            return {position["id"] for position in (await user.get(POSITIONS, **parameters)).json()["positions"]}

        assert await ids() == {kept["id"], gone["id"]}
        assert await ids(archived="true") == {gone["id"]}
        assert await ids(archived="false") == {kept["id"]}
        assert await ids(tag="remote") == {kept["id"]}
        assert await ids(source="job fair") == {kept["id"]}
        assert await ids(source="job") == set()

    async def test_blank_parameters_count_as_not_sent(self, user: SignedIn) -> None:
        await user.position()

        assert (await user.get(POSITIONS, status="", company=" ", search="", date_from="")).json()["total"] == 1

    async def test_wildcards_in_a_company_mean_themselves(self, user: SignedIn) -> None:
        percent = await user.position(company="100% Real")
        under = await user.position(company="snake_case")
        slash = await user.position(company="back\\slash")
        await user.position(company="plain")

        async def ids(company: str) -> list[str]:
            page = (await user.get(POSITIONS, company=company)).json()
            return [position["id"] for position in page["positions"]]

        assert await ids("%") == [percent["id"]]
        assert await ids("_") == [under["id"]]
        assert await ids("\\") == [slash["id"]]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("python", True),
            ("PYTHON backend", True),
            ("python frontend", False),
            ("backend pyth", True),
            ("pyth backend", False),
            ("engineers", True),
            ("acme", True),
            ("the", True),
            ("kubernetes the", True),
            ("python & !backend", True),
            ("'python", True),
            ("python\\", True),
            ("nowhere", False),
        ],
    )
    async def test_search_wants_every_word_and_takes_the_last_as_a_prefix(
        self, user: SignedIn, search: str, found: bool
    ) -> None:
        await user.position(
            title="Backend Engineer", company="Acme", description="Python, and all the Kubernetes you want"
        )

        assert (await user.get(POSITIONS, search=search)).json()["total"] == int(found)

    @pytest.mark.parametrize(
        "search",
        [
            "django",
            "bar gmbh",
            "typescript",
            "cd",
            "ip",
            "js",
            "backend",
            "engineer django",
            "engineers django",
            "TypeScript React",
            "node.js",
            "node.",
            "CI/CD",
            "ci/c",
            "CI/CD tcp/ip react",
            "Python/Django",
            "Python/",
            "(Python/Django)",
            "C++",
            "example.com",
            "jobs.example.com/backend",
            "https://jobs.example.com/backend",
            "jane.doe@example.com",
            "doe",
            "front-end",
            "end",
            "frontend/back-end",
            "string",
            "List<String>",
            "R&D;",
            "3.11",
            "I/O",
        ],
    )
    async def test_search_finds_words_within_words_and_what_they_make_together(
        self, user: SignedIn, search: str
    ) -> None:
        await user.position(
            title="Senior Engineer (Python/Django)",
            company="Foo/Bar GmbH",
            description="We use React/TypeScript, CI/CD, TCP/IP and node.js; see https://jobs.example.com/backend. "
            "C++, front-end, frontend/back-end, List<String>, R&D; and async I/O with Python 3.11. "
            "Ask jane.doe@example.com",
        )

        assert (await user.get(POSITIONS, search=search)).json()["total"] == 1

    @pytest.mark.parametrize(
        "search", ["I/O", "and/or", "on/off", "react/java", "typescript/react", "12.5", "js.node"]
    )
    async def test_search_finds_parts_only_as_they_were_put_together(self, user: SignedIn, search: str) -> None:
        await user.position(description="Oracle on React/TypeScript or Java, node.js, 1.25 and 5 or 12")

        assert (await user.get(POSITIONS, search=search)).json()["total"] == 0

    @pytest.mark.parametrize("word", ["x" * 2047, "x" * 19_000, "\u023a" * 1000, "\u00e4" * 1024, "f," + "x" * 2047])
    async def test_search_finds_nothing_by_a_word_that_no_text_can_have(self, user: SignedIn, word: str) -> None:
        await user.position(title="Fox", description=f"f {word}")

        for search in (f"fox {word}", f"{word} fox", word, f"fox/{word}"):
            found = await user.get(POSITIONS, search=search)
            assert (found.status_code, found.json().get("total")) == (200, 0)

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("C++", {"C++"}),
            ("c++", {"C++"}),
            ("(C++), developer", {"C++"}),
            ("C#", {"C#"}),
            ("c# .net", {"C#"}),
            ("F#", {"F#"}),
            (".NET", {"C#", "F#"}),
            ("node.js", {"Node"}),
            ("C", {"C++", "C#", "Clerk"}),
            ("C++ C#", set()),
            ("and+SQL", {"C#"}),
            ("C++ " + "+".join("x" * 9_000) + "++", set()),
            ("G#", set()),
        ],
    )
    async def test_search_keeps_the_signs_that_make_a_word(
        self, user: SignedIn, search: str, found: set[str]
    ) -> None:
        for company, title, description in (
            ("C++", "Developer (C++17)", "Modern C++."),
            ("C#", "Engineer", "C#/.NET, ASP.NET and SQL"),
            ("F#", "Engineer", "Functional F# on .NET"),
            ("Node", "Engineer", "Node.js; see pdf#1"),
            ("Clerk", "Clerk", "c plus plus; dotnet, net, abc+"),
        ):
            await user.position(company=company, title=title, description=description)

        page = (await user.get(POSITIONS, search=search)).json()

        assert {position["company"] for position in page["positions"]} == found

    async def test_search_finds_the_longest_word(self, user: SignedIn) -> None:
        await user.position(title="Fox", description="x" * 2046)

        assert (await user.get(POSITIONS, search="fox " + "x" * 2046)).json()["total"] == 1

    @pytest.mark.parametrize("search", ["&", "|", "!", "()", "a:*", "<->", "'", "''", "\\", "a' | 'b", ":*", "!!!"])
    async def test_no_input_makes_the_search_fail(self, user: SignedIn, search: str) -> None:
        assert (await user.get(POSITIONS, search=search)).status_code == 200

    async def test_interviews_come_with_each_position_in_time_order(self, user: SignedIn) -> None:
        position = await user.position()
        later = await user.interview(position["id"], scheduled_date="2024-03-01T10:00:00Z")
        sooner = await user.interview(position["id"], scheduled_date="2024-02-01T10:00:00Z", notes='Quote " and ü')

        page = (await user.get(POSITIONS)).json()

        assert page["positions"][0]["interviews"] == [sooner, later]


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({}, "2024-02-15T14:00:00Z"),
        (
            {
                "description": 'Ü "quoted" \\ \u2028 \n\t\b\x7f <b> \U0001f600',
                "location": "",
                "salary_range": "100'000 – 120'000",
                "tags": ['"a", {b}', "ü, NULL", "\\"],
                "job_url": "https://example.com/?a=1&b=%22",
                "source": "null",
                "archived": True,
            },
            "2024-02-15T14:00:00.123456+05:30",
        ),
        ({"status": "saved", "title": '"', "company": "[]{}:,"}, "2024-02-15T14:00:00.120000Z"),
        ({"application_date": "1970-01-01"}, "1999-12-31T23:59:59.000001-10:00"),
    ],
    ids=("bare", "full", "saved", "old"),
)
async def test_what_is_read_is_exactly_what_the_documented_models_would_write(
    user: SignedIn, fields: dict[str, Any], moment: str
) -> None:
    """Rows go out as the database writes them; this holds them against the models, the order of names included."""
    position = await user.position(**fields)
    await user.interview(position["id"], scheduled_date=moment, duration_minutes=30, notes=fields.get("description"))
    await user.interview(position["id"], scheduled_date="2190-01-01T00:00:00Z")
    await user.post("/api/v1/tasks", {"title": 'A "task"', "due_date": "2190-01-01", "position_id": position["id"]})

    page = await user.get(POSITIONS)
    one = await user.get(f"{POSITIONS}/{position['id']}")

    assert one.text == PositionResponse.model_validate_json(one.content).model_dump_json()
    assert page.json() == json.loads(PositionListResponse.model_validate_json(page.content).model_dump_json())
    assert {name: one.json()[name] for name in fields} == fields
    assert page.json()["positions"] == [one.json()]
    assert one.json()["next_event"]["title"] == 'A "task"'


async def test_reading_takes_one_statement(user: SignedIn, request_log: RecordedRequests) -> None:
    position = await user.position()
    await user.interview(position["id"])
    await user.get(f"{POSITIONS}/{position['id']}")

    for path in (f"{POSITIONS}/{position['id']}", f"{POSITIONS}?search=engineer&company=a", POSITIONS):
        await user.get(path)
        assert request_log.queries == 1, path


async def test_writing_takes_a_handful_of_statements(user: SignedIn, request_log: RecordedRequests) -> None:
    await user.position()
    position = await user.position()
    # One of them looks how much the user has stored.
    assert request_log.queries == 4
    await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "offer"})
    # One of them looks how long the position's history is, and one what the position is now.
    assert request_log.queries == 6
    await user.delete(f"{POSITIONS}/{position['id']}")
    assert request_log.queries == 3
