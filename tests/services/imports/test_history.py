"""The history of an imported position, and its note."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import utc_now
from app.core.time_zones import today
from app.models.position import Position
from app.schemas.position_import import PositionRow
from app.services.imports.history import future_times, note_of, position_of

USER = UUID(int=7)


def row_of(**fields: Any) -> PositionRow:
    return PositionRow.model_validate({"title": "T", "company": "C"} | fields)


def made(fields: dict[str, Any], *, has_all_times: bool = False) -> tuple[Position, list[tuple[str, str]]]:
    position, history = position_of(row_of(**fields), USER, has_all_times=has_all_times)
    return position, [(str(change.to_status), change.occurred_at.date().isoformat()) for change in history]


@pytest.mark.parametrize(
    ("fields", "application_date", "history"),
    [
        pytest.param({"saved_at": "2024-01-10"}, None, [("saved", "2024-01-10")], id="saved and no more"),
        pytest.param(
            {"saved_at": "2024-01-10", "status": "applied"},
            date(2024, 1, 10),
            [("saved", "2024-01-10"), ("applied", "2024-01-10")],
            id="applied for on an unknown day",
        ),
        pytest.param(
            {"saved_at": "2024-01-10", "application_date": "2024-01-15", "status": "offer"},
            date(2024, 1, 15),
            [("saved", "2024-01-10"), ("applied", "2024-01-15"), ("offer", "2024-01-15")],
            id="saved, applied, offered",
        ),
        pytest.param(
            {"saved_at": "2024-01-20", "applied_at": "2024-01-15", "status": "applied"},
            date(2024, 1, 15),
            [("saved", "2024-01-20"), ("applied", "2024-01-15")],
            id="applied for before it was saved here",
        ),
        pytest.param(
            {
                "application_date": "2024-01-15",
                "saved_at": "2024-01-20",
                "applied_at": "2024-01-15",
                "status": "saved",
            },
            date(2024, 1, 15),
            [("applied", "2024-01-15"), ("saved", "2024-01-20")],
            id="back to saved",
        ),
        pytest.param(
            {"saved_at": "2024-01-10", "application_date": "2024-03-01", "status": "saved"},
            date(2024, 3, 1),
            [("saved", "2024-01-10")],
            id="saved with a day in mind",
        ),
    ],
)
def test_saved_positions(
    fields: dict[str, str], application_date: date | None, history: list[tuple[str, str]]
) -> None:
    position, found = made(fields)

    assert (position.application_date, found) == (application_date, history)


def test_a_saved_position_without_times_is_saved_now() -> None:
    position, history = position_of(row_of(status="saved"), USER, has_all_times=False)

    assert position.application_date is None
    assert utc_now() - history[0].occurred_at < timedelta(minutes=1)


def test_a_position_without_any_time_is_of_today() -> None:
    position, _ = made({"status": "offer"})

    assert position.application_date == today()


def test_a_file_that_tells_all_times_has_nothing_added() -> None:
    fields = {"application_date": "2024-01-15", "screening_at": "2024-01-20", "status": "screening"}

    assert made(fields)[1] == [("applied", "2024-01-15"), ("screening", "2024-01-20")]
    assert made(fields, has_all_times=True)[1] == [("screening", "2024-01-20")]


def test_the_note_of_the_status_stands_at_the_last_change() -> None:
    _, history = position_of(
        row_of(application_date="2024-01-15", offer_at="2024-02-01", status_note="Accepted"),
        USER,
        has_all_times=False,
    )

    assert [change.note for change in history] == [None, "Accepted"]


def test_notes_are_dated_at_the_last_that_is_known() -> None:
    row = row_of(application_date="2024-01-15", offer_at="2024-02-01", notes="They use SAP")
    position, history = position_of(row, USER, has_all_times=False)

    note = note_of(row, position, history)

    assert note is not None
    assert (note.text, note.position_id, note.user_id) == ("They use SAP", position.id, USER)
    assert note.occurred_at == datetime(2024, 2, 1, tzinfo=UTC)
    assert note_of(row_of(), position, history) is None


def test_times_to_come_are_wrong_but_for_the_day_of_the_application() -> None:
    now = datetime(2024, 1, 15, 12, tzinfo=UTC)

    assert future_times(row_of(offer_at="2024-01-16", screening_at="2024-01-15"), now) == ["offer_at"]
    planned = row_of(application_date="2024-02-01", applied_at="2024-02-01", offer_at="2024-02-09")
    assert future_times(planned, now) == ["offer_at"]
