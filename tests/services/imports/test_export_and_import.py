"""What an export writes an import reads back: every column that is not the server's own."""

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from app.api.field_errors import field_errors
from app.models import Position, StatusChange
from app.models.enums import PositionStatus
from app.schemas.position_import import PositionRow
from app.services.imports.column_names import known_names
from app.services.imports.history import position_of
from app.services.imports.recognising import RecognisedFile, recognise
from app.services.imports.table import Table
from app.services.imports.text_file import read_text_file
from app.services.imports.workbook import read_workbook
from app.services.position_csv import EXPORTED_COLUMNS
from app.services.position_export import csv_of, exported_values
from app.services.position_workbook import append_positions

USER = UUID(int=7)
SERVERS_OWN = {"id", "created_at", "updated_at"}
BEGIN = datetime(2024, 1, 15, tzinfo=UTC)

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("'\"; ,\t\r\n=+-@_x0D5F&<>\x0b\x7f\uffff\U0001f600é→"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    max_size=20,
).filter(lambda text: not text or not all(map(str.isspace, text.split("\x1f"))))
TITLES = TEXTS.map(lambda text: f"T{text}x")
MOMENTS = st.integers(0, 60 * 24 * 60 * 60).map(lambda seconds: BEGIN + timedelta(seconds=seconds, microseconds=7))
ROWS = st.builds(
    dict[str, Any],
    title=TITLES,
    company=TITLES,
    description=TEXTS,
    location=TEXTS,
    salary_range=TEXTS,
    source=TEXTS,
    job_url=st.sampled_from([None, "https://example.com/?a=1,2;3", "HTTP://example.com/=x"]),
    tags=st.lists(TITLES, max_size=3),
    archived=st.booleans(),
    status=st.sampled_from(list(PositionStatus)),
    application_date=st.sampled_from([None, date(1900, 1, 1), date(2024, 1, 15), date(2199, 12, 31)]),
)
CHANGES = st.lists(st.tuples(st.sampled_from(list(PositionStatus)), MOMENTS, TEXTS), max_size=5)


def stored(row: dict[str, Any], changes: Sequence[tuple[PositionStatus, datetime, str]]) -> dict[str, Any]:
    """Return the exported values of a position that was created and then changed, as the repository would."""
    cleaned = PositionRow.model_validate({key: value for key, value in row.items() if value is not None})
    fields = cleaned.model_dump(include=set(row))
    if fields["application_date"] is None and fields["status"] != PositionStatus.SAVED:
        fields["application_date"] = BEGIN.date()
    position = Position(id=uuid4(), user_id=USER, **fields)
    history = [position.record_creation(BEGIN)]
    for status, moment, text in changes:
        note = PositionRow(title="T", company="C", status_note=text).status_note or None
        if change := position.record_status(status, moment, note):
            history.append(change)
    return as_exported(position, history)


def as_exported(position: Position, history: Sequence[StatusChange]) -> dict[str, Any]:
    assert {change.user_id for change in history} == {position.user_id}
    in_order = sorted(history, key=lambda change: (change.from_status is not None, change.occurred_at))
    first_times: dict[str, str] = {}
    for change in in_order:
        first_times.setdefault(change.to_status, change.occurred_at.isoformat())
    notes = [change.note for change in in_order if change.to_status == position.status]
    fields = {name: getattr(position, name, None) for name in EXPORTED_COLUMNS}
    return exported_values(fields | {"status_times": first_times, "status_note": notes[-1]})


def compared(values: dict[str, Any]) -> dict[str, Any]:
    # A blank text and none at all look alike in a file.
    return {name: values[name] or None for name in EXPORTED_COLUMNS if name not in SERVERS_OWN}


async def imported(table: Table) -> list[dict[str, Any]]:
    file: RecognisedFile = await recognise(table, {}, None, field_errors)
    assert file.errors == []
    return [as_exported(*position_of(row.position, USER, has_all_times=file.has_all_times)) for row in file.rows]


def as_csv(positions: Sequence[dict[str, Any]]) -> Table:
    content = ",".join(EXPORTED_COLUMNS) + "\r\n" + csv_of(positions)
    return read_text_file(content.encode(), known_names(()))


def as_workbook(positions: Sequence[dict[str, Any]]) -> Table:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    sheet.append(list(EXPORTED_COLUMNS))
    append_positions(sheet, positions)
    file = io.BytesIO()
    workbook.save(file)
    return read_workbook(file.getvalue(), known_names(()))


@pytest.mark.parametrize(("form", "examples"), [(as_csv, 40), (as_workbook, 20)])
def test_an_export_is_imported_unchanged(form: Any, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.builds(stored, ROWS, CHANGES), min_size=1, max_size=3))
    def check(positions: list[dict[str, Any]]) -> None:
        read_back = asyncio.run(imported(form(positions)))

        assert [compared(position) for position in read_back] == [compared(position) for position in positions]

    check()
