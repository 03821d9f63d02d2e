"""One page of a list, and the length of the whole."""

from collections.abc import Callable
from typing import Any

import asyncpg

from app.core.reads import Read, Reads

READ_BYTES = 256 * 1024
"""Bytes of long texts in one read at most, unless a single row has more: what is beyond is read when it is sent."""


async def fetch_page(
    reads: Reads, page: Read, count: Callable[[], Read], values: dict[str, Any], *, limit: int, offset: int
) -> tuple[list[asyncpg.Record], int]:
    """Return the rows of one page and how many there are in all.

    ``page`` carries the whole number in each row's ``total``. Past the last page there is no row to carry it, and
    only then ``count`` is asked.
    """
    rows = await reads.all(page, **values, limit=limit, offset=offset)
    if rows:
        return rows, rows[0]["total"]
    if offset == 0:
        return [], 0
    counted = await reads.first(count(), **values)
    return [], counted["total"] if counted else 0


def without_total(row: asyncpg.Record) -> dict[str, Any]:
    """Return a row of a page without the number that it carries."""
    return {name: value for name, value in row.items() if name != "total"}
