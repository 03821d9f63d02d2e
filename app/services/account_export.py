"""Everything that is kept of an account, as files."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.repositories.access import DataAccess
from app.repositories.account_export import EXPORTS, AccountExportRepository
from app.repositories.documents import DocumentRepository
from app.schemas.position import PositionFilters
from app.services.position_export import PositionExportService

DOCUMENTS_AT_ONCE = 100
_NOT_IN_NAMES = re.compile(r"[^\w.() -]")


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file on its way into the archive; ``is_compressed`` says that trying it again would be in vain."""

    name: str
    content: AsyncIterator[bytes]
    is_compressed: bool = False


class AccountExportService:
    """What the tracker has of an account. Each part is a statement of its own, so nothing is held meanwhile."""

    def __init__(self, access: DataAccess) -> None:
        self._rows = AccountExportRepository(access)
        self._positions = PositionExportService(access)
        self._documents = DocumentRepository(access)

    async def files(self, user_id: UUID) -> AsyncIterator[ExportedFile]:
        """Yield a JSON list for each kind of resource, the positions as CSV, and the documents' own files."""
        for name in EXPORTS:
            yield ExportedFile(f"{name}.json", self._json(name, user_id))
        yield ExportedFile("positions.csv", self._csv(user_id))
        for document in await self._files_of_documents(user_id):
            name = f"documents/{document['id']}/{_safe(document['file_name'])}"
            yield ExportedFile(name, self._chunks(document["id"], user_id), is_compressed=True)

    async def _json(self, name: str, user_id: UUID) -> AsyncIterator[bytes]:
        separator = "[\n"
        async for rows in self._rows.rows(name, user_id):
            yield (separator + ",\n".join(rows)).encode()
            separator = ",\n"
        yield b"[]\n" if separator == "[\n" else b"\n]\n"

    async def _csv(self, user_id: UUID) -> AsyncIterator[bytes]:
        async for part in await self._positions.export(user_id, PositionFilters()):
            yield part.encode()

    async def _files_of_documents(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return every document that is a file; their number is bounded by their bytes."""
        found: dict[UUID, dict[str, Any]] = {}
        total = 1
        for offset in range(0, 1_000_000, DOCUMENTS_AT_ONCE):
            if offset >= total:
                break
            documents, total = await self._documents.list_page(user_id, {}, limit=DOCUMENTS_AT_ONCE, offset=offset)
            found |= {document["id"]: document for document in documents if document["size_bytes"] is not None}
        return list(found.values())

    async def _chunks(self, document_id: UUID, user_id: UUID) -> AsyncIterator[bytes]:
        number = 0
        while chunk := await self._documents.chunk(document_id, user_id, number):
            yield chunk
            number += 1


def _safe(name: str) -> str:
    """Return a file's name as every system takes it, and as no path."""
    return _NOT_IN_NAMES.sub("_", name).strip(" .")[:100] or "file"
