"""The endpoints in Litestar with Advanced Alchemy: SQLAlchemy's ORM on asyncpg, a service, msgspec, ``JWTAuth``.

``JWTAuth`` asks for a function that finds the user of a token; as in Litestar's own examples that is a look-up in the
database, in the session with which the request goes on. Interviews and open tasks are loaded by ``selectin``, the
last activity is a column of the model, and a page comes with its total in one statement.
"""

import os
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from advanced_alchemy.extensions.litestar import EngineConfig, SQLAlchemyAsyncConfig, SQLAlchemyPlugin
from advanced_alchemy.extensions.litestar.providers import create_service_dependencies
from advanced_alchemy.filters import LimitOffset
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from advanced_alchemy.service import SQLAlchemyAsyncRepositoryService
from litestar import Controller, Litestar, Request, get
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.params import Parameter
from litestar.security.jwt import JWTAuth, Token
from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.peers.litestar_peer.models import Interview, Position, User

Status = Literal["saved", "applied", "screening", "interviewing", "offer", "rejected", "withdrawn"]
STATUSES = ("applied", "screening", "interviewing", "offer", "rejected", "withdrawn")
TYPES = ("technical", "behavioral", "hr", "final")
OUTCOMES = ("pending", "passed", "failed", "cancelled")

alchemy = SQLAlchemyAsyncConfig(
    connection_string=os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://", 1),
    engine_config=EngineConfig(pool_size=10, max_overflow=0),
)


class InterviewOut(Struct):
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


class NextEvent(Struct):
    """What is ahead of a position."""

    kind: str
    id: UUID
    title: str
    at: datetime | None
    date: date


class PositionOut(Struct):
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


class PositionPage(Struct):
    """A page of positions."""

    positions: list[PositionOut]
    total: int
    page: int
    per_page: int
    total_pages: int
    has_next: bool
    has_prev: bool


class Overview(Struct):
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


class PositionService(SQLAlchemyAsyncRepositoryService[Position]):
    """The service of positions."""

    class Repository(SQLAlchemyAsyncRepository[Position]):
        """The repository under it."""

        model_type = Position

    repository_type = Repository


async def retrieve_user(token: Token, connection: ASGIConnection[Any, Any, Any, Any]) -> User | None:
    session = alchemy.provide_session(connection.app.state, connection.scope)
    return await session.get(User, UUID(token.sub))


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    return {"status": "healthy"}


class PositionController(Controller):
    """The endpoints of positions."""

    path = "/api/v1/positions"
    dependencies = create_service_dependencies(PositionService, key="positions")

    @get("/{position_id:uuid}")
    async def get_position(
        self, request: Request[User, Token, Any], positions: PositionService, position_id: UUID
    ) -> PositionOut:
        """Return one position."""
        position = await positions.get_one_or_none(id=position_id, user_id=request.user.id)
        if position is None:
            raise NotFoundException("Position not found")
        return positions.to_schema(position, schema_type=PositionOut)

    @get()
    async def list_positions(  # noqa: PLR0917 - one parameter of the query each, as is usual
        self,
        request: Request[User, Token, Any],
        positions: PositionService,
        status: Status | None = None,
        company: Annotated[str | None, Parameter(max_length=200)] = None,
        date_from: date | None = None,
        date_to: date | None = None,
        search: Annotated[str | None, Parameter(max_length=1000)] = None,
        sort_by: Literal["application_date", "title", "company"] = "application_date",
        sort_order: Literal["asc", "desc"] = "desc",
        page: Annotated[int, Parameter(ge=1)] = 1,
        per_page: Annotated[int, Parameter(ge=1, le=100)] = 20,
    ) -> PositionPage:
        """Return a page of positions."""
        conditions: list[ColumnElement[bool]] = [Position.user_id == request.user.id]
        if status:
            conditions.append(Position.status == status)
        if company:
            conditions.append(Position.company.ilike(f"%{company}%"))
        if date_from:
            conditions.append(Position.application_date >= date_from)
        if date_to:
            conditions.append(Position.application_date <= date_to)
        if search:
            words = prefixes(search)
            query = func.to_tsquery("simple", words).op("||")(func.to_tsquery("english", words))
            conditions.append(Position.search_vector.bool_op("@@")(query))
        column = getattr(Position, sort_by)
        found, total = await positions.list_and_count(
            *conditions,
            LimitOffset(limit=per_page, offset=(page - 1) * per_page),
            order_by=[(column.desc() if sort_order == "desc" else column.asc()).nulls_last(), Position.id.asc()],
        )
        total_pages = -(-total // per_page)
        return PositionPage(
            positions=list(positions.to_schema(found, schema_type=PositionOut).items),
            total=total,
            page=page,
            per_page=per_page,
            total_pages=total_pages,
            has_next=page < total_pages,
            has_prev=page > 1,
        )


@get("/api/v1/statistics/overview")
async def overview(request: Request[User, Token, Any], db_session: AsyncSession) -> Overview:
    of_positions = select(
        func.count().label("total"),
        func.count(func.lower(func.btrim(Position.company)).distinct()).label("companies"),
        func.count().filter(Position.responded).label("responded"),
        func.count().filter(Position.offered).label("offered"),
        *(func.count().filter(Position.status == name).label(name) for name in STATUSES),
    ).where(Position.user_id == request.user.id, Position.status != "saved")
    of_interviews = (
        select(
            func.count().label("total"),
            func.count(Interview.position_id.distinct())
            .filter(Interview.outcome != "cancelled")
            .label("interviewed"),
            *(func.count().filter(Interview.type == name).label(name) for name in TYPES),
            *(func.count().filter(Interview.outcome == name).label(name) for name in OUTCOMES),
        )
        .join(Position, Position.id == Interview.position_id)
        .where(Interview.user_id == request.user.id, Position.status != "saved")
    )
    positions = (await db_session.execute(of_positions)).mappings().one()
    interviews = (await db_session.execute(of_interviews)).mappings().one()
    saved = await db_session.scalar(
        select(func.count()).where(Position.user_id == request.user.id, Position.status == "saved")
    )

    def percent(part: int) -> float:
        return round(100 * part / positions["total"], 2) if positions["total"] else 0.0

    return Overview(
        total_applications=positions["total"],
        total_companies=positions["companies"],
        total_interviews=interviews["total"],
        total_saved=saved or 0,
        response_rate=percent(positions["responded"]),
        interview_rate=percent(interviews["interviewed"]),
        offer_rate=percent(positions["offered"]),
        status_breakdown={name: positions[name] for name in STATUSES},
        interview_type_breakdown={name: interviews[name] for name in TYPES},
        interview_outcome_breakdown={name: interviews[name] for name in OUTCOMES},
    )


def prefixes(words: str) -> str:
    """Return words as PostgreSQL searches for what begins with each of them."""
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in words.split())
    return " & ".join(f"'{word}':*" for word in quoted)


jwt_auth = JWTAuth[User](
    retrieve_user_handler=retrieve_user, token_secret=os.environ["JWT_SECRET_KEY"], exclude=["/health", "/schema"]
)
app = Litestar(
    route_handlers=[health, PositionController, overview],
    plugins=[SQLAlchemyPlugin(alchemy)],
    on_app_init=[jwt_auth.on_app_init],
    cors_config=CORSConfig(allow_origins=["https://app.example.com"]),
)
