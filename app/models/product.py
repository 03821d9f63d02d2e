"""Products: the worked example of adding a resource."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Entity


class Product(Entity):
    """Something in stock; everyone signed in may see it, its owner may change it."""

    __tablename__ = "products"
    __table_args__ = (Index("ix_products_created", "created_at", "id"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    category: Mapped[str | None] = mapped_column(String(100))
    stock: Mapped[int] = mapped_column(default=0)


Index("ix_products_category", func.lower(Product.category))
