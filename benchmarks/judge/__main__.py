"""``python -m benchmarks.judge``: how well the configured language model judges answers.

It judges 60 answers as a report would, and its verdicts are compared with those by hand. The model is the one that
the settings name (``LLM_PROVIDER`` and what belongs to it). What a provider takes for it is told in the end; the
figures are printed and never asserted.
"""

import argparse
import asyncio
import logging
import sys

import structlog

from app.core.config import load_settings
from app.interview_session.language_model import open_language_model
from app.interview_session.report.judge import JUDGE_SECONDS
from benchmarks.judge.answers import KINDS, JudgedByHand, answers_judged_by_hand
from benchmarks.judge.measure import Measured, Prices, measure, told


def main() -> None:
    """Measure the configured model."""
    options = _options()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    answers = [one for one in answers_judged_by_hand() if one.kind in (options.kind or KINDS)]
    answers = answers[: options.answers]
    name, measured = asyncio.run(_measure(answers, options.seconds))
    print(f"{name}, {len(measured)} answers\n")
    if options.verdicts:
        for one in measured:
            print(_verdicts(one))
        print()
    prices = Prices(*options.prices) if options.prices else None
    print(*told(measured, prices), sep="\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judge", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, action="append", help="only answers of this kind; may be repeated")
    parser.add_argument("--answers", type=int, help="only so many of them")
    parser.add_argument(
        "--prices",
        type=float,
        nargs=2,
        metavar=("READ", "WRITTEN"),
        help="what a million tokens cost; prints the cost",
    )
    parser.add_argument(
        "--seconds", type=float, default=JUDGE_SECONDS, help="how long an answer may take (default: %(default)s)"
    )
    parser.add_argument("--verdicts", action="store_true", help="also print each verdict beside the one by hand")
    return parser.parse_args()


async def _measure(answers: list[JudgedByHand], seconds: float) -> tuple[str, list[Measured]]:
    async with open_language_model(load_settings()) as model:
        if model is None:
            sys.exit("No language model is configured: set LLM_PROVIDER, see docs/configuration.md.")
        return model.name, await measure(answers, model, seconds=seconds)


def _verdicts(one: Measured) -> str:
    criteria = one.judged.criteria if one.judged else ()
    given = ", ".join(criterion.verdict or "none" for criterion in criteria) or "not asked"
    return f"{one.answer.name:<28} by hand {', '.join(one.answer.verdicts)}; model {given}"


if __name__ == "__main__":
    main()
