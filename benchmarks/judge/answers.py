"""The answers that a judge is measured with, and the verdicts on them by hand."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.interview_session.report.question_evidence import NumberedEntry, QuestionEvidence
from app.interview_session.report.schemas import Verdict
from app.interview_session.report.words_of_sense import has_enough_words

KINDS = ("good", "middling", "poor", "off_topic", "gibberish", "injection")

_FILES = Path(__file__).parent / "answers"


@dataclass(frozen=True, slots=True)
class JudgedByHand:
    """An answer of one kind to a question, and the right verdict on each criterion of its rubric."""

    name: str
    kind: str
    question: QuestionEvidence
    verdicts: tuple[Verdict, ...]


def answers_judged_by_hand() -> list[JudgedByHand]:
    """Return all answers, by question, and by kind within it."""
    return [answer for path in sorted(_FILES.glob("*.toml")) for answer in _answers_in(path)]


def _answers_in(path: Path) -> Iterator[JudgedByHand]:
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    for number, answer in enumerate(known["answers"], start=1):
        texts: list[str] = answer["entries"]
        question = QuestionEvidence(
            sequence=number,
            question_id=path.stem,
            question_type=known["question_type"],
            question=known["question"],
            rubric=tuple(known["rubric"]),
            # The interviewer has the numbers between.
            entries=tuple(NumberedEntry(seq=3 + 2 * place, text=text) for place, text in enumerate(texts)),
            # What has too little sense does not reach the model here either.
            has_enough_words=has_enough_words(texts, "en"),
        )
        verdicts = tuple(map(Verdict, answer["verdicts"]))
        yield JudgedByHand(f"{path.stem}/{answer['kind']}", answer["kind"], question, verdicts)
