"""The arithmetic of the statistics."""

from datetime import date

import pytest

from app.models.enums import APPLICATION_STATUSES
from app.services.statistics import by_month, latest, months_between, percent, period, stages

JANUARY, MARCH, MAY = date(2024, 1, 15), date(2024, 3, 31), date(2024, 5, 1)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, 0.0),
        (0, 7, 0.0),
        (7, 7, 100.0),
        (1, 3, 33.33),
        (2, 3, 66.67),
        (17, 25, 68.0),
        (1, 160, 0.63),  # 0.625: halves go up
        (3, 160, 1.88),  # 1.875
        (1, 20_001, 0.0),
        (1, 20_000, 0.01),
        (19_999, 20_000, 100.0),
        (10**12 - 1, 3 * 10**12, 33.33),
    ],
)
def test_percent_has_two_decimals(part: int, whole: int, expected: float) -> None:
    assert percent(part, whole) == expected


def test_latest_leaves_out_what_is_missing() -> None:
    assert latest(None, MARCH, JANUARY) == MARCH
    assert latest(None, None) is None


@pytest.mark.parametrize(
    ("asked", "data", "expected"),
    [
        ((None, None), (None, None), (None, None)),
        ((None, None), (JANUARY, MARCH), (JANUARY, MARCH)),
        ((MARCH, MAY), (None, None), (MARCH, MAY)),
        ((MARCH, MARCH), (JANUARY, MAY), (MARCH, MARCH)),
        ((JANUARY, None), (MARCH, MAY), (JANUARY, MAY)),
        ((MAY, None), (JANUARY, MARCH), (MAY, MAY)),
        ((MAY, None), (None, None), (MAY, MAY)),
        ((None, MAY), (JANUARY, MARCH), (JANUARY, MAY)),
        ((None, JANUARY), (MARCH, MAY), (JANUARY, JANUARY)),
        ((None, MAY), (None, None), (MAY, MAY)),
    ],
)
def test_period_is_what_was_asked_for_or_what_the_data_spans(
    asked: tuple[date | None, date | None],
    data: tuple[date | None, date | None],
    expected: tuple[date | None, date | None],
) -> None:
    assert period(*asked, *data) == expected


def test_months_cross_the_year() -> None:
    assert months_between(date(2023, 11, 30), date(2024, 2, 1)) == ["2023-11", "2023-12", "2024-01", "2024-02"]
    assert months_between(MARCH, MARCH) == ["2024-03"]
    assert months_between(None, MARCH) == months_between(MARCH, None) == []


def test_months_of_the_period_are_filled_and_others_are_not() -> None:
    assert by_month({"2024-03": 2, "2024-08": 1, "2023-01": 4}, JANUARY, MARCH) == [
        {"month": "2023-01", "count": 4},
        {"month": "2024-01", "count": 0},
        {"month": "2024-02", "count": 0},
        {"month": "2024-03", "count": 2},
        {"month": "2024-08", "count": 1},
    ]
    assert by_month({}, None, None) == []


def test_a_conversion_counts_only_positions_that_reached_the_stage_before() -> None:
    journeys = [
        {"statuses": ["applied"], "count": 4},
        {"statuses": ["applied", "screening"], "count": 2},
        {"statuses": ["applied", "interviewing", "screening"], "count": 1},
        {"statuses": ["interviewing", "offer"], "count": 3},  # entered late: it never was in screening
    ]

    found = {stage["status"]: stage for stage in stages(10, journeys, {"applied": 2.5})}

    assert list(found) == list(APPLICATION_STATUSES)
    assert [stage["reached"] for stage in found.values()] == [10, 3, 4, 3, 0, 0]
    assert [stage["conversion_rate"] for stage in found.values()] == [None, 30.0, 33.33, 75.0, None, None]
    assert [stage["median_days"] for stage in found.values()] == [2.5, None, None, None, None, None]


def test_stages_of_nothing_are_zero() -> None:
    found = stages(0, [], {})

    assert [stage["reached"] for stage in found] == [0] * 6
    assert [stage["conversion_rate"] for stage in found] == [None, 0.0, 0.0, 0.0, None, None]
