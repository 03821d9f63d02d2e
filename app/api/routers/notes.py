"""``/api/v1/positions/{id}/notes`` and ``/api/v1/notes``: what a user writes down about a position."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.api.dependencies import CreationDep, CurrentUser, reading, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.models import Note
from app.schemas.note import NoteCreate, NoteListResponse, NoteResponse, NoteUpdate
from app.schemas.paging import PageQuery
from app.services.notes import NoteService

router = APIRouter(prefix="/api/v1", tags=["notes"], responses=ERRORS)
Reading = Annotated[NoteService, Depends(reading(NoteService))]
Writing = Annotated[NoteService, Depends(writing(NoteService))]


@router.get("/positions/{position_id}/notes", response_model=NoteListResponse, openapi_extra=documented(PageQuery))
async def list_notes(
    position_id: UUID,
    user: CurrentUser,
    query: Annotated[PageQuery, Depends(query_parameters(PageQuery))],
    notes: Reading,
) -> RowsResponse:
    """Return one page of a position's notes, the newest first."""
    return RowsResponse(await notes.list_page(position_id, user.user_id, query))


@router.post("/positions/{position_id}/notes", status_code=status.HTTP_201_CREATED, response_model=NoteResponse)
async def create_note(
    position_id: UUID, body: NoteCreate, user: CurrentUser, creation: CreationDep, notes: Writing
) -> Any:
    """Store a new note of a position."""
    return await creation.answered(NoteResponse, await notes.create(position_id, user.user_id, body))


@router.get("/notes/{note_id}", response_model=NoteResponse)
async def get_note(note_id: UUID, user: CurrentUser, notes: Reading) -> RowsResponse:
    """Return one note."""
    return RowsResponse(await notes.get(note_id, user.user_id))


@router.put("/notes/{note_id}", response_model=NoteResponse)
async def update_note(note_id: UUID, body: NoteUpdate, user: CurrentUser, notes: Writing) -> Note:
    """Change the fields that are sent."""
    return await notes.update(note_id, user.user_id, body)


router.add_api_route(
    "/notes/{note_id}", update_note, methods=["PATCH"], response_model=NoteResponse, name="patch_note"
)


@router.delete("/notes/{note_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_note(note_id: UUID, user: CurrentUser, notes: Writing) -> None:
    """Erase a note."""
    await notes.delete(note_id, user.user_id)
