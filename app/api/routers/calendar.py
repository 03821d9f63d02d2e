"""``/api/v1/interviews/calendar.ics`` and the secret address that opens it.

Its paths look like an interview's id, so this router comes before the one of the interviews.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from app.api.admission import note_owner
from app.api.dependencies import CreationDep, CurrentUser, reading, runtime, writing
from app.api.openapi import ERRORS
from app.schemas.interview import CalendarFeedResponse, CalendarFeedStatus
from app.services.calendar_feed import CalendarFeedService

router = APIRouter(prefix="/api/v1/interviews", tags=["interviews"], responses=ERRORS)
Reading = Annotated[CalendarFeedService, Depends(reading(CalendarFeedService))]
Writing = Annotated[CalendarFeedService, Depends(writing(CalendarFeedService))]


class CalendarResponse(Response):
    """An iCalendar file."""

    media_type = "text/calendar"


class FeedOwner:
    """Gives whose feed a request may read; calendar programs send no header, so the token is in the address."""

    decides_before_body = True

    async def __call__(
        self,
        request: Request,
        token: Annotated[str, Query(description="From `POST /api/v1/interviews/calendar-feed`")] = "",
    ) -> UUID:
        """Return the owner, whose budgets the request takes from.

        Raises:
            NotAuthenticatedError: no token at all.
            AuthenticationError: one that opens no feed, or no longer.
            RateLimitError: too many requests of this user.

        """
        state: dict[str, Any] = request.scope.setdefault("state", {})
        known: UUID | None = state.get("feed_owner")
        if known is not None:
            return known
        parts = runtime(request)
        # At the door it has not been read yet.
        token = token or request.query_params.get("token", "")
        state["feed_owner"] = owner = await parts.reader(CalendarFeedService).owner(token)
        parts.limits.count_request(owner)
        note_owner(request, owner)
        return owner


feed_owner = FeedOwner()


@router.get(
    "/calendar.ics",
    response_class=CalendarResponse,
    responses={304: {"description": "The calendar is still the one of `If-None-Match`"}},
)
async def get_calendar(
    request: Request,
    owner: Annotated[UUID, Depends(feed_owner)],
    feeds: Reading,
    *,
    tasks: Annotated[bool, Query(description="Tasks that have a date too, each as a whole day")] = False,
) -> Response:
    """Return the owner's latest interviews as a calendar to subscribe to."""
    content = await feeds.content(owner, with_tasks=tasks)
    headers = {"ETag": f'"{content.version}"', "Cache-Control": "private, no-cache"}
    if content.version in _known_versions(request):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return CalendarResponse(await content.calendar(), headers=headers)


@router.get("/{interview_id}.ics", response_class=CalendarResponse)
async def get_interview_file(interview_id: UUID, user: CurrentUser, feeds: Reading) -> CalendarResponse:
    """Return one interview as a file that calendar programs open."""
    return CalendarResponse(
        await feeds.file_of(interview_id, user.user_id),
        headers={"Content-Disposition": 'attachment; filename="interview.ics"'},
    )


def _known_versions(request: Request) -> set[str]:
    tags = request.headers.get("if-none-match", "").split(",")
    return {tag.strip().removeprefix("W/").strip('"') for tag in tags}


@router.post(
    "/calendar-feed",
    status_code=status.HTTP_201_CREATED,
    response_model=CalendarFeedResponse,
)
async def create_calendar_feed(request: Request, user: CurrentUser, creation: CreationDep, feeds: Writing) -> Any:
    """Give the user a new secret address, shown this once; the one before stops working."""
    feed = await feeds.create(user.user_id)
    # Behind a proxy only the operator knows the address that others reach.
    base = runtime(request).settings.public_url or str(request.base_url).rstrip("/")
    url = f"{base}{request.app.url_path_for('get_calendar')}?token={feed.token}"
    answer = CalendarFeedResponse(url=url, token=feed.token, created_at=feed.created_at)
    return await creation.answered_with_secret(answer)


@router.get("/calendar-feed", response_model=CalendarFeedStatus)
async def get_calendar_feed(user: CurrentUser, feeds: Reading) -> dict[str, Any]:
    """Tell since when the user has a feed; its address is not stored."""
    return await feeds.status(user.user_id)


@router.delete("/calendar-feed", status_code=status.HTTP_204_NO_CONTENT)
async def delete_calendar_feed(user: CurrentUser, feeds: Writing) -> None:
    """Make the user's address stop working."""
    await feeds.revoke(user.user_id)
