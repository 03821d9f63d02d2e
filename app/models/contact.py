"""People whom a user knows, and which positions they have to do with."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Entity


class Contact(Entity):
    """A person: a recruiter, a referrer, somebody met at an interview."""

    __tablename__ = "contacts"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    company: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(320))
    phone: Mapped[str | None] = mapped_column(String(100))
    profile_url: Mapped[str | None] = mapped_column(String(2000))
    notes: Mapped[str | None]


# Declared after the class, because it indexes an expression of its columns.
Index("ix_contacts_user_name", Contact.user_id, func.lower(Contact.name), Contact.id)


class ContactPosition(Base):
    """That a contact has to do with a position of the same user."""

    __tablename__ = "contact_positions"
    __table_args__ = (Index("ix_contact_positions_user", "user_id"),)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
