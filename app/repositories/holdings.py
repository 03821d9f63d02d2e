"""What an owner holds, in SQL: stored bytes, plans, live rooms.

``stored_bytes`` is a ledger: triggers add a line for each statement that stores or erases text (see the migration
that made it). A single counter in a row would be locked by each of its owner's transactions to their ends, and so let
one user's import stand in the way of the same user's clocks. The sum over a short ledger is as good as a counter, and
whoever finds it long makes it short again.
"""

from uuid import UUID

from sqlalchemy import bindparam, func, literal_column, select, text

from app.core.reads import Read
from app.models import Document, InterviewSession, MockInterview, StoredBytes
from app.repositories.access import DataAccess

_STORED = Read(
    select(
        func.coalesce(func.sum(StoredBytes.delta), literal_column("0")).label("bytes"), func.count().label("lines")
    ).where(StoredBytes.user_id == bindparam("user_id"))
)
# Lines that another transaction is adding up at this moment are passed over, not waited for.
_ADD_UP = text("""
    WITH gone AS (
        DELETE FROM stored_bytes WHERE id = ANY(ARRAY(
            SELECT id FROM stored_bytes WHERE user_id = :user_id ORDER BY id LIMIT :at_most FOR UPDATE SKIP LOCKED
        )) RETURNING delta
    )
    INSERT INTO stored_bytes (user_id, delta) SELECT :user_id, sum(delta) FROM gone HAVING count(*) > 0
""")

ROW_BYTES = 200
"""What a row counts for beside its texts, as in the ledger."""

_POSITION_BYTES = text(f"""
    SELECT (SELECT coalesce(sum(coalesce(octet_length(notes), 0) + {ROW_BYTES}), 0) FROM interviews
            WHERE position_id = :position_id)
        + (SELECT coalesce(sum(coalesce(octet_length(note), 0) + {ROW_BYTES}), 0) FROM status_changes
            WHERE position_id = :position_id)
""")  # noqa: S608 - a number of our own


class HoldingsRepository:
    """The holdings of an owner."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def stored_bytes(self, user_id: UUID) -> tuple[int, int]:
        """Return how many bytes of text a user has stored, and in how many lines of the ledger they stand."""
        row = await self._access.reads.first(_STORED, user_id=user_id)
        assert row is not None
        return int(row["bytes"]), row["lines"]

    async def add_up(self, user_id: UUID, at_most: int) -> None:
        """Make one line of up to so many lines of a user's ledger."""
        await self._access.db.execute(_ADD_UP, {"user_id": user_id, "at_most": at_most})

    async def lock(self, kind: str, owner: str) -> None:
        """Wait for other transactions that count the same holdings of this owner, on whatever replica."""
        await self._access.db.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"{kind}:{owner}"}
        )

    async def count_plans(self, user_id: UUID) -> int:
        """Return how many plans a user has, as this transaction sees it."""
        statement = select(func.count()).select_from(MockInterview).where(MockInterview.user_id == user_id)
        return (await self._access.db.execute(statement)).scalar_one()

    async def document_bytes(self, user_id: UUID) -> int:
        """Return how many bytes of files a user has, as this transaction sees it."""
        statement = select(func.sum(Document.size_bytes)).where(Document.user_id == user_id)
        return (await self._access.db.execute(statement)).scalar_one() or 0

    async def count_live_rooms(self, user_id: UUID) -> int:
        """Return how many rooms of a user are live, as this transaction sees it."""
        statement = select(func.count()).select_from(InterviewSession)
        mine = statement.where(InterviewSession.user_id == user_id, InterviewSession.ended_at.is_(None))
        return (await self._access.db.execute(mine)).scalar_one()

    async def position_bytes(self, position_id: UUID) -> int:
        """Return the bytes of a position's interviews and history, as this transaction sees them."""
        return int((await self._access.db.execute(_POSITION_BYTES, {"position_id": position_id})).scalar_one())

    async def count_anonymous_rooms(self, address: str) -> int:
        """Return how many live rooms were opened from an address without an account."""
        statement = select(func.count()).select_from(InterviewSession)
        theirs = statement.where(InterviewSession.opened_from == address, InterviewSession.ended_at.is_(None))
        return (await self._access.db.execute(theirs)).scalar_one()

    async def anonymous_bytes(self, address: str) -> int:
        """Return how many bytes the logs have of all rooms that were opened from an address without an account."""
        # Those of nobody are few, because they are kept for a day; and there is an index by user.
        statement = select(func.coalesce(func.sum(InterviewSession.log_bytes), 0))
        theirs = statement.where(InterviewSession.user_id.is_(None), InterviewSession.opened_from == address)
        return int((await self._access.db.execute(theirs)).scalar_one())
