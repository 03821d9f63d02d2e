"""What can be done with notes."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.models import Note
from app.repositories.access import DataAccess
from app.repositories.notes import NoteRepository
from app.schemas.note import NoteCreate, NoteUpdate
from app.schemas.paging import PageQuery, page_of
from app.services.authorization import AuthorizationService


class NoteService:
    """The notes of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._notes = NoteRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, note_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one note."""
        note = await self._notes.get(note_id, user_id)
        if note is None:
            raise ResourceNotFoundError("Note", note_id)
        return note

    async def list_page(self, position_id: UUID, user_id: UUID, query: PageQuery) -> dict[str, Any]:
        """Return one page of a position's notes, the newest first."""
        rows, total = await self._notes.list_page(position_id, user_id, limit=query.per_page, offset=query.offset)
        if not total and not await self._authorization.can_access_position(position_id, user_id):
            raise ResourceNotFoundError("Position", position_id)
        return page_of("notes", rows, total, query)

    async def create(self, position_id: UUID, user_id: UUID, body: NoteCreate) -> Note:
        """Store a new note of a position."""
        await self._authorization.lock_user_position(position_id, user_id)
        note = Note(user_id=user_id, position_id=position_id, **body.model_dump())
        await self._notes.store(note)
        return note

    async def update(self, note_id: UUID, user_id: UUID, body: NoteUpdate) -> Note:
        """Change the fields that were sent."""
        note = await self._notes.lock(note_id, user_id)
        if note is None:
            raise ResourceNotFoundError("Note", note_id)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(note, name, value)
        await self._notes.store(note)
        return note

    async def delete(self, note_id: UUID, user_id: UUID) -> None:
        """Erase a note."""
        if not await self._notes.delete(note_id, user_id):
            raise ResourceNotFoundError("Note", note_id)
