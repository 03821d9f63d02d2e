"""``/api/v1/products``: the worked example of adding a resource."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, status

from app.api.dependencies import CreationDep, CurrentUser, reading, writing
from app.api.openapi import ERRORS
from app.api.query_parameters import documented, query_parameters
from app.models import Product
from app.schemas.fields import Name
from app.schemas.paging import PageQuery
from app.schemas.product import (
    ProductCreate,
    ProductListResponse,
    ProductResponse,
    ProductSearchQuery,
    ProductUpdate,
)
from app.services.products import ProductService

router = APIRouter(prefix="/api/v1/products", tags=["products"], responses=ERRORS)
Reading = Annotated[ProductService, Depends(reading(ProductService))]
Writing = Annotated[ProductService, Depends(writing(ProductService))]
Paging = Annotated[PageQuery, Depends(query_parameters(PageQuery))]


@router.post("", status_code=status.HTTP_201_CREATED, response_model=ProductResponse)
async def create_product(body: ProductCreate, user: CurrentUser, creation: CreationDep, products: Writing) -> Any:
    """Store a new product of the signed-in user."""
    return await creation.answered(ProductResponse, await products.create(user, body))


@router.get("", response_model=ProductListResponse, openapi_extra=documented(PageQuery))
async def list_products(_user: CurrentUser, query: Paging, products: Reading) -> dict[str, Any]:
    """Return one page of all products, newest first."""
    return await products.list_page(query)


@router.get("/search", response_model=ProductListResponse, openapi_extra=documented(ProductSearchQuery))
async def search_products(
    _user: CurrentUser,
    query: Annotated[ProductSearchQuery, Depends(query_parameters(ProductSearchQuery))],
    products: Reading,
) -> dict[str, Any]:
    """Return one page of the products whose name has this part, ignoring case."""
    return await products.list_page(query, name=query.name)


@router.get("/my-products", response_model=ProductListResponse, openapi_extra=documented(PageQuery))
async def list_my_products(user: CurrentUser, query: Paging, products: Reading) -> dict[str, Any]:
    """Return one page of the signed-in user's products."""
    return await products.list_page(query, owner_id=user.user_id)


# A category may have slashes; in the path of a request "%2F" is one.
@router.get("/category/{category:path}", response_model=ProductListResponse, openapi_extra=documented(PageQuery))
async def list_products_of_category(
    category: Name, _user: CurrentUser, query: Paging, products: Reading
) -> dict[str, Any]:
    """Return one page of the products of a category, ignoring case."""
    return await products.list_page(query, category=category)


@router.get("/{product_id}", response_model=ProductResponse)
async def get_product(product_id: UUID, _user: CurrentUser, products: Reading) -> dict[str, Any]:
    """Return one product."""
    return await products.get(product_id)


@router.put("/{product_id}", response_model=ProductResponse)
async def update_product(product_id: UUID, body: ProductUpdate, user: CurrentUser, products: Writing) -> Product:
    """Change the fields that are sent; only the owner may."""
    return await products.update(product_id, user, body)


router.add_api_route(
    "/{product_id}", update_product, methods=["PATCH"], response_model=ProductResponse, name="patch_product"
)


@router.delete("/{product_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_product(product_id: UUID, user: CurrentUser, products: Writing) -> None:
    """Erase a product; only the owner may."""
    await products.delete(product_id, user)
