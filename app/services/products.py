"""What can be done with products, and by whom."""

from typing import Any
from uuid import UUID

from app.core.errors import ResourceNotFoundError
from app.models import Product
from app.repositories.access import DataAccess
from app.repositories.products import ProductRepository
from app.schemas.paging import PageQuery, page_of
from app.schemas.product import ProductCreate, ProductUpdate
from app.services.authorization import verify_product_ownership
from app.services.user_context import UserContext


class ProductService:
    """Products: read by everyone signed in, written by their owner."""

    def __init__(self, access: DataAccess) -> None:
        self._products = ProductRepository(access)

    async def get(self, product_id: UUID) -> dict[str, Any]:
        """Return one product."""
        product = await self._products.get(product_id)
        if product is None:
            raise ResourceNotFoundError("Product", product_id)
        return product

    async def list_page(self, query: PageQuery, **filters: Any) -> dict[str, Any]:
        """Return one page of the products that match ``name``, ``category`` or ``owner_id``, newest first."""
        rows, total = await self._products.list_page(filters, limit=query.per_page, offset=query.offset)
        return page_of("products", rows, total, query)

    async def create(self, who: UserContext, body: ProductCreate) -> Product:
        """Store a new product of the user."""
        product = Product(owner_id=who.user_id, **body.model_dump())
        await self._products.save(product)
        return product

    async def update(self, product_id: UUID, who: UserContext, body: ProductUpdate) -> Product:
        """Change the fields that were sent, if the product is the user's."""
        product = await self._lock_own(product_id, who)
        for name, value in body.model_dump(exclude_unset=True).items():
            setattr(product, name, value)
        await self._products.save(product)
        return product

    async def delete(self, product_id: UUID, who: UserContext) -> None:
        """Erase the product, if it is the user's."""
        await self._products.delete(await self._lock_own(product_id, who))

    async def _lock_own(self, product_id: UUID, who: UserContext) -> Product:
        product = await self._products.lock(product_id)
        if product is None:
            raise ResourceNotFoundError("Product", product_id)
        verify_product_ownership(product, who)
        return product
