"""``/api/v1/contacts``: people, and the positions that they have to do with."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.api.dependencies import CreationDep, CurrentUser, reading, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.api.rows_response import RowsResponse
from app.schemas.contact import ContactCreate, ContactListResponse, ContactQuery, ContactResponse, ContactUpdate
from app.services.contacts import ContactService

router = APIRouter(prefix="/api/v1/contacts", tags=["contacts"], responses=ERRORS)
Reading = Annotated[ContactService, Depends(reading(ContactService))]
Writing = Annotated[ContactService, Depends(writing(ContactService))]


@router.get("", response_model=ContactListResponse, openapi_extra=documented(ContactQuery))
async def list_contacts(
    user: CurrentUser, query: Annotated[ContactQuery, Depends(query_parameters(ContactQuery))], contacts: Reading
) -> RowsResponse:
    """Return one page of the contacts that match, by name."""
    return RowsResponse(await contacts.list_page(user.user_id, query))


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ContactResponse)
async def create_contact(body: ContactCreate, user: CurrentUser, creation: CreationDep, contacts: Writing) -> Any:
    """Store a new contact."""
    return await creation.answered(ContactResponse, await contacts.create(user.user_id, body))


@router.get("/{contact_id}", response_model=ContactResponse)
async def get_contact(contact_id: UUID, user: CurrentUser, contacts: Reading) -> RowsResponse:
    """Return one contact."""
    return RowsResponse(await contacts.get(contact_id, user.user_id))


@router.put("/{contact_id}", response_model=ContactResponse)
async def update_contact(
    contact_id: UUID, body: ContactUpdate, user: CurrentUser, contacts: Writing
) -> dict[str, Any]:
    """Change the fields that are sent; null clears an optional one, and ``position_ids`` replaces the whole list."""
    return await contacts.update(contact_id, user.user_id, body)


router.add_api_route(
    "/{contact_id}", update_contact, methods=["PATCH"], response_model=ContactResponse, name="patch_contact"
)


@router.delete("/{contact_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_contact(contact_id: UUID, user: CurrentUser, contacts: Writing) -> None:
    """Erase a contact; the positions stay."""
    await contacts.delete(contact_id, user.user_id)
