"""The same three endpoints as they are usually written: FastAPI, the ORM, a session and a user for each request.

It is meant as a fair specimen, not as a straw man: async throughout, eager loading, one pool, no N+1 queries, and
the application's own tables and response bodies.
"""

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import selectinload
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware

from app.models import Interview, InterviewSession, Note, Position, StatusChange, Task, User
from app.models.enums import APPLICATION_STATUSES, InterviewOutcome, InterviewType, PositionStatus
from app.schemas.position import PositionListResponse, PositionResponse

SECRET_KEY = os.environ["JWT_SECRET_KEY"]
DATABASE_URL = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1)

engine = create_async_engine(DATABASE_URL, pool_size=10, max_overflow=0)
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
bearer = HTTPBearer()
CallNext = Callable[[Request], Awaitable[Response]]


class RequestIdMiddleware(BaseHTTPMiddleware):
    """Give each response an id."""

    async def dispatch(self, request: Request, call_next: CallNext) -> Response:  # noqa: D102
        request.state.request_id = request.headers.get("X-Request-ID") or uuid4().hex
        response = await call_next(request)
        response.headers["X-Request-ID"] = request.state.request_id
        return response


class TimingMiddleware(BaseHTTPMiddleware):
    """Tell how long each response took."""

    async def dispatch(self, request: Request, call_next: CallNext) -> Response:  # noqa: D102
        started = time.perf_counter()
        response = await call_next(request)
        response.headers["X-Process-Time"] = f"{time.perf_counter() - started:.4f}"
        return response


app = FastAPI(title="Plain Interview Tracker")
app.add_middleware(TimingMiddleware)
app.add_middleware(RequestIdMiddleware)
app.add_middleware(
    CORSMiddleware, allow_origins=["https://app.example.com"], allow_methods=["*"], allow_headers=["*"]
)


async def get_db() -> AsyncIterator[AsyncSession]:
    async with SessionLocal() as session:
        yield session


Db = Annotated[AsyncSession, Depends(get_db)]


async def get_current_user(db: Db, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    try:
        user_id = UUID(jwt.decode(credentials.credentials, SECRET_KEY, algorithms=["HS256"])["sub"])
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise HTTPException(401, "Could not validate credentials") from None
    user = await db.get(User, user_id)
    if user is None:
        raise HTTPException(401, "Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


class Overview(BaseModel):
    """The statistics of one user."""

    total_applications: int
    total_companies: int
    total_interviews: int
    response_rate: float
    interview_rate: float
    offer_rate: float
    status_breakdown: dict[PositionStatus, int]
    interview_type_breakdown: dict[InterviewType, int]
    interview_outcome_breakdown: dict[InterviewOutcome, int]


async def add_events(db: AsyncSession, positions: Sequence[Position]) -> None:
    """Set what is said of positions beside their columns, each in one query for all of them."""
    ids, now = [position.id for position in positions], datetime.now(UTC)
    started_at = func.coalesce(InterviewSession.started_at, InterviewSession.created_at)
    newest: dict[UUID, datetime] = {}
    for owner, moment in (
        (StatusChange.position_id, func.max(StatusChange.occurred_at)),
        (Note.position_id, func.max(Note.occurred_at)),
        (Task.position_id, func.max(Task.done_at)),
        (InterviewSession.position_id, func.max(started_at)),
    ):
        for position_id, at in await db.execute(select(owner, moment).where(owner.in_(ids)).group_by(owner)):
            newest[position_id] = max(filter(None, (newest.get(position_id), at)), default=now)
    tasks = await db.scalars(
        select(Task)
        .where(Task.position_id.in_(ids), Task.due_date >= now.date(), Task.done_at.is_(None))
        .order_by(Task.due_date.desc())
    )
    open_tasks = {task.position_id: task for task in tasks}
    for position in positions:
        held = [interview.scheduled_date for interview in position.interviews if interview.scheduled_date <= now]
        last = max([*held, newest.get(position.id, position.created_at)])
        ahead = next((interview for interview in position.interviews if interview.scheduled_date > now), None)
        task = open_tasks.get(position.id)
        event = None
        if task:
            event = {"kind": "task", "id": task.id, "title": task.title, "at": None, "date": task.due_date}
        elif ahead:
            at = ahead.scheduled_date
            event = {"kind": "interview", "id": ahead.id, "title": ahead.type, "at": at, "date": at.date()}
        vars(position).update(last_activity_at=last, next_event=event)


@app.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@app.get("/api/v1/positions/{position_id}", response_model=PositionResponse)
async def get_position(position_id: UUID, db: Db, user: CurrentUser) -> Position:
    result = await db.execute(
        select(Position)
        .where(Position.id == position_id, Position.user_id == user.id)
        .options(selectinload(Position.interviews))
    )
    position = result.scalar_one_or_none()
    if position is None:
        raise HTTPException(404, "Position not found")
    await add_events(db, [position])
    return position


@app.get("/api/v1/positions", response_model=PositionListResponse)
async def list_positions(  # noqa: PLR0917 - one parameter of the query each, as is usual
    db: Db,
    user: CurrentUser,
    status: PositionStatus | None = None,
    company: str | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    search: str | None = None,
    sort_by: Literal["application_date", "title", "company"] = "application_date",
    sort_order: Literal["asc", "desc"] = "desc",
    page: Annotated[int, Query(ge=1)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> dict[str, Any]:
    conditions: list[ColumnElement[bool]] = [Position.user_id == user.id]
    if status:
        conditions.append(Position.status == status)
    if company:
        conditions.append(Position.company.ilike(f"%{company}%"))
    if date_from:
        conditions.append(Position.application_date >= date_from)
    if date_to:
        conditions.append(Position.application_date <= date_to)
    if search:
        pattern = f"%{search}%"
        conditions.append(
            or_(Position.title.ilike(pattern), Position.company.ilike(pattern), Position.description.ilike(pattern))
        )
    total = await db.scalar(select(func.count()).select_from(Position).where(*conditions)) or 0
    sort_column = getattr(Position, sort_by)
    found = await db.scalars(
        select(Position)
        .where(*conditions)
        .options(selectinload(Position.interviews))
        .order_by(sort_column.desc() if sort_order == "desc" else sort_column.asc(), Position.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    positions = found.all()
    await add_events(db, positions)
    total_pages = -(-total // per_page)
    return {
        "positions": positions,
        "total": total,
        "page": page,
        "per_page": per_page,
        "total_pages": total_pages,
        "has_next": page < total_pages,
        "has_prev": page > 1,
    }


@app.get("/api/v1/statistics/overview", response_model=Overview)
async def overview(db: Db, user: CurrentUser) -> dict[str, Any]:
    mine = and_(Position.user_id == user.id, Position.status != PositionStatus.SAVED)
    positions = select(func.count()).select_from(Position).where(mine)
    interviews = select(func.count()).select_from(Interview).join(Position).where(mine)

    applications = await db.scalar(positions) or 0
    responses = await db.scalar(positions.where(Position.responded)) or 0
    offers = await db.scalar(positions.where(Position.offered)) or 0
    companies = await db.scalar(select(func.count(func.lower(func.trim(Position.company)).distinct())).where(mine))
    interviewed = await db.scalar(
        select(func.count(Interview.position_id.distinct()))
        .select_from(Interview)
        .join(Position)
        .where(mine, Interview.outcome != InterviewOutcome.CANCELLED)
    )
    statuses = await db.execute(select(Position.status, func.count()).where(mine).group_by(Position.status))
    types = await db.execute(select(Interview.type, func.count()).join(Position).where(mine).group_by(Interview.type))
    outcomes = await db.execute(
        select(Interview.outcome, func.count()).join(Position).where(mine).group_by(Interview.outcome)
    )

    def percent(part: int | None) -> float:
        return round(100 * (part or 0) / applications, 2) if applications else 0.0

    return {
        "total_applications": applications,
        "total_companies": companies,
        "total_interviews": await db.scalar(interviews),
        "response_rate": percent(responses),
        "interview_rate": percent(interviewed),
        "offer_rate": percent(offers),
        "status_breakdown": dict.fromkeys(APPLICATION_STATUSES, 0) | dict(statuses.all()),
        "interview_type_breakdown": dict.fromkeys(InterviewType, 0) | dict(types.all()),
        "interview_outcome_breakdown": dict.fromkeys(InterviewOutcome, 0) | dict(outcomes.all()),
    }
