"""Which rows look like a position, or like a row above them."""

from typing import Any
from uuid import UUID

from app.models.likeness import address_key, job_key
from app.schemas.position_import import PositionRow
from app.services.imports.judging import Likeness, duplicates_among, keys_of
from app.services.imports.recognising import GoodRow


def row_of(number: int, title: str, company: str, **fields: Any) -> GoodRow:
    return GoodRow(number, PositionRow.model_validate({"title": title, "company": company} | fields))


def judged(rows: list[GoodRow], there: dict[tuple[str, int], UUID]) -> list[Likeness]:
    return duplicates_among(rows, [keys_of(row) for row in rows], there)


def test_rows_are_found_by_company_and_title_or_by_address() -> None:
    first, second = UUID(int=1), UUID(int=2)
    address = address_key("https://acme.example/jobs/1")
    assert address is not None
    there = {("job", job_key("Acme, Inc.", "Engineer")): first, ("address", address): second}
    rows = [
        row_of(2, "ENGINEER", "acme inc"),
        row_of(3, "Developer", "Acme", job_url="https://www.acme.example/jobs/1?utm_source=x"),
        row_of(4, "Developer", "Acme Corp"),
    ]

    assert judged(rows, there) == [Likeness(2, first, None), Likeness(3, second, None)]


def test_rows_of_one_file_are_found_too() -> None:
    rows = [
        row_of(2, "Engineer", "Acme", job_url="https://acme.example/1"),
        row_of(3, "Other", "Acme", job_url="https://acme.example/1?gclid=7"),
        row_of(4, "other", "ACME"),
        row_of(9, "Engineer", "Else"),
    ]

    assert judged(rows, {}) == [Likeness(3, None, 2), Likeness(4, None, 3)]
