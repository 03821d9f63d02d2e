"""Bodies of the document endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.models.enums import DocumentKind
from app.schemas.fields import BLANK_IS_NULL, NullIsDefault, PositionIds, Title, WebAddress
from app.schemas.paging import PageQuery, PageResponse


class DocumentCreate(BaseModel):
    """A new document that is kept elsewhere, and the positions that it went to."""

    name: Title
    kind: DocumentKind
    url: WebAddress
    position_ids: Annotated[PositionIds, NullIsDefault()] = []


class DocumentUpload(BaseModel):
    """The fields of an uploaded document beside its file, after which it is called if ``name`` is left out."""

    name: Annotated[Title | None, BLANK_IS_NULL] = None
    kind: DocumentKind
    position_ids: PositionIds = []


class DocumentUpdate(BaseModel):
    """The fields to change; the others stay as they are. ``position_ids`` replaces the whole list."""

    name: Title | MISSING = MISSING
    kind: DocumentKind | MISSING = MISSING
    url: Annotated[WebAddress | MISSING, Field(description="Not for an uploaded document")] = MISSING
    position_ids: PositionIds | MISSING = MISSING


class DocumentQuery(PageQuery):
    """Which documents, and which page of them."""

    kind: DocumentKind | None = None
    position_id: Annotated[UUID | None, Field(description="What went to this position")] = None


class DocumentResponse(BaseModel):
    """A document: at ``url``, or with a file that ``/documents/{id}/file`` gives back."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: DocumentKind
    url: str | None
    file_name: str | None
    media_type: str | None
    size_bytes: int | None
    sha256: Annotated[str | None, Field(description="Of the whole file, in hexadecimal digits")]
    position_ids: list[UUID]
    created_at: datetime
    updated_at: datetime


class DocumentListResponse(PageResponse):
    """A page of documents, the newest first."""

    documents: list[DocumentResponse]
    stored_bytes: Annotated[int, Field(description="Of all of the user's files together")]
    max_stored_bytes: Annotated[int, Field(description="How many there may be")]
