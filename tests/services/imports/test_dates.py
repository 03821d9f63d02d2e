"""Dates: how each is written, and what a whole column says of the order of day and month."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import ValidationError
from app.schemas.position_import import DateOrder
from app.services.imports.dates import as_iso, date_of, order_of

MDY, DMY = DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2024-01-15", "2024-01-15"),
        ("2024-01-15T10:00:00Z", "2024-01-15T10:00:00Z"),
        ("2024-01-15 10:00", "2024-01-15T10:00"),
        ("2024-01-15 10:00:01.5 UTC", "2024-01-15T10:00:01.5Z"),
        ("2024-01-15 10:00:00 +0100", "2024-01-15T10:00:00+0100"),
        ("2024/1/5", "2024-01-05"),
        ("2024.01.05", "2024-01-05"),
        ("1/15/2024", "2024-01-15"),
        ("01/15/24", "2024-01-15"),
        ("1/15/24, 3:45 PM", "2024-01-15T15:45:00"),
        ("1/15/2024 12:05 a.m.", "2024-01-15T00:05:00"),
        ("1-15-1999", "1999-01-15"),
        ("1/15/71", "1971-01-15"),
        ("15.1.2024", "2024-01-15"),
        ("15. 1. 2024", "2024-01-15"),
        ("15.01.24 08:30", "2024-01-15T08:30:00"),
        ("Jan 15, 2024", "2024-01-15"),
        ("jan. 15 2024", "2024-01-15"),
        ("January 15th, 2024", "2024-01-15"),
        ("Sept 3, 2024", "2024-09-03"),
        ("January 15, 2024 3:00 PM", "2024-01-15T15:00:00"),
        ("@January 15, 2024", "2024-01-15"),
        ("January 15, 2024 → January 20, 2024", "2024-01-15"),
        ("Mon, Jan 15, 2024", "2024-01-15"),
        ("Monday, January 15, 2024 at 3:00 PM", "2024-01-15T15:00:00"),
        ("15 Jan 2024", "2024-01-15"),
        ("15-Jan-24", "2024-01-15"),
        ("15. January 2024", "2024-01-15"),
        (" 15\u00a0January\n2024 ", "2024-01-15"),
        ("45306", "2024-01-15"),
        ("45306.75", "2024-01-15T18:00:00"),
    ],
)
def test_a_date_is_read_as_it_is_written(cell: str, iso: str) -> None:
    assert as_iso(cell, MDY) == iso


@pytest.mark.parametrize(
    "cell",
    [
        *("", "soon", "15/1/2024", "2/30/2024", "31.4.2024", "Foo 15, 2024", "4530", "99999", "Jan 2024", "1/2024"),
        *("1/15/2024 25:00", "1/15/2024 13:00 PM", "1/15-2024", "Jan 15, 2024" + " " * 80 + "x", "١/١٥/٢٠٢٤"),
    ],
)
def test_what_is_no_date_stays_as_it_is(cell: str) -> None:
    assert as_iso(cell, MDY) == cell


@given(st.text(alphabet="0123456789/.-:, TZapmJan→+", max_size=80), st.sampled_from([MDY, DMY, None]))
def test_no_text_is_too_much(cell: str, order: DateOrder | None) -> None:
    iso = as_iso(cell, order)

    assert iso == cell or iso[:4].isdigit()
    order_of([("Date", [cell])], MDY)


@given(st.dates(), st.sampled_from([MDY, DMY]))
def test_a_day_comes_back_in_either_order(day: object, order: DateOrder) -> None:
    year, month, number = str(day).split("-")
    written = f"{month}/{number}/{year}" if order is MDY else f"{number}/{month}/{year}"

    assert as_iso(written, order) == str(day)


def test_workbooks_that_count_from_1904() -> None:
    assert as_iso("43844", None, counts_from_1904=True) == "2024-01-15"


def test_the_day_of_a_time_is_the_one_that_is_written() -> None:
    assert date_of("2024-01-15T23:59:00-08:00") == "2024-01-15"
    assert date_of("2024-01-15") == "2024-01-15"
    assert date_of("2024-01-15Tea") == "2024-01-15Tea"


@pytest.mark.parametrize(
    ("columns", "order"),
    [
        ([["1/2/2024", "1/13/2024"]], MDY),
        ([["1/2/2024", "", "13/1/2024"]], DMY),
        ([["1/2/2024"], ["13/1/2024"]], DMY),
        ([["1/2/24 10:00", "2-13-24"]], MDY),
        ([["3/3/2024", "2024-01-02", "Jan 5, 2024", "5.1.2024", "x"]], None),
        ([["13.1.2024", "1/13/2024"]], MDY),
        ([], None),
    ],
)
def test_one_cell_tells_the_order_of_all(columns: list[list[str]], order: DateOrder | None) -> None:
    named = [(f"Date {number}", cells) for number, cells in enumerate(columns)]

    assert order_of(named, None) is order
    assert order_of(named, DMY) is DMY


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            ["2024-01-01", "3/4/2024", "5/6/2024"],
            "Must be mdy or dmy, because 3/4/2024 in 'Day' can be read either way",
        ),
        (
            ["3/14/2024", "14/3/2024"],
            "Must be mdy or dmy, because the file has both: 3/14/2024 in 'Day' and 14/3/2024 in 'Day'",
        ),
    ],
)
def test_an_order_that_cannot_be_told_is_asked_for(cells: list[str], sentence: str) -> None:
    with pytest.raises(ValidationError) as asked:
        order_of([("Day", cells)], None)

    assert asked.value.field_errors == {"date_order": sentence}
    assert asked.value.details == {"date_order": ["mdy", "dmy"]}
