"""Blank query parameters count as not sent: that is how an empty search box arrives."""

import re
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from app.schemas.fields import is_blank

# Values in which nothing is encoded, so that none of them can be blank: nearly every query string there is.
_PLAIN = re.compile(rb"(?:[^=&%+]+=[^&%+]+(?:&|$))*")


class BlankParametersMiddleware:
    """Takes blank parameters out of the query string before anything reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on without them."""
        if scope["type"] == "http" and not _PLAIN.fullmatch(scope["query_string"]):
            scope["query_string"] = b"&".join(
                parameter for parameter in scope["query_string"].split(b"&") if _has_value(parameter)
            )
        await self.app(scope, receive, send)


def _has_value(parameter: bytes) -> bool:
    _, _, value = parameter.partition(b"=")
    return not is_blank(unquote_plus(value.decode("latin-1")))
