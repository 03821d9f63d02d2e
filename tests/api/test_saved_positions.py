"""Positions that nobody has applied for yet, and what is said of every position beside its fields."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"
SAVED = {"title": "Engineer", "company": "Acme", "status": "saved"}


def today(days_from_now: int = 0) -> str:
    return (datetime.now(UTC) + timedelta(days=days_from_now)).date().isoformat()


async def saved(user: SignedIn, **fields: Any) -> dict[str, Any]:
    response = await user.post(POSITIONS, SAVED | fields)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def history(user: SignedIn, position: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]
    return found


class TestSaving:
    async def test_a_saved_position_has_no_date_unless_one_is_sent(self, user: SignedIn) -> None:
        position = await saved(user)

        assert (position["status"], position["application_date"]) == ("saved", None)
        assert (await saved(user, application_date="2024-03-01"))["application_date"] == "2024-03-01"
        [creation] = await history(user, position)
        assert (creation["from_status"], creation["to_status"]) == (None, "saved")
        assert creation["occurred_at"] == position["last_activity_at"]
        assert creation["occurred_at"] <= position["created_at"]

    async def test_it_is_applied_for_on_the_day_on_which_it_is_no_longer_saved(self, user: SignedIn) -> None:
        position = await saved(user)

        applied = await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "applied"})

        assert applied.json()["application_date"] == today()
        steps = await history(user, position)
        assert [(step["from_status"], step["to_status"]) for step in steps] == [(None, "saved"), ("saved", "applied")]

    async def test_that_day_is_the_day_of_occurred_at(self, user: SignedIn) -> None:
        position = await saved(user)
        body = {"status": "screening", "occurred_at": "2024-01-20T23:30:00Z"}

        changed = await user.put(f"{POSITIONS}/{position['id']}/status", body)

        assert (changed.json()["status"], changed.json()["application_date"]) == ("screening", "2024-01-20")

    @pytest.mark.parametrize("kept", ["2024-02-02", None])
    async def test_a_date_that_is_sent_or_there_stays(self, user: SignedIn, kept: str | None) -> None:
        position = await saved(user, application_date=kept)
        sent = {} if kept else {"application_date": "2024-02-02"}

        changed = await user.put(f"{POSITIONS}/{position['id']}", {"status": "applied"} | sent)

        assert changed.json()["application_date"] == "2024-02-02"

    async def test_a_failed_interview_applies_for_it_too(self, user: SignedIn) -> None:
        position = await saved(user)

        await user.interview(position["id"], outcome="failed")

        found = (await user.get(f"{POSITIONS}/{position['id']}")).json()
        assert (found["status"], found["application_date"]) == ("rejected", today())

    async def test_only_a_saved_position_can_be_without_a_date(self, user: SignedIn) -> None:
        position = await saved(user, application_date="2024-02-02")
        path = f"{POSITIONS}/{position['id']}"

        assert (await user.put(path, {"application_date": None})).json()["application_date"] is None
        refused = await user.put(path, {"status": "applied", "application_date": None})
        assert refused.status_code == 422
        assert refused.json()["error"]["field_errors"] == {"application_date": "This field is required"}
        assert (await user.get(path)).json()["status"] == "saved"

    async def test_a_new_date_does_not_move_the_saving(self, user: SignedIn) -> None:
        position = await saved(user)

        await user.put(f"{POSITIONS}/{position['id']}", {"application_date": "2024-02-02"})

        assert (await history(user, position))[0]["occurred_at"] == position["last_activity_at"]

    @pytest.mark.parametrize("order", ["asc", "desc"])
    async def test_lists_have_those_without_a_date_last(self, user: SignedIn, order: str) -> None:
        dateless = [(await saved(user))["id"] for _ in range(3)]
        dated = [(await user.position(application_date=f"2024-01-0{day}"))["id"] for day in (1, 2)]

        pages = [
            (await user.get(POSITIONS, sort_order=order, page=page, per_page=2)).json()["positions"]
            for page in (1, 2, 3)
        ]

        found = [position["id"] for page in pages for position in page]
        assert found[:2] == (dated if order == "asc" else dated[::-1])
        assert sorted(found[2:]) == sorted(dateless)

    async def test_they_can_be_listed_alone(self, user: SignedIn) -> None:
        await user.position()
        position = await saved(user)

        found = (await user.get(POSITIONS, status="saved")).json()

        assert [entry["id"] for entry in found["positions"]] == [position["id"]]


class TestNotesOfChanges:
    async def test_why_stands_in_the_history(self, user: SignedIn) -> None:
        position = await user.position()
        body = {"status": "rejected", "note": "  No budget this year "}

        assert (await user.put(f"{POSITIONS}/{position['id']}/status", body)).status_code == 200

        assert [step["note"] for step in await history(user, position)] == [None, "No budget this year"]

    async def test_a_note_for_the_status_that_it_has_goes_to_its_entry(self, user: SignedIn) -> None:
        position = await user.position()
        await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "offer"})

        for note in ("Two weeks to decide", None):
            await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "offer", "note": note})

        assert [step["note"] for step in await history(user, position)] == [None, "Two weeks to decide"]

    async def test_it_has_a_limit(self, user: SignedIn) -> None:
        position = await user.position()
        body = {"status": "rejected", "note": "x" * 501}

        refused = await user.put(f"{POSITIONS}/{position['id']}/status", body)

        assert refused.status_code == 422
        assert refused.json()["error"]["field_errors"] == {"note": "Must be at most 500 characters"}


class TestDateOfAChange:
    @pytest.mark.parametrize(("days", "status"), [(-1, 200), (2, 422)])
    async def test_a_date_alone_is_over_or_it_is_not(self, user: SignedIn, days: int, status: int) -> None:
        position = await user.position()
        body = {"status": "offer", "occurred_at": today(days)}

        answer = await user.put(f"{POSITIONS}/{position['id']}/status", body)

        assert answer.status_code == status
        if status == 422:
            assert answer.json()["error"]["field_errors"] == {"occurred_at": "Must not be in the future"}

    @pytest.mark.parametrize(
        ("now", "day", "expected"),
        [
            ("2026-06-10T09:59:00", "2026-06-11", None),
            ("2026-06-10T10:00:00", "2026-06-11", "2026-06-10T10:00:00Z"),
            ("2026-06-10T10:00:00", "2026-06-10", "2026-06-10T00:00:00Z"),
        ],
    )
    async def test_it_may_be_any_day_that_is_today_somewhere(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch, now: str, day: str, expected: str | None
    ) -> None:
        position = await user.position()
        moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
        for module in ("core.time_zones", "schemas.fields", "services.positions"):
            monkeypatch.setattr(f"app.{module}.utc_now", lambda: moment)

        answer = await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "offer", "occurred_at": day})

        assert answer.status_code == (200 if expected else 422)
        if expected:
            assert (await history(user, position))[-1]["occurred_at"] == expected


class TestDuplicates:
    async def test_the_same_job_is_named_and_made_all_the_same(self, user: SignedIn) -> None:
        first = await user.position(title="Sr. Engineer (Backend)", company="ACME, Inc.")
        await user.position(title="Sr. Engineer (Frontend)", company="ACME, Inc.")

        second = await user.position(title="sr engineer - BACKEND", company="Acme Inc")

        fields = ("id", "title", "company", "status", "application_date", "job_url")
        assert second["possible_duplicates"] == [{name: first[name] for name in fields}]
        third = await user.position(title="SR ENGINEER BACKEND", company="acme inc")
        assert [other["id"] for other in third["possible_duplicates"]] == [second["id"], first["id"]]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("https://www.example.com/jobs/1?utm_source=a&gclid=b", "http://example.com/jobs/1/", True),
            ("https://example.com/jobs?id=1&refId=x&lang=en#top", "https://EXAMPLE.com/jobs?lang=en&id=1", True),
            ("https://example.com/jobs?id=1", "https://example.com/jobs?id=2", False),
            ("https://example.com/#/jobs/1", "https://example.com/#/jobs/2", False),
            ("https://example.com/Jobs/1", "https://example.com/jobs/1", False),
        ],
    )
    async def test_the_same_posting_is_found_by_its_address(
        self, user: SignedIn, one: str, other: str, same: bool
    ) -> None:
        await user.position(title="Engineer", job_url=one)

        found = await user.position(title="Developer", job_url=other)

        assert bool(found["possible_duplicates"]) == same

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("C++ Developer", "C# Developer", False),
            ("C++ Developer", "c++-developer", True),
            ("Straße", "STRASSE", True),
            ("Zoë’s Café", "zoë's café", True),
            ("営業", "営業 ", True),
            ("???", "!!!", False),
            ("Engineer #12", "Engineer 12", True),
        ],
    )
    async def test_signs_make_no_difference_but_those_of_a_word(
        self, user: SignedIn, one: str, other: str, same: bool
    ) -> None:
        await user.position(title=one)

        assert bool((await user.position(title=other))["possible_duplicates"]) == same

    async def test_a_changed_position_is_found_by_what_it_is_now(self, user: SignedIn) -> None:
        position = await user.position(title="Engineer", job_url="https://example.com/1")
        await user.put(f"{POSITIONS}/{position['id']}", {"title": "Designer", "job_url": None})

        assert (await user.position(title="Engineer", job_url="https://example.com/1"))["possible_duplicates"] == []
        [found] = (await user.position(title="Designer"))["possible_duplicates"]
        assert found["id"] == position["id"]

    async def test_they_are_named_later_too(self, user: SignedIn, other_user: SignedIn) -> None:
        first = await user.position(title="Engineer", job_url="https://example.com/1")
        by_title = await user.position(title="engineer")
        by_address = await user.position(title="Designer", job_url="https://www.example.com/1/")
        await user.position(title="Nurse")
        await other_user.position(title="Engineer")

        async def named(position: dict[str, Any]) -> list[str]:
            answer = await user.get(f"{POSITIONS}/{position['id']}/duplicates")
            return [other["id"] for other in answer.json()["possible_duplicates"]]

        assert await named(first) == [by_address["id"], by_title["id"]]
        assert await named(by_title) == [first["id"]]
        assert (await other_user.get(f"{POSITIONS}/{first['id']}/duplicates")).status_code == 404

    async def test_no_other_user_s_position_is_named(self, user: SignedIn, other_user: SignedIn) -> None:
        await other_user.position(job_url="https://example.com/1")

        assert (await user.position(job_url="https://example.com/1"))["possible_duplicates"] == []


class TestEvents:
    async def test_interviews_are_activity_when_they_are_over_and_next_before(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        path = f"{POSITIONS}/{position['id']}"
        soon = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
        later = soon + timedelta(days=1)
        await user.interview(position["id"], scheduled_date="2024-02-01T09:00:00Z")
        await user.interview(position["id"], scheduled_date=soon.isoformat(), outcome="cancelled")
        coming = await user.interview(position["id"], scheduled_date=later.isoformat(), type="final")

        found = (await user.get(path)).json()

        assert found["last_activity_at"] == "2024-02-01T09:00:00Z"
        assert found["next_event"] == {
            "kind": "interview",
            "id": coming["id"],
            "title": "final",
            "at": coming["scheduled_date"],
            "date": later.date().isoformat(),
        }
        assert (await user.get(POSITIONS)).json()["positions"] == [found]

    async def test_a_change_of_status_is_activity(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        assert position["last_activity_at"] == "2024-01-15T00:00:00Z"

        changed = await user.put(f"{POSITIONS}/{position['id']}/status", {"status": "screening"})

        assert changed.json()["last_activity_at"] == (await history(user, position))[-1]["occurred_at"]
        assert changed.json()["next_event"] is None

    async def test_an_application_that_is_planned_is_no_activity_yet(self, user: SignedIn) -> None:
        position = await user.position(application_date=today(5))

        assert position["last_activity_at"] == position["created_at"]
        found = (await user.get(f"{POSITIONS}/{position['id']}")).json()
        assert found["last_activity_at"] == position["created_at"]
