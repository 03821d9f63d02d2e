"""What can be done with contacts."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.models import Contact
from app.repositories.access import DataAccess
from app.repositories.contacts import ContactRepository
from app.schemas.contact import ContactCreate, ContactQuery, ContactResponse, ContactUpdate
from app.schemas.paging import page_of
from app.services.authorization import AuthorizationService

_OWN_FIELDS = ContactResponse.model_fields.keys() - {"position_ids"}


class ContactService:
    """The contacts of one user at a time."""

    def __init__(self, access: DataAccess) -> None:
        self._contacts = ContactRepository(access)
        self._authorization = AuthorizationService(access)

    async def get(self, contact_id: UUID, user_id: UUID) -> dict[str, Any]:
        """Return one contact."""
        contact = await self._contacts.get(contact_id, user_id)
        if contact is None:
            raise ResourceNotFoundError("Contact", contact_id)
        return contact

    async def list_page(self, user_id: UUID, query: ContactQuery) -> dict[str, Any]:
        """Return one page of the contacts that match, by name."""
        filters = query.model_dump(exclude_none=True, exclude={"page", "per_page"})
        rows, total = await self._contacts.list_page(user_id, filters, limit=query.per_page, offset=query.offset)
        return page_of("contacts", rows, total, query)

    async def create(self, user_id: UUID, body: ContactCreate) -> dict[str, Any]:
        """Store a new contact of the user's positions that it names."""
        await self._authorization.hold_user_positions(body.position_ids, user_id)
        contact = Contact(user_id=user_id, **body.model_dump(exclude={"position_ids"}))
        await self._contacts.store(contact)
        if body.position_ids:
            await self._contacts.link(contact, body.position_ids)
        return _as_seen(contact, body.position_ids)

    async def update(self, contact_id: UUID, user_id: UUID, body: ContactUpdate) -> dict[str, Any]:
        """Change the fields that were sent."""
        changes = body.model_dump(exclude_unset=True)
        position_ids: list[UUID] | None = changes.pop("position_ids", None)
        # The positions come first, as everywhere, so that two requests cannot wait for each other.
        await self._authorization.hold_user_positions(position_ids or [], user_id)
        contact = await self._contacts.lock(contact_id, user_id)
        if contact is None:
            raise ResourceNotFoundError("Contact", contact_id)
        for name, value in changes.items():
            setattr(contact, name, value)
        if position_ids is None:
            await self._contacts.store(contact)
            return _as_seen(contact, await self._contacts.position_ids(contact_id))
        contact.touch()
        await self._contacts.store(contact)
        await self._contacts.link(contact, position_ids)
        return _as_seen(contact, position_ids)

    async def delete(self, contact_id: UUID, user_id: UUID) -> None:
        """Erase a contact; the positions stay."""
        if not await self._contacts.delete(contact_id, user_id):
            raise ResourceNotFoundError("Contact", contact_id)


def _as_seen(contact: Contact, position_ids: list[UUID]) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in _OWN_FIELDS} | {"position_ids": sorted(position_ids)}
