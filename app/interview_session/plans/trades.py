"""Which trade a position belongs to, told from its title, or else from its posting. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from app.interview_session.plans.trade_bank import GENERAL, TRADES, Trade, trade

Ranking = Callable[[str, Sequence[str]], Sequence[float]]
"""How near in meaning a text is to each of several others: the higher, the nearer."""

MIN_WORDS_BESIDE_MEANING = 2
MIN_WORDS_ALONE = 3
_NO_WORD = re.compile(r"[\W_]+")


def trade_of(title: str, company: str, description: str | None, *, nearest: Ranking | None = None) -> str:
    """Return the slug of a position's trade, or ``GENERAL`` where none fits.

    A title decides by the most specific of the words that announce a trade. Where it holds none, ``nearest`` chooses
    among the profiles, and without it the number of a trade's own words in the posting does. Similarity of meaning
    alone never tells that nothing fits, so some of the chosen trade's words must occur in the posting as well.
    """
    if found := _announced(title):
        return found
    posting = posting_of(title, company, description)
    spaced = spaced_words(posting)
    trades = [trade(slug) for slug in TRADES]
    counts = [count_of(each.words, spaced) for each in trades]
    if nearest is not None:
        similarities = nearest(posting, [each.profile for each in trades])
        best = max(range(len(trades)), key=lambda index: similarities[index])
        return trades[best].slug if counts[best] >= MIN_WORDS_BESIDE_MEANING else GENERAL
    return _richest(trades, counts)


def posting_of(title: str, company: str, description: str | None) -> str:
    """Return all that is known of a position as one text."""
    return "\n".join([title, company, description or ""])


def spaced_words(text: str) -> str:
    """Return a text's words in small letters, with one space around each, so that whole words can be found in it."""
    return f" {_NO_WORD.sub(' ', text.casefold()).strip()} "


def count_of(phrases: Iterable[str], spaced: str) -> int:
    """Return how many of the words or phrases stand in a text that ``spaced_words`` returned."""
    return sum(_spaced_phrase(phrase) in spaced for phrase in phrases)


def _announced(title: str) -> str | None:
    """Return the trade of the longest phrase in a title, in the singular or plural; of equals the first one in it."""
    spaced = spaced_words(title)
    found = [
        (len(phrase.split()), len(phrase), -spaced.index(phrase), slug)
        for slug in TRADES
        for title_words in trade(slug).titles
        for phrase in (_spaced_phrase(title_words), _spaced_phrase(f"{title_words}s"))
        if phrase in spaced
    ]
    return max(found)[-1] if found else None


def _richest(trades: Sequence[Trade], counts: Sequence[int]) -> str:
    """Return the trade with the most of its words in the posting; a tie tells nothing."""
    most = max(counts)
    leaders = [each.slug for each, count in zip(trades, counts, strict=True) if count == most]
    return leaders[0] if most >= MIN_WORDS_ALONE and len(leaders) == 1 else GENERAL


# The phrases are those of the bank's files, so there is an end to them.
_spaced_phrase = cache(spaced_words)
