"""The endpoints in django-ninja: async views on Django's ORM, psycopg with its pool, a bearer token read by PyJWT.

The user of a token is looked up, as Django's users expect of ``request.auth``. Interviews and open tasks are
prefetched, the last activity is annotated; a page's total is a query of its own. Django's ORM is asynchronous on the
outside only: each query runs in a thread.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import jwt
from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, F, Q
from django.db.models.functions import Lower, Trim
from django.http import Http404, HttpRequest
from ninja import Field, NinjaAPI, Query, Schema
from ninja.security import HttpBearer

from benchmarks.peers.django_peer.models import Interview, Position, User

STATUSES = ("applied", "screening", "interviewing", "offer", "rejected", "withdrawn")
TYPES = ("technical", "behavioral", "hr", "final")
OUTCOMES = ("pending", "passed", "failed", "cancelled")


class TokenBearer(HttpBearer):
    """The user of a valid token."""

    async def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the user, or None, which ninja answers with 401."""
        try:
            user_id = jwt.decode(token, settings.SECRET_KEY, algorithms=["HS256"])["sub"]
        except (jwt.InvalidTokenError, KeyError):
            return None
        return await User.objects.filter(id=user_id).afirst()


class InterviewOut(Schema):
    """An interview as it is answered."""

    id: UUID
    position_id: UUID
    type: str
    place: str
    scheduled_date: datetime
    duration_minutes: int | None
    notes: str | None
    outcome: str
    created_at: datetime
    updated_at: datetime


class NextEvent(Schema):
    """What is ahead of a position."""

    kind: str
    id: UUID
    title: str
    at: datetime | None
    date: date


class PositionOut(Schema):
    """A position as it is answered."""

    id: UUID
    title: str
    company: str
    description: str | None
    location: str | None
    salary_range: str | None
    status: str
    application_date: date | None
    job_url: str | None
    source: str | None
    tags: list[str]
    archived: bool
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    next_event: NextEvent | None
    interviews: list[InterviewOut]


class PositionPage(Schema):
    """A page of positions."""

    positions: list[PositionOut]
    total: int
    page: int
    per_page: int
    total_pages: int
    has_next: bool
    has_prev: bool


class Overview(Schema):
    """The statistics of one user."""

    total_applications: int
    total_companies: int
    total_interviews: int
    total_saved: int
    response_rate: float
    interview_rate: float
    offer_rate: float
    status_breakdown: dict[str, int]
    interview_type_breakdown: dict[str, int]
    interview_outcome_breakdown: dict[str, int]


class PositionQuery(Schema):
    """Filters, order and page of a list of positions."""

    status: Literal["saved", "applied", "screening", "interviewing", "offer", "rejected", "withdrawn"] | None = None
    company: str | None = Field(None, max_length=200)
    date_from: date | None = None
    date_to: date | None = None
    search: str | None = Field(None, max_length=1000)
    sort_by: Literal["application_date", "title", "company"] = "application_date"
    sort_order: Literal["asc", "desc"] = "desc"
    page: int = Field(1, ge=1)
    per_page: int = Field(20, ge=1, le=100)

    def conditions(self) -> Q:
        """Return what the filters ask for."""
        conditions = Q()
        if self.status:
            conditions &= Q(status=self.status)
        if self.company:
            conditions &= Q(company__icontains=self.company)
        if self.date_from:
            conditions &= Q(application_date__gte=self.date_from)
        if self.date_to:
            conditions &= Q(application_date__lte=self.date_to)
        if self.search:
            words = prefixes(self.search)
            simple, english = (SearchQuery(words, config=name, search_type="raw") for name in ("simple", "english"))
            conditions &= Q(search_vector=simple | english)
        return conditions


def prefixes(words: str) -> str:
    """Return words as PostgreSQL searches for what begins with each of them."""
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in words.split())
    return " & ".join(f"'{word}':*" for word in quoted)


api = NinjaAPI(title="Interview Tracker", auth=TokenBearer())


@api.get("/positions/{uuid:position_id}", response=PositionOut)
async def get_position(request: HttpRequest, position_id: UUID) -> Position:
    position = await Position.objects.with_details().filter(id=position_id, user=request.auth).afirst()
    if position is None:
        raise Http404("Position not found")
    return position


@api.get("/positions", response=PositionPage)
async def list_positions(request: HttpRequest, query: Query[PositionQuery]) -> dict[str, Any]:
    found = Position.objects.filter(query.conditions(), user=request.auth)
    total = await found.acount()
    column = F(query.sort_by)
    order = column.desc(nulls_last=True) if query.sort_order == "desc" else column.asc(nulls_last=True)
    first = (query.page - 1) * query.per_page
    page = found.with_details().order_by(order, "id")[first : first + query.per_page]
    total_pages = -(-total // query.per_page)
    return {
        "positions": [position async for position in page],
        "total": total,
        "page": query.page,
        "per_page": query.per_page,
        "total_pages": total_pages,
        "has_next": query.page < total_pages,
        "has_prev": query.page > 1,
    }


@api.get("/statistics/overview", response=Overview)
async def overview(request: HttpRequest) -> dict[str, Any]:
    positions = await Position.objects.filter(user=request.auth).aaggregate(
        total=Count("id", filter=~Q(status="saved")),
        companies=Count(Lower(Trim("company")), distinct=True, filter=~Q(status="saved")),
        responded=Count("id", filter=Q(responded=True) & ~Q(status="saved")),
        was_offered=Count("id", filter=Q(offered=True) & ~Q(status="saved")),
        **counts("status", ("saved", *STATUSES)),
    )
    interviews = (
        await Interview.objects.filter(user=request.auth)
        .exclude(position__status="saved")
        .aaggregate(
            total=Count("id"),
            interviewed=Count("position_id", distinct=True, filter=~Q(outcome="cancelled")),
            **counts("type", TYPES),
            **counts("outcome", OUTCOMES),
        )
    )

    def percent(part: int) -> float:
        return round(100 * part / positions["total"], 2) if positions["total"] else 0.0

    return {
        "total_applications": positions["total"],
        "total_companies": positions["companies"],
        "total_interviews": interviews["total"],
        "total_saved": positions["saved"],
        "response_rate": percent(positions["responded"]),
        "interview_rate": percent(interviews["interviewed"]),
        "offer_rate": percent(positions["was_offered"]),
        "status_breakdown": {name: positions[name] for name in STATUSES},
        "interview_type_breakdown": {name: interviews[name] for name in TYPES},
        "interview_outcome_breakdown": {name: interviews[name] for name in OUTCOMES},
    }


def counts(column: str, values: Sequence[str]) -> dict[str, Count]:
    """Return a count of each value of a column."""
    return {value: Count("id", filter=Q(**{column: value})) for value in values}
