"""What an owner may hold: rows and bytes, counted over all replicas by the database.

Rows are counted after they were written, under a lock of their owner: two that are made at once, on two replicas, do
not both take the last place. Over the limit the transaction is rolled back. Bytes are looked at before, without a
lock, so they may be exceeded by what is under way at that moment: a few bodies at most.
"""

from uuid import UUID

from app.core.budgets import Limit
from app.core.config import Settings
from app.core.database import Database
from app.repositories.access import DataAccess
from app.repositories.holdings import HoldingsRepository

MAX_LEDGER_LINES = 200
"""More lines than that are added up before the next write; a few hundred lie in a page or two of the index."""

ADDED_UP_AT_ONCE = 10_000


class Holdings:
    """Looks after the bytes that are stored; for each request."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._repository = HoldingsRepository(DataAccess(database.reads))

    async def require_space(self, user_id: UUID) -> None:
        """Check that a user may store more.

        Raises:
            BudgetError: there is as much as there may be.

        """
        stored, lines = await self._repository.stored_bytes(user_id)
        if lines > MAX_LEDGER_LINES:
            async with self._database.transaction() as db:
                await HoldingsRepository(DataAccess(self._database.reads, db)).add_up(user_id, ADDED_UP_AT_ONCE)
        if stored >= Limit.STORED_BYTES.amount(self._settings):
            raise Limit.STORED_BYTES.exceeded(self._settings)


class NewHoldings:
    """Counts what a transaction has added, before it is committed."""

    def __init__(self, settings: Settings, access: DataAccess) -> None:
        self._settings = settings
        self._repository = HoldingsRepository(access)

    async def check_plans(self, user_id: UUID) -> None:
        """Check that a user with the plan that was just written has not too many.

        Raises:
            BudgetError: it was one too many.

        """
        await self._repository.lock("plans", str(user_id))
        self._check(Limit.PLANS, await self._repository.count_plans(user_id))

    async def look_at_document_bytes(self, user_id: UUID) -> None:
        """Refuse early what ``check_document_bytes`` would; others may be writing at this moment.

        Raises:
            BudgetError: there are too many bytes of files already.

        """
        self._check(Limit.DOCUMENT_BYTES, await self._repository.document_bytes(user_id))

    async def check_document_bytes(self, user_id: UUID) -> None:
        """Check that a user with the document that is being written has not too many bytes of files.

        Raises:
            BudgetError: these were too many.

        """
        await self._repository.lock("documents", str(user_id))
        self._check(Limit.DOCUMENT_BYTES, await self._repository.document_bytes(user_id))

    async def check_live_rooms(self, user_id: UUID) -> None:
        """Check that a user with the room that was just opened has not too many.

        Raises:
            BudgetError: it was one too many.

        """
        await self._repository.lock("rooms", str(user_id))
        self._check(Limit.LIVE_ROOMS, await self._repository.count_live_rooms(user_id))

    async def check_position(self, position_id: UUID) -> None:
        """Check that a position, with what was just written to it, comes with no more than one may.

        The transaction has the position locked already.

        Raises:
            BudgetError: it was too much.

        """
        self._check(Limit.POSITION_BYTES, await self._repository.position_bytes(position_id))

    async def check_anonymous_rooms(self, address: str) -> None:
        """Check that from an address, with the room that was just opened, there are not too many without an account.

        Nor too much in those that are over: their logs are kept for a while.

        Raises:
            BudgetError: it was one too many.

        """
        await self._repository.lock("anonymous-rooms", address)
        self._check(Limit.ANONYMOUS_ROOMS, await self._repository.count_anonymous_rooms(address))
        self._check(Limit.STORED_BYTES, await self._repository.anonymous_bytes(address))

    def _check(self, limit: Limit, count: int) -> None:
        if count > limit.amount(self._settings):
            raise limit.exceeded(self._settings)
