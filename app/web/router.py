"""``/app``: the pages of the console and the files that they load."""

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from app.api.dependencies import runtime

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
VENDORED = "vendor/"
"""Files below it carry their version in their name, so that they never change."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        # The style sheet has its icons in itself.
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        # Data can only become text: assigning to innerHTML throws.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
REVALIDATED = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"

# Said here, because the machine's own table of types may call JavaScript plain text, which no browser would run.
_MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
_GUESTS_PLACEHOLDER = "{{guests}}"
_MAX_DOCUMENT_BYTES_PLACEHOLDER = "{{max_document_bytes}}"

_UUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_VIEWS = re.compile(
    rf"board|list|add|calendar|statistics|import|settings|more|practice(?:/new|/{_UUID})?|(?:positions|sessions)/{_UUID}"
)
"""The views' addresses, as ``static/console/places.js`` has them."""

router = APIRouter(prefix="/app", include_in_schema=False)


def _page(name: str) -> str:
    return (FOLDER / "pages" / name).read_text(encoding="utf-8")


_CONSOLE_PAGE = _page("console.html")
_ROOM_PAGE = _page("room.html")
_FILES = StaticFiles(directory=STATIC)
_PATHS = frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())


@router.get("")
async def console_page(request: Request) -> Response:
    """Return the console: one page, which reads from its address what it shows."""
    return _console(request)


@router.get("/rooms/{room_id}")
async def room_page(room_id: str) -> Response:
    """Return the page of a room: the same for each; it reads the id from its address."""
    return _html(_ROOM_PAGE)


@router.get("/static/{path:path}")
async def static_file(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return a file of the console."""
    if path not in _PATHS:
        # Only what was there at the start is ever looked up: no path from outside reaches the file system.
        raise HTTPException(404)
    response = await _FILES.get_response(path, request.scope)
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = IMMUTABLE if path.startswith(VENDORED) else REVALIDATED
    if "content-type" in response.headers:
        response.headers["content-type"] = _MEDIA_TYPES[Path(path).suffix]
    return response


@router.get("/{path:path}")
async def console_view(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return the console for one of its views; where there is none, it says so, and so does the status."""
    return _console(request, status=200 if _VIEWS.fullmatch(path) else 404)


def _console(request: Request, *, status: int = 200) -> Response:
    # Said in the page, so that it need not find out by a request that is refused.
    guests = "allowed" if runtime(request).settings.allow_anonymous_rooms else "refused"
    page = _CONSOLE_PAGE.replace(_GUESTS_PLACEHOLDER, guests)
    page = page.replace(_MAX_DOCUMENT_BYTES_PLACEHOLDER, str(runtime(request).settings.max_document_bytes))
    return _html(page, status=status)


def _html(text: str, *, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers=HEADERS | {"Cache-Control": REVALIDATED})
