"""The statistics under the paths that the older front-end asks for."""

from typing import Any

import pytest

from tests.support.probing import assert_envelope
from tests.support.users import SignedIn

STATISTICS = "/api/v1/statistics"


async def answer(user: SignedIn, path: str, **query: Any) -> Any:
    response = await user.get(f"{STATISTICS}/{path}", **query)
    assert response.status_code == 200, response.text
    return response.json()


async def offered(user: SignedIn, position_id: str, occurred_at: str) -> None:
    moved = await user.put(f"/api/v1/positions/{position_id}/status", {"status": "offer", "occurred_at": occurred_at})
    assert moved.status_code == 200, moved.text


@pytest.fixture
async def searching(user: SignedIn) -> SignedIn:
    """Give a user with three applications, one of them hired, and a saved position, which counts nowhere."""
    hired = await user.position(company="Acme/Bolt", application_date="2024-01-31")
    await user.interview(hired["id"], type="hr", scheduled_date="2024-02-01T10:00:00Z", outcome="passed")
    await user.interview(hired["id"], type="final", scheduled_date="2024-02-29T23:30:00Z", outcome="passed")
    await offered(user, hired["id"], "2024-03-01T00:00:00Z")
    invited = await user.position(company=" acme/bolt", application_date="2024-02-01")
    await user.interview(invited["id"], scheduled_date="2199-01-01T10:00:00Z")
    called_off = await user.position(company="Globex", application_date="2024-12-31")
    await user.interview(called_off["id"], scheduled_date="2024-02-02T10:00:00Z", outcome="cancelled")
    saved = await user.position(company="Globex", status="saved", application_date="2024-02-01")
    await user.interview(saved["id"], scheduled_date="2024-02-03T10:00:00Z", outcome="passed")
    return user


async def test_the_dashboard_is_the_overview_with_the_older_names(searching: SignedIn) -> None:
    dashboard = await answer(searching, "dashboard")

    assert dashboard == await answer(searching, "overview")
    assert dashboard["total_positions"] == dashboard["total_applications"] == 3
    assert dashboard["positions_by_status"] == dashboard["status_breakdown"]
    assert dashboard["interviews_by_type"] == {"technical": 2, "behavioral": 0, "hr": 1, "final": 1}
    assert dashboard["interviews_by_outcome"] == {"pending": 1, "passed": 2, "failed": 0, "cancelled": 1}
    assert (await answer(searching, "dashboard", company="glo"))["total_positions"] == 1


async def test_success_rates_leave_out_cancelled_interviews(searching: SignedIn) -> None:
    assert await answer(searching, "success-rates") == {
        "application_to_interview_rate": 66.67,
        "interview_to_offer_rate": 50.0,
        "overall_success_rate": 33.33,
        "average_interviews_per_position": 1.0,
    }


async def test_an_offer_without_an_interview_is_no_success_of_interviews(user: SignedIn) -> None:
    hired = await user.position(application_date="2024-01-31")
    await offered(user, hired["id"], "2024-03-01T00:00:00Z")
    asked = [await user.position(), await user.position()]
    await user.interview(asked[0]["id"])

    assert await answer(user, "success-rates") == {
        "application_to_interview_rate": 33.33,
        "interview_to_offer_rate": 0.0,
        "overall_success_rate": 33.33,
        "average_interviews_per_position": 0.33,
    }


async def test_top_companies_are_those_with_the_most_applications(searching: SignedIn) -> None:
    globex = {"company": "Globex", "applications": 1, "interviews": 1, "offers": 0, "success_rate": 0.0}
    acme = {"company": "acme/bolt", "applications": 2, "interviews": 3, "offers": 1, "success_rate": 50.0}

    assert await answer(searching, "top-companies") == [acme, globex]
    assert await answer(searching, "top-companies", limit=1) == [acme]


@pytest.mark.parametrize("name", ["acme/bolt", "ACME%2FBolt", "%20Acme/Bolt%20"])
async def test_a_company_is_found_by_its_whole_name(searching: SignedIn, name: str) -> None:
    await searching.position(company="Acme/Bolt & Sons")

    found = await answer(searching, f"companies/{name}")

    assert (found["company"], found["applications"], found["interviews"], found["offers"]) == ("acme/bolt", 2, 3, 1)
    [listed] = [
        company
        for company in (await answer(searching, "companies"))["companies"]
        if company["company_name"] == "acme/bolt"
    ]
    assert {name: found[name] for name in listed} == listed


async def test_a_year_has_its_twelve_months(searching: SignedIn) -> None:
    months = await answer(searching, "monthly/2024")

    assert [month["month"] for month in months] == [f"2024-{month:02}" for month in range(1, 13)]
    assert [month["positions_applied"] for month in months] == [1, 1, *[0] * 9, 1]
    assert [month["interviews_conducted"] for month in months] == [0, 2, *[0] * 10]
    assert [month["offers_received"] for month in months] == [0, 0, 1, *[0] * 9]
    # An interview that lies ahead was not conducted.
    assert not any(month["interviews_conducted"] for month in await answer(searching, "monthly/2199"))


async def test_other_users_and_nobody_have_no_figures(searching: SignedIn, other_user: SignedIn) -> None:
    assert await answer(searching, "top-companies") != []
    assert await answer(other_user, "top-companies") == []
    assert set((await answer(other_user, "success-rates")).values()) == {0.0}
    months = await answer(other_user, "monthly/2024")
    assert [set(month.values()) - {month["month"]} for month in months] == [{0}] * 12
    assert_envelope(await other_user.get(f"{STATISTICS}/companies/Globex"), "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "field", "sentence"),
    [
        ("top-companies?limit=0", "limit", "Must be at least 1"),
        ("top-companies?limit=101", "limit", "Must be at most 100"),
        ("monthly/24", "year", "Must be at least 1900"),
        ("monthly/MMXXIV", "year", "Must be a whole number"),
        ("companies/%20", "name", "This field is required"),
        ("companies/a%00", "name", "Must not contain NUL characters"),
    ],
)
async def test_wrong_parameters_are_named(user: SignedIn, path: str, field: str, sentence: str) -> None:
    error = assert_envelope(await user.client.get(f"{STATISTICS}/{path}", headers=user.headers), "VALIDATION_ERROR")

    assert error["field_errors"] == {field: sentence}
