"""Questions with answers, as a judge gets them, and a judge's answers in JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.interview_session.report.question_evidence import NumberedEntry, QuestionEvidence

RUBRIC = ("Says what went wrong", "Names the own part", "Tells the result")
ANSWERS = {
    4: "Last spring our payment service went down for two hours, because I had deployed a migration on a Friday.",
    7: "I rolled it back, wrote “what happened” for everyone,  and told the customers myself.\nSince then we had "
    "none.",
}


def question_with(
    answers: Mapping[int, str] = ANSWERS, rubric: Sequence[str] = RUBRIC, **changes: Any
) -> QuestionEvidence:
    """Return a question that may be judged; ``answers`` are texts by their numbers in the log."""
    known: dict[str, Any] = {
        "sequence": 2,
        "question_id": "mistake",
        "question_type": "behavioral",
        "question": "Tell me about a mistake of yours.",
        "rubric": tuple(rubric),
        "entries": tuple(NumberedEntry(seq, text) for seq, text in answers.items()),
        "has_enough_words": True,
    }
    return QuestionEvidence(**known | changes)


def criterion(
    number: int | str,
    verdict: object = "shown",
    *quotes: tuple[object, str],
    advice: object = "Say how much it cost.",
) -> dict[str, Any]:
    """Return what a judge says of one criterion; a quote is the number of its entry and its words."""
    evidence = [{"seq": seq, "quote": words} for seq, words in quotes]
    return {"criterion": number, "evidence": evidence, "verdict": verdict, "advice": advice}


def verdicts(*criteria: object) -> str:
    """Return a judge's answer."""
    return json.dumps({"criteria": list(criteria)})
