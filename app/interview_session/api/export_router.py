"""``/api/v1/export``: everything that is kept of an account."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from app.api.dependencies import CurrentUser, reading
from app.api.openapi import ERRORS
from app.interview_session.history.account_export import AccountArchiveService

router = APIRouter(prefix="/api/v1", tags=["auth"], responses=ERRORS)


class ArchiveResponse(StreamingResponse):
    """A ZIP archive, sent while it is made."""

    media_type = "application/zip"


@router.get("/export", response_class=ArchiveResponse)
async def export_account(
    user: CurrentUser, archives: Annotated[AccountArchiveService, Depends(reading(AccountArchiveService))]
) -> ArchiveResponse:
    """Return everything that the service keeps of the user.

    There is a JSON file per resource, the positions as CSV, the documents, and a transcript of each practice
    session. Hashes of passwords and tokens are left out. `DELETE /api/v1/auth/me` erases all of it.
    """
    return ArchiveResponse(
        await archives.archive(user.user_id),
        headers={"Content-Disposition": 'attachment; filename="interview-tracker.zip"'},
    )
