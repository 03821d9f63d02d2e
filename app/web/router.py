"""``/app``: the pages of the console and the files that they load."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from app.api.dependencies import runtime
from app.web.files import PATHS, file_response
from app.web.headers import HEADERS, REVALIDATED
from app.web.joined import FOLDER, ROOM, address_of, joined_response
from app.web.modules import MAIN, view_module
from app.web.pages import page

_GUESTS_PLACEHOLDER = "{{guests}}"
_SHARED_STYLES_PLACEHOLDER = "{{shared_styles}}"
_VIEWS_STYLES_PLACEHOLDER = "{{views_styles}}"
_MAIN_PLACEHOLDER = "{{main}}"
_VIEW_PLACEHOLDER = "{{view}}"
_MAX_DOCUMENT_BYTES_PLACEHOLDER = "{{max_document_bytes}}"

router = APIRouter(prefix="/app", include_in_schema=False)


@router.get("")
async def console_page(request: Request) -> Response:
    """Return the console: one page, which reads from its address what it shows."""
    return _console(request, "")


@router.get("/rooms/{room_id}")
async def room_page(room_id: str) -> Response:
    """Return the page of a room: the same for each; it reads the id from its address."""
    return _html(_with_addresses(page("room.html"), ROOM))


@router.get("/static/{path:path}")
def static_file(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return a file of the console; in a thread, since the first to ask for it waits for its compression."""
    if path.startswith(FOLDER):
        response = joined_response(path.removeprefix(FOLDER), request)
    else:
        response = file_response(path, request) if path in PATHS else None
    if response is None:
        raise HTTPException(404)
    return response


@router.get("/{path:path}")
async def console_view(path: Annotated[str, PathParameter()], request: Request) -> Response:
    """Return the console for one of its views; where there is none, it says so, and so does the status."""
    return _console(request, path)


def _console(request: Request, path: str) -> Response:
    view = view_module(path)
    # Said in the page, so that it need not find out by a request that is refused.
    settings = runtime(request).settings
    guests = "allowed" if settings.allow_anonymous_rooms else "refused"
    text = _with_addresses(page("console.html"), MAIN).replace(_GUESTS_PLACEHOLDER, guests)
    text = text.replace(_MAX_DOCUMENT_BYTES_PLACEHOLDER, str(settings.max_document_bytes))
    # Else it would be asked for when the main script has run.
    preload = f'<link rel="modulepreload" href="{address_of(view)}">' if view else ""
    return _html(text.replace(_VIEW_PLACEHOLDER, preload), status=200 if view else 404)


def _with_addresses(text: str, main: str) -> str:
    text = text.replace(_SHARED_STYLES_PLACEHOLDER, address_of("shared.css"))
    return text.replace(_VIEWS_STYLES_PLACEHOLDER, address_of("views.css")).replace(
        _MAIN_PLACEHOLDER, address_of(main)
    )


def _html(text: str, *, status: int = 200) -> Response:
    return HTMLResponse(text, status, headers=HEADERS | {"Cache-Control": REVALIDATED})
