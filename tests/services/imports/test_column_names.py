"""Which column is which field."""

from typing import Any

import pytest

from app.core.errors import ValidationError
from app.services.imports.column_names import Column, recognise_columns


def columns_of(*header: str, filled: tuple[int, ...] = (), **mapped: str | None) -> list[Column]:
    return recognise_columns(header, filled, mapped)


def fields_of(*header: str) -> list[str | None]:
    return [column.field for column in columns_of(*header)]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("JOB_TITLE", "title"),
        ("jobTitle", "title"),
        (" Position: ", "title"),
        ("Role", "title"),
        ("Salary (USD)", "salary_range"),
        ("Stage", "status"),
        ("Application Status", "status"),
        ("Date Applied", "application_date"),
        ("Applied On", "application_date"),
        ("Applied At", "applied_at"),
        ("Link", "job_url"),
        ("Job Posting URL", "job_url"),
        ("Where found", "source"),
        ("Labels", "tags"),
        ("Date saved", "saved_at"),
        ("Comments", "notes"),
        ("Status Date", "status_date"),
    ],
)
def test_names_are_known_however_they_are_written(name: str, field: str) -> None:
    others = ["title", "company"] if field != "title" else ["company"]

    assert fields_of(*others, name) == [*others, field]


def test_the_better_name_is_taken_and_the_other_told_why_not() -> None:
    assert columns_of("Position", "Company", "Job Title", "Link", "Job URL") == [
        Column(0, "Position", None, "'Job Title' is read as title"),
        Column(1, "Company", "company"),
        Column(2, "Job Title", "title"),
        Column(3, "Link", None, "'Job URL' is read as job_url"),
        Column(4, "Job URL", "job_url"),
    ]


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (["Name", "Company"], ["title", "company"]),
        (["Name", "Position"], ["company", "title"]),
        (["Name", "Position", "Employer"], [None, "title", "company"]),
        (["Title", "Company", "Date"], ["title", "company", "application_date"]),
        (["Title", "Company", "Date", "Date Applied"], ["title", "company", None, "application_date"]),
    ],
)
def test_names_that_could_mean_anything_fill_what_is_missing(header: list[str], fields: list[str | None]) -> None:
    assert fields_of(*header) == fields


def test_no_column_is_silently_dropped() -> None:
    columns = columns_of("title", "company", "id", "Mood", "", "", filled=(4,))

    assert [(column.name, column.field, column.reason) for column in columns[2:]] == [
        ("id", None, "The server sets it"),
        ("Mood", None, "No field is known by this name; name one in mapping"),
        ("", None, "Has no name"),
    ]


def test_ends_of_a_salary_are_stored_as_its_range() -> None:
    columns = columns_of("title", "company", "Min. Salary", "Max. Salary")

    assert [column.stored_field for column in columns] == ["title", "company", "salary_range", "salary_range"]


def test_the_mapping_comes_before_the_names() -> None:
    columns = recognise_columns(
        ["Role", "Company", "What I call it", "Status", "Link"],
        (),
        {"what i call it": "title", " Status ": None, "Link": "source"},
    )

    assert [(column.field, column.reason) for column in columns] == [
        (None, "'What I call it' is read as title"),
        ("company", None),
        ("title", None),
        (None, "Left out by the mapping"),
        ("source", None),
    ]


@pytest.mark.parametrize(
    ("header", "mapped", "errors"),
    [
        (["Foo", "company"], {}, {"file": "Must have columns: title"}),
        (["title", "company"], {"company": None}, {"file": "Must have columns: company"}),
        (["title", "company", "TITLE "], {}, {"file": "Must have each column once: title"}),
        (["title", "company", "Link", "link"], {}, {"file": "Must have each column once: link"}),
        (["title", "company"], {"x": "tags"}, {"mapping": "Must name columns of the file; it has no 'x'"}),
        (
            ["title", "company", "x", "X"],
            {"x": "tags"},
            {"mapping": "Must name columns that are there once; 'x' is not"},
        ),
        (["a", "b"], {"a": "title", "b": "title"}, {"mapping": "Must name each field once: title"}),
    ],
)
def test_what_cannot_be_told_apart_is_refused(
    header: list[str], mapped: dict[str, str | None], errors: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError) as refused:
        recognise_columns(header, (), mapped)

    assert refused.value.field_errors == errors


def test_columns_of_a_file_without_the_required_ones_are_named_for_a_mapping() -> None:
    with pytest.raises(ValidationError) as refused:
        columns_of("Stelle", "Firma", "Stage")

    assert refused.value.details == {"columns": ["Stelle", "Firma", "Stage"], "fields": {"Stage": "status"}}


def test_both_of_a_doubled_column_can_be_left_out() -> None:
    columns = recognise_columns(["title", "company", "Link", "Link"], (), {"Link": None})

    assert [column.field for column in columns] == ["title", "company", None, None]
