"""``/``: what this is and where to go on, for people in HTML and for programs in JSON."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from app.api.dependencies import runtime
from app.core.version import VERSION
from app.web.headers import HEADERS
from app.web.pages import page

router = APIRouter(tags=["health"])
_VARIES = {"Vary": "Accept"}
_DOCS_LINKS = '<a href="/docs">the API</a>, <a href="/redoc">its reference</a>, '


@router.get("/", response_model=dict[str, str])
async def api_info(request: Request) -> Response:
    """Say what this is and where to go on."""
    has_docs = runtime(request).settings.api_docs_enabled
    if "text/html" in request.headers.get("accept", ""):
        text = (
            page("welcome.html").replace("{{docs}}", _DOCS_LINKS if has_docs else "").replace("{{version}}", VERSION)
        )
        return HTMLResponse(text, headers=HEADERS | _VARIES)
    return JSONResponse(_links(has_docs=has_docs), headers=_VARIES)


def _links(*, has_docs: bool) -> dict[str, Any]:
    links = {"health": "/health", "app": "/app/"} | ({"docs": "/docs"} if has_docs else {})
    return {"name": "Interview Tracker", "version": VERSION, **links}
