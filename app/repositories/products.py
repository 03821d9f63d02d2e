"""Products in SQL. Everyone may read them; writes take a locked row whose owner has been checked."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, delete, desc, func, select

from app.core.reads import Read
from app.models import Product
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page
from app.repositories.position_filters import escape_like

_COLUMNS = (
    Product.id,
    Product.owner_id,
    Product.name,
    Product.description,
    Product.price,
    Product.category,
    Product.stock,
    Product.created_at,
    Product.updated_at,
)
_GET = Read(select(*_COLUMNS).where(Product.id == bindparam("product_id")))
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "name": Product.name.ilike(bindparam("name"), escape="\\"),
    "category": func.lower(Product.category) == func.lower(bindparam("category")),
    "owner_id": Product.owner_id == bindparam("owner_id"),
}


class ProductRepository:
    """Products of all users."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, product_id: UUID) -> dict[str, Any] | None:
        """Return one product."""
        row = await self._access.reads.first(_GET, product_id=product_id)
        return dict(row) if row else None

    async def list_page(
        self, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the matching products, newest first, and how many match in all.

        ``filters`` may hold ``name`` (a part, ignoring case), ``category`` (ignoring case) and ``owner_id``.
        """
        if "name" in filters:
            filters = filters | {"name": f"%{escape_like(filters['name'])}%"}
        names = frozenset(filters)
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            filters,
            limit=limit,
            offset=offset,
        )
        return [dict(row) for row in rows], total

    async def lock(self, product_id: UUID) -> Product | None:
        """Return the product held against changes by others until the transaction ends."""
        statement = select(Product).where(Product.id == product_id).with_for_update()
        return (await self._access.db.scalars(statement)).one_or_none()

    async def save(self, product: Product) -> None:
        """Store a new or changed product."""
        self._access.db.add(product)
        await self._access.db.flush()

    async def delete(self, product: Product) -> None:
        """Erase a locked product."""
        await self._access.db.execute(delete(Product).where(Product.id == product.id))


@lru_cache(maxsize=16)
def _list_read(filters: frozenset[str]) -> Read:
    return Read(
        select(*_COLUMNS, _count(filters).scalar_subquery().label("total"))
        .where(*_conditions(filters))
        .order_by(desc(Product.created_at), desc(Product.id))
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


@lru_cache(maxsize=16)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(_count(filters))


def _count(filters: frozenset[str]) -> Select[int]:
    return select(func.count().label("total")).select_from(Product).where(*_conditions(filters))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [_CONDITIONS[name] for name in sorted(filters)]
