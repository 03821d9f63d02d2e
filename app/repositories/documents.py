"""Documents in SQL. Every query takes the owner's id; their files come and go in chunks."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.reads import Read
from app.models import Document, DocumentChunk, DocumentPosition
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page, without_total

_POSITION_IDS = (
    select(func.array_agg(aggregate_order_by(DocumentPosition.position_id, DocumentPosition.position_id)))
    .where(DocumentPosition.document_id == Document.id)
    .correlate(Document)
    .scalar_subquery()
    .label("position_ids")
)
DOCUMENT_COLUMNS = (
    Document.id,
    Document.name,
    Document.kind,
    Document.url,
    Document.file_name,
    Document.media_type,
    Document.size_bytes,
    func.encode(Document.sha256, literal_column("'hex'")).label("sha256"),
    Document.created_at,
    Document.updated_at,
    _POSITION_IDS,
)
_GET = Read(
    select(*DOCUMENT_COLUMNS).where(Document.id == bindparam("document_id"), Document.user_id == bindparam("user_id"))
)
_CHUNK = Read(
    select(DocumentChunk.data).where(
        DocumentChunk.document_id == bindparam("document_id"),
        DocumentChunk.number == bindparam("number"),
        DocumentChunk.user_id == bindparam("user_id"),
    )
)
_STORED_BYTES = Read(
    select(func.coalesce(func.sum(Document.size_bytes), literal_column("0")).label("stored_bytes")).where(
        Document.user_id == bindparam("user_id")
    )
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "kind": Document.kind == bindparam("kind"),
    "position_id": Document.id.in_(
        select(DocumentPosition.document_id).where(
            DocumentPosition.position_id == bindparam("position_id"), DocumentPosition.user_id == bindparam("user_id")
        )
    ),
}


class DocumentRepository:
    """The documents of a user."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, document_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one document with the ids of its positions; ``sha256`` is in hexadecimal digits."""
        row = await self._access.reads.first(_GET, document_id=document_id, user_id=user_id)
        return _with_positions(row) if row else None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching documents, the newest first, and how many match in all."""
        names = frozenset(filters)
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            filters | {"user_id": user_id},
            limit=limit,
            offset=offset,
        )
        return [_with_positions(row) for row in rows], total

    async def stored_bytes(self, user_id: UUID) -> int:
        """Return how many bytes all of the user's files have together."""
        row = await self._access.reads.first(_STORED_BYTES, user_id=user_id)
        return int(row["stored_bytes"]) if row else 0

    async def chunk(self, document_id: UUID, user_id: UUID, number: int) -> bytes | None:
        """Return one chunk of a document's file, or None if it is not there (any more)."""
        row = await self._access.reads.first(_CHUNK, document_id=document_id, user_id=user_id, number=number)
        return row["data"] if row else None

    async def lock(self, document_id: UUID, user_id: UUID) -> Document | None:
        """Return the document held against changes by others until the transaction ends."""
        statement = select(Document).where(Document.id == document_id, Document.user_id == user_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def store(self, document: Document) -> None:
        """Store a new document, or what was changed in a locked one."""
        self._access.db.add(document)
        await self._access.db.flush()

    async def add_chunk(self, document: Document, number: int, data: bytes) -> None:
        """Store one chunk of a new document's file."""
        values = {"document_id": document.id, "number": number, "user_id": document.user_id, "data": data}
        await self._access.db.execute(insert(DocumentChunk).values(values))

    async def position_ids(self, document_id: UUID) -> list[UUID]:
        """Return the positions of a locked document."""
        statement = select(DocumentPosition.position_id).where(DocumentPosition.document_id == document_id)
        return sorted(await self._access.db.scalars(statement))

    async def link(self, document: Document, position_ids: Sequence[UUID]) -> None:
        """Make these, which are held, the document's only positions."""
        others = DocumentPosition.position_id.not_in(position_ids)
        await self._access.db.execute(
            delete(DocumentPosition).where(DocumentPosition.document_id == document.id, others)
        )
        there = await self.position_ids(document.id)
        self._access.db.add_all(
            DocumentPosition(document_id=document.id, position_id=position_id, user_id=document.user_id)
            for position_id in position_ids
            if position_id not in there
        )
        await self._access.db.flush()

    async def delete(self, document_id: UUID, user_id: UUID) -> bool:
        """Erase the document with its file; tell whether there was one."""
        statement = (
            delete(Document).where(Document.id == document_id, Document.user_id == user_id).returning(Document.id)
        )
        return (await self._access.db.scalars(statement)).one_or_none() is not None


@lru_cache(maxsize=8)
def _list_read(filters: frozenset[str]) -> Read:
    total = select(func.count()).select_from(Document).where(*_conditions(filters)).scalar_subquery()
    return Read(
        select(*DOCUMENT_COLUMNS, total.label("total"))
        .where(*_conditions(filters))
        .order_by(Document.created_at.desc(), Document.id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


@lru_cache(maxsize=8)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Document).where(*_conditions(filters)))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [Document.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]


def _with_positions(row: Any) -> dict[str, Any]:
    document = without_total(row)
    document["position_ids"] = document["position_ids"] or []
    return document
