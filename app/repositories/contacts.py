"""Contacts in SQL. Every query takes the owner's id."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.core.reads import Read
from app.models import Contact, ContactPosition
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page, without_total
from app.repositories.position_filters import escape_like

_POSITION_IDS = (
    select(func.array_agg(aggregate_order_by(ContactPosition.position_id, ContactPosition.position_id)))
    .where(ContactPosition.contact_id == Contact.id)
    .correlate(Contact)
    .scalar_subquery()
    .label("position_ids")
)
_COLUMNS = (
    Contact.id,
    Contact.name,
    Contact.company,
    Contact.role,
    Contact.email,
    Contact.phone,
    Contact.profile_url,
    Contact.notes,
    Contact.created_at,
    Contact.updated_at,
    _POSITION_IDS,
)
_GET = Read(select(*_COLUMNS).where(Contact.id == bindparam("contact_id"), Contact.user_id == bindparam("user_id")))
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "position_id": Contact.id.in_(
        select(ContactPosition.contact_id).where(
            ContactPosition.position_id == bindparam("position_id"), ContactPosition.user_id == bindparam("user_id")
        )
    ),
    "search": Contact.name.ilike(bindparam("search"), escape="\\")
    | Contact.company.ilike(bindparam("search"), escape="\\"),
}


class ContactRepository:
    """The contacts of a user."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, contact_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one contact with the ids of its positions."""
        row = await self._access.reads.first(_GET, contact_id=contact_id, user_id=user_id)
        return _with_positions(row) if row else None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching contacts by name, and how many match in all."""
        names, values = frozenset(filters), filters | {"user_id": user_id}
        if "search" in values:
            values["search"] = f"%{escape_like(values['search'])}%"
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            values,
            limit=limit,
            offset=offset,
        )
        return [_with_positions(row) for row in rows], total

    async def lock(self, contact_id: UUID, user_id: UUID) -> Contact | None:
        """Return the contact held against changes by others until the transaction ends."""
        statement = select(Contact).where(Contact.id == contact_id, Contact.user_id == user_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def store(self, contact: Contact) -> None:
        """Store a new contact, or what was changed in a locked one."""
        self._access.db.add(contact)
        await self._access.db.flush()

    async def position_ids(self, contact_id: UUID) -> list[UUID]:
        """Return the positions of a locked contact."""
        statement = select(ContactPosition.position_id).where(ContactPosition.contact_id == contact_id)
        return sorted(await self._access.db.scalars(statement))

    async def link(self, contact: Contact, position_ids: Sequence[UUID]) -> None:
        """Make these, which are held, the contact's only positions."""
        others = ContactPosition.position_id.not_in(position_ids)
        await self._access.db.execute(delete(ContactPosition).where(ContactPosition.contact_id == contact.id, others))
        there = await self.position_ids(contact.id)
        self._access.db.add_all(
            ContactPosition(contact_id=contact.id, position_id=position_id, user_id=contact.user_id)
            for position_id in position_ids
            if position_id not in there
        )
        await self._access.db.flush()

    async def delete(self, contact_id: UUID, user_id: UUID) -> bool:
        """Erase the contact; tell whether there was one."""
        statement = delete(Contact).where(Contact.id == contact_id, Contact.user_id == user_id).returning(Contact.id)
        return (await self._access.db.scalars(statement)).one_or_none() is not None


@lru_cache(maxsize=8)
def _list_read(filters: frozenset[str]) -> Read:
    total = select(func.count()).select_from(Contact).where(*_conditions(filters)).scalar_subquery()
    return Read(
        select(*_COLUMNS, total.label("total"))
        .where(*_conditions(filters))
        .order_by(func.lower(Contact.name), Contact.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


@lru_cache(maxsize=8)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(select(func.count().label("total")).select_from(Contact).where(*_conditions(filters)))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [Contact.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]


def _with_positions(row: Any) -> dict[str, Any]:
    contact = without_total(row)
    contact["position_ids"] = contact["position_ids"] or []
    return contact
