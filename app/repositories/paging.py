"""One page of a list, and the length of the whole."""

from collections.abc import Callable
from typing import Any

import asyncpg

from app.core.errors import ValidationError
from app.core.reads import Read, Reads

PAGE_BYTES = 4 * 1024 * 1024
"""Bytes of long texts in one page. A hundred rows may have hundreds of times as many, which a page would hold several
times over in memory: as rows, as objects, and as an answer."""

BYTES_OF_PAGE = "page_bytes"
"""The column of a list with long texts that says, in each row, how many bytes of them the page has."""


async def fetch_page(
    reads: Reads, page: Read, count: Callable[[], Read], values: dict[str, Any], *, limit: int, offset: int
) -> tuple[list[asyncpg.Record], int]:
    """Return the rows of one page and how many there are in all.

    ``page`` carries the whole number in each row's ``total``. Past the last page there is no row to carry it, and
    only then ``count`` is asked. A page with long texts leaves them out where they would be more than ``PAGE_BYTES``,
    and says so in ``BYTES_OF_PAGE``.

    Raises:
        ValidationError: the page has too many bytes; a smaller one is possible.

    """
    rows = await reads.all(page, **values, limit=limit, offset=offset)
    if rows:
        if (rows[0].get(BYTES_OF_PAGE) or 0) > PAGE_BYTES:
            raise ValidationError({"per_page": "Must be smaller here: the texts of this page are too long"})
        return rows, rows[0]["total"]
    if offset == 0:
        return [], 0
    counted = await reads.first(count(), **values)
    return [], counted["total"] if counted else 0
