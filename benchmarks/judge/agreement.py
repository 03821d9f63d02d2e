"""How far two judges agree: Cohen's kappa, and how often a verdict is given that must not be."""

from collections import Counter
from collections.abc import Sequence
from itertools import product

from app.interview_session.report.schemas import Verdict

ORDER = (Verdict.NOT_SHOWN, Verdict.PARTLY, Verdict.SHOWN)

Pair = tuple[Verdict, Verdict]
"""The verdict by hand, and the model's on the same criterion."""


def agreement(pairs: Sequence[Pair]) -> float | None:
    """Return the share of pairs that are alike, 0 to 1; None where there are none."""
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None


def kappa(pairs: Sequence[Pair], *, is_weighted: bool = False) -> float | None:
    """Return Cohen's kappa: 1 for judges who always agree, 0 for judges who agree as often as chance would have it.

    That is ``1 - d / e`` with the disagreement ``d`` that is observed and ``e`` that is expected of two judges who
    hand out their verdicts as often, but at random (J. Cohen, A Coefficient of Agreement for Nominal Scales, 1960).
    Weighted, "shown" for "not shown" counts twice as much as for "partly"; else each disagreement counts alike. None
    where both have given one and the same verdict to everything, of which nothing can be told.
    """
    counts = Counter(pairs)
    by_hand = Counter(hand for hand, _ in pairs)
    by_model = Counter(model for _, model in pairs)
    observed = sum(_distance(*pair, is_weighted=is_weighted) * count for pair, count in counts.items()) * len(pairs)
    expected = sum(
        _distance(hand, model, is_weighted=is_weighted) * by_hand[hand] * by_model[model]
        for hand, model in product(ORDER, repeat=2)
    )
    return 1 - observed / expected if expected else None


def false_shown(pairs: Sequence[Pair]) -> float | None:
    """Return the share of what is not shown by hand that the model says is shown, 0 to 1; None where all of it is."""
    models = [model for hand, model in pairs if hand is Verdict.NOT_SHOWN]
    return sum(model is Verdict.SHOWN for model in models) / len(models) if models else None


def _distance(hand: Verdict, model: Verdict, *, is_weighted: bool) -> int:
    steps = abs(ORDER.index(hand) - ORDER.index(model))
    return steps if is_weighted else min(steps, 1)
