"""What a repository works with: the reads of the process, and the transaction of the request if it has one."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.reads import Reads


class DataAccess:
    """The two ways to the database, for one request or (without a transaction) for all reading requests."""

    __slots__ = ("_db", "reads")

    def __init__(self, reads: Reads, db: AsyncSession | None = None) -> None:
        self.reads = reads
        self._db = db

    @property
    def db(self) -> AsyncSession:
        """Return the request's transaction.

        Raises:
            RuntimeError: a reading endpoint tried to write; a mistake in its declaration.

        """
        if self._db is None:
            raise RuntimeError("this endpoint declared that it only reads")
        return self._db
