"""What verdicts add up to."""

import pytest

from app.interview_session.report.schemas import (
    CriterionReport,
    Dispute,
    QuestionReport,
    QuestionSigns,
    QuestionStatus,
    Verdict,
)
from app.interview_session.report.score import score, self_score

LETTERS = {"s": Verdict.SHOWN, "p": Verdict.PARTLY, "n": Verdict.NOT_SHOWN, "-": None}


def question(*criteria: CriterionReport) -> QuestionReport:
    return QuestionReport(
        sequence=1,
        question_id="q1",
        question_type="behavioral",
        question="What went wrong?",
        status=QuestionStatus.JUDGED,
        entries=[],
        seconds_used=0,
        criteria=[*criteria],
        signs=QuestionSigns(),
    )


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ("", None),
        ("ss", None),
        ("ss---", None),
        ("sss", 100.0),
        ("nnn", 0.0),
        ("spn", 50.0),
        ("ssn", 66.7),
        ("spp-", 66.7),
        ("pppp", 50.0),
    ],
)
def test_a_score_is_shown_and_half_of_partly_by_what_was_judged(verdicts: str, expected: float | None) -> None:
    by_model = [CriterionReport(criterion=str(n), verdict=LETTERS[one]) for n, one in enumerate(verdicts)]
    by_oneself = [CriterionReport(criterion=str(n), self_verdict=LETTERS[one]) for n, one in enumerate(verdicts)]
    assert score([question(*by_model)]) == expected
    assert self_score([question(*by_model)]) is None
    assert self_score([question(*by_oneself)]) == expected
    assert score([question(*by_oneself)]) is None


def test_it_is_of_all_questions_together() -> None:
    one = CriterionReport(criterion="a", verdict=Verdict.SHOWN)
    assert score([question(one), question(one), question()]) is None
    assert score([question(one), question(one), question(one)]) == 100.0


def test_a_disputed_verdict_does_not_count() -> None:
    shown = CriterionReport(criterion="a", verdict=Verdict.SHOWN)
    wrong = CriterionReport(criterion="b", verdict=Verdict.NOT_SHOWN, disputed=Dispute(note="I did say so"))
    assert score([question(shown, shown, shown, wrong)]) == 100.0
    assert score([question(shown, shown, wrong)]) is None
