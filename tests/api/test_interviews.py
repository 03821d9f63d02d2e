"""Interviews: every documented behaviour, and what follows for their position."""

from typing import Any

import pytest

from tests.conftest import RecordedRequests
from tests.support.users import SignedIn

INTERVIEWS = "/api/v1/interviews"
POSITIONS = "/api/v1/positions"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def test_a_created_interview_is_returned_and_kept(user: SignedIn) -> None:
    position = await user.position()
    body = {
        "type": "technical",
        "place": "video",
        "scheduled_date": "2024-02-15T14:00:00",
        "duration_minutes": 60,
        "notes": "Technical interview with the engineering team",
        "outcome": "pending",
    }

    created = await user.post(f"{POSITIONS}/{position['id']}/interviews", body)

    assert created.status_code == 201
    interview = created.json()
    expected = body | {"scheduled_date": "2024-02-15T14:00:00Z", "position_id": position["id"]}
    assert interview == expected | {key: interview[key] for key in ("id", "created_at", "updated_at")}
    assert (await user.get(f"{INTERVIEWS}/{interview['id']}")).json() == interview


async def test_times_are_kept_in_utc(user: SignedIn) -> None:
    position = await user.position()

    interview = await user.interview(position["id"], scheduled_date="2024-02-15T23:30:00-05:00")

    assert interview["scheduled_date"] == "2024-02-16T04:30:00Z"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("type", "casual", "Must be one of: technical, behavioral, hr, final"),
        ("place", "moon", "Must be one of: phone, video, onsite"),
        ("outcome", "maybe", "Must be one of: pending, passed, failed, cancelled"),
        ("scheduled_date", "soon", "Must be a valid date and time (ISO 8601)"),
        ("scheduled_date", None, "This field is required"),
        ("scheduled_date", "1899-12-31T23:59:59Z", "Must be between 1900 and 2199"),
        ("scheduled_date", "1900-01-01T00:00:00+01:00", "Must be between 1900 and 2199"),
        ("scheduled_date", "2199-12-31T23:59:59-01:00", "Must be between 1900 and 2199"),
        ("duration_minutes", 0, "Must be at least 1"),
        ("duration_minutes", 481, "Must be at most 480"),
        ("duration_minutes", "60", "Must be a whole number"),
        ("duration_minutes", 60.5, "Must be a whole number"),
        ("duration_minutes", 481.0, "Must be at most 480"),
        ("duration_minutes", True, "Must be a whole number"),
        ("notes", "x" * 20_001, "Must be at most 20000 characters"),
    ],
)
async def test_wrong_fields_are_refused_by_name(user: SignedIn, field: str, value: Any, sentence: str) -> None:
    position = await user.position()
    body = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z", field: value}

    refused = await user.post(f"{POSITIONS}/{position['id']}/interviews", body)

    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {field: sentence}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_update_changes_only_what_it_is_sent(user: SignedIn, method: str) -> None:
    interview = await user.interview((await user.position())["id"], duration_minutes=45, notes="Bring laptop")
    send = user.put if method == "PUT" else user.patch

    changed = await send(f"{INTERVIEWS}/{interview['id']}", {"place": "onsite", "notes": None})

    assert changed.status_code == 200
    kept = {key: value for key, value in interview.items() if key != "updated_at"}
    assert changed.json() == kept | {"place": "onsite", "notes": None, "updated_at": changed.json()["updated_at"]}


async def test_null_and_blank_are_as_good_as_nothing(user: SignedIn) -> None:
    position = await user.position()
    for nothing in (None, "", "  "):
        interview = await user.interview(position["id"], outcome=nothing, duration_minutes=nothing)
        assert (interview["outcome"], interview["duration_minutes"]) == ("pending", None)

        path = f"{INTERVIEWS}/{(await user.interview(position['id'], duration_minutes=45))['id']}"
        assert (await user.put(path, {"duration_minutes": nothing})).json()["duration_minutes"] is None
    refused = await user.put(path, {"outcome": None})
    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {"outcome": "This field is required"}


async def test_a_duration_may_be_written_with_a_point(user: SignedIn) -> None:
    interview = await user.interview((await user.position())["id"], duration_minutes=60.0)
    assert interview["duration_minutes"] == 60

    changed = await user.put(f"{INTERVIEWS}/{interview['id']}", {"duration_minutes": 45.0})

    assert changed.json()["duration_minutes"] == 45


async def test_single_fields_have_endpoints_of_their_own(user: SignedIn) -> None:
    interview = await user.interview((await user.position())["id"])
    path = f"{INTERVIEWS}/{interview['id']}"

    scheduled = await user.put(f"{path}/schedule", {"scheduled_date": "2024-02-16T15:00:00"})
    noted = await user.put(f"{path}/notes", {"notes": "Great discussion"})
    passed = await user.put(f"{path}/outcome", {"outcome": "passed"})

    assert scheduled.json()["scheduled_date"] == "2024-02-16T15:00:00Z"
    assert noted.json()["notes"] == "Great discussion"
    assert passed.json()["outcome"] == "passed"
    for name, field in (("schedule", "scheduled_date"), ("notes", "notes"), ("outcome", "outcome")):
        refused = await user.put(f"{path}/{name}", {})
        assert refused.status_code == 422
        assert refused.json()["error"]["field_errors"] == {field: "This field is required"}


class TestFailure:
    """A failed interview rejects the position, by whichever endpoint."""

    async def check(self, user: SignedIn, position_id: str) -> None:
        assert (await user.get(f"{POSITIONS}/{position_id}")).json()["status"] == "rejected"
        history = (await user.get(f"{POSITIONS}/{position_id}/history")).json()["history"]
        assert history[-1]["to_status"] == "rejected"

    async def test_by_the_outcome_endpoint(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position(status="interviewing"))["id"])
        await user.put(f"{INTERVIEWS}/{interview['id']}/outcome", {"outcome": "failed"})
        await self.check(user, interview["position_id"])

    async def test_by_the_general_update(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position(status="interviewing"))["id"])
        await user.patch(f"{INTERVIEWS}/{interview['id']}", {"outcome": "failed"})
        await self.check(user, interview["position_id"])

    async def test_at_creation(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"], outcome="failed")
        await self.check(user, interview["position_id"])

    async def test_other_outcomes_leave_the_position_alone(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position(status="interviewing"))["id"])
        for outcome in ("passed", "cancelled", "pending"):
            await user.put(f"{INTERVIEWS}/{interview['id']}/outcome", {"outcome": outcome})
        assert (await user.get(f"{POSITIONS}/{interview['position_id']}")).json()["status"] == "interviewing"

    async def test_a_reopened_position_stays_open_while_other_fields_change(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"], outcome="failed")
        await user.put(f"{POSITIONS}/{interview['position_id']}/status", {"status": "interviewing"})
        await user.put(f"{INTERVIEWS}/{interview['id']}/notes", {"notes": "They called again"})
        assert (await user.get(f"{POSITIONS}/{interview['position_id']}")).json()["status"] == "interviewing"


async def test_a_position_lists_its_interviews_in_time_order(user: SignedIn) -> None:
    position = await user.position()
    later = await user.interview(position["id"], scheduled_date="2024-03-01T10:00:00Z")
    sooner = await user.interview(position["id"], scheduled_date="2024-02-01T10:00:00Z")
    empty = await user.position()

    listed = await user.get(f"{POSITIONS}/{position['id']}/interviews")

    assert listed.json() == {"interviews": [sooner, later], "total": 2}
    assert (await user.get(f"{POSITIONS}/{empty['id']}/interviews")).json() == {"interviews": [], "total": 0}
    assert (await user.get(f"{POSITIONS}/{UNKNOWN}/interviews")).status_code == 404


async def test_the_list_of_all_interviews_has_filters_and_pages(user: SignedIn) -> None:
    position = await user.position()
    january = await user.interview(position["id"], scheduled_date="2024-01-10T10:00:00Z", type="hr")
    february = await user.interview(position["id"], scheduled_date="2024-02-10T10:00:00Z", outcome="passed")
    march = await user.interview((await user.position())["id"], scheduled_date="2024-03-10T10:00:00Z")

    async def listed(**parameters: Any) -> list[dict[str, Any]]:
        interviews: list[dict[str, Any]] = (await user.get(INTERVIEWS, **parameters)).json()["interviews"]
        return interviews

    assert await listed() == [january, february, march]
    assert await listed(**{"from": "2024-02-10T10:00:00Z"}) == [february, march]
    assert await listed(to="2024-02-10T10:00:00Z") == [january, february]
    assert await listed(type="hr") == [january]
    assert await listed(outcome="passed") == [february]
    assert await listed(page=2, per_page=2) == [march]
    past = (await user.get(INTERVIEWS, page=5, per_page=2)).json()
    assert (past["total"], past["interviews"], past["has_next"]) == (3, [], False)
    refused = await user.get(INTERVIEWS, **{"from": "2024-03-01", "to": "2024-02-01"})
    assert refused.status_code == 422
    assert list(refused.json()["error"]["field_errors"]) == ["from"]


async def test_a_date_alone_bounds_by_its_whole_day(user: SignedIn) -> None:
    position = await user.position()
    before, first, last, after = [
        await user.interview(position["id"], scheduled_date=f"2024-{time}Z")
        for time in ("01-31T23:59:59.999999", "02-01T00:00:00", "02-01T23:59:59.999999", "02-02T00:00:00")
    ]

    async def listed(**parameters: Any) -> list[dict[str, Any]]:
        interviews: list[dict[str, Any]] = (await user.get(INTERVIEWS, **parameters)).json()["interviews"]
        return interviews

    assert await listed(to="2024-02-01") == [before, first, last]
    assert await listed(**{"from": "2024-02-01", "to": " 2024-02-01 "}) == [first, last]
    assert await listed(**{"from": "2024-02-01"}) == [first, last, after]
    assert await listed(to="2024-02-01T00:00:00Z") == [before, first]
    assert await listed(to="2024-02-01T00:00") == [before, first]
    refused = await user.get(INTERVIEWS, to="2024-02-30")
    assert refused.json()["error"]["field_errors"] == {"to": "Must be a valid date and time (ISO 8601)"}


async def test_deleting_an_interview_leaves_its_position(user: SignedIn) -> None:
    interview = await user.interview((await user.position())["id"])

    assert (await user.delete(f"{INTERVIEWS}/{interview['id']}")).status_code == 204

    assert (await user.get(f"{INTERVIEWS}/{interview['id']}")).status_code == 404
    assert (await user.get(f"{POSITIONS}/{interview['position_id']}")).json()["interviews"] == []


async def test_an_unknown_interview_is_not_found_by_any_method(user: SignedIn) -> None:
    for answer in (
        await user.get(f"{INTERVIEWS}/{UNKNOWN}"),
        await user.put(f"{INTERVIEWS}/{UNKNOWN}", {}),
        await user.put(f"{INTERVIEWS}/{UNKNOWN}/outcome", {"outcome": "passed"}),
        await user.delete(f"{INTERVIEWS}/{UNKNOWN}"),
    ):
        assert answer.status_code == 404
        assert answer.json()["error"]["details"] == {"resource_type": "Interview", "resource_id": UNKNOWN}


async def test_no_interview_of_an_unknown_position_is_stored(user: SignedIn) -> None:
    body = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z"}

    assert (await user.post(f"{POSITIONS}/{UNKNOWN}/interviews", body)).status_code == 404
    assert (await user.get(INTERVIEWS)).json()["total"] == 0


async def test_reading_takes_one_statement(user: SignedIn, request_log: RecordedRequests) -> None:
    interview = await user.interview((await user.position())["id"])
    for path in (
        f"{INTERVIEWS}/{interview['id']}",
        INTERVIEWS,
        f"{POSITIONS}/{interview['position_id']}/interviews",
    ):
        await user.get(path)
        await user.get(path)
        assert request_log.queries == 1, path
