"""How much the reads of a test bring from the database into the process."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
import pytest

from app.core.read_pool import ReadPool


class CountedReads:
    """The statements of all reads so far, and the bytes of what they gave: as texts, so about what the wire had."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.largest_bytes = 0
        self.bytes = 0

    def note(self, sql: str, rows: Sequence[asyncpg.Record]) -> None:
        """Count one read."""
        size = sum(len(str(value).encode()) for row in rows for value in row.values())
        self.statements.append(sql)
        self.largest_bytes = max(self.largest_bytes, size)
        self.bytes += size


@contextmanager
def counted_reads() -> Iterator[CountedReads]:
    """Count the reads of every application in this process while the block runs."""
    counted = CountedReads()
    fetch = ReadPool.fetch

    async def counting(pool: ReadPool, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        rows = await fetch(pool, sql, arguments)
        counted.note(sql, rows)
        return rows

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ReadPool, "fetch", counting)
        yield counted
