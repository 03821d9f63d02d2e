"""Rows of several tables in one list: each row's record comes as JSON of the database, and is read back here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any] | ColumnElement[Any]

_TIMES = frozenset(
    (
        "scheduled_date",
        "occurred_at",
        "recorded_at",
        "done_at",
        "started_at",
        "ended_at",
        "created_at",
        "updated_at",
    )
)
"""Names of fields that JSON has no type for, in whatever record."""


def as_json(columns: Iterable[Column]) -> ColumnElement[Any]:
    """Return columns as one JSON object by their names."""
    fields: list[Any] = []
    for column in columns:
        fields += [literal_column(f"'{column.key}'"), column]
    return func.json_build_object(*fields)


def record_of(text: str) -> dict[str, Any]:
    """Return the record of an object that the database wrote."""
    record: dict[str, Any] = orjson.loads(text)
    for name in _TIMES & record.keys():
        if record[name] is not None:
            record[name] = datetime.fromisoformat(record[name])
    return record
