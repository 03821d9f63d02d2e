"""``/app``: the pages of the console and the files that they load."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from app.api.dependencies import runtime
from app.web.files import PATHS, file_response
from app.web.headers import HEADERS, REVALIDATED
from app.web.modules import MAIN, preloads, view_module
from app.web.pages import page

_GUESTS_PLACEHOLDER = "{{guests}}"
_MODULES_PLACEHOLDER = "{{modules}}"

router = APIRouter(prefix="/app", include_in_schema=False)


@router.get("")
async def console_page(request: Request) -> Response:
    """Return the console: one page, which reads from its address what it shows."""
    return _console(request, "")


@router.get("/rooms/{room_id}")
async def room_page(room_id: str) -> Response:
    """Return the page of a room: the same for each; it reads the id from its address."""
    return _html(page("room.html").replace(_MODULES_PLACEHOLDER, preloads("room/main.js")))


@router.get("/static/{path:path}")
async def static_file(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return a file of the console."""
    if path not in PATHS:
        raise HTTPException(404)
    return file_response(path, request)


@router.get("/{path:path}")
async def console_view(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return the console for one of its views; where there is none, it says so, and so does the status."""
    return _console(request, path)


def _console(request: Request, path: str) -> Response:
    view = view_module(path)
    # Said in the page, so that it need not find out by a request that is refused.
    guests = "allowed" if runtime(request).settings.allow_anonymous_rooms else "refused"
    modules = preloads(MAIN, view) if view else preloads(MAIN)
    text = page("console.html").replace(_GUESTS_PLACEHOLDER, guests).replace(_MODULES_PLACEHOLDER, modules)
    return _html(text, status=200 if view else 404)


def _html(text: str, *, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers=HEADERS | {"Cache-Control": REVALIDATED})
