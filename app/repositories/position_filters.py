"""The filters that lists of positions, the export and the statistics share."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, any_, bindparam, func

from app.models import Position

_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "status": Position.status == bindparam("status"),
    "company": Position.company.ilike(bindparam("company"), escape="\\"),
    "date_from": Position.application_date >= bindparam("date_from"),
    "date_to": Position.application_date <= bindparam("date_to"),
    # The whole text in either configuration: literally, or by the stems of its words.
    "search": Position.search_vector.op("@@", is_comparison=True)(
        func.to_tsquery("simple", bindparam("search")).op("||")(func.to_tsquery("english", bindparam("search")))
    ),
    "archived": Position.archived == bindparam("archived"),
    "tag": bindparam("tag") == any_(Position.tags),
}


def conditions(filters: Collection[str]) -> list[ColumnElement[bool]]:
    """Return the conditions of these filters, and always the owner's; their values are bind parameters."""
    return [Position.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]


def filter_values(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of ``conditions`` for these filters."""
    values = dict(filters)
    if "company" in values:
        values["company"] = f"%{escape_like(values['company'])}%"
    if "search" in values:
        values["search"] = search_query(values["search"])
    return values


def escape_like(text: str) -> str:
    r"""Return a text that LIKE takes literally; the escape character is ``\``."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def search_query(text: str) -> str:
    """Return what a person typed as input for ``to_tsquery``: every word must match, the last as a prefix.

    Each word is quoted, so that no operator in it is one.
    """
    words = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in text.split()]
    return " & ".join(words) + ":*" if words else ""
