"""One phase of a session's stored plan, and the length of all: what a status needs of a plan of up to a megabyte."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from app.core.reads import Read
from app.interview_session.plans.plan import ENGLISH, complete_field, in_milliseconds
from app.repositories.access import DataAccess

_OUTLINE = ("sequence", "question_id", "question_type", "duration")


@dataclass(frozen=True, slots=True)
class StoredPhase:
    """A phase of a plan: its planner ``field``, the ``durations`` of all phases in milliseconds, the ``language``."""

    field: dict[str, Any]
    durations: tuple[int, ...]
    language: str


class StoredPhases:
    """Phases of sessions by their ``sequence`` (from 1), each read without the rest of its plan.

    A session keeps its plan as it is, so a phase goes with a row of that session that was read before.
    """

    def __init__(self, access: DataAccess) -> None:
        self._access = access

    async def whole(self, session_id: UUID, sequence: int) -> StoredPhase | None:
        """Return a phase with its field as ``planner_field`` gives it; None if the session has been erased."""
        return await self._read(_WHOLE, session_id, sequence)

    async def outline(self, session_id: UUID, sequence: int) -> StoredPhase | None:
        """Return a phase with ``sequence``, ``question_id``, ``question_type`` and ``duration`` alone."""
        return await self._read(_SHORT, session_id, sequence)

    async def with_question(self, session_id: UUID, sequence: int) -> StoredPhase | None:
        """Return the outline of a phase, and its ``question``."""
        return await self._read(_SHORT_WITH_QUESTION, session_id, sequence)

    async def _read(self, read: Read, session_id: UUID, sequence: int) -> StoredPhase | None:
        row = await self._access.reads.first(read, session_id=session_id, sequence=sequence)
        if row is None:
            return None
        return StoredPhase(
            field=complete_field(orjson.loads(row["field"])),
            durations=in_milliseconds(orjson.loads(row["durations"])),
            language=row["language"] or ENGLISH,
        )


def _read_of(field: str) -> Read:
    """Return the read of a phase of whose planner field, ``phase.field``, an expression is wanted."""
    return Read(
        text(f"""
            SELECT (json_agg({field}) FILTER (WHERE phase.place = CAST(:sequence AS integer))) -> 0 AS field,
                json_agg(phase.field -> 'duration' ORDER BY phase.place) AS durations,
                session.plan ->> 'language' AS language
            FROM interview_sessions AS session,
                json_array_elements(session.plan -> 'planner_fields') WITH ORDINALITY AS phase (field, place)
            WHERE session.id = CAST(:session_id AS uuid)
            GROUP BY session.id
        """)  # noqa: S608 - names of our own
    )


def _only(names: Sequence[str]) -> str:
    pairs = ", ".join(f"'{name}', phase.field -> '{name}'" for name in names)
    return f"json_build_object({pairs})"


_WHOLE = _read_of("phase.field")
_SHORT = _read_of(_only(_OUTLINE))
_SHORT_WITH_QUESTION = _read_of(_only((*_OUTLINE, "question")))
