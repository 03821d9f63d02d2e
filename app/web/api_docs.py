"""``/docs`` and ``/redoc``: the API's description to read, from files of this server alone."""

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from app.web.pages import page

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'{styles}",
        "connect-src 'self'",
        # Both draw icons that their style sheets have in themselves.
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
# ReDoc opens an empty style element, which it then fills by script, and one that it never changes.
_REDOC_STYLES = (
    " 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger_page() -> Response:
    """Return the page of Swagger UI, which can try requests."""
    return _html("docs.html")


@router.get("/redoc")
async def redoc_page() -> Response:
    """Return the page of ReDoc, which is for reading."""
    return _html("redoc.html", styles=_REDOC_STYLES)


def _html(name: str, *, styles: str = "") -> Response:
    headers = {"Content-Security-Policy": _POLICY.format(styles=styles), "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page(name), headers=headers | {"Cache-Control": "no-cache"})
