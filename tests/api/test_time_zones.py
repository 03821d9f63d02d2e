"""Whose days and times are meant: the account's time zone, and the server's for accounts without one."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.core import time_zones
from tests.conftest import MakeApp, client_of
from tests.support.probing import assert_envelope
from tests.support.users import SignedIn, sign_in, sign_up

ME = "/api/v1/auth/me"
POSITIONS = "/api/v1/positions"


async def live_in(user: SignedIn, timezone: str | None) -> None:
    response = await user.patch(ME, {"timezone": timezone})
    assert response.status_code == 200, response.text


async def stored(user: SignedIn, scheduled_date: str) -> str:
    position = await user.position()
    interview = await user.interview(position["id"], scheduled_date=scheduled_date)
    again = (await user.get(f"/api/v1/interviews/{interview['id']}")).json()
    assert again["scheduled_date"] == interview["scheduled_date"]
    found: str = interview["scheduled_date"]
    return found


def at(monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    for module in ("core.time_zones", "schemas.fields", "services.positions", "repositories.position_records"):
        monkeypatch.setattr(f"app.{module}.utc_now", lambda: moment)


class TestProfile:
    async def test_it_changes_what_it_is_sent(self, user: SignedIn) -> None:
        before = (await user.get(ME)).json()
        assert before["timezone"] is None

        changed = await user.patch(ME, {"timezone": " Europe/Berlin ", "last_name": None, "unknown": 1})

        assert changed.status_code == 200
        expected = before | {
            "timezone": "Europe/Berlin",
            "last_name": None,
            "updated_at": changed.json()["updated_at"],
        }
        assert changed.json() == expected == (await user.get(ME)).json()
        assert (await sign_in(user.client, user.email)).tokens["user"] == expected
        assert (await user.patch(ME, {"timezone": None})).json()["timezone"] is None

    @pytest.mark.parametrize(
        "name", ["Mars/Olympus", "europe/berlin", "+02:00", "../etc/passwd", "CET\0", "x" * 65, "localtime"]
    )
    async def test_an_unknown_zone_is_refused(self, user: SignedIn, name: str) -> None:
        refused = await user.patch(ME, {"timezone": name})

        assert refused.status_code == 422
        assert set(assert_envelope(refused, "VALIDATION_ERROR")["field_errors"]) == {"timezone"}
        assert (await user.get(ME)).json()["timezone"] is None

    async def test_a_name_must_be_left(self, user: SignedIn) -> None:
        refused = await user.patch(ME, {"first_name": " "})

        assert refused.status_code == 422
        assert assert_envelope(refused)["field_errors"] == {"first_name": "This field is required"}
        renamed = await user.patch(ME, {"first_name": None, "username": f"ada-{user.id}"})
        assert (renamed.json()["first_name"], renamed.json()["username"]) == (None, f"ada-{user.id}")

    async def test_a_taken_username_is_refused(self, user: SignedIn, other_user: SignedIn) -> None:
        assert (await other_user.patch(ME, {"username": f"taken-{user.id}"})).status_code == 200

        refused = await user.patch(ME, {"username": f"TAKEN-{user.id}", "first_name": "Eve"})

        assert refused.status_code == 409
        assert assert_envelope(refused, "RESOURCE_CONFLICT")["message"] == "Username already taken"
        assert (await user.get(ME)).json()["first_name"] == "Ada"

    async def test_every_login_goes_by_it_at_once(self, user: SignedIn) -> None:
        elsewhere = await sign_in(user.client, user.email)
        assert await stored(elsewhere, "2026-01-10T10:00:00") == "2026-01-10T10:00:00Z"

        await live_in(user, "Asia/Kolkata")

        assert await stored(elsewhere, "2026-01-10T10:00:00") == "2026-01-10T04:30:00Z"


class TestTimes:
    """Both days of the clock change, and one beside them, in zones west and east of UTC and one with half an hour."""

    @pytest.mark.parametrize(
        ("zone", "local", "expected"),
        [
            ("America/New_York", "2026-03-07T10:00:00", "2026-03-07T15:00:00Z"),
            ("America/New_York", "2026-03-08T10:00:00", "2026-03-08T14:00:00Z"),
            ("America/New_York", "2026-11-01T10:00:00", "2026-11-01T15:00:00Z"),
            ("Pacific/Auckland", "2026-04-04T10:00:00", "2026-04-03T21:00:00Z"),
            ("Pacific/Auckland", "2026-04-05T10:00:00", "2026-04-04T22:00:00Z"),
            ("Pacific/Auckland", "2026-09-27T10:00:00", "2026-09-26T21:00:00Z"),
            ("Asia/Kolkata", "2026-03-08T10:00:00", "2026-03-08T04:30:00Z"),
            # The hour that does not exist, and the one that comes twice.
            ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00Z"),
            ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00Z"),
            ("Pacific/Auckland", "2026-09-27T02:30:00", "2026-09-26T14:30:00Z"),
            ("Pacific/Auckland", "2026-04-05T02:30:00", "2026-04-04T13:30:00Z"),
            # With an offset it is what it says.
            ("Pacific/Auckland", "2026-04-05T10:00:00+02:00", "2026-04-05T08:00:00Z"),
            ("Pacific/Auckland", "2026-04-05T10:00:00Z", "2026-04-05T10:00:00Z"),
        ],
    )
    async def test_a_time_without_an_offset_is_the_account_s(
        self, user: SignedIn, zone: str, local: str, expected: str
    ) -> None:
        await live_in(user, zone)

        assert await stored(user, local) == expected

    async def test_filters_mean_the_account_s_days(self, user: SignedIn) -> None:
        await live_in(user, "Pacific/Auckland")
        await stored(user, "2026-07-01T23:30:00")

        for parameters, expected in (
            ({"from": "2026-07-01", "to": "2026-07-01"}, 1),
            ({"to": "2026-07-01T23:30:00"}, 1),
            ({"from": "2026-07-02"}, 0),
            ({"to": "2026-07-01T23:29:59"}, 0),
        ):
            assert (await user.get("/api/v1/interviews", **parameters)).json()["total"] == expected, parameters

    async def test_an_imported_time_is_the_account_s(self, user: SignedIn) -> None:
        await live_in(user, "Pacific/Auckland")
        rows = "title,company,applied_at,offer_at\nEngineer,Acme,2026-01-10 10:00,2026-01-12\n"

        imported = await user.client.post(
            f"{POSITIONS}/import", content=rows, headers=user.headers | {"Content-Type": "text/csv"}
        )

        assert imported.status_code == 201, imported.text
        [position] = (await user.get(POSITIONS)).json()["positions"]
        history = (await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]
        assert position["application_date"] == "2026-01-10"
        assert [entry["occurred_at"] for entry in history] == ["2026-01-09T21:00:00Z", "2026-01-11T11:00:00Z"]

    async def test_accounts_without_a_zone_go_by_the_server_s(self, make_app: MakeApp) -> None:
        async with make_app(default_timezone="America/New_York") as app, client_of(app) as client:
            user, other = await sign_up(client), await sign_up(client)
            await live_in(other, "Asia/Kolkata")

            assert await stored(user, "2026-01-10T10:00:00") == "2026-01-10T15:00:00Z"
            assert await stored(other, "2026-01-10T10:00:00") == "2026-01-10T04:30:00Z"


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "now", "expected"),
        [
            ("Pacific/Auckland", "2026-06-30T13:00:00", ("2026-07-01", "2026-06-30T12:00:00Z")),
            ("America/New_York", "2026-07-01T03:00:00", ("2026-06-30", "2026-06-30T04:00:00Z")),
            (None, "2026-07-01T00:30:00", ("2026-07-01", "2026-07-01T00:00:00Z")),
        ],
    )
    async def test_today_is_the_account_s(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch, zone: str | None, now: str, expected: tuple[str, str]
    ) -> None:
        day, begins = expected
        await live_in(user, zone)
        at(monkeypatch, now)

        position = (await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"})).json()

        assert position["application_date"] == day
        assert position["last_activity_at"] == begins
        history: list[dict[str, Any]] = (await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]
        assert history[0]["occurred_at"] == begins

    async def test_a_saved_position_is_applied_for_on_the_account_s_day(self, user: SignedIn) -> None:
        await live_in(user, "Pacific/Auckland")
        position = await user.position(status="saved", application_date=None)
        body = {"status": "applied", "occurred_at": "2026-01-10T13:00:00Z"}

        changed = await user.put(f"{POSITIONS}/{position['id']}/status", body)

        assert changed.json()["application_date"] == "2026-01-11"

    def test_a_day_begins_behind_a_midnight_that_does_not_exist(self) -> None:
        zone = time_zones.zone_named("America/Santiago")
        assert zone is not None
        noted = time_zones.account_zone.set(zone)

        begins = time_zones.start_of_day(date(2026, 9, 6))

        time_zones.account_zone.reset(noted)
        assert begins == datetime(2026, 9, 6, 4, tzinfo=UTC)
        assert begins.astimezone(zone).hour == 1


def test_the_machine_s_zone_is_read_where_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert time_zones.machine_zone().key == "Europe/Berlin"
    monkeypatch.setenv("TZ", "Nowhere")
    assert time_zones.machine_zone().key == "UTC"
    monkeypatch.delenv("TZ")
    monkeypatch.setattr("os.path.realpath", lambda _: "/usr/share/zoneinfo/Asia/Kolkata")
    assert time_zones.machine_zone().key == "Asia/Kolkata"
