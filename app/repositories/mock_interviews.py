"""Mock interviews in SQL. Every query takes the owner's id."""

from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    Text,
    bindparam,
    cast,
    column,
    delete,
    desc,
    func,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.core.reads import Read
from app.models import MockInterview
from app.repositories.access import DataAccess
from app.repositories.paging import fetch_page

LISTED_DESCRIPTION_LENGTH = 500
"""Characters of a description that a list gives."""

_SHORT_COLUMNS = (
    MockInterview.id,
    MockInterview.title,
    MockInterview.position_id,
    MockInterview.interview_id,
    MockInterview.language,
    MockInterview.created_at,
    MockInterview.updated_at,
)
_GET = Read(
    select(
        *_SHORT_COLUMNS,
        MockInterview.description,
        MockInterview.planner_fields,
        MockInterview.retry_of_session_id,
        MockInterview.retry_of_sequence,
    ).where(MockInterview.id == bindparam("mock_interview_id"), MockInterview.user_id == bindparam("user_id"))
)
_HAS_PRACTICE = Read(
    select(MockInterview.id)
    .where(
        MockInterview.interview_id == bindparam("interview_id"),
        MockInterview.practice_key == bindparam("practice_key"),
        MockInterview.user_id == bindparam("user_id"),
    )
    .limit(literal_column("1"))
)
_RETRY_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "position_id": MockInterview.position_id == bindparam("position_id"),
    "interview_id": MockInterview.interview_id == bindparam("interview_id"),
}


class MockInterviewRepository:
    """The mock interviews of a user."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, mock_interview_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return one mock interview."""
        row = await self._access.reads.first(_GET, mock_interview_id=mock_interview_id, user_id=user_id)
        return _with_planner_fields(row) if row else None

    async def list_page(
        self, user_id: UUID, filters: dict[str, Any], *, limit: int, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Return one page of the user's matching mock interviews, newest first, and how many match in all.

        In the place of ``planner_fields`` each has its ``phases``, ``minutes`` and ``question_types``: a whole plan
        may have some 900 KB. ``filters`` may hold ``position_id`` and ``interview_id``.
        """
        names = frozenset(filters)
        rows, total = await fetch_page(
            self._access.reads,
            _list_read(names),
            lambda: _count_read(names),
            filters | {"user_id": user_id},
            limit=limit,
            offset=offset,
        )
        return [_with_question_types(row) for row in rows], total

    async def lock(self, mock_interview_id: UUID, user_id: UUID) -> MockInterview | None:
        """Return the mock interview held against changes by others until the transaction ends."""
        statement = (
            select(MockInterview)
            .where(MockInterview.id == mock_interview_id, MockInterview.user_id == user_id)
            .with_for_update()
        )
        return (await self._access.db.scalars(statement)).one_or_none()

    async def has_practice(self, interview_id: UUID, practice_key: str, user_id: UUID) -> bool:
        """Tell whether the user has a plan that was made for this interview under this key."""
        row = await self._access.reads.first(
            _HAS_PRACTICE, interview_id=interview_id, practice_key=practice_key, user_id=user_id
        )
        return row is not None

    async def newest_practice(self, interview_id: UUID, practice_key: str, user_id: UUID) -> MockInterview | None:
        """Return the newest plan that was made for this interview under this key, as this transaction sees it."""
        statement = (
            select(MockInterview)
            .where(
                MockInterview.interview_id == interview_id,
                MockInterview.practice_key == practice_key,
                MockInterview.user_id == user_id,
            )
            .order_by(desc(MockInterview.created_at), desc(MockInterview.id))
            .limit(1)
        )
        return (await self._access.db.scalars(statement)).one_or_none()

    async def newest_retry(self, session_id: UUID, sequence: int, user_id: UUID) -> MockInterview | None:
        """Return the newest plan that practises this question of a session again, as this transaction sees it.

        It waits for other transactions that ask for the same, so that one of them makes it.
        """
        await self._access.db.execute(_RETRY_TURN, {"name": f"retry:{session_id}:{sequence}"})
        statement = (
            select(MockInterview)
            .where(
                MockInterview.user_id == user_id,
                MockInterview.retry_of_session_id == session_id,
                MockInterview.retry_of_sequence == sequence,
            )
            .order_by(desc(MockInterview.created_at), desc(MockInterview.id))
            .limit(1)
        )
        return (await self._access.db.scalars(statement)).one_or_none()

    async def save(self, mock_interview: MockInterview) -> None:
        """Store a new or changed mock interview."""
        self._access.db.add(mock_interview)
        await self._access.db.flush()

    async def delete(self, mock_interview_id: UUID, user_id: UUID) -> bool:
        """Erase the mock interview; tell whether there was one."""
        deleted = await self._access.db.scalars(
            delete(MockInterview)
            .where(MockInterview.id == mock_interview_id, MockInterview.user_id == user_id)
            .returning(MockInterview.id)
        )
        return deleted.one_or_none() is not None


@lru_cache(maxsize=4)
def _list_read(filters: frozenset[str]) -> Read:
    order = (desc(MockInterview.created_at), desc(MockInterview.id))
    # The page is cut before the plans are looked into.
    page = (
        select(MockInterview.id, _count(filters).scalar_subquery().label("total"))
        .where(*_conditions(filters))
        .order_by(*order)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
        .cte("page")
    )
    outline = _outline()
    return Read(
        select(
            *_SHORT_COLUMNS,
            func.left(MockInterview.description, literal_column(str(LISTED_DESCRIPTION_LENGTH))).label("description"),
            outline.c.phases,
            outline.c.minutes,
            outline.c.question_types,
            page.c.total,
        )
        .select_from(page)
        .join(MockInterview, page.c.id == MockInterview.id)
        .join(outline, true())
        .order_by(*order)
    )


def _outline() -> Any:
    """Return what a list says of a plan's phases, made by PostgreSQL so that the plan itself stays there."""
    phase = column("phase", JSONB)
    phases = (
        func.jsonb_array_elements(MockInterview.planner_fields)
        .table_valued(phase, with_ordinality="place", name="phases")
        .render_derived()
    )
    return (
        select(
            func.count().label("phases"),
            func.sum(cast(phases.c.phase["duration"].astext, Float)).label("minutes"),
            cast(func.json_agg(aggregate_order_by(phases.c.phase["question_type"], phases.c.place)), Text).label(
                "question_types"
            ),
        )
        .select_from(phases)
        .correlate(MockInterview)
        .lateral("outline")
    )


@lru_cache(maxsize=4)
def _count_read(filters: frozenset[str]) -> Read:
    return Read(_count(filters))


def _count(filters: frozenset[str]) -> Select[int]:
    return select(func.count().label("total")).select_from(MockInterview).where(*_conditions(filters))


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    return [MockInterview.user_id == bindparam("user_id"), *(_CONDITIONS[name] for name in sorted(filters))]


def _with_planner_fields(row: asyncpg.Record) -> dict[str, Any]:
    mock_interview = dict(row)
    mock_interview["planner_fields"] = orjson.loads(mock_interview["planner_fields"])
    return mock_interview


def _with_question_types(row: asyncpg.Record) -> dict[str, Any]:
    """Return a row of the list with each of its question types once, in the order of the phases."""
    mock_interview = dict(row)
    mock_interview["question_types"] = list(dict.fromkeys(orjson.loads(mock_interview["question_types"])))
    return mock_interview
