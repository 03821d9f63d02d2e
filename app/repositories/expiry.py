"""What has served its time, in SQL."""

from sqlalchemy import text

from app.repositories.access import DataAccess

BATCH = 1000
KEPT_REFRESH_TOKENS = 20
"""Refresh tokens of a login that are kept: enough to know one that comes back after many exchanges."""

LOGIN_BATCH = 50

# Small bites: no statement holds many locks, or for long.
_EXPIRED = {
    "logins": "expires_at < now()",
    "idempotency_keys": "created_at < now() - interval '24 hours'",
    "rate_limits": "expires_at < now()",
}
_TRY_TURN = text("SELECT pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0))")
# Of each login the tokens after the newest; those of one moment in the order of their hashes.
_OLD_TOKENS = text("""
    WITH crowded AS (
        SELECT login_id FROM refresh_tokens GROUP BY login_id HAVING count(*) > :kept LIMIT :logins
    ), old AS (
        SELECT tokens.token_hash FROM crowded CROSS JOIN LATERAL (
            SELECT token_hash FROM refresh_tokens WHERE refresh_tokens.login_id = crowded.login_id
            ORDER BY created_at DESC, token_hash OFFSET :kept LIMIT :batch
        ) AS tokens
    ), gone AS (
        DELETE FROM refresh_tokens WHERE token_hash IN (SELECT token_hash FROM old) RETURNING 1
    )
    SELECT count(*) FROM gone
""")


class ExpiryRepository:
    """Rows past their time. ``tables`` are those of which whole rows expire."""

    tables = tuple(_EXPIRED)

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def take_turn(self) -> bool:
        """Have no other process erase until this transaction ends; False if one does at this moment."""
        return bool((await self._access.db.execute(_TRY_TURN)).scalar_one())

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

    async def delete_old_tokens(self) -> int:
        """Erase refresh tokens of some logins that have more than are kept; return how many there were."""
        values = {"kept": KEPT_REFRESH_TOKENS, "logins": LOGIN_BATCH, "batch": BATCH}
        return int((await self._access.db.execute(_OLD_TOKENS, values)).scalar_one())
