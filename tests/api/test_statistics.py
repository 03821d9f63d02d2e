"""Statistics: every figure by hand on small data, then against a plain re-computation on random histories."""

import json
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.models.enums import APPLICATION_STATUSES, InterviewOutcome, InterviewType, PositionStatus
from app.schemas.statistics import OverviewResponse
from tests.conftest import RecordedRequests
from tests.support.users import SignedIn, sign_up

STATISTICS = "/api/v1/statistics"
ENDPOINTS = ("overview", "timeline", "companies", "funnel")
NO_STATUS = dict.fromkeys((status.value for status in APPLICATION_STATUSES), 0)
STAGE_BEFORE = {"screening": "applied", "interviewing": "screening", "offer": "interviewing"}


async def figures(user: SignedIn, endpoint: str, **filters: Any) -> dict[str, Any]:
    response = await user.get(f"{STATISTICS}/{endpoint}", **filters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def move(user: SignedIn, position: Mapping[str, Any], status: str, occurred_at: str | None = None) -> None:
    body = {"status": status, "occurred_at": occurred_at}
    response = await user.put(f"/api/v1/positions/{position['id']}/status", body)
    assert response.status_code == 200, response.text


def counts(items: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {item["month"]: item["count"] for item in items}


# Overview


async def test_overview_counts_and_rates(user: SignedIn) -> None:
    waiting = await user.position(company="Acme")
    hired = await user.position(company=" acme ")
    await move(user, hired, "offer")
    await user.position(company="Globex", status="rejected")
    await user.interview(hired["id"], type="technical", outcome="passed")
    await user.interview(hired["id"], type="final", outcome="passed")
    await user.interview(waiting["id"], type="hr", outcome="cancelled")

    assert await figures(user, "overview") == {
        "total_applications": 3,
        "total_companies": 2,
        "total_interviews": 3,
        "total_saved": 0,
        "response_rate": 66.67,
        "interview_rate": 66.67,
        "offer_rate": 33.33,
        "status_breakdown": NO_STATUS | {"applied": 1, "offer": 1, "rejected": 1},
        "interview_type_breakdown": {"technical": 1, "behavioral": 0, "hr": 1, "final": 1},
        "interview_outcome_breakdown": {"pending": 0, "passed": 2, "failed": 0, "cancelled": 1},
    }


async def test_overview_of_nothing_is_zero(user: SignedIn) -> None:
    found = await figures(user, "overview")

    assert found == {
        "total_applications": 0,
        "total_companies": 0,
        "total_interviews": 0,
        "total_saved": 0,
        "response_rate": 0.0,
        "interview_rate": 0.0,
        "offer_rate": 0.0,
        "status_breakdown": NO_STATUS,
        "interview_type_breakdown": {"technical": 0, "behavioral": 0, "hr": 0, "final": 0},
        "interview_outcome_breakdown": {"pending": 0, "passed": 0, "failed": 0, "cancelled": 0},
    }


async def test_breakdowns_keep_the_documented_order(user: SignedIn) -> None:
    found = await figures(user, "overview")

    assert list(found["status_breakdown"]) == [status.value for status in APPLICATION_STATUSES]
    assert list(found["interview_type_breakdown"]) == [kind.value for kind in InterviewType]
    assert list(found["interview_outcome_breakdown"]) == [outcome.value for outcome in InterviewOutcome]


async def test_what_a_position_once_reached_still_counts(user: SignedIn) -> None:
    declined = await user.position()
    await move(user, declined, "offer")
    await move(user, declined, "withdrawn")
    reopened = await user.position()
    await move(user, reopened, "screening")
    await move(user, reopened, "applied")

    overview = await figures(user, "overview")
    [company] = (await figures(user, "companies"))["companies"]

    assert overview["offer_rate"] == company["success_rate"] == 50.0
    assert overview["response_rate"] == 100.0
    assert overview["status_breakdown"] == NO_STATUS | {"applied": 1, "withdrawn": 1}


async def test_a_failed_interview_is_a_response(user: SignedIn) -> None:
    position = await user.position()
    await user.interview(position["id"], outcome="failed")

    found = await figures(user, "overview")

    assert found["response_rate"] == 100.0
    assert found["status_breakdown"] == NO_STATUS | {"rejected": 1}
    assert found["interview_outcome_breakdown"]["failed"] == 1


async def test_deleted_positions_and_interviews_no_longer_count(user: SignedIn) -> None:
    kept, gone = await user.position(), await user.position()
    await user.interview(gone["id"])
    interview = await user.interview(kept["id"])
    await user.delete(f"/api/v1/interviews/{interview['id']}")
    await user.delete(f"/api/v1/positions/{gone['id']}")

    found = await figures(user, "overview")

    assert (found["total_applications"], found["total_interviews"], found["interview_rate"]) == (1, 0, 0.0)


async def test_a_saved_position_is_in_no_figure(user: SignedIn) -> None:
    """Not by its company, its interview, what it once was, or the status that an application came from."""
    saved = await user.position(status="saved", company="Initech", application_date=None)
    await user.interview(saved["id"], type="hr", outcome="passed", scheduled_date="2024-09-01T10:00:00Z")
    given_up = await user.position(company="Hooli")
    await move(user, given_up, "offer")
    await move(user, given_up, "saved")
    applied = await user.position(company="Acme", status="saved", application_date="2024-02-01")
    await move(user, applied, "applied")

    assert await figures(user, "overview") == {
        "total_applications": 1,
        "total_companies": 1,
        "total_interviews": 0,
        "total_saved": 2,
        "response_rate": 0.0,
        "interview_rate": 0.0,
        "offer_rate": 0.0,
        "status_breakdown": NO_STATUS | {"applied": 1},
        "interview_type_breakdown": {"technical": 0, "behavioral": 0, "hr": 0, "final": 0},
        "interview_outcome_breakdown": {"pending": 0, "passed": 0, "failed": 0, "cancelled": 0},
    }
    assert await figures(user, "timeline") == {
        "period_start": "2024-02-01",
        "period_end": "2024-02-01",
        "applications_per_month": [{"month": "2024-02", "count": 1}],
        "interviews_per_month": [{"month": "2024-02", "count": 0}],
        "average_response_time_days": None,
        "average_interview_to_decision_days": None,
    }
    assert [company["company_name"] for company in (await figures(user, "companies"))["companies"]] == ["Acme"]
    funnel = await figures(user, "funnel")
    assert [stage["status"] for stage in funnel["stages"]] == list(NO_STATUS)
    assert [stage["reached"] for stage in funnel["stages"]] == [1, 0, 0, 0, 0, 0]
    assert [stage["median_days"] for stage in funnel["stages"]] == [None] * 6
    assert funnel["flows"] == []


async def test_saved_positions_are_counted_by_the_same_filters(user: SignedIn) -> None:
    await user.position(status="saved", company="Acme", application_date=None)
    await user.position(status="saved", company="Globex", application_date="2024-03-01")

    for filters, expected in (
        ({}, 2),
        ({"company": "acme"}, 1),
        ({"start_date": "2024-02-01"}, 1),
        ({"status": "saved"}, 2),
        ({"status": "applied"}, 0),
    ):
        found = await figures(user, "overview", **filters)
        assert (found["total_saved"], found["total_applications"]) == (expected, 0), filters


# Filters


async def test_interviews_come_along_with_their_position(user: SignedIn) -> None:
    early = await user.position(application_date="2024-01-31")
    late = await user.position(application_date="2024-02-01")
    await user.interview(early["id"], type="hr", scheduled_date="2024-06-01T10:00:00Z")
    await user.interview(late["id"], type="final", scheduled_date="2024-01-05T10:00:00Z")

    found = await figures(user, "overview", end_date="2024-01-31")

    assert found["total_applications"] == found["total_interviews"] == 1
    assert found["interview_type_breakdown"] == {"technical": 0, "behavioral": 0, "hr": 1, "final": 0}
    assert (await figures(user, "overview", start_date="2024-02-01"))["interview_type_breakdown"]["final"] == 1
    assert (await figures(user, "overview", start_date="2024-02-02"))["total_interviews"] == 0
    one_day = await figures(user, "overview", start_date="2024-01-31", end_date="2024-01-31")
    assert one_day["total_applications"] == 1


async def test_status_filter_is_about_the_present_status(user: SignedIn) -> None:
    moved = await user.position()
    await move(user, moved, "interviewing")
    await user.position()

    found = await figures(user, "overview", status="applied")

    assert (found["total_applications"], found["response_rate"]) == (1, 0.0)
    assert (await figures(user, "overview", status="interviewing"))["response_rate"] == 100.0


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("%", ["100% Remote"]),
        ("_", ["a_b"]),
        ("A_B", ["a_b"]),
        ("\\", ["back\\slash"]),
        ("ÄPFEL", ["Äpfel & Söhne"]),
        ("' OR true --", []),
        ("remote", ["100% Remote", "1000 Remote"]),
    ],
)
async def test_company_is_a_literal_part_in_any_case(user: SignedIn, part: str, expected: list[str]) -> None:
    for company in ("100% Remote", "1000 Remote", "a_b", "axb", "back\\slash", "Äpfel & Söhne"):
        await user.position(company=company)

    found = await figures(user, "companies", company=part)

    assert [company["company_name"] for company in found["companies"]] == expected
    for endpoint in ("overview", "timeline", "funnel"):
        await figures(user, endpoint, company=part)
    assert (await figures(user, "overview", company=part))["total_applications"] == len(expected)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_filters_that_leave_everything_change_nothing(user: SignedIn, endpoint: str) -> None:
    for month in ("01", "03"):
        position = await user.position(company="Acme", application_date=f"2024-{month}-01")
        await user.interview(position["id"], scheduled_date="2024-03-31T12:00:00Z")
        await move(user, position, "offer", "2024-04-02T00:00:00Z")
    filters = {"start_date": "2024-01-01", "end_date": "2024-03-31", "company": "acm", "status": "offer"}
    everything = await figures(user, endpoint)

    for size in range(len(filters) + 1):
        for names in combinations(filters, size):
            assert await figures(user, endpoint, **{name: filters[name] for name in names}) == everything


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_blank_and_unknown_parameters_are_ignored(user: SignedIn, endpoint: str) -> None:
    await user.position()

    blank = await figures(user, endpoint, start_date="", end_date=" ", company="", status="", unknown="1")

    assert blank == await figures(user, endpoint)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"start_date": "2024-02-02", "end_date": "2024-02-01"}, {"start_date": "Must not be after end_date"}),
        ({"start_date": "yesterday"}, {"start_date": "Must be a valid date (YYYY-MM-DD)"}),
        ({"end_date": "2024-02-30"}, {"end_date": "Must be a valid date (YYYY-MM-DD)"}),
        ({"end_date": "1705276800"}, {"end_date": "Must be a valid date (YYYY-MM-DD)"}),
        ({"start_date": "0001-01-01"}, {"start_date": "Must be between 1900 and 2199"}),
        (
            {"status": "hired"},
            {"status": "Must be one of: applied, screening, interviewing, offer, rejected, withdrawn, saved"},
        ),
        ({"company": "x" * 201}, {"company": "Must be at most 200 characters"}),
        ({"company": "a\0b"}, {"company": "Must not contain NUL characters"}),
    ],
)
async def test_wrong_parameters_are_named(
    user: SignedIn, endpoint: str, parameters: dict[str, str], expected: dict[str, str]
) -> None:
    response = await user.get(f"{STATISTICS}/{endpoint}", **parameters)

    assert response.status_code == 422
    assert response.json()["error"]["field_errors"] == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_token_is_needed(client: httpx.AsyncClient, endpoint: str) -> None:
    assert (await client.get(f"{STATISTICS}/{endpoint}")).status_code == 403


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_other_users_do_not_count(user: SignedIn, other_user: SignedIn, endpoint: str) -> None:
    nothing = await figures(user, endpoint)
    theirs = await other_user.position()
    await other_user.interview(theirs["id"])
    await move(other_user, theirs, "offer")

    assert await figures(user, endpoint) == nothing
    assert await figures(user, endpoint, company="acme", status="offer") == nothing
    assert await figures(other_user, endpoint) != nothing


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("filters", [{}, {"company": "acme", "start_date": "2024-01-01"}])
async def test_an_answer_takes_one_statement(
    user: SignedIn, request_log: RecordedRequests, endpoint: str, filters: dict[str, str]
) -> None:
    await user.interview((await user.position())["id"])
    await figures(user, endpoint)

    await figures(user, endpoint, **filters)

    assert request_log.queries == 1


# Timeline


async def test_timeline_of_nothing_is_empty(user: SignedIn) -> None:
    assert await figures(user, "timeline") == {
        "period_start": None,
        "period_end": None,
        "applications_per_month": [],
        "interviews_per_month": [],
        "average_response_time_days": None,
        "average_interview_to_decision_days": None,
    }


async def test_timeline_spans_the_data_and_fills_its_months(user: SignedIn) -> None:
    first = await user.position(application_date="2023-11-20")
    await user.position(application_date="2023-11-02")
    await user.position(application_date="2024-01-31")
    await user.interview(first["id"], scheduled_date="2024-02-29T23:59:59Z")

    found = await figures(user, "timeline")

    assert (found["period_start"], found["period_end"]) == ("2023-11-02", "2024-02-29")
    assert found["applications_per_month"] == [
        {"month": "2023-11", "count": 2},
        {"month": "2023-12", "count": 0},
        {"month": "2024-01", "count": 1},
        {"month": "2024-02", "count": 0},
    ]
    assert counts(found["interviews_per_month"]) == {"2023-11": 0, "2023-12": 0, "2024-01": 0, "2024-02": 1}


async def test_months_and_days_are_those_of_utc(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-31")
    await user.interview(position["id"], scheduled_date="2024-01-31T23:30:00-01:00")

    found = await figures(user, "timeline")

    assert found["period_end"] == "2024-02-01"
    assert counts(found["interviews_per_month"]) == {"2024-01": 0, "2024-02": 1}
    assert found["average_response_time_days"] == 1.0


async def test_interviews_outside_the_period_show_in_their_own_month(user: SignedIn) -> None:
    position = await user.position(application_date="2024-02-10")
    await user.interview(position["id"], scheduled_date="2024-06-01T10:00:00Z")
    await user.interview(position["id"], scheduled_date="2023-10-01T10:00:00Z")

    found = await figures(user, "timeline", start_date="2024-01-15", end_date="2024-03-01")

    assert (found["period_start"], found["period_end"]) == ("2024-01-15", "2024-03-01")
    assert counts(found["applications_per_month"]) == {"2024-01": 0, "2024-02": 1, "2024-03": 0}
    assert list(counts(found["interviews_per_month"]).items()) == [
        ("2023-10", 1),
        ("2024-01", 0),
        ("2024-02", 0),
        ("2024-03", 0),
        ("2024-06", 1),
    ]


@pytest.mark.parametrize(
    ("filters", "start", "end"),
    [
        ({"start_date": "2024-01-01"}, "2024-01-01", "2024-04-02"),
        ({"start_date": "2024-03-01"}, "2024-03-01", "2024-03-01"),
        ({"end_date": "2024-05-31"}, "2024-02-10", "2024-05-31"),
        ({"end_date": "2024-01-31"}, "2024-01-31", "2024-01-31"),
        ({"company": "none of these"}, None, None),
        ({"start_date": "2024-01-01", "end_date": "2024-01-31", "company": "none"}, "2024-01-01", "2024-01-31"),
    ],
)
async def test_an_open_end_of_the_period_is_where_the_data_ends(
    user: SignedIn, filters: dict[str, str], start: str | None, end: str | None
) -> None:
    position = await user.position(application_date="2024-02-10")
    await user.interview(position["id"], scheduled_date="2024-04-02T10:00:00Z")

    found = await figures(user, "timeline", **filters)

    assert (found["period_start"], found["period_end"]) == (start, end)
    assert bool(found["applications_per_month"]) == bool(found["interviews_per_month"]) == (start is not None)


async def test_the_longest_period_is_answered(user: SignedIn) -> None:
    found = await figures(user, "timeline", start_date="1900-01-01", end_date="2199-12-31")

    assert len(found["applications_per_month"]) == len(found["interviews_per_month"]) == 3600


async def test_response_time_is_from_application_to_the_earliest_interview(user: SignedIn) -> None:
    for days in (12, 12, 12, 13):
        position = await user.position(application_date="2024-01-01")
        await user.interview(position["id"], scheduled_date="2024-03-01T10:00:00Z")
        await user.interview(position["id"], scheduled_date=f"2024-01-{1 + days}T23:00:00Z")
    await user.position()
    # An interview before the application was no answer to it.
    odd = await user.position(application_date="2024-02-01")
    await user.interview(odd["id"], scheduled_date="2024-01-31T10:00:00Z")
    await user.interview(odd["id"], scheduled_date="2024-02-20T10:00:00Z")

    assert (await figures(user, "timeline"))["average_response_time_days"] == 12.3


async def test_response_on_the_same_day_takes_no_days(user: SignedIn) -> None:
    position = await user.position(application_date="2024-02-01")
    await user.interview(position["id"], scheduled_date="2024-02-01T10:00:00Z")

    assert (await figures(user, "timeline"))["average_response_time_days"] == 0.0


@pytest.mark.parametrize(
    ("decided_at", "expected"),
    [
        ("2024-02-16T20:00:00Z", 1.3),  # 1.25
        ("2024-02-15T17:36:00Z", 0.2),  # 0.15, which a float holds as a little less
        ("2024-02-15T14:00:00Z", 0.0),
        ("2024-02-15T13:59:59Z", None),
    ],
)
@pytest.mark.parametrize("decision", ["offer", "rejected"])
async def test_decision_time_is_from_the_latest_interview(
    user: SignedIn, decision: str, decided_at: str, expected: float | None
) -> None:
    position = await user.position()
    await user.interview(position["id"], scheduled_date="2024-02-15T14:00:00Z")
    await user.interview(position["id"], scheduled_date="2024-02-01T14:00:00Z")
    await move(user, position, decision, decided_at)

    assert (await figures(user, "timeline"))["average_interview_to_decision_days"] == expected


async def test_only_the_last_decision_of_a_position_counts(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-01")
    await user.interview(position["id"], scheduled_date="2024-02-01T00:00:00Z")
    await move(user, position, "offer", "2024-02-03T00:00:00Z")
    await move(user, position, "rejected", "2024-02-06T00:00:00Z")
    await move(user, position, "withdrawn", "2024-02-20T00:00:00Z")
    # Told later, but it was earlier.
    await move(user, position, "offer", "2024-02-04T00:00:00Z")
    undecided = await user.position()
    await user.interview(undecided["id"])
    uninterviewed = await user.position()
    await move(user, uninterviewed, "offer", "2024-02-20T00:00:00Z")

    assert (await figures(user, "timeline"))["average_interview_to_decision_days"] == 5.0


async def test_a_position_entered_with_its_decision_was_decided_when_applied_for(user: SignedIn) -> None:
    position = await user.position(status="offer", application_date="2024-01-11")
    await user.interview(position["id"], scheduled_date="2024-01-01T00:00:00Z")

    assert (await figures(user, "timeline"))["average_interview_to_decision_days"] == 10.0

    # The creation comes first in the history, wherever a change is dated.
    await move(user, position, "rejected", "2024-01-04T00:00:00Z")

    assert (await figures(user, "timeline"))["average_interview_to_decision_days"] == 3.0


# Companies


async def test_companies_of_nobody_are_none(user: SignedIn) -> None:
    assert await figures(user, "companies") == {"companies": [], "total_companies": 0}


async def test_companies_have_their_figures(user: SignedIn) -> None:
    first = await user.position(company="TechCorp", application_date="2024-02-15", status="offer")
    await user.position(company="Startup", application_date="2024-01-02", status="rejected")
    second = await user.position(company="techcorp", application_date="2024-01-03")
    await user.position(company="TECHCORP", application_date="2024-01-04", status="interviewing")
    for position in (first, first, second):
        await user.interview(position["id"])

    assert await figures(user, "companies") == {
        "companies": [
            {
                "company_name": "TECHCORP",
                "total_applications": 3,
                "total_interviews": 3,
                "latest_application_date": "2024-02-15",
                "status_breakdown": NO_STATUS | {"applied": 1, "interviewing": 1, "offer": 1},
                "success_rate": 33.33,
            },
            {
                "company_name": "Startup",
                "total_applications": 1,
                "total_interviews": 0,
                "latest_application_date": "2024-01-02",
                "status_breakdown": NO_STATUS | {"rejected": 1},
                "success_rate": 0.0,
            },
        ],
        "total_companies": 2,
    }


async def test_companies_group_without_regard_to_case_and_outer_spaces(user: SignedIn) -> None:
    for company in ("Äpfel  AG", " äPFEL  ag ", "Äpfel AG", "株式会社", " 株式会社"):
        await user.position(company=company)

    found = await figures(user, "companies")

    assert [(company["company_name"], company["total_applications"]) for company in found["companies"]] == [
        ("äPFEL  ag", 2),
        ("株式会社", 2),
        ("Äpfel AG", 1),
    ]
    assert found["total_companies"] == (await figures(user, "overview"))["total_companies"] == 3


async def test_the_spelling_is_the_newest_among_those_that_match(user: SignedIn) -> None:
    await user.position(company="acme", application_date="2024-05-01")
    await user.position(company="ACME", application_date="2024-01-01")

    [newest] = (await figures(user, "companies"))["companies"]
    [filtered] = (await figures(user, "companies", start_date="2024-02-01"))["companies"]

    assert (newest["company_name"], newest["latest_application_date"]) == ("ACME", "2024-05-01")
    assert filtered["company_name"] == "acme"


async def test_companies_are_sorted_by_applications_then_name(user: SignedIn) -> None:
    for company in ("beta", "Alpha", "gamma", "Gamma", "ALPHA", "delta", "Beta 2"):
        await user.position(company=company)

    found = await figures(user, "companies")

    names = [company["company_name"] for company in found["companies"]]
    assert names == ["ALPHA", "Gamma", "beta", "Beta 2", "delta"]


# Funnel


async def test_funnel_of_nothing_is_zero(user: SignedIn) -> None:
    rates = {status: 0.0 if status in STAGE_BEFORE else None for status in NO_STATUS}

    assert await figures(user, "funnel") == {
        "stages": [
            {"status": status, "reached": 0, "conversion_rate": rates[status], "median_days": None}
            for status in NO_STATUS
        ],
        "flows": [],
    }


async def test_funnel_follows_positions_through_the_stages(user: SignedIn) -> None:
    hired = await user.position(application_date="2024-01-01")
    await move(user, hired, "screening", "2024-01-03T00:00:00Z")
    await move(user, hired, "interviewing", "2024-01-10T12:00:00Z")
    await move(user, hired, "offer", "2024-01-20T12:00:00Z")
    screened = await user.position(application_date="2024-01-01")
    await move(user, screened, "screening", "2024-01-04T12:00:00Z")
    await move(user, screened, "rejected", "2024-01-05T00:00:00Z")
    await user.position()
    skipped = await user.position(application_date="2024-01-01")
    await move(user, skipped, "interviewing", "2024-01-21T00:00:00Z")

    found = await figures(user, "funnel")

    assert found["stages"] == [
        {"status": "applied", "reached": 4, "conversion_rate": None, "median_days": 3.5},  # 2, 3.5, 20
        {"status": "screening", "reached": 2, "conversion_rate": 50.0, "median_days": 4.0},  # 7.5, 0.5
        {"status": "interviewing", "reached": 2, "conversion_rate": 50.0, "median_days": 10.0},
        {"status": "offer", "reached": 1, "conversion_rate": 50.0, "median_days": None},
        {"status": "rejected", "reached": 1, "conversion_rate": None, "median_days": None},
        {"status": "withdrawn", "reached": 0, "conversion_rate": None, "median_days": None},
    ]
    assert found["flows"] == [
        {"from_status": "applied", "to_status": "screening", "count": 2},
        {"from_status": "applied", "to_status": "interviewing", "count": 1},
        {"from_status": "screening", "to_status": "interviewing", "count": 1},
        {"from_status": "screening", "to_status": "rejected", "count": 1},
        {"from_status": "interviewing", "to_status": "offer", "count": 1},
    ]


async def test_every_position_was_applied_for_whatever_it_was_entered_with(user: SignedIn) -> None:
    await user.position(status="interviewing")
    await user.position(status="withdrawn")

    found = await figures(user, "funnel")

    assert [stage["reached"] for stage in found["stages"]] == [2, 0, 1, 0, 0, 1]
    assert [stage["conversion_rate"] for stage in found["stages"]] == [None, 0.0, 0.0, 0.0, None, None]
    assert found["flows"] == []


async def test_a_status_taken_twice_is_reached_once_and_stayed_in_twice(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-01")
    for status, day in (("screening", "02"), ("applied", "04"), ("screening", "05"), ("offer", "09")):
        await move(user, position, status, f"2024-01-{day}T00:00:00Z")

    found = await figures(user, "funnel")

    screening = found["stages"][1]
    assert (screening["reached"], screening["median_days"]) == (1, 3.0)  # 2 and 4 days
    assert found["flows"][0] == {"from_status": "applied", "to_status": "screening", "count": 2}


async def test_back_dated_changes_are_put_in_order_and_negative_stays_left_out(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-10")
    await move(user, position, "offer", "2024-01-20T00:00:00Z")
    await move(user, position, "screening", "2024-01-05T00:00:00Z")

    found = {stage["status"]: stage["median_days"] for stage in (await figures(user, "funnel"))["stages"]}

    # Applied on the 10th, screening since the 5th, offer on the 20th.
    assert (found["applied"], found["screening"], found["offer"]) == (None, 15.0, None)


async def test_median_rounds_halves_up(user: SignedIn) -> None:
    position = await user.position(application_date="2024-01-01")
    await move(user, position, "screening", "2024-01-01T03:36:00Z")  # 0.15 days

    assert (await figures(user, "funnel"))["stages"][0]["median_days"] == 0.2


async def test_funnel_filters_by_present_status(user: SignedIn) -> None:
    hired = await user.position()
    await move(user, hired, "offer")
    await user.position(status="rejected")

    found = await figures(user, "funnel", status="offer")

    assert [stage["reached"] for stage in found["stages"]] == [1, 0, 0, 1, 0, 0]
    assert found["flows"] == [{"from_status": "applied", "to_status": "offer", "count": 1}]


# Against a plain re-computation

moments = st.datetimes(datetime(2023, 12, 1), datetime(2024, 4, 30)).map(lambda moment: moment.isoformat() + "Z")  # noqa: DTZ001
statuses = st.sampled_from([status.value for status in PositionStatus])
days = st.dates(date(2023, 12, 1), date(2024, 4, 30)).map(str)
companies = st.sampled_from(["Acme", "ACME ", "Äpfel", "äPFEL", "100%_x", "1000 x"])
applications = st.one_of(
    st.fixed_dictionaries({"company": companies, "application_date": days, "status": statuses}),
    st.fixed_dictionaries({"company": companies, "application_date": st.none(), "status": st.just("saved")}),
)
meetings = st.fixed_dictionaries(
    {
        "type": st.sampled_from([kind.value for kind in InterviewType]),
        "outcome": st.sampled_from(["pending", "pending", "passed", "failed"]),
        "scheduled_date": moments,
    }
)
journeys = st.tuples(applications, st.lists(meetings, max_size=2), st.lists(st.tuples(statuses, moments), max_size=4))
filter_sets = st.fixed_dictionaries(
    {},
    optional={
        "start_date": st.just("2024-01-20"),
        "end_date": st.just("2024-03-10"),
        "company": st.sampled_from(["acme", "äp", "0%_", "x"]),
        "status": statuses,
    },
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(journeys, max_size=5), st.lists(filter_sets, min_size=2, max_size=4))
async def test_figures_are_those_of_a_plain_computation(
    client: httpx.AsyncClient, searches: list[Any], filters: list[dict[str, str]]
) -> None:
    user = await sign_up(client)
    for application, interviews, changes in searches:
        position = await user.position(**application)
        for interview in interviews:
            await user.interview(position["id"], **interview)
        for status, occurred_at in changes:
            await move(user, position, status, occurred_at)
    positions = [Seen(position, history) async for position, history in everything_of(user)]

    for chosen in [{}, *filters]:
        found = [position for position in positions if position.matches(**chosen)]
        matching = [position for position in found if position.status != "saved"]
        assert await figures(user, "overview", **chosen) == plain_overview(matching) | {
            "total_saved": len(found) - len(matching)
        }
        assert await figures(user, "timeline", **chosen) == plain_timeline(matching, **chosen)
        assert await figures(user, "companies", **chosen) == plain_companies(matching)
        assert await figures(user, "funnel", **chosen) == plain_funnel(matching)


async def everything_of(user: SignedIn) -> AsyncIterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    for position in (await user.get("/api/v1/positions", per_page=100)).json()["positions"]:
        history = (await user.get(f"/api/v1/positions/{position['id']}/history")).json()["history"]
        yield position, history


class Seen:
    """A position as the other endpoints show it."""

    def __init__(self, position: dict[str, Any], history: list[dict[str, Any]]) -> None:
        self.company: str = position["company"]
        self.status: str = position["status"]
        self.is_dated = position["application_date"] is not None
        self.applied = date.fromisoformat(position["application_date"] or "1900-01-01")
        self.created_at: str = position["created_at"]
        self.interviews: list[dict[str, Any]] = position["interviews"]
        self.meetings = sorted(moment_of(interview["scheduled_date"]) for interview in self.interviews)
        self.history = [
            (entry["from_status"], entry["to_status"], moment_of(entry["occurred_at"])) for entry in history
        ]
        self.reached = {to_status for _, to_status, _ in self.history}

    def matches(
        self, start_date: str = "1900-01-01", end_date: str = "2199-12-31", company: str = "", status: str = ""
    ) -> bool:
        return (
            date.fromisoformat(start_date) <= self.applied <= date.fromisoformat(end_date)
            and (self.is_dated or (start_date, end_date) == ("1900-01-01", "2199-12-31"))
            and company.lower() in self.company.lower()
            and status in {"", self.status}
        )


def plain_overview(positions: list[Seen]) -> dict[str, Any]:
    interviews = [interview for position in positions for interview in position.interviews]
    return {
        "total_applications": len(positions),
        "total_companies": len({position.company.lower() for position in positions}),
        "total_interviews": len(interviews),
        "response_rate": share([bool(position.reached - {"applied", "saved"}) for position in positions]),
        "interview_rate": share([bool(position.interviews) for position in positions]),
        "offer_rate": share(["offer" in position.reached for position in positions]),
        "status_breakdown": tally(APPLICATION_STATUSES, [position.status for position in positions]),
        "interview_type_breakdown": tally(InterviewType, [interview["type"] for interview in interviews]),
        "interview_outcome_breakdown": tally(InterviewOutcome, [interview["outcome"] for interview in interviews]),
    }


def plain_timeline(
    positions: list[Seen], start_date: str | None = None, end_date: str | None = None, **_: str
) -> dict[str, Any]:
    applied = [position.applied for position in positions]
    held = [moment.date() for position in positions for moment in position.meetings]
    start, end = (date.fromisoformat(day) if day else None for day in (start_date, end_date))
    first = start or min([*applied, *([end] if end else [])], default=None)
    last = end or max([*applied, *held, *([start] if start else [])], default=None)
    interviewed = [position for position in positions if position.meetings]
    responses = [timedelta(days=(p.meetings[0].date() - p.applied).days) for p in interviewed]
    decisions = [
        [moment for _, to_status, moment in position.history if to_status in {"offer", "rejected"}][-1]
        - position.meetings[-1]
        for position in interviewed
        if position.reached & {"offer", "rejected"}
    ]
    return {
        "period_start": first and str(first),
        "period_end": last and str(last),
        "applications_per_month": plain_months(applied, first, last),
        "interviews_per_month": plain_months(held, first, last),
        "average_response_time_days": in_days(responses, mean),
        "average_interview_to_decision_days": in_days(decisions, mean),
    }


def plain_months(days: list[date], first: date | None, last: date | None) -> list[dict[str, Any]]:
    found = Counter(str(day)[:7] for day in days)
    if first and last:
        found.update({str(first + timedelta(days=n))[:7]: 0 for n in range((last - first).days + 1)})
    return [{"month": month, "count": found[month]} for month in sorted(found)]


def plain_companies(positions: list[Seen]) -> dict[str, Any]:
    groups: dict[str, list[Seen]] = {}
    for position in sorted(positions, key=lambda position: position.created_at):
        groups.setdefault(position.company.lower(), []).append(position)
    companies = [
        {
            "company_name": group[-1].company,
            "total_applications": len(group),
            "total_interviews": sum(len(position.interviews) for position in group),
            "latest_application_date": str(max(position.applied for position in group)),
            "status_breakdown": tally(APPLICATION_STATUSES, [position.status for position in group]),
            "success_rate": share(["offer" in position.reached for position in group]),
        }
        for _, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return {"companies": companies, "total_companies": len(companies)}


def plain_funnel(positions: list[Seen]) -> dict[str, Any]:
    order = list(NO_STATUS)
    stays: dict[str, list[timedelta]] = {status: [] for status in order}
    flows: Counter[tuple[str, str]] = Counter()
    for position in positions:
        for (_, status, entered), (_, _, left) in pairwise(position.history):
            if status != "saved":
                stays[status].append(left - entered)
        steps = [(from_status, to_status) for from_status, to_status, _ in position.history if from_status]
        flows.update(step for step in steps if "saved" not in step)
    reached = [position.reached | {"applied"} for position in positions]
    return {
        "stages": [
            {
                "status": status,
                "reached": sum(status in statuses for statuses in reached),
                "conversion_rate": share([status in s for s in reached if STAGE_BEFORE[status] in s])
                if status in STAGE_BEFORE
                else None,
                "median_days": in_days(stays[status], statistics.median),
            }
            for status in order
        ],
        "flows": [
            {"from_status": pair[0], "to_status": pair[1], "count": count}
            for pair, count in sorted(
                flows.items(), key=lambda item: (-item[1], order.index(item[0][0]), order.index(item[0][1]))
            )
        ],
    }


def tally(values: Any, found: list[str]) -> dict[str, int]:
    return {value.value: found.count(value) for value in values}


def share(answers: list[bool]) -> float:
    return rounded(Decimal(100 * sum(answers)) / len(answers), "0.01") if answers else 0.0


def in_days(durations: list[timedelta], summary: Any) -> float | None:
    microseconds = [Decimal(duration // timedelta(microseconds=1)) for duration in durations]
    kept = [value for value in microseconds if value >= 0]
    return rounded(summary(kept) / 86_400_000_000, "0.1") if kept else None


def mean(values: list[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def rounded(value: Decimal, step: str) -> float:
    return float(value.quantize(Decimal(step), ROUND_HALF_UP))


def moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


async def test_the_overview_is_exactly_what_its_documented_model_would_write(user: SignedIn) -> None:
    await user.interview((await user.position())["id"])

    answer = await user.get("/api/v1/statistics/overview")

    assert answer.json() == json.loads(OverviewResponse.model_validate_json(answer.content).model_dump_json())
