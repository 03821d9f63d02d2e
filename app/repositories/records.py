"""Rows as JSON that the database writes, and that goes out as it is."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Enum, Integer, Select, Text, Uuid, cast, func, literal_column
from sqlalchemy.orm import InstrumentedAttribute

Column = InstrumentedAttribute[Any] | ColumnElement[Any]

_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'""")
_UTC: ColumnElement[str] = literal_column("'UTC'")
_NO_FRACTION: ColumnElement[str] = literal_column("'.000000Z'")
_Z: ColumnElement[str] = literal_column("'Z'")
_NULL: ColumnElement[str] = literal_column("'null'")


def as_json(columns: Iterable[Column]) -> ColumnElement[str]:
    """Return columns as the text of one JSON object by their names; times read as all answers write them.

    It is put together by one ``concat``: ``json_build_object`` finds out the type of each value anew in each row,
    names included, and costs half as much again.
    """
    parts: list[Any] = []
    before = "{"
    for column in columns:
        before += f'"{column.key}":'
        if _needs_quotes(column) and not _may_be_null(column):
            parts += [_constant(before + '"'), _written(column)]
            before = '",'
        else:
            parts += [_constant(before), _value(column)]
            before = ","
    return func.concat(*parts, _constant(before.removesuffix(",") + "}"))


def as_json_list(records: Select[*tuple[Any, ...]]) -> ColumnElement[str]:
    """Return the records that a query makes of its rows as the text of one JSON list, in their order."""
    texts = func.array_to_string(func.array(records.scalar_subquery()), _constant(","))
    return func.concat(_constant("["), texts, _constant("]"))


def _needs_quotes(column: Column) -> bool:
    """Tell whether the value is a text in JSON, and one that has nothing to be escaped."""
    return isinstance(column.type, DateTime | Date | Enum | Uuid)


def _may_be_null(column: Column) -> bool:
    return getattr(column, "nullable", True)


def _value(column: Column) -> ColumnElement[Any]:
    if isinstance(column.type, Integer):
        value: ColumnElement[Any] = cast(column, Text)
    else:
        value = cast(func.to_json(_written(column)), Text)
    return func.coalesce(value, _NULL) if _may_be_null(column) else value


def _written(column: Column) -> Column:
    if not isinstance(column.type, DateTime):
        return column
    return func.replace(func.to_char(func.timezone(_UTC, column), _FORMAT), _NO_FRACTION, _Z)


def _constant(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", Text)
