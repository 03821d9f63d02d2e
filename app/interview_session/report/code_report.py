"""The report that needs no model: what was said, its signs and its delivery, and the rubric to judge oneself by."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.interview_session.conversation.meaning import Meaning
from app.interview_session.events.events import Event
from app.interview_session.report.answer_evidence import Answer, SessionRecord, record_of
from app.interview_session.report.delivery import delivery_of
from app.interview_session.report.proposals import Embed, Proposals, proposals_for
from app.interview_session.report.schemas import (
    CriterionReport,
    MadeBy,
    QuestionReport,
    QuestionStatus,
    Report,
    ReportStatus,
)


async def make_code_report(
    session_id: UUID,
    plan: Mapping[str, Any],
    log: Sequence[Event],
    *,
    ended_at: datetime | None,
    created_at: datetime,
    meaning: Meaning,
) -> tuple[Report, SessionRecord]:
    """Return a session's report, and what it rests on, for whoever judges it; made off the event loop.

    ``plan`` is the snapshot of the session, ``log`` the whole of its events with their numbers.
    """
    embed = meaning.embed_now if meaning.is_available() else None
    record = await asyncio.to_thread(record_of, plan, log, ended_at=ended_at)
    report = await asyncio.to_thread(code_report, session_id, record, created_at=created_at, embed=embed)
    return report, record


def code_report(
    session_id: UUID, record: SessionRecord, *, created_at: datetime, embed: Embed | None = None
) -> Report:
    """Return the report of what was said in a session. Without ``embed``, proposals are found by words alone."""
    proposals = proposals_for([answer.evidence for answer in record.answers], embed)
    questions = [_question(answer, found) for answer, found in zip(record.answers, proposals, strict=True)]
    is_enough = any(answer.evidence.has_enough_words for answer in record.answers)
    return Report(
        session_id=session_id,
        status=ReportStatus.READY if is_enough else ReportStatus.INSUFFICIENT_EVIDENCE,
        made_by=MadeBy.CODE,
        created_at=created_at,
        questions=questions,
        delivery=delivery_of(record.entries),
    )


def _question(answer: Answer, proposals: Proposals) -> QuestionReport:
    evidence = answer.evidence
    is_enough = evidence.has_enough_words
    return QuestionReport(
        sequence=evidence.sequence,
        question_id=evidence.question_id,
        question_type=evidence.question_type,
        question=evidence.question,
        status=QuestionStatus.NOT_JUDGED if is_enough else QuestionStatus.INSUFFICIENT_EVIDENCE,
        entries=[entry.seq for entry in evidence.entries],
        seconds_used=answer.seconds_used,
        follow_ups=[*evidence.follow_ups],
        criteria=[
            CriterionReport(criterion=criterion, proposals=proposals.get(criterion, []))
            for criterion in evidence.rubric
        ],
        signs=answer.signs,
    )
