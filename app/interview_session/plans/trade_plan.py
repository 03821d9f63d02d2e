"""The phases of a practice plan that asks about a trade's own work: template questions, and questions of its bank."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from app.interview_session.plans.template_catalogue import template_for
from app.interview_session.plans.trade_bank import SOFTWARE_ENGINEERING, Trade, trade
from app.interview_session.plans.trades import count_of, spaced_words
from app.interview_session.plans.wording import worded
from app.models.enums import QuestionType
from app.schemas.mock_interview import PlannerField

TECHNICAL = "coding"
ARCHITECTS = ("architect", "architects", "architecture", "principal engineer", "staff engineer")


@dataclass(frozen=True)
class FromBank:
    """So many questions of one type, those that fit the posting best, of so many minutes each."""

    question_type: QuestionType
    count: int
    minutes: float


@dataclass(frozen=True)
class FromTemplate:
    """So many of the template's questions of one type, without those that the trade has a version of."""

    question_type: QuestionType
    count: int


RECIPES: dict[str, tuple[str | FromBank | FromTemplate, ...]] = {
    TECHNICAL: (
        "trade-introduction",
        FromBank(QuestionType.TECHNICAL, 3, 10),
        FromBank(QuestionType.BEHAVIORAL, 1, 6),
        "trade-closing",
    ),
    "behavioral": (
        "behavioral-introduction",
        FromBank(QuestionType.BEHAVIORAL, 2, 9),
        FromTemplate(QuestionType.BEHAVIORAL, 2),
        "behavioral-closing",
    ),
    "hr-screen": (
        "hr-introduction",
        "hr-motivation",
        FromBank(QuestionType.HR, 1, 7),
        FromBank(QuestionType.BEHAVIORAL, 1, 6),
        "hr-practical",
        "hr-closing",
    ),
    "final-round": (
        "final-introduction",
        "final-hard-decision",
        FromBank(QuestionType.TECHNICAL, 1, 14),
        FromBank(QuestionType.BEHAVIORAL, 1, 10),
        "final-first-months",
        "final-mutual-fit",
        "final-closing",
    ),
}
"""What takes the place of each template: its own questions by their ``question_id``, and those of the trade."""


def trade_fields(
    template: str, slug: str, *, role: str, company: str, title: str, description: str | None
) -> list[PlannerField]:
    """Return the phases of an interview in the manner of a template, for a trade; their sequences are not settled.

    Technical interviews of software engineers stay with coding, and those of architects with system design.

    Raises:
        KeyError: there is no such trade, or the template has no recipe.

    """
    if template == TECHNICAL and slug == SOFTWARE_ENGINEERING:
        chosen = "system-design" if count_of(ARCHITECTS, spaced_words(title)) else template
        return template_for(chosen, role=role, company=company).planner_fields
    own = template_for(template, role=role, company=company).planner_fields
    frame = [PlannerField.model_validate(each) for each in worded(_FRAME, {"role": role, "company": company})]
    by_id = {field.question_id: field for field in [*own, *frame]}
    posting = spaced_words(f"{title}\n{description or ''}")
    fields: list[PlannerField] = []
    for part in RECIPES[template]:
        match part:
            case str():
                fields.append(by_id[part])
            case FromBank():
                fields.extend(_from_bank(part, trade(slug), posting))
            case FromTemplate():
                fields.extend(_from_template(part, own, trade(slug)))
    return fields


def _from_bank(part: FromBank, of: Trade, posting: str) -> Iterator[PlannerField]:
    """Yield the questions that share most words with the posting; of equals the earlier one."""
    questions = [each for each in of.questions if each["question_type"] == part.question_type]
    ranked = sorted(questions, key=lambda each: count_of(each["fits"], posting), reverse=True)
    for question in ranked[: part.count]:
        yield PlannerField.model_validate(_planner_field(question, part.minutes))


def _planner_field(question: Mapping[str, Any], minutes: float) -> dict[str, Any]:
    own = {name: value for name, value in question.items() if name not in {"fits", "instead_of"}}
    return own | {"sequence": 1, "duration": minutes}


def _from_template(part: FromTemplate, fields: list[PlannerField], of: Trade) -> list[PlannerField]:
    replaced = {question.get("instead_of") for question in of.questions}
    return [
        field for field in fields if field.question_type == part.question_type and field.question_id not in replaced
    ][: part.count]


_FRAME = orjson.loads(Path(__file__).with_name("trade_frame.json").read_bytes())["planner_fields"]
