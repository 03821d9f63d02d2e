"""Practice in figures, each part in one statement: what reports and self-assessments say, session by session.

A disputed verdict counts nowhere. Where there is no verdict of a model, the candidate's own stands in its place.
"""

# ruff: noqa: S608 - the SQL is put together from what stands in this file alone.

from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from app.core.reads import Read
from app.repositories.access import DataAccess

NEWEST_SESSIONS = 100
"""Reports that the figures over time look into."""

MAX_CRITERIA = 100
MAX_QUESTIONS = 100

_TOTALS = Read(
    text("""
    SELECT count(*) AS sessions, coalesce(sum(session.run_ms), 0) AS run_ms,
        coalesce(sum(
            CAST(stored.report #>> '{delivery,spoken,words}' AS bigint)
            + CAST(stored.report #>> '{delivery,typed,words}' AS bigint)
        ), 0) AS words
    FROM interview_sessions AS session LEFT JOIN session_reports AS stored ON stored.session_id = session.id
    WHERE session.user_id = :user_id AND session.ended_at IS NOT NULL
    """)
)


def _verdicts(of_sessions: str, end: str = "") -> str:
    """Return the table ``verdicts``, one row per criterion of the reports of some of a user's sessions.

    It names what it wants of the documents, so that no row drags a whole question through the joins.
    """
    return f"""
    WITH reported AS (
        SELECT session.id, session.ended_at, session.position_id, stored.report
        FROM session_reports AS stored
        JOIN interview_sessions AS session ON session.id = stored.session_id
        WHERE session.user_id = :user_id AND stored.user_id = :user_id AND session.ended_at IS NOT NULL
            AND {of_sessions}
        {end}
    ), assessed AS (
        SELECT own.session_id, one.sequence, one.criterion, one.verdict
        FROM self_assessments AS own
        CROSS JOIN LATERAL jsonb_to_recordset(own.criteria) AS one (sequence integer, criterion text, verdict text)
        WHERE own.user_id = :user_id AND own.session_id IN (SELECT id FROM reported)
    ), verdicts AS (
        SELECT reported.id AS session_id, reported.ended_at, reported.position_id, question.question_type,
            one.criterion, CASE WHEN disputed.session_id IS NULL THEN one.verdict END AS verdict,
            assessed.verdict AS self_verdict
        FROM reported
        CROSS JOIN LATERAL jsonb_to_recordset(report -> 'questions')
            AS question (sequence integer, question_type text, criteria jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(question.criteria) AS one (criterion text, verdict text)
        LEFT JOIN verdict_disputes AS disputed
            ON disputed.session_id = reported.id AND disputed.sequence = question.sequence
            AND disputed.criterion = one.criterion AND disputed.verdict = one.verdict
        LEFT JOIN assessed
            ON assessed.session_id = reported.id AND assessed.sequence = question.sequence
            AND assessed.criterion = one.criterion
    )
    """


_NEWEST = _verdicts("true", f"ORDER BY session.ended_at DESC, session.id DESC LIMIT {NEWEST_SESSIONS}")
_SCORES = Read(
    text(f"""
    {_NEWEST}
    SELECT session_id, ended_at,
        coalesce(array_agg(verdict) FILTER (WHERE verdict IS NOT NULL), '{{}}') AS verdicts,
        coalesce(array_agg(self_verdict) FILTER (WHERE self_verdict IS NOT NULL), '{{}}') AS self_verdicts
    FROM verdicts GROUP BY session_id, ended_at ORDER BY ended_at, session_id
    """)
)
_JUDGED = """
    , judged AS (
        SELECT session_id, ended_at, question_type, criterion, coalesce(verdict, self_verdict) AS verdict
        FROM verdicts WHERE coalesce(verdict, self_verdict) IS NOT NULL
    )
"""
_QUESTION_TYPES = Read(
    text(f"""
    {_NEWEST} {_JUDGED}, by_session AS (
        SELECT question_type, session_id, ended_at, count(*) AS judged,
            count(*) FILTER (WHERE verdict = 'shown') AS shown
        FROM judged GROUP BY question_type, session_id, ended_at
    )
    SELECT question_type, CAST(sum(judged) AS bigint) AS judged, CAST(sum(shown) AS bigint) AS shown,
        json_agg(
            json_build_object('session_id', session_id, 'ended_at', ended_at, 'judged', judged, 'shown', shown)
            ORDER BY ended_at, session_id
        ) AS sessions
    FROM by_session GROUP BY question_type ORDER BY judged DESC, question_type
    """)
)
_CRITERIA = Read(
    text(f"""
    {_NEWEST} {_JUDGED}
    SELECT question_type, criterion, count(*) AS judged, count(*) FILTER (WHERE verdict = 'shown') AS shown,
        json_agg(
            json_build_object('session_id', session_id, 'ended_at', ended_at, 'verdict', verdict)
            ORDER BY ended_at, session_id
        ) AS verdicts
    FROM judged GROUP BY question_type, criterion ORDER BY judged DESC, question_type, criterion LIMIT {MAX_CRITERIA}
    """)
)
# By its text, which a copy of a plan has too; and by the plan's own name for it, in case the text was changed since.
_NEVER_PRACTISED = Read(
    text(f"""
    WITH practised AS (
        SELECT DISTINCT session.mock_interview_id, question ->> 'question_id' AS question_id,
            question ->> 'question' AS text
        FROM session_reports AS stored
        JOIN interview_sessions AS session ON session.id = stored.session_id
        CROSS JOIN LATERAL jsonb_array_elements(stored.report -> 'questions') AS question
        WHERE stored.user_id = :user_id AND jsonb_array_length(question -> 'entries') > 0
    )
    SELECT plan.id AS mock_interview_id, plan.title, CAST(field ->> 'sequence' AS integer) AS sequence,
        field ->> 'question_id' AS question_id, field ->> 'question_type' AS question_type,
        coalesce(field ->> 'question', '') AS question, count(*) OVER () AS total
    FROM mock_interviews AS plan CROSS JOIN LATERAL jsonb_array_elements(plan.planner_fields) AS field
    WHERE plan.user_id = :user_id
        AND NOT EXISTS (
            SELECT FROM practised
            WHERE practised.mock_interview_id = CAST(plan.id AS text)
                AND practised.question_id = field ->> 'question_id'
        )
        AND NOT EXISTS (
            SELECT FROM practised WHERE practised.text <> '' AND practised.text = field ->> 'question'
        )
    ORDER BY plan.created_at DESC, plan.id, sequence LIMIT {MAX_QUESTIONS}
    """)
)
_SCORE = """
    CASE WHEN count({column}) >= {least} THEN round(
        100 * (count(*) FILTER (WHERE {column} = 'shown') + 0.5 * count(*) FILTER (WHERE {column} = 'partly'))
        / count({column}), 1
    ) END
"""


def _calibration(least_judged: int) -> Read:
    """Return the statement for practice scores and what came of the next real interview of the same position.

    A score needs so many verdicts. Of two interviews after one practice only the first is the next: what happened to
    a position is put in order once, and each interview looks at what stands before it.
    """
    score = _SCORE.format(column="verdict", least=least_judged)
    self_score = _SCORE.format(column="self_verdict", least=least_judged)
    return Read(
        text(f"""
        {_verdicts("session.position_id IS NOT NULL")}, scored AS (
            SELECT session_id, position_id, ended_at, coalesce({score}, {self_score}) AS score
            FROM verdicts GROUP BY session_id, position_id, ended_at
        ), happened AS (
            SELECT position_id, ended_at AS at, 1 AS kind, session_id AS id, score, NULL AS outcome
            FROM scored WHERE score IS NOT NULL
            UNION ALL
            SELECT position_id, scheduled_date, 0, id, NULL, outcome
            FROM interviews WHERE user_id = :user_id AND outcome <> 'cancelled'
        ), followed AS (
            SELECT lag(score) OVER (PARTITION BY position_id ORDER BY at, kind, id DESC) AS score, outcome
            FROM happened
        )
        SELECT score, outcome, count(*) AS interviews FROM followed
        WHERE score IS NOT NULL AND outcome IN ('passed', 'failed')
        GROUP BY score, outcome
        """)
    )


class PracticeRepository:
    """What the practice of a user comes to: counts and verdicts, no rates."""

    def __init__(self, access: DataAccess, *, least_judged: int) -> None:
        self._reads = access.reads
        self._calibration = _calibration(least_judged)

    async def totals(self, user_id: UUID) -> dict[str, int]:
        """Return ``sessions``, ``run_ms`` and ``words`` of all sessions that have ended."""
        row = await self._reads.first(_TOTALS, user_id=user_id)
        assert row is not None
        return {name: int(row[name]) for name in ("sessions", "run_ms", "words")}

    async def scores(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return ``verdicts`` and ``self_verdicts`` of each of the newest sessions, oldest first."""
        return [dict(row) for row in await self._reads.all(_SCORES, user_id=user_id)]

    async def question_types(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return what was judged and what shown for each type of question, and in each of its sessions."""
        return [_with_json(row, "sessions") for row in await self._reads.all(_QUESTION_TYPES, user_id=user_id)]

    async def criteria(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return the same for the criteria that were judged most, with each verdict, oldest first."""
        return [_with_json(row, "verdicts") for row in await self._reads.all(_CRITERIA, user_id=user_id)]

    async def never_practised(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return questions of the user's plans that no session had an answer to, and under ``total`` how many."""
        return [dict(row) for row in await self._reads.all(_NEVER_PRACTISED, user_id=user_id)]

    async def calibration(self, user_id: UUID) -> list[dict[str, Any]]:
        """Return how many of the next ``interviews`` after a practice of each ``score`` had which ``outcome``."""
        return [dict(row) for row in await self._reads.all(self._calibration, user_id=user_id)]


def _with_json(row: Any, name: str) -> dict[str, Any]:
    return dict(row) | {name: orjson.loads(row[name])}
