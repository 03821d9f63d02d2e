"""Answers made of rows as the database gave them, whole or in parts."""

from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse


class RowsResponse(Response):
    """A JSON body of rows that already have the shape of the endpoint's ``response_model``.

    What the columns' types guarantee is not validated once more: for a page of positions that, and the objects it
    makes, cost more than the rest of the request. Times and dates read as Pydantic would write them; the tests hold
    such answers against their models.
    """

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return as_json(content)


class RowsInParts(StreamingResponse):
    """The same of more than is to be held at once: each part is read after the one before was taken."""

    media_type = "application/json"


def as_json(content: Any) -> bytes:
    """Return JSON; ``str`` is for asyncpg's own class of UUIDs, which orjson does not know."""
    return orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
