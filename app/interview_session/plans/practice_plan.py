"""A practice plan for one tracked interview: questions of its type and trade, in the words of its position.

Pure, so that another writer of plans can stand in its place: ``plan_of`` makes a plan of the phases that it wrote.
"""

import re
from dataclasses import dataclass

from app.interview_session.plans.fitting import Phase, fit, longest_minutes
from app.interview_session.plans.posting_question import posting_field
from app.interview_session.plans.posting_requirements import requirements_of
from app.interview_session.plans.template_catalogue import GENERAL_COMPANY, GENERAL_ROLE
from app.interview_session.plans.titles import cut_title
from app.interview_session.plans.trade_plan import trade_fields
from app.interview_session.plans.trades import Ranking, trade_of
from app.models.enums import InterviewType, QuestionType
from app.schemas.mock_interview import MockInterviewCreate, PlannerField

DEFAULT_MINUTES = 45
MIN_QUESTION_MINUTES = 4
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class InterviewFacts:
    """What is known of a tracked interview and its position; ``duration_minutes`` is 1 to 480 or unknown."""

    type: InterviewType
    duration_minutes: int | None
    title: str
    company: str
    description: str | None = None

    @property
    def minutes(self) -> int:
        """Return how long the practice is to take."""
        return self.duration_minutes or DEFAULT_MINUTES

    @property
    def role(self) -> str:
        """Return the position as it is spoken of within a sentence."""
        title = _one_line(self.title)
        return f"the {title} role" if title else GENERAL_ROLE

    @property
    def employer(self) -> str:
        """Return the company as it is spoken of within a sentence."""
        return _one_line(self.company) or GENERAL_COMPANY


@dataclass(frozen=True)
class Style:
    """How one type of interview is practised: its template, and what it asks about the posting."""

    template: str
    name: str
    posting_type: QuestionType
    posting_question: str


STYLES = {
    InterviewType.TECHNICAL: Style(
        "coding",
        "technical",
        QuestionType.TECHNICAL,
        "Tell me about a piece of your own work that shows it, and walk me through one decision that you made in it.",
    ),
    InterviewType.BEHAVIORAL: Style(
        "behavioral",
        "behavioral",
        QuestionType.BEHAVIORAL,
        "Tell me about a time when you had to rely on that: what was the situation, what did you do, and what came "
        "of it?",
    ),
    InterviewType.HR: Style(
        "hr-screen",
        "HR",
        QuestionType.HR,
        "How does your experience match that, and where would you still have to grow?",
    ),
    InterviewType.FINAL: Style(
        "final-round",
        "final",
        QuestionType.BEHAVIORAL,
        "What would you do with that in your first three months, and which of your experiences makes you confident?",
    ),
}


def practice_plan(facts: InterviewFacts, *, nearest: Ranking | None = None) -> MockInterviewCreate:
    """Return a plan whose phases last whole minutes and together exactly as long as the interview.

    The words of the posting and of the position are quoted; nothing about the employer is made up. ``nearest`` helps
    to tell the trade where the title does not.
    """
    style = STYLES[facts.type]
    fields = trade_fields(
        style.template,
        trade_of(facts.title, facts.company, facts.description, nearest=nearest),
        role=facts.role,
        company=facts.employer,
        title=facts.title,
        description=facts.description,
    )
    return plan_of(facts, _with_posting(fields, facts, style))


def _with_posting(fields: list[PlannerField], facts: InterviewFacts, style: Style) -> list[PlannerField]:
    """Put a phase about the posting's requirements behind the introduction, if it names any."""
    phrases = requirements_of(facts.description)
    return (
        [
            fields[0],
            posting_field(
                phrases,
                role=facts.role,
                company=facts.employer,
                question_type=style.posting_type,
                question=style.posting_question,
            ),
            *fields[1:],
        ]
        if phrases
        else fields
    )


def plan_of(facts: InterviewFacts, fields: list[PlannerField]) -> MockInterviewCreate:
    """Return a plan of these phases, named after the interview, stretched or shrunk to its exact length.

    Phases that the time is too short for are left out.

    Raises:
        ValueError: the time is too long for them.

    """
    name = STYLES[facts.type].name
    return MockInterviewCreate(
        title=cut_title(f"Practice: {name} interview for {facts.role} at {facts.employer}"),
        description=f"A practice of {_minutes(facts.minutes)} for the {name} interview for {facts.role} at "
        f"{facts.employer}.",
        planner_fields=_in_time(fields, facts.minutes),
    )


def _in_time(fields: list[PlannerField], minutes: int) -> list[PlannerField]:
    phases = [Phase(field.question_type, field.duration) for field in fields]
    if longest_minutes(phases) < minutes:
        raise ValueError("the time is too long for these phases")
    durations = fit(phases, minutes, least_question_minutes=MIN_QUESTION_MINUTES)
    return [
        fields[index].model_copy(update={"sequence": number, "duration": duration})
        for number, (index, duration) in enumerate(durations.items(), start=1)
    ]


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())
