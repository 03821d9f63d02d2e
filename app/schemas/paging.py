"""The parts that every paginated list shares."""

from typing import Any

from pydantic import BaseModel

from app.schemas.fields import Page, PerPage


class PageQuery(BaseModel):
    """Which page of a list is asked for."""

    page: Page = 1
    per_page: PerPage = 20

    @property
    def offset(self) -> int:
        """Return how many rows stand before the page."""
        return (self.page - 1) * self.per_page


class PageResponse(BaseModel):
    """Where a page stands in its list."""

    total: int
    page: int
    per_page: int
    total_pages: int
    has_next: bool
    has_prev: bool


def page_of(name: str, rows: list[Any], total: int, query: PageQuery) -> dict[str, Any]:
    """Return the body of one page: the rows under the list's name, and where they stand."""
    total_pages = -(-total // query.per_page)
    return {
        name: rows,
        "total": total,
        "page": query.page,
        "per_page": query.per_page,
        "total_pages": total_pages,
        "has_next": query.page < total_pages,
        "has_prev": query.page > 1,
    }
