"""What verdicts add up to."""

from collections.abc import Iterable

from app.interview_session.report.schemas import CriterionReport, QuestionReport, Verdict

MIN_JUDGED = 3
"""Under so many judged criteria a score would be chance."""

_WORTH = {Verdict.SHOWN: 1.0, Verdict.PARTLY: 0.5, Verdict.NOT_SHOWN: 0.0}


def score(questions: Iterable[QuestionReport]) -> float | None:
    """Return the score of the model's verdicts: ``100 × (shown + ½ partly) / judged``, from 0 to 100.

    Verdicts that the candidate disputes do not count. None under ``MIN_JUDGED``.
    """
    return score_of(one.verdict for one in _criteria(questions) if one.disputed is None)


def self_score(questions: Iterable[QuestionReport]) -> float | None:
    """Return the score of the candidate's own verdicts, likewise."""
    return score_of(one.self_verdict for one in _criteria(questions))


def score_of(verdicts: Iterable[Verdict | None]) -> float | None:
    """Return the score of verdicts, None among them not counted."""
    worth = [_WORTH[verdict] for verdict in verdicts if verdict is not None]
    return round(100 * sum(worth) / len(worth), 1) if len(worth) >= MIN_JUDGED else None


def _criteria(questions: Iterable[QuestionReport]) -> Iterable[CriterionReport]:
    return (criterion for question in questions for criterion in question.criteria)
