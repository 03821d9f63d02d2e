"""Everything that is kept of an account, table by table, as JSON that the database makes.

Each table stands here with the way to its owner. What is left out of one is a secret, or follows from the rest.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, Select, Table, bindparam, func, literal_column, select, tuple_

from app.core.reads import Read
from app.models import (
    Base,
    CalendarFeed,
    Contact,
    ContactPosition,
    Document,
    DocumentPosition,
    IdempotencyKey,
    Interview,
    InterviewSession,
    Login,
    MockInterview,
    Note,
    Position,
    Product,
    RefreshToken,
    ReportJob,
    SelfAssessment,
    SessionEvent,
    SessionReport,
    StatusChange,
    StoredBytes,
    Task,
    User,
    VerdictDispute,
)
from app.repositories.access import DataAccess

BATCH_ROWS = 100
BATCH_PLANS = 5
"""Rows of which each may have a plan of a mebibyte."""


@dataclass(frozen=True, slots=True)
class Export:
    """How a table is exported; ``through`` is the table that has the owner, joined by that table's id."""

    model: type[Base]
    owner: str = "user_id"
    through: type[Base] | None = None
    reference: str = ""
    withheld: frozenset[str] = frozenset()
    batch_rows: int = BATCH_ROWS

    @property
    def table(self) -> Table:
        """Return the table itself."""
        table = self.model.__table__
        assert isinstance(table, Table)
        return table


EXPORTS: Mapping[str, Export] = {
    "account": Export(User, owner="id", withheld=frozenset({"password_hash"})),
    "positions": Export(Position, withheld=frozenset({"search_vector", "job_key", "address_key"})),
    "status_changes": Export(StatusChange, through=Position, reference="position_id"),
    "interviews": Export(Interview),
    "notes": Export(Note),
    "tasks": Export(Task),
    "contacts": Export(Contact),
    "contact_positions": Export(ContactPosition),
    "documents": Export(Document),
    "document_positions": Export(DocumentPosition),
    "mock_interviews": Export(MockInterview, batch_rows=BATCH_PLANS),
    "sessions": Export(InterviewSession, batch_rows=BATCH_PLANS),
    "session_events": Export(SessionEvent, through=InterviewSession, reference="session_id"),
    "report_jobs": Export(ReportJob),
    "reports": Export(SessionReport, batch_rows=BATCH_PLANS),
    "self_assessments": Export(SelfAssessment, batch_rows=BATCH_PLANS),
    "verdict_disputes": Export(VerdictDispute),
    "products": Export(Product, owner="owner_id"),
    "logins": Export(Login),
    "refresh_tokens": Export(
        RefreshToken, through=Login, reference="login_id", withheld=frozenset({"token_hash", "parent_hash"})
    ),
    "calendar_feeds": Export(CalendarFeed, withheld=frozenset({"token_hash"})),
    "remembered_answers": Export(IdempotencyKey, withheld=frozenset({"request_hash"})),
    "stored_bytes": Export(StoredBytes),
}
"""By the name of the file. The files of documents are beside it: they are no JSON."""


class AccountExportRepository:
    """The rows of an account."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def rows(self, name: str, user_id: UUID) -> AsyncIterator[list[str]]:
        """Yield a table's rows as JSON objects, in batches, each of them a statement of its own."""
        export = EXPORTS[name]
        keys = [column.name for column in export.table.primary_key.columns]
        values: dict[str, Any] = {"user_id": user_id, "limit": export.batch_rows}
        batch = await self._access.reads.all(_first_read(name), **values)
        while batch:
            yield [row["exported"] for row in batch]
            last = {f"after_{key}": batch[-1][key] for key in keys}
            batch = await self._access.reads.all(_next_read(name), **values, **last)


@cache
def _first_read(name: str) -> Read:
    return Read(_rows_of(EXPORTS[name]))


@cache
def _next_read(name: str) -> Read:
    keys = list(EXPORTS[name].table.primary_key.columns)
    last = (bindparam(f"after_{key.name}", type_=key.type) for key in keys)
    return Read(_rows_of(EXPORTS[name]).where(tuple_(*keys) > tuple_(*last)))


def _rows_of(export: Export) -> Select[*tuple[Any, ...]]:
    """Return a table's rows by their key: the key, and the row as JSON text."""
    table = export.table
    parts: list[ColumnElement[Any]] = []
    for column in table.columns:
        if column.name not in export.withheld:
            parts += [literal_column(f"'{column.name}'"), _readable(column)]
    keys = list(table.primary_key.columns)
    statement = select(*keys, func.json_build_object(*parts).label("exported")).order_by(*keys)
    if export.through is None:
        return statement.where(table.c[export.owner] == bindparam("user_id")).limit(bindparam("limit"))
    through = export.through.__table__
    joined = statement.join_from(table, through, through.c.id == table.c[export.reference])
    return joined.where(through.c[export.owner] == bindparam("user_id")).limit(bindparam("limit"))


def _readable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column as JSON can hold it: bytes are an answer's text, or a hash."""
    if not isinstance(column.type, LargeBinary):
        return column
    if column.type.length is None:
        return func.convert_from(column, literal_column("'UTF8'"))
    return func.encode(column, literal_column("'hex'"))
