"""A judge's answer: read with patience, then believed only as far as the transcript bears it out."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, WrapValidator

from app.interview_session.model_answers import json_object_in
from app.interview_session.report.judge_prompt import told_answers
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.report.quotes import ClaimedQuote, Transcript
from app.interview_session.report.schemas import Quote, Verdict

MAX_CHARACTERS = 100_000
MAX_QUOTES = 3
MAX_CLAIMS = 10
"""No more quotes of a criterion than these are looked up."""

MAX_ADVICE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class JudgedCriterion:
    """A criterion as it may be shown: its verdict is None where the judge gave none that holds."""

    criterion: str
    verdict: Verdict | None = None
    evidence: tuple[Quote, ...] = ()
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class JudgedAnswers:
    """All criteria of a question in the rubric's order, and how many of the judge's quotes were found."""

    criteria: tuple[JudgedCriterion, ...]
    quotes_given: int = 0
    quotes_held: int = 0


def _or_none(value: Any, read: Callable[[Any], Any]) -> Any:
    """Take what cannot be read for nothing said: the rest of an answer may be of use."""
    try:
        return read(value)
    except ValidationError:
        return None


def _as_claim(value: Any) -> Any:
    """Take a bare text for a quote that names no entry."""
    return {"quote": value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value] if value else []


OrNone = WrapValidator(_or_none)


class _Claim(BaseModel):
    seq: Annotated[int | None, OrNone] = None
    quote: str


class _Criterion(BaseModel):
    criterion: int | str
    verdict: Annotated[Verdict | None, OrNone] = None
    evidence: Annotated[
        list[Annotated[_Claim | None, BeforeValidator(_as_claim), OrNone]], BeforeValidator(_as_list), OrNone
    ] = []
    advice: Annotated[str | None, OrNone] = None


class _Answer(BaseModel):
    criteria: Annotated[list[Annotated[_Criterion | None, OrNone]], Field(max_length=200)]


def judged_answers(answer: str, question: QuestionEvidence) -> JudgedAnswers:
    """Return what an answer says of a question's criteria, as far as it holds.

    Criteria that are missing get no verdict; what the rubric does not know is dropped, and so are two verdicts that
    contradict each other. ``shown`` and ``partly`` need a quote that stands in the entries. ``not_shown`` needs none,
    but that the judge was told all the entries.

    Raises:
        ValueError: the answer is no such object.

    """
    if len(answer) > MAX_CHARACTERS:
        raise ValueError("the answer is too long")
    said = _by_criterion(_Answer.model_validate_json(json_object_in(answer)), question.rubric)
    told = told_answers(question)
    transcript = Transcript(told.texts)
    judged = partial(_judged, question=question, transcript=transcript, is_whole=told.is_whole)
    results = [judged(criterion, said[number]) for number, criterion in enumerate(question.rubric, start=1)]
    return JudgedAnswers(
        tuple(criterion for criterion, _, _ in results),
        quotes_given=sum(given for _, given, _ in results),
        quotes_held=sum(held for _, _, held in results),
    )


def unjudged(rubric: Sequence[str]) -> tuple[JudgedCriterion, ...]:
    """Return a rubric's criteria without a verdict."""
    return tuple(map(JudgedCriterion, rubric))


def _by_criterion(answer: _Answer, rubric: Sequence[str]) -> dict[int, list[_Criterion]]:
    """Return what was said of each criterion by its number, from 1; models may name it by its text, too."""
    numbers = {_plain(text): number for number, text in enumerate(rubric, start=1)}
    said: dict[int, list[_Criterion]] = defaultdict(list)
    for one in answer.criteria:
        if one is not None:
            name = str(one.criterion).strip()
            number = int(name) if name.isdecimal() and len(name) < 4 else numbers.get(_plain(name))
            if number is not None:
                said[number].append(one)
    return said


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


def _judged(
    criterion: str, said: Sequence[_Criterion], question: QuestionEvidence, transcript: Transcript, *, is_whole: bool
) -> tuple[JudgedCriterion, int, int]:
    """Return a criterion as judged, with the numbers of quotes that were given and found."""
    claims = [ClaimedQuote(claim.seq, claim.quote) for one in said for claim in one.evidence if claim][:MAX_CLAIMS]
    held = [quote for claim in claims if (quote := transcript.find(claim))]
    verdict = said[0].verdict if said and len({one.verdict for one in said}) == 1 else None
    if verdict is Verdict.NOT_SHOWN:
        verdict = verdict if is_whole else None
    elif not held:
        verdict = None
    if verdict is None:
        return JudgedCriterion(criterion), len(claims), len(held)
    evidence = tuple({(quote.seq, quote.quote): quote for quote in held}.values())[:MAX_QUOTES]
    advice = _advice(said[0].advice, question)
    return JudgedCriterion(criterion, verdict, evidence, advice), len(claims), len(held)


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_UNFIT = re.compile(r"[\"“”„«»<>\[\]{}`*#|\\]|https?:|www\.", re.IGNORECASE)


def _advice(advice: str | None, question: QuestionEvidence) -> str | None:
    """Return a sentence of advice, or None where it is none, is no plain words, or has a number of its own."""
    words = " ".join((advice or "").split())
    if not words or len(words) > MAX_ADVICE_CHARACTERS or _UNFIT.search(words) or not any(map(str.isalpha, words)):
        return None
    if numbers := set(_NUMBER.findall(words)):
        known = [question.question, *question.rubric, *(entry.text for entry in question.entries)]
        if not numbers <= {number for text in known for number in _NUMBER.findall(text)}:
            return None
    return words
