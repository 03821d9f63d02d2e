"""How near each trade is to a posting in meaning, computed before the transaction in which a plan is made."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from app.interview_session.plans.practice_plan import InterviewFacts
from app.interview_session.plans.trade_bank import TRADES, trade
from app.interview_session.plans.trades import Ranking, posting_of

Embed = Callable[[Sequence[str]], Awaitable[Any]]
"""Returns the texts' vectors of unit length, as a NumPy array of shape ``(texts, dimensions)``."""


async def ranking_for(facts: InterviewFacts, embed: Embed) -> Ranking:
    """Return the ranking of the trades for one position."""
    posting = posting_of(facts.title, facts.company, facts.description)
    vectors = await embed([posting, *(trade(slug).profile for slug in TRADES)])
    similarities: list[float] = (vectors[1:] @ vectors[0]).tolist()
    return lambda _posting, _profiles: similarities
