"""What the hot statements read: an index that has all of it, and rows only where they are searched or shown."""

from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.core.clock import utc_now
from app.core.reads import Read
from app.core.time_zones import today
from app.repositories.position_filters import filter_values
from app.repositories.position_records import list_read
from app.repositories.statistics import _overview_read
from tests.conftest import NewDatabase

INDEXED = {"status": "applied", "company": "a", "archived": False, "date_from": date(2025, 1, 1)}
PAGE = {"limit": 20, "offset": 0}
DAY = {"date_from": date(2025, 1, 1)}


def list_by(*filters: str) -> Read:
    return list_read(frozenset(filters), "application_date", "desc")


@pytest.fixture(scope="module")
async def database_url(new_database: NewDatabase) -> str:
    return await new_database()


@pytest.mark.parametrize(
    ("read", "filters", "looks"),
    [
        (list_by(), {}, 2),
        (list_by(*INDEXED), INDEXED, 1),
        (list_by("search", *INDEXED), INDEXED | {"search": "python"}, 1),
        (_overview_read(frozenset()), {}, 1),
        (_overview_read(frozenset(DAY)), DAY, 1),
    ],
    ids=("list", "filtered", "searched", "overview", "overview of a time"),
)
async def test_the_index_of_the_list_has_what_is_filtered_and_counted(
    database_url: str, read: Read, filters: dict[str, Any], looks: int
) -> None:
    compiled = read.compiled
    values = PAGE | filter_values(filters) | {"user_id": uuid4(), "now": utc_now(), "today": today()}
    connection = await asyncpg.connect(database_url)
    try:
        # Of a small table PostgreSQL would rather read all.
        await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_indexscan = off")
        plan = await connection.fetch(f"EXPLAIN {compiled.sql}", *compiled.arguments(values))
    finally:
        await connection.close()

    assert sum("Index Only Scan using ix_positions_user_date" in step[0] for step in plan) == looks
