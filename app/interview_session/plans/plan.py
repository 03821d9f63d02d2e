"""A mock interview as the phases that a session runs through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MILLISECONDS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is to run: a saved mock interview, or a template.

    ``planner_fields`` are in the form of the API, by rising sequence.
    """

    mock_interview_id: str
    title: str
    planner_fields: list[dict[str, Any]]
    position_id: UUID | None = None
    interview_id: UUID | None = None

    @property
    def snapshot(self) -> dict[str, Any]:
        """Return what a session keeps of the plan."""
        return {"title": self.title, "planner_fields": self.planner_fields}


def planner_field(snapshot: Mapping[str, Any], sequence: int) -> dict[str, Any]:
    """Return the planner field of one phase of a session's plan; sequences count from 1."""
    field: dict[str, Any] = snapshot["planner_fields"][sequence - 1]
    return field


def phase_durations(snapshot: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the phases' durations in milliseconds; planner fields give minutes."""
    return tuple(round(field["duration"] * MILLISECONDS_PER_MINUTE) for field in snapshot["planner_fields"])
