"""Answers made of rows as the database gave them."""

from typing import Any

import orjson
from starlette.responses import Response


class RowsResponse(Response):
    """A JSON body of rows that already have the shape of the endpoint's ``response_model``.

    What the columns' types guarantee is not validated once more: for a page of positions that, and the objects it
    makes, cost more than the rest of the request. Times and dates read as Pydantic would write them; the tests hold
    such answers against their models.
    """

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body; ``str`` is for asyncpg's own class of UUIDs, which orjson does not know."""
        return orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
