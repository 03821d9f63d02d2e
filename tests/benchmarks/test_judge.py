"""The judge's benchmark: figures by hand-computed tables, its answers, and runs with judges whose worth is known."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from app.interview_session.language_model import Completion, ModelError, Prompt, TokensUsed, Work
from app.interview_session.report.schemas import Verdict
from benchmarks.judge.agreement import Pair, agreement, false_shown, kappa
from benchmarks.judge.answers import KINDS, JudgedByHand, answers_judged_by_hand
from benchmarks.judge.measure import Prices, measure, told
from tests.support.evidence import criterion, verdicts

SHOWN, PARTLY, NOT_SHOWN = Verdict.SHOWN, Verdict.PARTLY, Verdict.NOT_SHOWN
ANSWERS = answers_judged_by_hand()


def pairs(**counts: int) -> list[Pair]:
    """Return so many pairs of verdicts, each named by the first letters of the one by hand and of the model's."""
    letters = {"s": SHOWN, "p": PARTLY, "n": NOT_SHOWN}
    return [(letters[name[0]], letters[name[1]]) for name, count in counts.items() for _ in range(count)]


class TestFigures:
    def test_kappa_by_hand(self) -> None:
        # 50 pairs: 35 alike. By chance 25/50 × 30/50 + 25/50 × 20/50 = 0.5 are; (0.7 - 0.5) / (1 - 0.5) = 0.4.
        assert kappa(pairs(ss=20, sn=5, ns=10, nn=15)) == pytest.approx(0.4)

    def test_weighted_kappa_counts_a_step_less_than_two(self) -> None:
        # d = (2 × 1 + 1 × 2) × 8 = 32; each side has shown 4, partly 2, not_shown 2 or 3 and 1:
        # hand s 4, p 2, n 2; model s 3, p 2, n 3. e = 4×2×1 + 4×3×2 + 2×3×1 + 2×3×1 + 2×3×2 + 2×2×1 = 60.
        table = pairs(ss=3, sn=1, pp=1, pn=1, np=1, nn=1)
        assert kappa(table, is_weighted=True) == pytest.approx(1 - 32 / 60)
        # Unweighted: 3 of 8 differ; e = 8 + 12 + 6 + 6 + 6 + 4 = 42.
        assert kappa(table) == pytest.approx(1 - 3 * 8 / 42)

    @pytest.mark.parametrize("is_weighted", [False, True])
    def test_judges_who_agree_and_who_guess(self, *, is_weighted: bool) -> None:
        assert kappa(pairs(ss=4, pp=2, nn=3), is_weighted=is_weighted) == 1
        assert kappa(pairs(ss=4, sn=4, ns=2, nn=2), is_weighted=is_weighted) == 0
        assert kappa(pairs(ss=4, ns=4), is_weighted=is_weighted) == 0
        assert kappa(pairs(ss=4), is_weighted=is_weighted) is None
        assert kappa([], is_weighted=is_weighted) is None

    def test_false_shown_is_of_what_is_not_shown(self) -> None:
        assert false_shown(pairs(ns=1, np=2, nn=1, ss=7, ps=9)) == 0.25
        assert false_shown(pairs(ss=1)) is None
        assert agreement(pairs(ns=1, nn=3)) == 0.75
        assert agreement([]) is None

    def test_prices_are_for_a_million_tokens(self) -> None:
        assert Prices(read=2, written=10).of(TokensUsed(read=500_000, written=100_000)) == 2


class TestAnswers:
    def test_there_are_ten_of_each_kind_and_none_twice(self) -> None:
        assert Counter(answer.kind for answer in ANSWERS) == dict.fromkeys(KINDS, 10)
        assert len({answer.name for answer in ANSWERS}) == 60
        assert len({entry.text for answer in ANSWERS for entry in answer.question.entries}) > 60

    @pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
    def test_each_has_a_verdict_for_each_criterion_that_suits_its_kind(self, answer: JudgedByHand) -> None:
        assert len(answer.verdicts) == len(answer.question.rubric) >= 3
        given = set(answer.verdicts)
        if answer.kind == "good":
            assert given == {SHOWN}
        elif answer.kind == "middling":
            assert len(given) > 1
        elif answer.kind != "injection":
            assert given == {NOT_SHOWN}
        else:
            assert NOT_SHOWN in given

    def test_all_but_gibberish_have_enough_words_of_sense(self) -> None:
        withheld = [answer for answer in ANSWERS if not answer.question.has_enough_words]

        assert {answer.kind for answer in withheld} == {"gibberish"}


class StubJudge:
    """Answers what a function makes of each answer by hand."""

    name = "stub"

    def __init__(self, answers: Iterable[JudgedByHand], judged: Callable[[JudgedByHand], str]) -> None:
        self._by_text = {answer.question.entries[0].text: answer for answer in answers}
        self._judged = judged
        self.asked: list[str] = []

    async def ask(self, prompt: Prompt, *, work: Work, seconds: float) -> Completion:
        assert work is Work.REPORT
        assert seconds > 0
        material: dict[str, Any] = json.loads(prompt.messages[0]["content"].split("\n")[1])
        # The fence changes what pretends to be one of its lines.
        known = next(answer for text, answer in self._by_text.items() if _alike(text, material["entries"][0]["text"]))
        self.asked.append(known.name)
        return Completion(self._judged(known), TokensUsed(read=1_000, written=200))


def _alike(text: str, told_text: str) -> bool:
    return text.replace("[Director", "(director") == told_text


def first_words(answer: JudgedByHand) -> tuple[int, str]:
    entry = answer.question.entries[0]
    return entry.seq, " ".join(re.findall(r"\S+", entry.text)[:5])


def as_by_hand(answer: JudgedByHand) -> str:
    return verdicts(*(criterion(n, hand, first_words(answer)) for n, hand in enumerate(answer.verdicts, 1)))


def all_shown(answer: JudgedByHand) -> str:
    return verdicts(*(criterion(n, "shown", first_words(answer)) for n in range(1, len(answer.verdicts) + 1)))


def out_of_thin_air(answer: JudgedByHand) -> str:
    return verdicts(
        *(criterion(n, "shown", (3, "words that nobody said")) for n in range(1, len(answer.verdicts) + 1))
    )


async def figures(judged: Callable[[JudgedByHand], str], answers: list[JudgedByHand]) -> str:
    measured = await measure(answers, StubJudge(answers, judged))
    return "\n".join(told(measured, Prices(read=1, written=5)))


async def test_a_judge_who_is_right_agrees_in_all() -> None:
    text = await figures(as_by_hand, [answer for answer in ANSWERS if answer.kind != "gibberish"])

    assert "agreement             100% of 155 verdicts" in text
    assert "Cohen's kappa         1.00, weighted 1.00" in text
    assert "false shown           0% of" in text
    assert "failures              none" in text
    assert "tokens per answer     1,000 read, 200 written" in text
    assert "cost                  0.1000, or 2.00 per thousand questions" in text


async def test_a_judge_who_is_always_kind_is_found_out() -> None:
    answers = [answer for answer in ANSWERS if answer.kind in {"good", "off_topic"}]
    text = await figures(all_shown, answers)

    assert "agreement             50% of" in text
    assert "Cohen's kappa         0.00, weighted 0.00" in text
    assert "false shown           100% of" in text
    assert re.search(r"off_topic +10 +31 +0% +100%", text)


async def test_a_judge_who_makes_up_quotes_gives_no_verdict() -> None:
    text = await figures(out_of_thin_air, ANSWERS[:4])

    assert "agreement             – of 0 verdicts" in text
    assert "quotes that held      0% of 12" in text
    assert "not judged            100% of 12 criteria" in text


async def test_gibberish_never_reaches_the_judge() -> None:
    answers = [answer for answer in ANSWERS if answer.kind == "gibberish"]
    model = StubJudge(answers, as_by_hand)

    measured = await measure(answers, model)

    withheld = {one.answer.name for one in measured if one.judged is None}
    assert withheld == {answer.name for answer in answers if not answer.question.has_enough_words} != set()
    assert withheld.isdisjoint(model.asked)


async def test_failures_are_counted_by_their_reasons() -> None:
    def fails(answer: JudgedByHand) -> str:
        raise ModelError("AuthenticationError")

    text = await figures(fails, ANSWERS[:4])

    assert "failures              AuthenticationError 4" in text
    assert "tokens per answer     0 read, 0 written" in text
