"""A model's verdicts on the answers judged by hand, and what is to be told of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.interview_session.language_model import LANES, NO_TOKENS, PromptedModel, TokensUsed, Work
from app.interview_session.report.judge import JUDGE_SECONDS, JudgedQuestion, judge
from benchmarks.judge.agreement import Pair, agreement, false_shown, kappa
from benchmarks.judge.answers import KINDS, JudgedByHand


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer, what the model made of it (None: it was not asked), and how long that took in seconds."""

    answer: JudgedByHand
    judged: JudgedQuestion | None
    seconds: float = 0.0

    @property
    def pairs(self) -> list[Pair]:
        """Return the verdicts by hand beside the model's, for the criteria that it judged."""
        criteria = self.judged.criteria if self.judged else ()
        return [
            (hand, criterion.verdict)
            for hand, criterion in zip(self.answer.verdicts, criteria, strict=False)
            if criterion.verdict is not None
        ]


@dataclass(frozen=True, slots=True)
class Prices:
    """What a provider takes for a million tokens, read and written."""

    read: float
    written: float

    def of(self, used: TokensUsed) -> float:
        """Return what some tokens cost."""
        return (used.read * self.read + used.written * self.written) / 1_000_000


async def measure(
    answers: Iterable[JudgedByHand], model: PromptedModel, *, seconds: float = JUDGE_SECONDS
) -> list[Measured]:
    """Have a model judge each answer by itself, as many at once as reports do."""
    places = asyncio.Semaphore(LANES[Work.REPORT].at_once)

    async def measured(answer: JudgedByHand) -> Measured:
        async with places:
            began_at = time.perf_counter()
            questions = (await judge([answer.question], model, seconds=seconds)).questions
            return Measured(answer, questions[0] if questions else None, time.perf_counter() - began_at)

    return await asyncio.gather(*map(measured, answers))


def told(measured: Sequence[Measured], prices: Prices | None = None) -> Iterator[str]:
    """Yield the lines of what a model's verdicts are worth, and what they took."""
    asked = [one for one in measured if one.judged]
    yield from _table(measured)
    yield ""
    pairs = [pair for one in asked for pair in one.pairs]
    yield f"agreement             {_share(agreement(pairs))} of {len(pairs)} verdicts"
    yield f"Cohen's kappa         {_figure(kappa(pairs))}, weighted {_figure(kappa(pairs, is_weighted=True))}"
    yield f"false shown           {_share(false_shown(pairs))} of what is not shown by hand"
    given = sum(one.judged.quotes_given for one in asked if one.judged)
    held = sum(one.judged.quotes_held for one in asked if one.judged)
    yield f"quotes that held      {_share(held / given if given else None)} of {given}"
    criteria = sum(len(one.answer.verdicts) for one in asked)
    yield f"not judged            {_share(1 - len(pairs) / criteria if criteria else None)} of {criteria} criteria"
    yield f"never asked about     {len(measured) - len(asked)} of {len(measured)} answers, for want of words of sense"
    failures = Counter(one.judged.failure for one in asked if one.judged and one.judged.failure)
    yield "failures              " + (", ".join(f"{reason} {n}" for reason, n in failures.most_common()) or "none")
    yield from _cost(asked, prices)


def _table(measured: Sequence[Measured]) -> Iterator[str]:
    yield f"{'kind':<12}{'answers':>8}{'verdicts':>10}{'agreement':>11}{'false shown':>13}"
    for kind in KINDS:
        those = [one for one in measured if one.answer.kind == kind]
        pairs = [pair for one in those for pair in one.pairs]
        if those:
            yield (
                f"{kind:<12}{len(those):>8}{len(pairs):>10}{_share(agreement(pairs)):>11}"
                f"{_share(false_shown(pairs)):>13}"
            )


def _cost(asked: Sequence[Measured], prices: Prices | None) -> Iterator[str]:
    used = sum((one.judged.used for one in asked if one.judged), start=NO_TOKENS)
    count = len(asked) or 1
    yield f"tokens per answer     {used.read / count:,.0f} read, {used.written / count:,.0f} written"
    yield f"seconds per answer    {sum(one.seconds for one in asked) / count:.1f}"
    if prices:
        cost = prices.of(used)
        yield f"cost                  {cost:.4f}, or {1000 * cost / count:.2f} per thousand questions"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _figure(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.2f}"
