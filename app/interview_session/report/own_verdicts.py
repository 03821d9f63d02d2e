"""What the candidate adds to a report: verdicts of their own, and their word against a model's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.interview_session.report.schemas import CriterionReport, Dispute, QuestionReport, Report, Verdict
from app.interview_session.report.score import score, self_score
from app.schemas.fields import BLANK_IS_NULL, LongText, WholeNumber, required_text
from app.schemas.mock_interview import Criterion

Sequence = Annotated[WholeNumber, Field(ge=1, le=50)]
Note = Annotated[LongText | None, BLANK_IS_NULL]


class OwnQuote(BaseModel):
    """Words of the candidate's, letter by letter as they stand in the transcript's entry ``seq``."""

    seq: Annotated[WholeNumber, Field(ge=1, le=2**31, examples=[4])]
    quote: Annotated[str, required_text(2_000), Field(examples=["I led the move"])]


class OwnVerdict(BaseModel):
    """The candidate's verdict on one criterion, named by the rubric's text."""

    sequence: Sequence
    criterion: Criterion
    verdict: Verdict
    evidence: Annotated[list[OwnQuote], Field(max_length=3)] = []


class SelfAssessmentRequest(BaseModel):
    """All of the candidate's verdicts on a session; they replace those of before."""

    criteria: Annotated[list[OwnVerdict], Field(max_length=1000)]
    note: Note = None


class SelfAssessmentResponse(SelfAssessmentRequest):
    """The candidate's verdicts on a session; ``updated_at`` is null where there are none."""

    updated_at: datetime | None


class DisputeRequest(BaseModel):
    """Why a verdict is wrong."""

    note: Note = None


class StoredDispute(BaseModel):
    """A verdict that the candidate says is wrong."""

    sequence: int
    criterion: str
    verdict: Verdict
    note: str | None


@dataclass(frozen=True, slots=True)
class Additions:
    """What a candidate has added to the report of a session."""

    criteria: tuple[OwnVerdict, ...] = ()
    note: str | None = None
    disputes: tuple[StoredDispute, ...] = ()


def with_additions(report: Report, added: Additions) -> Report:
    """Return a report with the candidate's own verdicts in it, and without those verdicts in its score they dispute.

    A dispute is about one verdict: where the report was made anew and has another, it says nothing of that.
    """
    own = {(one.sequence, one.criterion): one.verdict for one in added.criteria}
    disputed = {(one.sequence, one.criterion, one.verdict): one for one in added.disputes}

    def criteria(question: QuestionReport) -> Iterable[CriterionReport]:
        for one in question.criteria:
            dispute = disputed.get((question.sequence, one.criterion, one.verdict)) if one.verdict else None
            changes = {
                "self_verdict": own.get((question.sequence, one.criterion)),
                "disputed": Dispute(note=dispute.note) if dispute else None,
            }
            yield one.model_copy(update=changes)

    questions = [question.model_copy(update={"criteria": [*criteria(question)]}) for question in report.questions]
    return report.model_copy(
        update={
            "questions": questions,
            "score": score(questions),
            "self_score": self_score(questions),
            "note": added.note,
        }
    )
