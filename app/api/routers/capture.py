"""``/api/v1/positions/capture``: a posting on somebody's screen becomes a proposed position."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from app.api.dependencies import CurrentUser, runtime
from app.api.openapi import ERRORS
from app.schemas.capture import CaptureRequest, CaptureResponse
from app.services.postings.capture import propose

router = APIRouter(prefix="/api/v1/positions", tags=["positions"], responses=ERRORS)


@router.post("/capture", response_model=CaptureResponse)
async def capture_posting(request: Request, body: CaptureRequest, user: CurrentUser) -> dict[str, Any]:
    """Read a pasted posting into a proposed position: nothing is stored, and no address is visited.

    The page's own data (schema.org's `JobPosting`, as JSON-LD or microdata) come first, then its title and headings,
    then the pasted text.
    """
    # A page takes up to a second of a core; the places bound how many do.
    async with runtime(request).import_places.one(user.user_id):
        return await asyncio.to_thread(propose, url=body.url, text=body.text, html=body.html)
