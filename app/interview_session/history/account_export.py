"""The archive of everything that is kept of an account, practice sessions included."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.interview_session.history.session_query import SessionQuery
from app.interview_session.history.sessions import SessionService
from app.interview_session.history.transcript import as_text
from app.repositories.access import DataAccess
from app.services.account_export import AccountExportService, ExportedFile
from app.services.zip_stream import ZipStream

SESSIONS_AT_ONCE = 100


class AccountArchiveService:
    """Makes the archive while it is sent."""

    def __init__(self, access: DataAccess) -> None:
        self._tracker = AccountExportService(access)
        self._sessions = SessionService(access)

    async def archive(self, user_id: UUID) -> AsyncIterator[bytes]:
        """Return the parts of the archive.

        The first has been made by then, so that a failing database can still be told.
        """
        parts = self._parts(user_id)
        return _chained(await anext(parts), parts)

    async def _parts(self, user_id: UUID) -> AsyncIterator[bytes]:
        archive = ZipStream()
        async for file in self._files(user_id):
            async for part in archive.file(file.name, file.content, compressed=not file.is_compressed):
                if part:
                    yield part
        yield archive.end()

    async def _files(self, user_id: UUID) -> AsyncIterator[ExportedFile]:
        async for file in self._tracker.files(user_id):
            yield file
        for session_id in await self._session_ids(user_id):
            yield ExportedFile(f"transcripts/{session_id}.txt", self._transcript(session_id, user_id))

    async def _session_ids(self, user_id: UUID) -> list[UUID]:
        """Return the ids of all sessions; those that begin meanwhile may be missing."""
        query = SessionQuery(page=1, per_page=SESSIONS_AT_ONCE)
        first = await self._sessions.list_page(user_id, query)
        found = [session["id"] for session in first["sessions"]]
        for page in range(2, first["total_pages"] + 1):
            more = await self._sessions.list_page(user_id, query.model_copy(update={"page": page}))
            found += [session["id"] for session in more["sessions"]]
        return list(dict.fromkeys(found))

    async def _transcript(self, session_id: UUID, user_id: UUID) -> AsyncIterator[bytes]:
        try:
            session, batches = await self._sessions.transcript(session_id, user_id)
        except ResourceNotFoundError:
            return  # erased meanwhile
        async for entries in batches:
            yield as_text(entries, session["started_at"]).encode()


async def _chained(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in others:
        yield part
