"""Verdicts of a language model on the answers of a session: one question at a time, each held against the transcript.

Nothing here knows where the questions come from or where the verdicts go.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from app.interview_session.language_model import NO_TOKENS, ModelError, PromptedModel, TokensUsed, Work
from app.interview_session.model_answers import answer_of
from app.interview_session.report.judge_answer import JudgedCriterion, judged_answers, unjudged
from app.interview_session.report.judge_prompt import judge_prompt
from app.interview_session.report.question_evidence import QuestionEvidence
from app.interview_session.untrusted_material import Fence

log = structlog.get_logger(__name__)

JUDGE_SECONDS = 150.0
"""How long all questions together may take: less than the three minutes after which a report is given up."""

ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """What a judge says of one question.

    ``criteria`` are all of its rubric, in order, with None as the verdict of those that were not judged. ``failure``
    is why none was: the reason of a ``ModelError``, never any words; ``may_pass`` tells that it may go better in a
    while. ``quotes_given`` and ``quotes_held`` count the judge's quotes, and those that stand in the transcript.
    """

    sequence: int
    criteria: tuple[JudgedCriterion, ...]
    used: TokensUsed = NO_TOKENS
    quotes_given: int = 0
    quotes_held: int = 0
    failure: str | None = None
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of those questions that it was asked about, in their order; ``model`` is its name."""

    model: str
    questions: tuple[JudgedQuestion, ...]

    @property
    def used(self) -> TokensUsed:
        """Return what all of it took, failures included."""
        return sum((question.used for question in self.questions), start=NO_TOKENS)

    @property
    def tokens(self) -> int:
        """Return the sum of the tokens used."""
        return self.used.total

    @property
    def failed(self) -> tuple[JudgedQuestion, ...]:
        """Return the questions of which the model gave nothing that could be read."""
        return tuple(question for question in self.questions if question.failure)


async def judge(
    questions: Sequence[QuestionEvidence], model: PromptedModel, *, seconds: float = JUDGE_SECONDS
) -> Judgement:
    """Return a model's verdicts on the questions whose answers can be judged; of the others it learns nothing.

    Never raises for what the model does: a question whose call failed says so, and does not hold up the others.
    """
    asked = [question for question in questions if may_be_judged(question)]
    async with asyncio.TaskGroup() as calls:
        judged = [calls.create_task(_judge(question, model, seconds)) for question in asked]
    return Judgement(model.name, tuple(call.result() for call in judged))


def may_be_judged(question: QuestionEvidence) -> bool:
    """Tell whether there are criteria, and enough words of sense to judge by them."""
    return bool(question.has_enough_words and question.rubric and question.entries)


async def _judge(question: QuestionEvidence, model: PromptedModel, seconds: float) -> JudgedQuestion:
    try:
        answer = await answer_of(
            model,
            judge_prompt(question, Fence()),
            lambda text: judged_answers(text, question),
            work=Work.REPORT,
            seconds=seconds,
            attempts=ATTEMPTS,
        )
    except ModelError as error:
        log.warning("report_judge_failed", reason=error.reason, sequence=question.sequence)
        return JudgedQuestion(
            question.sequence,
            unjudged(question.rubric),
            used=error.used,
            failure=error.reason,
            may_pass=error.may_pass,
        )
    judged = answer.value
    return JudgedQuestion(
        question.sequence,
        judged.criteria,
        used=answer.used,
        quotes_given=judged.quotes_given,
        quotes_held=judged.quotes_held,
    )
