"""Bodies of the product endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.schemas.fields import LongText, Name, Price, Title, WholeNumber
from app.schemas.paging import PageQuery, PageResponse

Stock = Annotated[WholeNumber, Field(ge=0, le=2_147_483_647)]


class ProductCreate(BaseModel):
    """A new product; its owner is whoever sends it."""

    name: Title
    description: LongText | None = None
    price: Price
    category: Name | None = None
    stock: Stock = 0


class ProductUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    name: Title | MISSING = MISSING
    description: LongText | MISSING | None = MISSING
    price: Price | MISSING = MISSING
    category: Name | MISSING | None = MISSING
    stock: Stock | MISSING = MISSING


class ProductSearchQuery(PageQuery):
    """Part of a product's name, ignoring case."""

    name: Title


class ProductResponse(BaseModel):
    """A product."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    owner_id: UUID
    name: str
    description: str | None
    price: Price
    category: str | None
    stock: int
    created_at: datetime
    updated_at: datetime


class ProductListResponse(PageResponse):
    """A page of products, newest first."""

    products: list[ProductResponse]
