"""Pages of other sites, which a browser lets send what a form can send, wherever its user can reach."""

from urllib.parse import urlsplit

from fastapi import Request

from app.api.dependencies import runtime
from app.api.route_rules import READING
from app.core.errors import AuthorizationError

_OWN_SITE = frozenset({"same-origin", "none"})


def refuse_cross_site(request: Request) -> None:
    """Refuse a request by which another site's page would do something without its user's knowledge.

    For requests that need no token: nothing else tells them from those that were meant. JSON needs no look, because a
    browser asks first whether the other site may send it.

    Raises:
        AuthorizationError: it comes from a page of an origin that is not in ``CORS_ORIGINS``.

    """
    if request.method in READING or _is_json(request) or not _is_from_elsewhere(request):
        return
    allowed = runtime(request).settings.cors_origins
    if "*" not in allowed and request.headers.get("origin") not in allowed:
        raise AuthorizationError("Pages of other sites may not do this")


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    return media_type.strip().lower() == "application/json"


def _is_from_elsewhere(request: Request) -> bool:
    """Tell what the browser says; an old one, or one on plain HTTP, says no more than the origin."""
    if site := request.headers.get("sec-fetch-site"):
        return site not in _OWN_SITE
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
