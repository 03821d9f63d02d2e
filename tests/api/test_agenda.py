"""What is on which day in which zone, and what would slip."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.repositories import agenda as agenda_repository
from app.schemas.agenda import AgendaResponse, AttentionResponse
from app.services import agenda as agenda_service
from tests.conftest import RecordedRequests
from tests.support.probing import assert_envelope
from tests.support.rooms import DEMO, START, room_name
from tests.support.users import SignedIn

AGENDA = "/api/v1/agenda"
ATTENTION = "/api/v1/attention"
NOTHING = dict.fromkeys(("no_activity", "outcome_pending", "task_overdue", "offer_unanswered"), 0)


async def agenda(user: SignedIn, **parameters: Any) -> dict[str, Any]:
    response = await user.get(AGENDA, **parameters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found == json.loads(AgendaResponse.model_validate_json(response.content).model_dump_json())
    return found


async def days(user: SignedIn, **parameters: Any) -> dict[str, list[str]]:
    """Return the titles of what is on each day; an interview's is its type."""
    found = await agenda(user, **parameters)
    assert not found["truncated"]
    return {
        day["date"]: [entry["record"].get("title") or entry["record"]["type"] for entry in day["entries"]]
        for day in found["days"]
    }


async def attention(user: SignedIn, **parameters: Any) -> dict[str, Any]:
    response = await user.get(ATTENTION, **parameters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found == json.loads(AttentionResponse.model_validate_json(response.content).model_dump_json())
    return found


async def task(user: SignedIn, title: str, due_date: str | None = None, **fields: Any) -> dict[str, Any]:
    response = await user.post("/api/v1/tasks", {"title": title, "due_date": due_date} | fields)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


def day(days_from_now: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days_from_now)).date().isoformat()


def short(position: dict[str, Any]) -> dict[str, Any]:
    return {name: position[name] for name in ("id", "title", "company", "status")}


class TestAgenda:
    async def test_entries_stand_on_their_days_in_order(self, user: SignedIn) -> None:
        position = await user.position()
        late = await user.interview(position["id"], scheduled_date="2026-07-02T15:00:00Z", type="final")
        early = await user.interview(position["id"], scheduled_date="2026-07-02T08:00:00Z", outcome="cancelled")
        due = await task(user, "Prepare", "2026-07-02", position_id=position["id"])
        alone = await task(user, "Rest", "2026-07-04")
        await task(user, "Done", "2026-07-02", done_at="2024-01-01")
        await task(user, "Some day")

        found = await agenda(user, **{"from": "2026-07-01", "to": "2026-07-31"})

        about = short(position)
        assert found == {
            "days": [
                {
                    "date": "2026-07-02",
                    "entries": [
                        {"kind": "task", "at": None, "record": due, "position": about},
                        {"kind": "interview", "at": early["scheduled_date"], "record": early, "position": about},
                        {"kind": "interview", "at": late["scheduled_date"], "record": late, "position": about},
                    ],
                },
                {
                    "date": "2026-07-04",
                    "entries": [{"kind": "task", "at": None, "record": alone, "position": None}],
                },
            ],
            "truncated": False,
        }

    async def test_practice_sessions_are_in_it(self, user: SignedIn) -> None:
        started = (await user.post(START, {"room_id": room_name(), "mock_interview_id": DEMO})).json()

        [today] = (await agenda(user, **{"from": day(-1), "to": day(1)}))["days"]

        [entry] = today["entries"]
        session = (await user.get(f"/api/v1/sessions/{started['session_id']}")).json()
        assert (entry["kind"], entry["at"], entry["position"]) == ("practice_session", session["created_at"], None)
        assert entry["record"].items() <= session.items()

    async def test_days_are_those_of_the_zone_that_is_named_or_the_account_s(self, user: SignedIn) -> None:
        position = await user.position()
        await user.interview(position["id"], scheduled_date="2026-07-02T23:30:00Z", type="hr")
        await task(user, "Prepare", "2026-07-02")
        july = {"from": "2026-07-01", "to": "2026-07-31"}

        assert await days(user, **july) == {"2026-07-02": ["Prepare", "hr"]}
        assert await days(user, **july, tz="Pacific/Auckland") == {"2026-07-02": ["Prepare"], "2026-07-03": ["hr"]}
        await user.patch("/api/v1/auth/me", {"timezone": "Asia/Kolkata"})
        assert await days(user, **july) == {"2026-07-02": ["Prepare"], "2026-07-03": ["hr"]}
        only = {"from": "2026-07-02", "to": "2026-07-02"}
        assert await days(user, **only) == {"2026-07-02": ["Prepare"]}
        assert await days(user, **only, tz="UTC") == {"2026-07-02": ["Prepare", "hr"]}

    @pytest.mark.parametrize(
        ("zone", "on", "first", "last"),
        [
            # 23 and 25 hours long.
            ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z"),
            ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z"),
            ("Pacific/Auckland", "2026-09-27", "2026-09-26T12:00:00Z", "2026-09-27T10:59:59Z"),
            ("Pacific/Auckland", "2026-04-05", "2026-04-04T11:00:00Z", "2026-04-05T11:59:59Z"),
            ("Asia/Kolkata", "2026-03-08", "2026-03-07T18:30:00Z", "2026-03-08T18:29:59Z"),
            # Where midnight itself is skipped.
            ("America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-07T02:59:59Z"),
        ],
    )
    async def test_a_day_has_all_its_hours_when_the_clocks_change(
        self, user: SignedIn, zone: str, on: str, first: str, last: str
    ) -> None:
        position = await user.position()
        for moment in (first, last):
            await user.interview(position["id"], scheduled_date=moment, type="hr")
        for moment, step in ((first, -1), (last, 1)):
            beside = datetime.fromisoformat(moment) + timedelta(seconds=step)
            await user.interview(position["id"], scheduled_date=beside.isoformat(), type="final")

        assert await days(user, **{"from": on, "to": on}, tz=zone) == {on: ["hr", "hr"]}

    async def test_without_days_it_is_the_two_weeks_from_today(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moment = datetime(2026, 7, 1, 13, tzinfo=UTC)
        monkeypatch.setattr("app.services.agenda.utc_now", lambda: moment)
        for number in (1, 2, 14, 15, 16):
            await task(user, str(number), f"2026-07-{number:02}")

        assert [*(await days(user))] == ["2026-07-01", "2026-07-02", "2026-07-14"]
        assert [*(await days(user, tz="Pacific/Auckland"))] == ["2026-07-02", "2026-07-14", "2026-07-15"]
        assert [*(await days(user, to="2026-07-16"))][-1] == "2026-07-16"
        assert [*(await days(user, **{"from": "2026-07-15"}))] == ["2026-07-15", "2026-07-16"]

    @pytest.mark.parametrize(
        ("parameters", "errors"),
        [
            ({"tz": "Mars/Olympus"}, {"tz": "Must be the name of a time zone (Europe/Berlin)"}),
            ({"from": "tomorrow"}, {"from": "Must be a valid date (YYYY-MM-DD)"}),
            ({"from": "2026-07-02", "to": "2026-07-01"}, {"from": "Must not be after to"}),
            ({"from": "2026-01-01", "to": "2027-01-02"}, {"to": "Must be within 366 days of from"}),
            ({"to": "2190-01-01"}, {"to": "Must be within 366 days of from"}),
        ],
    )
    async def test_what_is_wrong_is_named(
        self, user: SignedIn, parameters: dict[str, str], errors: dict[str, str]
    ) -> None:
        refused = await user.get(AGENDA, **parameters)

        assert refused.status_code == 422
        assert assert_envelope(refused, "VALIDATION_ERROR")["field_errors"] == errors

    async def test_the_ends_of_the_calendar_are_no_trouble(self, user: SignedIn) -> None:
        for parameters in ({"from": "1900-01-01"}, {"to": "1900-01-01"}, {"from": "2199-12-31"}):
            assert await days(user, **parameters, tz="Pacific/Kiritimati") == {}

    async def test_it_says_when_there_is_more(self, user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(agenda_service, "MAX_ENTRIES", 2)
        position = await user.position()
        await task(user, "Last", "2026-07-09")
        await user.interview(position["id"], scheduled_date="2026-07-03T10:00:00Z")
        await user.interview(position["id"], scheduled_date="2026-07-02T10:00:00Z", type="hr")
        july = {"from": "2026-07-01", "to": "2026-07-31"}

        found = await agenda(user, **july)

        assert (found["truncated"], [on["date"] for on in found["days"]]) == (True, ["2026-07-02", "2026-07-03"])

    async def test_it_ends_where_the_notes_are_too_long(self, user: SignedIn) -> None:
        long = "é" * 20_000
        fitting = agenda_repository.MAX_NOTES_BYTES // len(long.encode()) + 1
        position = await user.position()
        for number in range(fitting + 1):
            time = f"2026-07-{number + 1:02}T10:00:00Z"
            await user.interview(position["id"], scheduled_date=time, notes=long, outcome="passed")

        found = await agenda(user, **{"from": "2026-07-01", "to": "2026-07-31"})
        whole = await agenda(user, **{"from": "2026-07-01", "to": f"2026-07-{fitting:02}"})

        assert (found["truncated"], len(found["days"])) == (True, fitting)
        assert whole == found | {"truncated": False}


class TestAttention:
    async def test_of_nothing_there_is_nothing(self, user: SignedIn) -> None:
        await user.position(application_date=day(0))

        assert await attention(user) == {"entries": [], "totals": NOTHING}

    async def test_an_application_without_activity_would_slip(self, user: SignedIn) -> None:
        quiet = await user.position(application_date=day(-20))
        older = await user.position(application_date=day(-30), status="interviewing")
        await user.position(application_date=day(-3))
        for status in ("rejected", "withdrawn", "saved"):
            await user.position(application_date=day(-20), status=status)
        await user.position(application_date=day(-20), archived=True)

        found = await attention(user)

        assert found["totals"] == NOTHING | {"no_activity": 2}
        assert found["entries"] == [
            {"reason": "no_activity", "since": position["last_activity_at"], "position": short(position)}
            for position in (older, quiet)
        ]
        assert (await attention(user, days=25))["totals"]["no_activity"] == 1
        assert (await attention(user, days=2))["totals"]["no_activity"] == 3

    @pytest.mark.parametrize(
        "kind", ["status", "interview", "interview ahead", "note", "task", "document", "session"]
    )
    async def test_whatever_happened_lately_is_activity(self, user: SignedIn, kind: str) -> None:
        position = await user.position(application_date=day(-20))
        path = f"/api/v1/positions/{position['id']}"
        interview = await user.interview(position["id"], scheduled_date=ago(days=19), outcome="passed")
        assert (await attention(user))["totals"] == NOTHING | {"no_activity": 1}

        if kind == "status":
            await user.put(f"{path}/status", {"status": "screening"})
        elif kind.startswith("interview"):
            scheduled = ago(days=3 if kind == "interview" else -3)
            await user.interview(position["id"], scheduled_date=scheduled, outcome="passed")
        elif kind == "note":
            await user.post(f"{path}/notes", {"text": "Called them"})
        elif kind == "task":
            await task(user, "Call", done_at=ago(days=1), position_id=position["id"])
        elif kind == "document":
            document = {"name": "CV", "kind": "cv", "url": "https://a.test/", "position_ids": [position["id"]]}
            await user.post("/api/v1/documents", document)
        else:
            plan = (await user.post(f"/api/v1/interviews/{interview['id']}/practice")).json()
            await user.post(START, {"room_id": room_name(), "mock_interview_id": plan["id"]})

        assert (await attention(user))["totals"] == NOTHING

    async def test_an_interview_that_was_called_off_is_nothing_to_wait_for(self, user: SignedIn) -> None:
        position = await user.position(application_date=day(-20))
        await user.interview(position["id"], scheduled_date=ago(days=-3), outcome="cancelled")

        assert (await attention(user))["totals"] == NOTHING | {"no_activity": 1}

    async def test_an_interview_that_is_over_wants_an_outcome(self, user: SignedIn) -> None:
        position = await user.position(application_date=day(-3))
        pending = await user.interview(position["id"], scheduled_date=ago(hours=3))
        for outcome in ("passed", "cancelled"):
            await user.interview(position["id"], scheduled_date=ago(hours=4), outcome=outcome)
        await user.interview(position["id"], scheduled_date=ago(hours=-3))

        [entry] = (await attention(user))["entries"]

        assert entry == {
            "reason": "outcome_pending",
            "since": pending["scheduled_date"],
            "position": short(position),
            "interview": pending,
        }

    async def test_a_task_is_overdue_when_its_day_is_over_in_the_zone(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        position = await user.position(application_date=day(0))
        due = await task(user, "Call", "2026-07-01", position_id=position["id"])
        alone = await task(user, "Rest", "2026-06-01")
        await task(user, "Done", "2026-06-01", done_at=ago(days=1))
        await task(user, "Some day")
        monkeypatch.setattr("app.services.agenda.utc_now", lambda: datetime(2026, 7, 1, 23, tzinfo=UTC))

        found = await attention(user, tz="Europe/Berlin")

        assert found["totals"]["task_overdue"] == 2
        overdue = [entry for entry in found["entries"] if entry["reason"] == "task_overdue"]
        assert overdue == [
            {"reason": "task_overdue", "due_date": "2026-06-01", "position": None, "task": alone},
            {"reason": "task_overdue", "due_date": "2026-07-01", "position": short(position), "task": due},
        ]
        assert (await attention(user))["totals"]["task_overdue"] == 1

    async def test_an_offer_wants_an_answer_within_five_days(self, user: SignedIn) -> None:
        old = await user.position(application_date=day(-30))
        body = {"status": "offer", "occurred_at": ago(days=5, minutes=1)}
        changed = (await user.put(f"/api/v1/positions/{old['id']}/status", body)).json()
        new = await user.position(application_date=day(-30))
        body = {"status": "offer", "occurred_at": ago(days=4)}
        await user.put(f"/api/v1/positions/{new['id']}/status", body)
        # A note is no answer.
        await user.post(f"/api/v1/positions/{old['id']}/notes", {"text": "Thinking"})

        found = await attention(user)

        assert found["entries"] == [
            {"reason": "offer_unanswered", "since": changed["last_activity_at"], "position": short(changed)}
        ]

    async def test_each_reason_shows_so_many_the_oldest_first(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(agenda_service, "MAX_ENTRIES_PER_REASON", 1)
        for number in (2, 1, 3):
            await task(user, str(number), f"2024-01-0{number}")
            await user.position(application_date=f"2024-01-0{number}")

        found = await attention(user)

        assert found["totals"] == NOTHING | {"no_activity": 3, "task_overdue": 3}
        assert [entry.get("since") or entry["due_date"] for entry in found["entries"]] == [
            "2024-01-01T00:00:00Z",
            "2024-01-01",
        ]

    async def test_long_notes_make_it_fewer_interviews_and_nothing_else(self, user: SignedIn) -> None:
        long = "é" * 20_000
        fitting = agenda_repository.MAX_NOTES_BYTES // len(long.encode()) + 1
        position = await user.position()
        for number in range(fitting + 1):
            await user.interview(position["id"], scheduled_date=f"2024-07-{number + 1:02}T10:00:00Z", notes=long)
        await task(user, "Late", "2024-01-01")

        found = await attention(user)

        reasons = Counter(entry["reason"] for entry in found["entries"])
        assert reasons == {"outcome_pending": fitting, "no_activity": 1, "task_overdue": 1}
        assert found["totals"] == NOTHING | reasons | {"outcome_pending": fitting + 1}

    @pytest.mark.parametrize("parameters", [{"days": "0"}, {"days": "366"}, {"days": "x"}, {"tz": "x"}])
    async def test_what_is_wrong_is_named(self, user: SignedIn, parameters: dict[str, str]) -> None:
        refused = await user.get(ATTENTION, **parameters)

        assert refused.status_code == 422
        assert set(assert_envelope(refused, "VALIDATION_ERROR")["field_errors"]) == set(parameters)


@pytest.mark.parametrize("path", [AGENDA, ATTENTION])
async def test_each_is_one_statement_over_the_user_s_own_rows(
    user: SignedIn, other_user: SignedIn, request_log: RecordedRequests, path: str
) -> None:
    position = await other_user.position()
    await other_user.interview(position["id"], scheduled_date=ago(hours=1))
    await task(other_user, "Theirs", date(2024, 1, 1).isoformat())

    await user.get(path)
    found = (await user.get(path, **{"from": day(-1)})).json()

    assert request_log.queries == 1
    assert found.get("days", found.get("entries")) == []
