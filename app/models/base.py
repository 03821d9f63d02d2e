"""What all entities share: naming of constraints, types of columns, ids and times made in Python."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.clock import utc_now

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every entity."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {str: Text(), datetime: DateTime(timezone=True)}


def text_enum(enum: type[StrEnum]) -> Enum:
    """Return a column type that stores an enum's values as plain text, checked by the schemas.

    Not a PostgreSQL enum: those cannot lose a value in a migration.
    """
    return Enum(
        enum,
        native_enum=False,
        length=20,
        create_constraint=False,
        values_callable=lambda members: [member.value for member in members],
    )


class Entity(Base):
    """A row with an id of its own and the times at which it was made and last changed."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)

    def touch(self) -> None:
        """Say that something changed which belongs to the row but stands in another table."""
        self.updated_at = utc_now()
