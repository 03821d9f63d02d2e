"""A report with the verdicts of a model in it."""

from collections.abc import Iterable, Sequence

from app.interview_session.report.judge import JudgedQuestion
from app.interview_session.report.schemas import (
    CriterionReport,
    MadeBy,
    QuestionReport,
    QuestionStatus,
    Report,
    ReportStatus,
)
from app.interview_session.report.score import score


def judged_report(report: Report, model: str, judged: Iterable[JudgedQuestion], tokens: int) -> Report:
    """Return a report by code with what a model says of those questions that it was asked about.

    It has failed where the model gave nothing of use on any of them. A question none of whose verdicts held is not
    judged.
    """
    by_sequence = {question.sequence: question for question in judged}
    if not by_sequence:
        return report
    questions = [_judged(question, by_sequence.get(question.sequence)) for question in report.questions]
    has_failed = all(question.failure for question in by_sequence.values())
    return report.model_copy(
        update={
            "status": ReportStatus.FAILED if has_failed else report.status,
            "made_by": MadeBy.CODE if has_failed else MadeBy.MODEL,
            "model": model,
            "tokens": tokens,
            "score": score(questions),
            "questions": questions,
        }
    )


def _judged(question: QuestionReport, judged: JudgedQuestion | None) -> QuestionReport:
    if judged is None or judged.failure:
        return question
    criteria = _with_verdicts(question.criteria, judged)
    is_judged = any(criterion.verdict for criterion in criteria)
    status = QuestionStatus.JUDGED if is_judged else question.status
    return question.model_copy(update={"status": status, "criteria": criteria})


def _with_verdicts(criteria: Sequence[CriterionReport], judged: JudgedQuestion) -> list[CriterionReport]:
    found = {criterion.criterion: criterion for criterion in judged.criteria}
    return [
        criterion.model_copy(
            update={"verdict": verdict.verdict, "evidence": [*verdict.evidence], "advice": verdict.advice}
        )
        if (verdict := found.get(criterion.criterion))
        else criterion
        for criterion in criteria
    ]
