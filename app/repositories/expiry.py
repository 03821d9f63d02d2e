"""What has served its time, in SQL."""

from sqlalchemy import text

from app.repositories.access import DataAccess

# Small bites: no statement holds many locks, and two replicas step around each other.
_EXPIRED = {
    "logins": "expires_at < now()",
    "idempotency_keys": "created_at < now() - interval '24 hours'",
    "rate_limits": "expires_at < now()",
}
BATCH = 1000


class ExpiryRepository:
    """Rows past their time."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def delete_some(self, table: str) -> int:
        """Erase up to ``BATCH`` expired rows of one of ``tables`` and return how many there were."""
        result = await self._access.db.execute(
            text(f"""
                WITH gone AS (
                    DELETE FROM {table} WHERE ctid = ANY(ARRAY(
                        SELECT ctid FROM {table} WHERE {_EXPIRED[table]} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
                    )) RETURNING 1
                ) SELECT count(*) FROM gone
            """)  # noqa: S608 - names and conditions of this module only
        )
        return int(result.scalar_one())

    @property
    def tables(self) -> list[str]:
        """Return the tables whose rows expire."""
        return list(_EXPIRED)
