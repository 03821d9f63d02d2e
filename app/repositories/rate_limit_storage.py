"""A PostgreSQL storage for the ``limits`` library, so that all replicas count together.

Each key is one row with the moments of its hits; an update of that row is atomic, and the database's clock is
the only clock.
"""

import time

from limits.aio.storage import MovingWindowSupport, Storage
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.database import Database

_SPAN = "make_interval(secs => CAST(:expiry AS float8))"
_NEW_HITS = "array_fill(now(), ARRAY[CAST(:amount AS int)])"
_LIVE_HITS = f"ARRAY(SELECT hit FROM unnest(rate_limits.hits) AS hit WHERE hit > now() - {_SPAN})"  # noqa: S608

# The statements below are put together from the pieces above and nothing else.
_ACQUIRE = text(f"""
    INSERT INTO rate_limits (key, hits, expires_at)
    SELECT CAST(:key AS varchar), {_NEW_HITS}, now() + {_SPAN} WHERE CAST(:amount AS int) <= CAST(:limit AS int)
    ON CONFLICT (key) DO UPDATE
    SET hits = {_LIVE_HITS} || excluded.hits, expires_at = excluded.expires_at
    WHERE cardinality({_LIVE_HITS}) + cardinality(excluded.hits) <= CAST(:limit AS int)
    RETURNING 1
""")  # noqa: S608
_WINDOW = text(f"""
    SELECT extract(epoch FROM now() - min(hit))::float8, count(hit)
    FROM rate_limits, unnest(hits) AS hit
    WHERE key = :key AND hit > now() - {_SPAN}
""")  # noqa: S608
_INCREMENT = text(f"""
    INSERT INTO rate_limits (key, hits, expires_at) VALUES (:key, {_NEW_HITS}, now() + {_SPAN})
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN rate_limits.expires_at > now() THEN rate_limits.hits ELSE '{{}}' END || excluded.hits,
        expires_at = CASE WHEN rate_limits.expires_at > now() THEN rate_limits.expires_at ELSE excluded.expires_at END
    RETURNING cardinality(hits)
""")  # noqa: S608
_COUNT = text("SELECT cardinality(hits) FROM rate_limits WHERE key = :key AND expires_at > now()")
_EXPIRY = text("SELECT extract(epoch FROM expires_at - now())::float8 FROM rate_limits WHERE key = :key")
_CLEAR = text("DELETE FROM rate_limits WHERE key = :key")
_RESET = text("WITH gone AS (DELETE FROM rate_limits RETURNING 1) SELECT count(*) FROM gone")


class PostgresStorage(Storage, MovingWindowSupport):
    """The storage of the fixed-window and moving-window strategies, each call in a transaction of its own."""

    STORAGE_SCHEME = ["async+postgresql"]  # noqa: RUF012 - declared as a list by the library

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @property
    def base_exceptions(self) -> type[Exception]:
        """Return what a failing call raises."""
        return SQLAlchemyError

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count ``amount`` hits if at most ``limit`` are then in the last ``expiry`` seconds; tell whether it did."""
        values = {"key": key, "limit": limit, "expiry": expiry, "amount": amount}
        async with self._database.transaction() as db:
            return (await db.execute(_ACQUIRE, values)).scalar() is not None

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest counted hit was (seconds since the epoch), and how many there are."""
        async with self._database.transaction() as db:
            age, count = (await db.execute(_WINDOW, {"key": key, "expiry": expiry})).one()
        # The library takes the time until then off this machine's clock, which may be another than the database's.
        return time.time() - (age or 0), min(count, limit)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count ``amount`` hits in the key's fixed window and return how many it has now."""
        async with self._database.transaction() as db:
            values = {"key": key, "expiry": expiry, "amount": amount}
            return int((await db.execute(_INCREMENT, values)).scalar_one())

    async def get(self, key: str) -> int:
        """Return the hits in the key's fixed window."""
        async with self._database.transaction() as db:
            return int((await db.execute(_COUNT, {"key": key})).scalar() or 0)

    async def get_expiry(self, key: str) -> float:
        """Return when the key's window ends, in seconds since the epoch."""
        async with self._database.transaction() as db:
            return time.time() + float((await db.execute(_EXPIRY, {"key": key})).scalar() or 0)

    async def check(self) -> bool:
        """Tell whether the database answers."""
        async with self._database.transaction() as db:
            return (await db.execute(text("SELECT 1"))).scalar() == 1

    async def reset(self) -> int | None:
        """Forget every key and return how many there were."""
        async with self._database.transaction() as db:
            return int((await db.execute(_RESET)).scalar_one())

    async def clear(self, key: str) -> None:
        """Forget one key."""
        async with self._database.transaction() as db:
            await db.execute(_CLEAR, {"key": key})
