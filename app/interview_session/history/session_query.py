"""Which practice sessions are asked for."""

from uuid import UUID

from app.schemas.paging import PageQuery


class SessionQuery(PageQuery):
    """Which of the user's sessions, and which page of them."""

    position_id: UUID | None = None
