"""Notes in SQL. Every query takes the owner's id."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select

from app.core.reads import Read
from app.models import Note
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page, without_total

NOTE_COLUMNS = (Note.id, Note.position_id, Note.text, Note.occurred_at, Note.created_at, Note.updated_at)
_GET = Read(select(*NOTE_COLUMNS).where(Note.id == bindparam("note_id"), Note.user_id == bindparam("user_id")))
_OF_POSITION = (Note.position_id == bindparam("position_id"), Note.user_id == bindparam("user_id"))
_COUNT = select(func.count().label("total")).select_from(Note).where(*_OF_POSITION)
_COUNT_READ = Read(_COUNT)
_LIST = Read(
    select(*NOTE_COLUMNS, _COUNT.scalar_subquery().label("total"))
    .where(*_OF_POSITION)
    .order_by(Note.occurred_at.desc(), Note.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


class NoteRepository:
    """The notes of a user's positions."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, note_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one note."""
        row = await self._access.reads.first(_GET, note_id=note_id, user_id=user_id)
        return dict(row) if row else None

    async def list_page(
        self, position_id: UUID, user_id: UUID, *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of a position's notes, the newest first, and how many it has in all."""
        values = {"position_id": position_id, "user_id": user_id}
        rows, total = await fetch_page(
            self._access.reads, _LIST, lambda: _COUNT_READ, values, limit=limit, offset=offset
        )
        return [without_total(row) for row in rows], total

    async def lock(self, note_id: UUID, user_id: UUID) -> Note | None:
        """Return the note held against changes by others until the transaction ends."""
        statement = select(Note).where(Note.id == note_id, Note.user_id == user_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def store(self, note: Note) -> None:
        """Store a new note, or what was changed in a locked one."""
        self._access.db.add(note)
        await self._access.db.flush()

    async def delete(self, note_id: UUID, user_id: UUID) -> bool:
        """Erase the note; tell whether there was one."""
        statement = delete(Note).where(Note.id == note_id, Note.user_id == user_id).returning(Note.id)
        return (await self._access.db.scalars(statement)).one_or_none() is not None
