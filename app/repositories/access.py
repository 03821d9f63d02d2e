"""What a repository works with: the reads of the process, and the transaction of the request if it has one."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.reads import Reads
from app.core.transaction import Transaction, transaction_of

READS_ONLY = "this endpoint declared that it only reads"


class DataAccess:
    """The ways to the database, for one request or (without a transaction) for all reading requests.

    A transaction is the ORM's (``db``), which also takes bare statements, or takes bare statements alone.
    """

    __slots__ = ("_db", "_transaction", "reads")

    def __init__(
        self, reads: Reads, db: AsyncSession | None = None, *, transaction: Transaction | None = None
    ) -> None:
        self.reads = reads
        self._db = db
        self._transaction = transaction

    @property
    def db(self) -> AsyncSession:
        """Return the request's transaction for the ORM.

        Raises:
            RuntimeError: a reading endpoint tried to write, or one that writes without the ORM needs it; a mistake in
                its declaration.

        """
        if self._db is None:
            raise RuntimeError("this endpoint declared that it needs no ORM" if self._transaction else READS_ONLY)
        return self._db

    @property
    def transaction(self) -> Transaction:
        """Return the request's transaction for statements without the ORM.

        Raises:
            RuntimeError: a reading endpoint tried to write; a mistake in its declaration.

        """
        return self._transaction or transaction_of(self.db)
