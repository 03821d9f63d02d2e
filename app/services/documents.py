"""What can be done with documents, and what a file may be."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from app.core.errors import PayloadTooLargeError, ResourceNotFoundError, ValidationError
from app.models import Document
from app.models.document import CHUNK_BYTES
from app.repositories.access import DataAccess
from app.repositories.documents import DocumentRepository
from app.schemas.document import DocumentCreate, DocumentQuery, DocumentResponse, DocumentUpdate, DocumentUpload
from app.schemas.paging import page_of
from app.services.authorization import AuthorizationService
from app.services.file_types import media_type_of
from app.services.holdings import NewHoldings

_OWN_FIELDS = DocumentResponse.model_fields.keys() - {"position_ids", "sha256"}


class Readable(Protocol):
    """A file that has come in and can be read again from its beginning."""

    async def read(self, size: int = -1) -> bytes:
        """Return up to so many bytes, none at the end."""

    async def seek(self, offset: int) -> None:
        """Go on from there."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that was looked at whole: ``name`` is its own, ``sha256`` the hash of its ``size_bytes`` bytes."""

    content: Readable
    name: str
    media_type: str
    size_bytes: int
    sha256: bytes

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the file in pieces of ``CHUNK_BYTES``; the last has what is left."""
        await self.content.seek(0)
        while chunk := await self.content.read(CHUNK_BYTES):
            yield chunk


async def look_at(content: Readable, name: str, declared_type: str, *, max_bytes: int) -> IncomingFile:
    """Return a file with what is to be known of it; no more than a chunk is in memory beside it.

    Raises:
        PayloadTooLargeError: it is larger than ``max_bytes``.
        ValidationError: it is empty, or not what its name or its declared type says.

    """
    await content.seek(0)
    digest, size_bytes, head = hashlib.sha256(), 0, b""
    while chunk := await content.read(CHUNK_BYTES):
        head = head or chunk
        digest.update(chunk)
        size_bytes += len(chunk)
    if not size_bytes:
        raise ValidationError({"file": "Must not be empty"})
    if size_bytes > max_bytes:
        raise PayloadTooLargeError(max_bytes)
    return IncomingFile(content, name, media_type_of(name, declared_type, head), size_bytes, digest.digest())


class DocumentService:
    """The documents of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._documents = DocumentRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, document_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one document."""
        document = await self._documents.get(document_id, user_id)
        if document is None:
            raise ResourceNotFoundError("Document", document_id)
        return document

    async def list_page(self, user_id: UUID, query: DocumentQuery) -> dict[str, Any]:
        """Return one page of the documents that match, the newest first, and how many bytes all files have."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"})
        rows, total = await self._documents.list_page(user_id, filters, limit=query.per_page, offset=query.offset)
        stored = {"stored_bytes": await self._documents.stored_bytes(user_id)}
        return page_of("documents", rows, total, query) | stored

    async def file(self, document_id: UUID, user_id: UUID) -> tuple[dict[str, Any], AsyncIterator[bytes]]:
        """Return a document that has a file, and the parts of the file.

        Each part is a statement of its own, and the first is read at once: nothing is held while the client takes
        its time, and a failing database can still be told.

        Raises:
            ResourceNotFoundError: there is no such document, it is another user's, or it has no file.

        """
        document = await self.get(document_id, user_id)
        first = await self._documents.chunk(document_id, user_id, 0) if document["size_bytes"] else None
        if first is None:
            raise ResourceNotFoundError("File", document_id)
        return document, self._parts(document, user_id, first)

    async def create(self, user_id: UUID, body: DocumentCreate) -> dict[str, Any]:
        """Store a new document that is kept elsewhere."""
        document = Document(user_id=user_id, **body.model_dump(exclude={"position_ids"}))
        return await self._store_new(document, body.position_ids)

    async def upload(
        self, user_id: UUID, fields: DocumentUpload, file: IncomingFile, holdings: NewHoldings
    ) -> dict[str, Any]:
        """Store a new document with its file.

        Raises:
            BudgetError: the user has as many bytes of files as there may be.

        """
        document = Document(
            user_id=user_id,
            name=fields.name or file.name,
            kind=fields.kind,
            file_name=file.name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            sha256=file.sha256,
        )
        stored = await self._store_new(document, fields.position_ids)
        await holdings.look_at_document_bytes(user_id)
        number = 0
        async for chunk in file.chunks():
            await self._documents.add_chunk(document, number, chunk)
            number += 1
        # Last, because the user's other uploads wait from here to the end of the transaction.
        await holdings.check_document_bytes(user_id)
        return stored

    async def update(self, document_id: UUID, user_id: UUID, body: DocumentUpdate) -> dict[str, Any]:
        """Change the fields that were sent.

        Raises:
            ValidationError: an address for an uploaded document.

        """
        changes = body.model_dump(exclude_unset=True)
        position_ids: list[UUID] | None = changes.pop("position_ids", None)
        # The positions come first, as everywhere, so that two requests cannot wait for each other.
        await self._authorization.hold_user_positions(position_ids or [], user_id)
        document = await self._documents.lock(document_id, user_id)
        if document is None:
            raise ResourceNotFoundError("Document", document_id)
        if "url" in changes and document.url is None:
            raise ValidationError({"url": "Must be left out: the document is a file"})
        for name, value in changes.items():
            setattr(document, name, value)
        if position_ids is None:
            await self._documents.store(document)
            return _as_seen(document, await self._documents.position_ids(document_id))
        document.touch()
        await self._documents.store(document)
        await self._documents.link(document, position_ids)
        return _as_seen(document, position_ids)

    async def delete(self, document_id: UUID, user_id: UUID) -> None:
        """Erase a document with its file; the positions stay."""
        if not await self._documents.delete(document_id, user_id):
            raise ResourceNotFoundError("Document", document_id)

    async def _store_new(self, document: Document, position_ids: list[UUID]) -> dict[str, Any]:
        await self._authorization.hold_user_positions(position_ids, document.user_id)
        await self._documents.store(document)
        if position_ids:
            await self._documents.link(document, position_ids)
        return _as_seen(document, position_ids)

    async def _parts(self, document: dict[str, Any], user_id: UUID, chunk: bytes | None) -> AsyncIterator[bytes]:
        left, number = document["size_bytes"], 0
        while left > 0:
            if chunk is None:
                # Erased meanwhile: the client sees a file that breaks off, and knows by its length.
                return
            yield chunk
            left, number = left - len(chunk), number + 1
            chunk = await self._documents.chunk(document["id"], user_id, number) if left > 0 else None


def _as_seen(document: Document, position_ids: list[UUID]) -> dict[str, Any]:
    return {name: getattr(document, name) for name in _OWN_FIELDS} | {
        "sha256": document.sha256.hex() if document.sha256 else None,
        "position_ids": sorted(position_ids),
    }
