"""A position's timeline: everything that happened, newest first, in pages."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.schemas.timeline import PositionTimelineResponse
from tests.conftest import RecordedRequests
from tests.support.probing import UNKNOWN_ID, assert_envelope
from tests.support.rooms import DEMO, START, room_name
from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"


async def page(user: SignedIn, position: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    response = await user.get(f"{POSITIONS}/{position['id']}/timeline", **parameters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found == json.loads(PositionTimelineResponse.model_validate_json(response.content).model_dump_json())
    return found


async def noted(user: SignedIn, position: dict[str, Any], occurred_at: str) -> dict[str, Any]:
    response = await user.post(
        f"{POSITIONS}/{position['id']}/notes", {"text": occurred_at, "occurred_at": occurred_at}
    )
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_it_holds_all_that_happened_each_with_its_record(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-15")
    path = f"{POSITIONS}/{position['id']}"
    body = {"status": "screening", "occurred_at": "2024-01-20T08:00:00Z", "note": "They called"}
    await user.put(f"{path}/status", body)
    ahead = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)
    interview = await user.interview(position["id"], scheduled_date=ahead.isoformat())
    note = await noted(user, position, "2024-01-18T10:00:00Z")
    task = {"title": "Write", "done_at": "2024-01-19T09:00:00Z"}
    done = (await user.post(f"{path}/tasks", task)).json()
    await user.post(f"{path}/tasks", {"title": "Open"})
    document = {"name": "CV", "kind": "cv", "url": "https://a.test/cv", "position_ids": [position["id"]]}
    sent = (await user.post("/api/v1/documents", document)).json()
    plan = (await user.post(f"/api/v1/interviews/{interview['id']}/practice")).json()
    start = {"room_id": room_name(), "mock_interview_id": plan["id"]}
    practised = (await user.post(START, start)).json()
    # None of these is of the position.
    await noted(user, await user.position(), "2024-01-18T11:00:00Z")
    await user.post(START, {"room_id": room_name(), "mock_interview_id": DEMO})

    found = await page(user, position)

    history = (await user.get(f"{path}/history")).json()["history"]
    session = (await user.get(f"/api/v1/sessions/{practised['session_id']}")).json()
    practised_for_it = (await user.get("/api/v1/sessions", position_id=position["id"])).json()
    assert practised_for_it["total"] == 1
    assert [listed["id"] for listed in practised_for_it["sessions"]] == [session["id"]]
    assert [(entry["kind"], entry["at"]) for entry in found["entries"]] == [
        ("interview", interview["scheduled_date"]),
        ("practice_session", session["created_at"]),
        ("document", sent["created_at"]),
        ("status_change", "2024-01-20T08:00:00Z"),
        ("task", "2024-01-19T09:00:00Z"),
        ("note", "2024-01-18T10:00:00Z"),
        ("status_change", "2024-01-15T00:00:00Z"),
    ]
    records = [entry["record"] for entry in found["entries"]]
    assert [records[0], *records[2:]] == [interview, sent, history[1], done, note, history[0]]
    assert records[1].items() <= session.items()
    assert (found["total"], found["total_pages"], found["has_next"], found["next"]) == (7, 1, False, None)
    seen = (await user.get(path)).json()
    assert seen["last_activity_at"] == session["created_at"]


@pytest.mark.parametrize("per_page", [1, 2, 3, 100])
async def test_pages_by_number_and_by_key_hold_the_same(user: SignedIn, per_page: int) -> None:
    position = await user.position(application_date="2024-01-15")
    for moment in ("2024-01-16T10:00:00Z", "2024-01-16T10:00:00Z", "2024-01-16T10:00:00.000001Z", "2024-01-17"):
        await noted(user, position, moment)
    whole = (await page(user, position))["entries"]
    assert len(whole) == 5

    by_number = [
        await page(user, position, page=number + 1, per_page=per_page) for number in range(-(-5 // per_page))
    ]
    by_key = [await page(user, position, per_page=per_page)]
    while by_key[-1]["next"]:
        by_key.append(await page(user, position, per_page=per_page, after=by_key[-1]["next"]))

    assert by_key == by_number
    assert [entry for part in by_key for entry in part["entries"]] == whole
    beyond = await page(user, position, page=9, per_page=per_page)
    assert (beyond["entries"], beyond["total"], beyond["next"]) == ([], 5, None)


async def test_what_comes_in_between_two_pages_moves_nothing(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-15")
    for day in (16, 17, 18):
        await noted(user, position, f"2024-01-{day}T10:00:00Z")
    first = await page(user, position, per_page=2)

    await noted(user, position, "2024-01-19T10:00:00Z")
    await user.delete(f"/api/v1/notes/{first['entries'][1]['record']['id']}")
    second = await page(user, position, per_page=2, after=first["next"])

    assert [entry["at"][:10] for entry in second["entries"]] == ["2024-01-16", "2024-01-15"]
    assert (second["has_next"], second["has_prev"], second["total"]) == (False, True, 4)


@pytest.mark.parametrize("after", ["x", "bm9uZQ==", "MjAyNCBub3RlIHg=", "\u00e9", "x" * 201])
async def test_what_is_no_key_is_refused(user: SignedIn, after: str) -> None:
    position = await user.position()

    refused = await user.get(f"{POSITIONS}/{position['id']}/timeline", after=after)

    assert refused.status_code == 422
    assert set(assert_envelope(refused, "VALIDATION_ERROR")["field_errors"]) == {"after"}


async def test_another_user_s_is_not_there(user: SignedIn, other_user: SignedIn) -> None:
    position = await other_user.position()

    for position_id in (position["id"], UNKNOWN_ID):
        refused = await user.get(f"{POSITIONS}/{position_id}/timeline", page=2)
        assert refused.status_code == 404
        assert_envelope(refused, "RESOURCE_NOT_FOUND")


async def test_it_is_one_statement(user: SignedIn, request_log: RecordedRequests) -> None:
    position = await user.position()
    await page(user, position)

    await page(user, position)

    assert request_log.queries == 1
