"""Bodies of the product endpoints."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict

from app.schemas.fields import BLANK_IS_NULL, LongText, Name, NullIsDefault, Price, Title, whole_number
from app.schemas.paging import PageQuery, PageResponse

Stock = Annotated[int, whole_number(0, 2_147_483_647)]


class ProductCreate(BaseModel):
    """A new product; its owner is whoever sends it."""

    name: Name
    description: LongText | None = None
    price: Price
    category: Annotated[Name | None, BLANK_IS_NULL] = None
    stock: Annotated[Stock, NullIsDefault()] = 0


class ProductUpdate(BaseModel):
    """The fields to change; the others stay as they are."""

    name: Name | MISSING = MISSING
    description: LongText | MISSING | None = MISSING
    price: Price | MISSING = MISSING
    category: Annotated[Name | MISSING | None, BLANK_IS_NULL] = MISSING
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
