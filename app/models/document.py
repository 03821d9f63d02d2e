"""CVs, letters and other documents, their bytes, and which positions they went to."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Entity, text_enum
from app.models.enums import DocumentKind

CHUNK_BYTES = 256 * 1024
"""Bytes of a file in one row; the last has what is left. No more of a file is held in memory at once."""


class Document(Entity):
    """A document: an address where it is, or a file of ``size_bytes`` that is kept in ``document_chunks``.

    ``sha256`` is that of the whole file. ``file_name`` and ``media_type`` are what it goes out with again.
    """

    __tablename__ = "documents"
    __table_args__ = (Index("ix_documents_user", "user_id", "created_at", "id", postgresql_include=["size_bytes"]),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[DocumentKind] = mapped_column(text_enum(DocumentKind))
    url: Mapped[str | None] = mapped_column(String(2000))
    file_name: Mapped[str | None] = mapped_column(String(200))
    media_type: Mapped[str | None] = mapped_column(String(100))
    size_bytes: Mapped[int | None]
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class DocumentChunk(Base):
    """A piece of a document's file, numbered from 0."""

    __tablename__ = "document_chunks"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentPosition(Base):
    """That a document went to a position of the same user."""

    __tablename__ = "document_positions"
    __table_args__ = (Index("ix_document_positions_user", "user_id"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    position_id: Mapped[UUID] = mapped_column(
        ForeignKey("positions.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
