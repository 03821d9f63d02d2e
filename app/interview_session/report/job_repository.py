"""The jobs of reports in SQL: who makes which one, and until when nobody else does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import bindparam, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from app.core.reads import Read
from app.interview_session.events.event_log import REPORT_TOPIC
from app.models import InterviewSession, ReportJob, SessionReport
from app.repositories.access import DataAccess

# Of those that are due, first one of a user who has the fewest reports under way: many of one keep nobody waiting.
_CLAIM = text("""
    WITH due AS (
        SELECT session_id FROM report_jobs AS job WHERE due_at <= clock_timestamp()
        ORDER BY (
            SELECT count(*) FROM report_jobs AS other
            WHERE other.user_id = job.user_id AND other.claim_id IS NOT NULL AND other.due_at > clock_timestamp()
        ), due_at
        LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE report_jobs AS job
    SET claim_id = :claim_id, attempts = attempts + 1,
        due_at = clock_timestamp() + make_interval(secs => CAST(:lease_seconds AS float8))
    FROM due WHERE job.session_id = due.session_id
    RETURNING job.session_id, job.user_id, job.attempts,
        CAST(extract(epoch FROM clock_timestamp() - job.requested_at) AS float8) AS age_seconds
""")
_RENEW = text("""
    UPDATE report_jobs AS job
    SET due_at = clock_timestamp() + make_interval(secs => CAST(:lease_seconds AS float8))
    FROM unnest(CAST(:sessions AS uuid[]), CAST(:claims AS uuid[])) AS held (session_id, claim_id)
    WHERE job.session_id = held.session_id AND job.claim_id = held.claim_id
    RETURNING job.claim_id
""")
_RELEASE = text("""
    UPDATE report_jobs
    SET claim_id = NULL, last_error = :error,
        due_at = clock_timestamp() + make_interval(secs => CAST(:delay_seconds AS float8))
    WHERE session_id = :session_id AND claim_id = :claim_id
""")
_FINISH = text("""
    UPDATE report_jobs SET claim_id = NULL, due_at = NULL, last_error = :error
    WHERE session_id = :session_id AND claim_id = :claim_id RETURNING session_id
""")
# A session that ended under a version without reports has no job yet.
_REQUEST = text("""
    INSERT INTO report_jobs (session_id, user_id, requested_at, due_at, attempts)
    SELECT id, user_id, clock_timestamp(), clock_timestamp(), 0 FROM interview_sessions
    WHERE id = :session_id AND user_id = :user_id AND ended_at IS NOT NULL
    ON CONFLICT (session_id) DO UPDATE
    SET requested_at = excluded.requested_at, due_at = excluded.due_at, claim_id = NULL, attempts = 0,
        last_error = NULL
    WHERE report_jobs.due_at IS NULL
    RETURNING session_id
""")
_IS_PENDING = Read(
    select(ReportJob.session_id).where(ReportJob.session_id == bindparam("session_id"), ReportJob.due_at.is_not(None))
)
_NEXT_DUE = Read(
    select(
        func.min(ReportJob.due_at).label("due_at"),
        func.clock_timestamp().label("now"),
    ).where(ReportJob.due_at.is_not(None))
)
# By the index of those that are asked for; reports that are made are not looked at.
_FIGURES = Read(
    select(
        func.count().filter(ReportJob.claim_id.is_(None)).label("waiting"),
        func.count(ReportJob.claim_id).label("being_made"),
        func.coalesce(
            func.extract("epoch", func.clock_timestamp() - func.min(ReportJob.requested_at)), literal(0)
        ).label("oldest_seconds"),
    ).where(ReportJob.due_at.is_not(None))
)
_MATERIAL = Read(
    select(InterviewSession.plan, InterviewSession.ended_at).where(InterviewSession.id == bindparam("session_id"))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt at a session's report that is one process' alone, as long as it renews it.

    ``attempt`` counts from 1, ``age_seconds`` is how long the report had been asked for when the attempt began.
    """

    id: UUID
    session_id: UUID
    user_id: UUID | None
    attempt: int
    age_seconds: float


@dataclass(frozen=True, slots=True)
class JobFigures:
    """How many reports are asked for and not there, and for how long the oldest has been."""

    waiting: int
    being_made: int
    oldest_seconds: float


class ReportJobRepository:
    """The jobs of reports, whoever's they are, and the place where a report is put."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def claim(self, lease_seconds: float) -> Claim | None:
        """Return an attempt at a report that is due, for so many seconds; others pass it over meanwhile."""
        claim_id = uuid4()
        result = await self._access.db.execute(_CLAIM, {"claim_id": claim_id, "lease_seconds": lease_seconds})
        row = result.one_or_none()
        return Claim(claim_id, row.session_id, row.user_id, row.attempts, row.age_seconds) if row else None

    async def renew(self, claims: Mapping[UUID, UUID], lease_seconds: float) -> set[UUID]:
        """Keep claims (the id to the session's) for so many seconds more; return the ids of those that still hold."""
        values = {"sessions": [*claims.values()], "claims": [*claims], "lease_seconds": lease_seconds}
        return set((await self._access.db.execute(_RENEW, values)).scalars())

    async def release(self, claim: Claim, error: str | None, *, delay_seconds: float) -> None:
        """Give a claim back, for somebody to try again after so many seconds."""
        values = {"error": error, "delay_seconds": delay_seconds}
        await self._access.db.execute(_RELEASE, values | {"session_id": claim.session_id, "claim_id": claim.id})

    async def finish(self, claim: Claim, error: str | None) -> bool:
        """End a claim with its job; False if it does not hold any more, and so whatever was made does not count."""
        values = {"error": error, "session_id": claim.session_id, "claim_id": claim.id}
        return (await self._access.db.execute(_FINISH, values)).one_or_none() is not None

    async def put(
        self,
        session_id: UUID,
        user_id: UUID | None,
        report: dict[str, Any],
        created_at: datetime,
        earlier: tuple[UUID, int] | None,
    ) -> None:
        """Store a session's report in the place of the one before.

        ``earlier`` is what the session practised again: a session and the sequence of its question.
        """
        earlier_session_id, earlier_sequence = earlier or (None, None)
        made = {
            "report": report,
            "created_at": created_at,
            "earlier_session_id": earlier_session_id,
            "earlier_sequence": earlier_sequence,
        }
        statement = insert(SessionReport).values(session_id=session_id, user_id=user_id, **made)
        await self._access.db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=made))

    async def is_pending(self, session_id: UUID) -> bool:
        """Tell whether a report is asked for that is not there yet."""
        return await self._access.reads.first(_IS_PENDING, session_id=session_id) is not None

    async def request(self, session_id: UUID, user_id: UUID) -> None:
        """Have the report of a user's session made anew, unless it is being made; nothing if the session goes on."""
        values = {"session_id": session_id, "user_id": user_id}
        if (await self._access.db.execute(_REQUEST, values)).one_or_none() is not None:
            self._access.transaction.announce([f"{REPORT_TOPIC}:{session_id}"])

    async def next_due(self) -> tuple[datetime | None, datetime]:
        """Return when the earliest attempt may begin, and the database's time."""
        row = await self._access.reads.first(_NEXT_DUE)
        assert row is not None
        return row["due_at"], row["now"]

    async def figures(self) -> JobFigures:
        """Return how much there is to do, for everybody together."""
        row = await self._access.reads.first(_FIGURES)
        assert row is not None
        return JobFigures(row["waiting"], row["being_made"], max(0.0, float(row["oldest_seconds"])))

    async def material(self, session_id: UUID) -> tuple[dict[str, Any], datetime | None] | None:
        """Return the plan that a session ran, and when it ended; None if it was erased."""
        row = await self._access.reads.first(_MATERIAL, session_id=session_id)
        return (orjson.loads(row["plan"]), row["ended_at"]) if row else None
