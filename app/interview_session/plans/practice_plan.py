"""A practice plan for one tracked interview: the matching template, in the words of its position, at its length.

Pure, so that another writer of plans can stand in its place: ``plan_of`` makes a plan of the phases that it wrote.
"""

import re
from dataclasses import dataclass
from math import ceil

from app.interview_session.plans.posting_requirements import requirements_of
from app.interview_session.plans.template_catalogue import GENERAL_COMPANY, GENERAL_ROLE, template_for
from app.models.enums import InterviewType, QuestionType
from app.schemas.mock_interview import InterviewTemplate, MockInterviewCreate, PlannerField

DEFAULT_MINUTES = 45
POSTING_MINUTES = 8
MIN_QUESTION_MINUTES = 4
MAX_MINUTES = {QuestionType.INTRODUCTION: 10, QuestionType.CLOSING: 15}
"""A welcome does not grow with the length of the day."""

MAX_QUESTION_MINUTES = 180
MAX_TITLE_CHARACTERS = 200
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_FRAME = (QuestionType.INTRODUCTION, QuestionType.CLOSING)


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
        "Tell me about a piece of your own work that shows it, and walk me through one technical decision in it.",
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


def practice_plan(facts: InterviewFacts) -> MockInterviewCreate:
    """Return a plan whose phases last whole minutes and together exactly as long as the interview.

    The words of the posting and of the position are quoted; nothing about the employer is made up.
    """
    style = STYLES[facts.type]
    template = template_for(style.template, role=facts.role, company=facts.employer)
    return plan_of(facts, _with_posting(template, facts, style))


def _with_posting(template: InterviewTemplate, facts: InterviewFacts, style: Style) -> list[PlannerField]:
    """Put a phase about the posting's requirements behind the introduction, if it names any."""
    fields = template.planner_fields
    phrases = requirements_of(facts.description)
    return [fields[0], _posting_field(phrases, facts, style), *fields[1:]] if phrases else fields


def _posting_field(phrases: list[str], facts: InterviewFacts, style: Style) -> PlannerField:
    first, *others = phrases
    return PlannerField(
        sequence=1,
        question_id="posting-requirements",
        question_type=style.posting_type,
        duration=POSTING_MINUTES,
        question=f"The posting for {facts.role} at {facts.employer} says: “{first}”. {style.posting_question}",
        instructions=(
            "The question quotes the candidate's own copy of the posting. You know no more about the job than that, "
            "so do not add to it. Ask for one example from real work, and listen for what the candidate did "
            "personally. If the experience is missing, ask what comes closest and how they would close the gap; an "
            "honest answer is worth more than a stretched one. Take up the other requirements if there is time."
        ),
        follow_ups=[
            *(
                f"The posting also says: “{phrase}”. What have you done that comes closest to it?"
                for phrase in others
            ),
            "Which part of that was your own, and which was done by others?",
            "What would you do differently today?",
        ],
        rubric=[
            "Gives an example from their own work instead of general knowledge",
            "Connects the example with what the posting asks for",
            "Tells their own part from that of others",
            "Is honest about gaps, and says how they would close them",
        ],
    )


def plan_of(facts: InterviewFacts, fields: list[PlannerField]) -> MockInterviewCreate:
    """Return a plan of these phases, named after the interview, stretched or shrunk to its exact length.

    Phases that the time is too short for are left out.

    Raises:
        ValueError: the time is too long for them.

    """
    name = STYLES[facts.type].name
    return MockInterviewCreate(
        title=_cut(f"Practice: {name} interview for {facts.role} at {facts.employer}"),
        description=f"A practice of {_minutes(facts.minutes)} for the {name} interview for {facts.role} at "
        f"{facts.employer}.",
        planner_fields=_in_time(_worth_their_time(fields, facts.minutes), facts.minutes),
    )


def _worth_their_time(fields: list[PlannerField], minutes: int) -> list[PlannerField]:
    """Drop phases until each of the others can have its least time.

    The shortest questions go first; the longest one is what the interview is about, and stays to the end.
    """
    kept = list(fields)
    while len(kept) > 1 and sum(map(_least, kept)) > minutes:
        questions = [field for field in kept if field.question_type not in _FRAME]
        # Of equals the later one, as of introduction and closing.
        kept.remove(min(reversed(questions), key=_weight) if len(questions) > 1 else _last_of_frame(kept))
    return kept


def _last_of_frame(fields: list[PlannerField]) -> PlannerField:
    return next(field for field in reversed(fields) if field.question_type in _FRAME)


def _in_time(fields: list[PlannerField], minutes: int) -> list[PlannerField]:
    """Give each phase whole minutes in proportion to its length in the template, numbered from 1.

    After its least time, minute by minute goes to the phase that is furthest below its share (the method of
    Sainte-Laguë): the sum is exact, and at the template's own length each phase keeps its own.
    """
    if sum(map(_most, fields)) < minutes:
        raise ValueError("the time is too long for these phases")
    given = [min(_least(field), minutes) for field in fields]
    for _ in range(minutes - sum(given)):
        growing = [index for index, field in enumerate(fields) if given[index] < _most(field)]
        neediest = min(growing, key=lambda index: (given[index] + 0.5) / _weight(fields[index]))
        given[neediest] += 1
    return [
        field.model_copy(update={"sequence": number, "duration": float(duration)})
        for number, (field, duration) in enumerate(zip(fields, given, strict=True), start=1)
    ]


def _weight(field: PlannerField) -> float:
    return field.duration


def _least(field: PlannerField) -> int:
    """Return how many minutes a phase needs to be worth having: for a question, a third of those in its template."""
    return 1 if field.question_type in _FRAME else max(MIN_QUESTION_MINUTES, ceil(_weight(field) / 3))


def _most(field: PlannerField) -> int:
    return MAX_MINUTES.get(field.question_type, MAX_QUESTION_MINUTES)


def _minutes(count: int) -> str:
    return "1 minute" if count == 1 else f"{count} minutes"


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _cut(title: str) -> str:
    return title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1].rstrip() + "…"
