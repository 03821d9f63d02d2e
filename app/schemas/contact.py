"""Bodies of the contact endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.schemas.fields import (
    BLANK_IS_NULL,
    Email,
    Label,
    LongText,
    Name,
    NullIsDefault,
    PositionIds,
    ShortText,
    Title,
    WebAddress,
)
from app.schemas.paging import PageQuery, PageResponse


class ContactCreate(BaseModel):
    """A new contact, and the positions that they have to do with."""

    name: Name
    company: ShortText | None = None
    role: ShortText | None = None
    email: Annotated[Email | None, BLANK_IS_NULL] = None
    phone: Label | None = None
    profile_url: Annotated[WebAddress | None, BLANK_IS_NULL] = None
    notes: LongText | None = None
    position_ids: Annotated[PositionIds, NullIsDefault()] = []


class ContactUpdate(BaseModel):
    """The fields to change; the others stay as they are. ``position_ids`` replaces the whole list."""

    name: Name | MISSING = MISSING
    company: ShortText | MISSING | None = MISSING
    role: ShortText | MISSING | None = MISSING
    email: Annotated[Email | MISSING | None, BLANK_IS_NULL] = MISSING
    phone: Label | MISSING | None = MISSING
    profile_url: Annotated[WebAddress | MISSING | None, BLANK_IS_NULL] = MISSING
    notes: LongText | MISSING | None = MISSING
    position_ids: PositionIds | MISSING = MISSING


class ContactQuery(PageQuery):
    """Which contacts, and which page of them."""

    position_id: Annotated[UUID | None, Field(description="Who has to do with this position")] = None
    search: Annotated[Title | None, Field(description="Part of the name or the company, ignoring case")] = None


class ContactResponse(BaseModel):
    """A contact."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    company: str | None
    role: str | None
    email: str | None
    phone: str | None
    profile_url: str | None
    notes: str | None
    position_ids: list[UUID]
    created_at: datetime
    updated_at: datetime


class ContactListResponse(PageResponse):
    """A page of contacts by name."""

    contacts: list[ContactResponse]
