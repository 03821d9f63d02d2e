"""The calendar feed: what calendar programs read, and who may."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from app.core.passwords import opaque_token_hash
from tests.conftest import MakeApp, RecordedRequests, client_of
from tests.support.probing import UNKNOWN_ID
from tests.support.users import SignedIn, sign_up

INTERVIEWS = "/api/v1/interviews"
FEED = f"{INTERVIEWS}/calendar-feed"
CALENDAR = f"{INTERVIEWS}/calendar.ics"


async def new_feed(user: SignedIn) -> str:
    response = await user.post(FEED)
    assert response.status_code == 201, response.text
    token: str = response.json()["token"]
    return token


async def read(user: SignedIn, token: str, tasks: str = "", **headers: str) -> httpx.Response:
    return await user.client.get(CALENDAR, params={"token": token, "tasks": tasks}, headers=headers)


async def events(user: SignedIn, token: str) -> list[Any]:
    response = await read(user, token)
    assert response.status_code == 200, response.text
    return list(Calendar.from_ical(response.content).walk("VEVENT"))


async def task_events(user: SignedIn, token: str) -> list[Any]:
    return list(Calendar.from_ical((await read(user, token, tasks="true")).content).walk("VEVENT"))


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


async def test_feed_is_made_shown_and_revoked(user: SignedIn) -> None:
    for answer in (await user.get(FEED), await user.delete(FEED)):
        assert answer.status_code == 404
        error = answer.json()["error"]
        assert error["message"] == "There is no calendar feed"
        assert error["details"] == {"resource_type": "Calendar feed", "resource_id": user.id}

    created = await user.post(FEED + "/")

    assert created.status_code == 201
    feed = created.json()
    assert set(feed) == {"url", "token", "created_at"}
    assert feed["url"] == f"http://test{CALENDAR}?token={feed['token']}"
    assert (await user.client.get(feed["url"])).status_code == 200
    assert (await user.get(FEED)).json() == {"active": True, "created_at": feed["created_at"]}
    revoked = await user.delete(FEED)
    assert (revoked.status_code, revoked.content) == (204, b"")
    assert (await user.client.get(feed["url"])).status_code == 401
    assert (await user.get(FEED)).json()["error"]["code"] == "RESOURCE_NOT_FOUND"


async def test_new_feed_replaces_the_old(user: SignedIn) -> None:
    old, new = await new_feed(user), await new_feed(user)

    assert old != new
    assert (await read(user, old)).status_code == 401
    assert (await read(user, new)).status_code == 200


async def test_a_secret_address_is_not_remembered_for_its_key(user: SignedIn) -> None:
    first, second = [await user.post(FEED, None, **{"Idempotency-Key": "feed-1"}) for _ in range(2)]

    assert (first.status_code, second.status_code) == (201, 409)
    assert first.json()["token"] not in second.text
    assert (await read(user, first.json()["token"])).status_code == 200


async def test_address_names_the_prefix_of_a_proxy(make_app: MakeApp) -> None:
    async with make_app() as app, client_of(app) as client:
        user = await sign_up(client)
        transport = httpx.ASGITransport(app, root_path="/tracker")
        async with httpx.AsyncClient(transport=transport, base_url="https://jobs.example.com:8443/tracker") as behind:
            created = await behind.post(FEED, headers=user.headers)

    assert created.json()["url"].startswith(f"https://jobs.example.com:8443/tracker{CALENDAR}?token=")


@pytest.mark.parametrize("path", [CALENDAR, CALENDAR + "?token=", CALENDAR + "/"])
async def test_without_a_token_it_is_403(user: SignedIn, path: str) -> None:
    response = await user.get(path)

    assert response.status_code == 403
    assert response.json()["error"]["message"] == "Not authenticated"


@pytest.mark.parametrize("token", ["x", "%00", "%ed%a0%80", "x" * 5000, "%22%27;--"])
async def test_unknown_tokens_are_401(user: SignedIn, token: str) -> None:
    response = await user.client.get(f"{CALENDAR}?token={token}")

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "AUTHENTICATION_ERROR"


async def test_feed_is_managed_by_its_user_only(user: SignedIn, other_user: SignedIn) -> None:
    await new_feed(user)

    for method in ("GET", "POST", "DELETE"):
        assert (await user.client.request(method, FEED)).status_code == 403
    assert (await other_user.get(FEED)).status_code == 404
    assert (await other_user.delete(FEED)).status_code == 404


async def test_feed_ends_with_its_account(user: SignedIn) -> None:
    token = await new_feed(user)

    assert (await user.delete("/api/v1/auth/me", {"password": user.password})).status_code in {200, 204}

    assert (await read(user, token)).status_code == 401


async def test_event_says_what_the_interview_is(user: SignedIn) -> None:
    position = await user.position(title="Senior Engineer", job_url="https://example.com/jobs?a=1,2;3")
    interview = await user.interview(
        position["id"],
        scheduled_date="2024-02-15T15:00:00+01:00",
        duration_minutes=90,
        notes="Bring; the, slides\nok",
    )
    token = await new_feed(user)

    response = await read(user, token)

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/calendar; charset=utf-8"
    assert response.headers["cache-control"] == "private, no-cache"
    lines = unfolded(response.content)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[2].startswith("PRODID:")
    assert "X-WR-CALNAME:Interviews" in lines
    stamp = datetime.fromisoformat(interview["updated_at"]).strftime("%Y%m%dT%H%M%SZ")
    start = lines.index("BEGIN:VEVENT")
    assert sorted(lines[start : lines.index("END:VEVENT")]) == sorted(
        [
            "BEGIN:VEVENT",
            f"UID:{interview['id']}@interview-tracker",
            f"DTSTAMP:{stamp}",
            f"LAST-MODIFIED:{stamp}",
            "SEQUENCE:0",
            "DTSTART:20240215T140000Z",
            "DTEND:20240215T153000Z",
            "SUMMARY:Technical interview: Senior Engineer at Acme",
            "DESCRIPTION:Bring\\; the\\, slides\\nok",
            "LOCATION:Video call",
            "STATUS:CONFIRMED",
            "URL:https://example.com/jobs?a=1,2;3",
        ]
    )


async def test_event_leaves_out_what_is_not_known(user: SignedIn) -> None:
    position = await user.position()
    await user.interview(position["id"], type="hr", place="onsite", outcome="cancelled")

    (event,) = await events(user, await new_feed(user))

    assert {"DURATION", "DESCRIPTION", "URL"}.isdisjoint(event)
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
    assert event["SUMMARY"] == "HR interview: Engineer at Acme"
    assert (event["LOCATION"], event["STATUS"]) == ("Onsite", "CANCELLED")


async def test_each_change_of_what_is_shown_raises_the_sequence_by_one(user: SignedIn) -> None:
    position = await user.position()
    interview = await user.interview(position["id"])
    other = await user.interview(position["id"], type="hr")
    token = await new_feed(user)
    path = f"{INTERVIEWS}/{interview['id']}"
    changes = [
        (f"{path}/schedule", {"scheduled_date": "2024-03-01T09:00:00Z"}),
        (f"{path}/notes", {"notes": "Bring slides"}),
        (path, {"duration_minutes": 30, "place": "phone"}),
        (f"{path}/outcome", {"outcome": "cancelled"}),
        (f"/api/v1/positions/{position['id']}", {"title": "Architect", "company": "Globex"}),
        (f"/api/v1/positions/{position['id']}", {"job_url": "https://example.com/5"}),
    ]

    seen = []
    for changed, body in changes:
        # Again and again within one second.
        assert (await user.put(changed, body)).status_code == 200
        shown = {event["UID"].partition("@")[0]: event for event in await events(user, token)}
        seen.append((shown[interview["id"]]["SEQUENCE"], shown[other["id"]]["SEQUENCE"]))

    assert seen == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (6, 2)]
    assert shown[interview["id"]]["DTSTART"].dt == datetime(2024, 3, 1, 9, tzinfo=UTC)


async def test_what_is_not_shown_leaves_the_sequence_alone(user: SignedIn) -> None:
    position = await user.position(title="Engineer")
    interview = await user.interview(position["id"], notes="Bring slides")

    await user.put(f"/api/v1/positions/{position['id']}", {"title": "Engineer", "description": "New", "tags": ["a"]})
    await user.put(f"{INTERVIEWS}/{interview['id']}/notes", {"notes": "Bring slides"})

    (event,) = await events(user, await new_feed(user))
    assert event["SEQUENCE"] == 0


async def test_tasks_with_a_date_are_whole_days_where_they_are_asked_for(user: SignedIn) -> None:
    position = await user.position(title="Engineer", company="Acme", job_url="https://example.com/5")
    for body in (
        {"title": "Write; to them", "due_date": "2024-12-31", "position_id": position["id"]},
        {"title": "Iron a shirt", "due_date": "2024-02-28"},
        {"title": "Some day"},
    ):
        assert (await user.post("/api/v1/tasks", body)).status_code == 201
    token = await new_feed(user)

    assert await events(user, token) == []
    assert [str(event["SUMMARY"]) for event in await task_events(user, token)] == [
        "To do: Write; to them",
        "To do: Iron a shirt",
    ]
    calendar = (await read(user, token, tasks="true")).content
    lines = unfolded(calendar)
    assert {"DTSTART;VALUE=DATE:20241231", "DTEND;VALUE=DATE:20250101", "TRANSP:TRANSPARENT"} <= set(lines)
    assert {"DESCRIPTION:Engineer at Acme", "URL:https://example.com/5", "SEQUENCE:0"} <= set(lines)


async def test_each_change_of_a_task_raises_its_sequence(user: SignedIn) -> None:
    position = await user.position()
    made = await user.post(
        "/api/v1/tasks", {"title": "Write", "due_date": "2024-02-28", "position_id": position["id"]}
    )
    task = f"/api/v1/tasks/{made.json()['id']}"
    token = await new_feed(user)
    seen = []
    for path, body in (
        (task, {"title": "Call"}),
        (task, {"due_date": "2024-02-29"}),
        (task, {"title": "Call"}),
        (f"/api/v1/positions/{position['id']}", {"title": "Architect"}),
        (task, {"done_at": "2024-02-27T10:00:00Z"}),
    ):
        assert (await user.put(path, body)).status_code == 200
        (event,) = await task_events(user, token)
        seen.append((event["SEQUENCE"], str(event["SUMMARY"])))

    assert seen == [(1, "To do: Call"), (2, "To do: Call"), (2, "To do: Call"), (3, "To do: Call"), (4, "Done: Call")]


async def test_a_feed_with_tasks_has_a_version_of_its_own(user: SignedIn) -> None:
    token = await new_feed(user)
    without = (await read(user, token)).headers["etag"]
    await user.post("/api/v1/tasks", {"title": "Write", "due_date": "2024-02-28"})

    assert (await user.client.get(CALENDAR, params={"token": token})).headers["etag"] == without
    assert (await read(user, token, tasks="true")).headers["etag"] != without
    assert (await read(user, token, tasks="maybe")).status_code == 422


async def test_one_interview_is_a_file_of_its_own(user: SignedIn, other_user: SignedIn) -> None:
    position = await user.position()
    interview, _ = await user.interview(position["id"]), await user.interview(position["id"])
    await user.put(f"{INTERVIEWS}/{interview['id']}/notes", {"notes": "Bring slides"})

    answer = await user.get(f"{INTERVIEWS}/{interview['id']}.ics")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="interview.ics"'
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    (shown,) = [
        event for event in await events(user, await new_feed(user)) if event["UID"].startswith(interview["id"])
    ]
    assert event.to_ical() == shown.to_ical()
    foreign = await other_user.get(f"{INTERVIEWS}/{interview['id']}.ics")
    unknown = await user.get(f"{INTERVIEWS}/{UNKNOWN_ID}.ics")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert (await user.get(f"{INTERVIEWS}/5.ics")).json()["error"]["field_errors"] == {
        "interview_id": "Must be a valid UUID"
    }


async def test_new_title_of_the_position_changes_the_event(user: SignedIn) -> None:
    position = await user.position()
    await user.interview(position["id"])
    token = await new_feed(user)
    before = await read(user, token)

    await user.put(f"/api/v1/positions/{position['id']}", {"title": "Architect"})

    after = await read(user, token, **{"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert b"Technical interview: Architect at Acme" in after.content


async def test_unchanged_calendar_is_not_sent_again(user: SignedIn) -> None:
    await user.interview((await user.position())["id"])
    token = await new_feed(user)
    etag = (await read(user, token)).headers["etag"]

    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        response = await read(user, token, **{"If-None-Match": known})
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", etag)
    assert (await read(user, token, **{"If-None-Match": '"other"'})).status_code == 200


async def test_lines_are_folded_and_texts_cannot_break_out(user: SignedIn) -> None:
    evil = 'x\r\nEND:VEVENT\rBEGIN:VEVENT\nUID:evil\\;,:"\x01\x0b\x1b\u2028\x85END:VCALENDAR é€😀 ' + "ü€😀" * 60
    position = await user.position(
        title=evil[:200], company=evil[:200], job_url="https://example.com/" + "ü\x01" * 90
    )
    await user.interview(position["id"], notes=evil)
    token = await new_feed(user)

    content = (await read(user, token)).content

    assert content.endswith(b"END:VCALENDAR\r\n")
    physical = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    for line in physical:
        line.decode()  # which fails if a character was cut in two
    assert re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", content) is None
    assert [line for line in unfolded(content) if line.startswith(("BEGIN:", "END:", "UID:evil"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    spelled = evil.replace("\r\n", "\n").replace("\r", "\n")
    spelled = re.sub(r"[\x01\x0b\x1b]", "", spelled).strip()
    assert str(event["DESCRIPTION"]) == spelled


async def test_long_notes_are_cut(user: SignedIn) -> None:
    await user.interview((await user.position())["id"], notes="x" * 20_000)

    (event,) = await events(user, await new_feed(user))

    assert len(event["DESCRIPTION"]) == 8_000
    assert event["DESCRIPTION"].endswith("x…")


async def test_latest_interviews_up_to_the_limit(user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.calendar_feed.MAX_EVENTS", 2)
    position = await user.position()
    for day in (1, 3, 2):
        await user.interview(position["id"], scheduled_date=f"2024-02-0{day}T10:00:00Z")

    shown = await events(user, await new_feed(user))

    assert sorted(event["DTSTART"].dt.day for event in shown) == [2, 3]


async def test_nobody_elses_interviews(user: SignedIn, other_user: SignedIn) -> None:
    await other_user.interview((await other_user.position())["id"])
    mine = await user.interview((await user.position())["id"])

    shown = await events(user, await new_feed(user))

    assert [event["UID"] for event in shown] == [f"{mine['id']}@interview-tracker"]
    assert await events(other_user, await new_feed(other_user)) != []


async def test_empty_calendar_has_a_component_nevertheless(user: SignedIn) -> None:
    token = await new_feed(user)
    assert await events(user, token) == []
    (zone,) = Calendar.from_ical((await read(user, token)).content).subcomponents
    assert (zone.name, zone["TZID"]) == ("VTIMEZONE", "UTC")

    await user.interview((await user.position())["id"])

    (event,) = Calendar.from_ical((await read(user, token)).content).subcomponents
    assert event.name == "VEVENT"


async def test_token_is_stored_as_a_hash_and_never_logged(
    user: SignedIn, app: Any, request_log: RecordedRequests, capfd: pytest.CaptureFixture[str]
) -> None:
    token = await new_feed(user)
    await read(user, token)
    await read(user, token + "x")

    assert [event["route"] for event in request_log.events] == [FEED, CALENDAR, CALENDAR]
    assert token not in str(request_log.events)
    output = capfd.readouterr()
    assert token not in output.out + output.err
    rows = await app.state.runtime.database.reads.pool.fetch(
        "SELECT token_hash, f::text AS row FROM calendar_feeds f WHERE token_hash = $1", [opaque_token_hash(token)]
    )
    assert len(rows) == 1
    assert token not in rows[0]["row"]


async def test_reading_takes_two_statements(user: SignedIn, request_log: RecordedRequests) -> None:
    token = await new_feed(user)
    await read(user, token)

    assert request_log.queries == 2


async def test_requests_of_a_feed_count_as_its_users(make_app: MakeApp) -> None:
    limits = {"rate_limit_enabled": True, "rate_limit_requests_per_user": "3/minute"}
    async with make_app(**limits) as app, client_of(app) as client:
        user = await sign_up(client)
        token = await new_feed(user)
        codes = [(await read(user, token)).status_code for _ in range(3)]

    assert codes == [200, 200, 429]
