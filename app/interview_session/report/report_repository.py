"""Reports in SQL as their owners see them. Every query takes the owner's id."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, BigInteger, any_, bindparam, delete, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert

from app.core.reads import Read
from app.interview_session.events.events import EventType
from app.interview_session.report.own_verdicts import Additions, OwnVerdict, StoredDispute
from app.interview_session.report.schemas import Report
from app.models import InterviewSession, ReportJob, SelfAssessment, SessionEvent, SessionReport, VerdictDispute
from app.repositories.access import DataAccess

_MINE = (InterviewSession.id == bindparam("session_id"), InterviewSession.user_id == bindparam("user_id"))
_DISPUTES = (
    select(
        func.json_agg(
            func.json_build_object(
                literal_column("'sequence'"),
                VerdictDispute.sequence,
                literal_column("'criterion'"),
                VerdictDispute.criterion,
                literal_column("'verdict'"),
                VerdictDispute.verdict,
                literal_column("'note'"),
                VerdictDispute.note,
            )
        )
    )
    .where(VerdictDispute.session_id == InterviewSession.id)
    .correlate(InterviewSession)
    .scalar_subquery()
)
_STORED = Read(
    select(
        ReportJob.due_at.is_not(None).label("is_pending"),
        ReportJob.requested_at,
        SessionReport.report,
        SessionReport.earlier_session_id,
        SessionReport.earlier_sequence,
        SelfAssessment.criteria,
        SelfAssessment.note,
        _DISPUTES.label("disputes"),
    )
    .select_from(InterviewSession)
    .join(ReportJob, ReportJob.session_id == InterviewSession.id)
    .outerjoin(SessionReport, SessionReport.session_id == InterviewSession.id)
    .outerjoin(SelfAssessment, SelfAssessment.session_id == InterviewSession.id)
    .where(*_MINE)
)
_SESSION = Read(
    select(
        InterviewSession.plan,
        InterviewSession.ended_at,
        InterviewSession.position_id,
        InterviewSession.interview_id,
    ).where(*_MINE)
)
_ASSESSMENT = Read(
    select(SelfAssessment.criteria, SelfAssessment.note, SelfAssessment.updated_at)
    .join(InterviewSession, InterviewSession.id == SelfAssessment.session_id)
    .where(*_MINE)
)
_SAID = Read(
    select(SessionEvent.seq, SessionEvent.data)
    .join(InterviewSession, InterviewSession.id == SessionEvent.session_id)
    .where(
        *_MINE,
        SessionEvent.seq == any_(bindparam("seqs", type_=ARRAY(BigInteger()))),
        SessionEvent.type == literal_column(f"'{EventType.TRANSCRIPT.value}'"),
    )
)


@dataclass(frozen=True, slots=True)
class PractisedSession:
    """What a session ran, when it ended, and the position and the real interview that it was for."""

    plan: dict[str, Any]
    ended_at: datetime | None
    position_id: UUID | None
    interview_id: UUID | None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A session's report as it was made last, None before there is one, and what the candidate has added to it.

    ``earlier`` is the question that the session practised again, by its session and sequence.
    """

    is_pending: bool
    requested_at: datetime
    report: Report | None
    added: Additions
    earlier: tuple[UUID, int] | None


class ReportRepository:
    """The reports of a user's sessions."""

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def get(self, session_id: UUID, user_id: UUID) -> StoredReport | None:
        """Return the report of a session; None if nobody has asked for one, or the session is not the user's."""
        row = await self._access.reads.first(_STORED, session_id=session_id, user_id=user_id)
        if row is None:
            return None
        added = Additions(
            tuple(OwnVerdict.model_validate(one) for one in _parsed(row["criteria"])),
            row["note"],
            tuple(StoredDispute.model_validate(one) for one in _parsed(row["disputes"])),
        )
        earlier = (row["earlier_session_id"], row["earlier_sequence"]) if row["earlier_session_id"] else None
        report = Report.model_validate_json(row["report"]) if row["report"] else None
        return StoredReport(row["is_pending"], row["requested_at"], report, added, earlier)

    async def session(self, session_id: UUID, user_id: UUID) -> PractisedSession | None:
        """Return what there is to know of a user's session; None if there is no such session."""
        row = await self._access.reads.first(_SESSION, session_id=session_id, user_id=user_id)
        return PractisedSession(**(dict(row) | {"plan": orjson.loads(row["plan"])})) if row else None

    async def said(self, session_id: UUID, user_id: UUID, seqs: Collection[int]) -> dict[int, dict[str, Any]]:
        """Return entries of a session's transcript by their numbers."""
        rows = await self._access.reads.all(_SAID, session_id=session_id, user_id=user_id, seqs=[*seqs])
        return {row["seq"]: orjson.loads(row["data"]) for row in rows}

    async def self_assessment(self, session_id: UUID, user_id: UUID) -> dict[str, Any] | None:
        """Return the candidate's own verdicts on a session, if there are any."""
        row = await self._access.reads.first(_ASSESSMENT, session_id=session_id, user_id=user_id)
        return dict(row) | {"criteria": _parsed(row["criteria"])} if row else None

    async def put_self_assessment(
        self, session_id: UUID, user_id: UUID, criteria: list[dict[str, Any]], note: str | None, now: datetime
    ) -> None:
        """Store the candidate's own verdicts on a session in the place of those of before."""
        values = {"criteria": criteria, "note": note, "updated_at": now}
        statement = insert(SelfAssessment).values(session_id=session_id, user_id=user_id, **values)
        await self._access.db.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=values))

    async def put_dispute(
        self, session_id: UUID, user_id: UUID, dispute: StoredDispute, model: str | None, now: datetime
    ) -> None:
        """Store that the candidate says a verdict of a model is wrong."""
        key = {"session_id": session_id, "sequence": dispute.sequence, "criterion": dispute.criterion}
        values = {"verdict": dispute.verdict.value, "model": model, "note": dispute.note, "updated_at": now}
        statement = insert(VerdictDispute).values(user_id=user_id, **key, **values)
        await self._access.db.execute(statement.on_conflict_do_update(index_elements=[*key], set_=values))

    async def delete_dispute(self, session_id: UUID, user_id: UUID, sequence: int, criterion: str) -> bool:
        """Forget that a verdict is disputed; tell whether it was."""
        deleted = await self._access.db.scalars(
            delete(VerdictDispute)
            .where(
                VerdictDispute.session_id == session_id,
                VerdictDispute.user_id == user_id,
                VerdictDispute.sequence == sequence,
                VerdictDispute.criterion == criterion,
            )
            .returning(VerdictDispute.session_id)
        )
        return deleted.one_or_none() is not None


def _parsed(value: str | None) -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = orjson.loads(value) if value else []
    return parsed
