"""A mock interview as the phases that a session runs through."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from typing import Any, Self
from uuid import UUID

from app.core.errors import ValidationError
from app.interview_session.plans.fitting import Phase, fit
from app.models.enums import FollowUpWhen, QuestionType

MILLISECONDS_PER_MINUTE = 60_000
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is to run: a saved mock interview, or a template.

    ``planner_fields`` are in the form of the API, by rising sequence; ``language`` is a code of two letters.
    ``retry_of`` names the question of an earlier session that it practises again, by session and sequence.
    """

    mock_interview_id: str
    title: str
    planner_fields: list[dict[str, Any]]
    position_id: UUID | None = None
    interview_id: UUID | None = None
    language: str = ENGLISH
    retry_of: tuple[UUID, int] | None = None

    @property
    def snapshot(self) -> dict[str, Any]:
        """Return what a session keeps of the plan."""
        kept = {"title": self.title, "language": self.language, "planner_fields": self.planner_fields}
        if self.retry_of is None:
            return kept
        session_id, sequence = self.retry_of
        return kept | {"retry_of": {"session_id": str(session_id), "sequence": sequence}}

    def shortened(self, sequences: Sequence[int] | None, minutes: float | None) -> Self:
        """Return the plan with only the phases of these sequences, made to last this long; None leaves either.

        The phases keep their order and their ``question_id``, and are numbered anew. What was chosen by its sequence
        is never left out, however short the time; of a whole plan the shortest questions are.

        Raises:
            ValidationError: a sequence is not one of the plan's.

        """
        fields = self.planner_fields if sequences is None else self._chosen(sequences)
        if minutes is not None and not _lasts(fields, minutes):
            phases = [Phase(QuestionType(field["question_type"]), field["duration"]) for field in fields]
            durations = fit(phases, minutes, keep_all=sequences is not None)
            fields = [fields[index] | {"duration": duration} for index, duration in durations.items()]
        return replace(
            self, planner_fields=[field | {"sequence": number} for number, field in enumerate(fields, start=1)]
        )

    def _chosen(self, sequences: Sequence[int]) -> list[dict[str, Any]]:
        last = len(self.planner_fields)
        sentence = f"Must be a sequence of the plan (1 to {last})"
        if wrong := {f"sequences.{n}": sentence for n, sequence in enumerate(sequences) if sequence > last}:
            raise ValidationError(wrong)
        return [self.planner_fields[sequence - 1] for sequence in sorted(sequences)]


def planner_field(snapshot: Mapping[str, Any], sequence: int) -> dict[str, Any]:
    """Return the planner field of one phase of a session's plan, complete; sequences count from 1.

    ``sequence``, ``question_id``, ``question_type`` and ``duration`` (minutes) are as in the plan. ``instructions``
    and ``question`` are texts, of which one may be "". ``follow_ups`` are objects with ``text``, ``when`` (a value of
    ``FollowUpWhen``) and ``about`` (a list of texts), whichever form they have in the plan. ``rubric`` and ``hints``
    are lists of texts, ``paraphrase`` is a text or None, ``examples`` maps texts to lists of texts. Sessions of
    earlier versions lack some of these; here they are empty then.
    """
    return complete_field(snapshot["planner_fields"][sequence - 1])


def complete_field(field: dict[str, Any]) -> dict[str, Any]:
    """Return a planner field of a session's plan in the form that ``planner_field`` describes."""
    return field | {
        "instructions": field.get("instructions") or "",
        "question": field.get("question") or "",
        "follow_ups": [_follow_up(follow_up) for follow_up in field.get("follow_ups") or ()],
        "rubric": field.get("rubric") or [],
        "paraphrase": field.get("paraphrase"),
        "hints": field.get("hints") or [],
        "examples": field.get("examples") or {},
    }


def follow_up_text(follow_up: str | Mapping[str, Any]) -> str:
    """Return what a follow-up asks, in whichever form it is."""
    text: str = follow_up if isinstance(follow_up, str) else follow_up["text"]
    return text


def language_of(snapshot: Mapping[str, Any]) -> str:
    """Return the language of a session's plan; before plans had one, all were English."""
    language: str = snapshot.get("language", ENGLISH)
    return language


def phase_durations(snapshot: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the phases' durations in milliseconds; planner fields give minutes."""
    return in_milliseconds(field["duration"] for field in snapshot["planner_fields"])


def in_milliseconds(minutes: Iterable[float]) -> tuple[int, ...]:
    """Return durations in minutes as whole milliseconds."""
    return tuple(round(duration * MILLISECONDS_PER_MINUTE) for duration in minutes)


def _lasts(fields: Sequence[Mapping[str, Any]], minutes: float) -> bool:
    own = fsum(field["duration"] for field in fields)
    return round(own * MILLISECONDS_PER_MINUTE) == round(minutes * MILLISECONDS_PER_MINUTE)


def _follow_up(follow_up: str | Mapping[str, Any]) -> dict[str, Any]:
    details: Mapping[str, Any] = {} if isinstance(follow_up, str) else follow_up
    return {
        "text": follow_up_text(follow_up),
        "when": details.get("when") or FollowUpWhen.ALWAYS.value,
        "about": details.get("about") or [],
    }
