"""Rows of several tables in one list: each row's record is JSON that the database writes, and goes out as it is."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, DateTime, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any] | ColumnElement[Any]

_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")
_UTC: ColumnElement[str] = literal_column("'UTC'")
_NO_FRACTION: ColumnElement[str] = literal_column("'.000000Z'")
_Z: ColumnElement[str] = literal_column("'Z'")


def as_json(columns: Iterable[Column]) -> ColumnElement[Any]:
    """Return columns as one JSON object by their names; times read as all answers write them."""
    fields: list[Any] = []
    for column in columns:
        fields += [literal_column(f"'{column.key}'"), _written(column) if _is_time(column) else column]
    return func.json_build_object(*fields)


def _is_time(column: Column) -> bool:
    return isinstance(column.type, DateTime)


def _written(time: Column) -> ColumnElement[str]:
    return func.replace(func.to_char(func.timezone(_UTC, time), _FORMAT), _NO_FRACTION, _Z)
