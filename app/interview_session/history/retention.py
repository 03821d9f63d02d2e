"""How long sessions are kept."""

from sqlalchemy import text

from app.interview_session.events.event_log import ERASED_TOPIC
from app.repositories.access import DataAccess

ANONYMOUS_DAYS = 1
BATCH = 20
"""Sessions in one slice: each may have five thousand events."""

# A running clock ends its session by itself; what stands still and has no call is idle from its last change on.
_ERASE = text("""
    WITH old AS (
        SELECT id FROM interview_sessions
        WHERE (user_id IS NULL OR CAST(:days AS integer) > 0)
            AND greatest(updated_at, ended_at, bot_seen_at) < now() - make_interval(
                days => CASE WHEN user_id IS NULL THEN CAST(:anonymous_days AS integer) ELSE :days END
            )
            AND (ended_at IS NOT NULL OR deadline IS NULL)
        LIMIT :batch FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM interview_sessions USING old WHERE interview_sessions.id = old.id RETURNING interview_sessions.id
    )
    SELECT id FROM gone
""")


class SessionRetention:
    """Erases sessions that are over or idle: those that are nobody's after a day, others after ``days``.

    With 0 ``days`` the sessions of users are kept.
    """

    def __init__(self, days: int) -> None:
        self._days = days

    async def erase_some(self, access: DataAccess) -> int:
        """Erase up to ``BATCH`` sessions with their logs, tell their listeners at the commit, and return how many."""
        values = {"anonymous_days": ANONYMOUS_DAYS, "days": self._days, "batch": BATCH}
        erased = (await access.db.execute(_ERASE, values)).scalars().all()
        access.transaction.announce(f"{ERASED_TOPIC}:{session_id}" for session_id in erased)
        return len(erased)
