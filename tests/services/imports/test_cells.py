"""From a row's cells to the fields of a position."""

import pytest

from app.schemas.position_import import DateOrder
from app.services.imports.cells import values_of
from app.services.imports.column_names import recognise_columns
from app.services.imports.table import TableRow


def values(cells: dict[str, str], order: DateOrder | None = None) -> dict[str, str | list[str]]:
    header = ["title", "company", *cells]
    row = TableRow(2, ["T", "C", *cells.values()])
    found = values_of(row, recognise_columns(header, (), {}), order, counts_from_1904=False)
    return {name: value for name, value in found.items() if name not in {"title", "company"}}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Link": "acme.example/jobs?id=7"}, {"job_url": "https://acme.example/jobs?id=7"}),
        ({"Link": " http://acme.example "}, {"job_url": "http://acme.example"}),
        ({"Link": "javascript:alert(1)"}, {"job_url": "javascript:alert(1)"}),
        ({"Link": "ask Tom"}, {"job_url": "ask Tom"}),
        ({"Link": "n/a", "Status": "-", "Date applied": "TBD", "Location": "-"}, {"location": "-"}),
        ({"Tags": "remote, python"}, {"tags": ["remote", "python"]}),
        ({"Tags": "a, b; c"}, {"tags": ["a, b", "c"]}),
        ({"Tags": '"a, b"'}, {"tags": ["a, b"]}),
        ({"Min salary": "50k", "Max salary": "60k"}, {"salary_range": "50k – 60k"}),
        ({"Max salary": "60k", "Min salary": " "}, {"salary_range": "60k"}),
        ({"Max salary": "60k", "Salary": "about 55k"}, {"salary_range": "about 55k"}),
        ({"Status": "Ghosted"}, {"status": "applied", "status_note": "Ghosted"}),
        (
            {"Status": "Ghosted", "status_note": "No word since May"},
            {"status": "applied", "status_note": "No word since May"},
        ),
        ({"Status": "hmm"}, {"status": "hmm"}),
        ({"Status": "Offer", "Status date": "1/15/2024"}, {"status": "offer", "offer_at": "2024-01-15"}),
        (
            {"Status": "Offer", "Status date": "1/15/2024", "Offer date": "1/14/2024"},
            {"status": "offer", "offer_at": "2024-01-14"},
        ),
        ({"Status": "Applied", "Status date": "1/15/2024"}, {"status": "applied", "applied_at": "2024-01-15"}),
        (
            {"Status": "Applied", "Status date": "1/15/2024", "Date applied": "1/2/2024"},
            {"status": "applied", "application_date": "2024-01-02"},
        ),
        ({"Status date": "1/15/2024"}, {}),
        ({"Date applied": "1/15/2024 9:30 AM"}, {"application_date": "2024-01-15"}),
        ({"Date saved": "1/15/2024 9:30 AM"}, {"saved_at": "2024-01-15T09:30:00"}),
        ({"Notes": "'=1+1", "Color": "red"}, {"notes": "=1+1"}),
    ],
)
def test_what_is_understood(cells: dict[str, str], expected: dict[str, str | list[str]]) -> None:
    assert values(cells, DateOrder.MONTH_FIRST) == expected
