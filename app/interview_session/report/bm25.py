"""How well sentences match a query by their words: Okapi BM25.

Source: S. Robertson, H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

from app.interview_session.conversation.coverage import stem
from app.interview_session.conversation.phrasebook import LANGUAGES, phrasebook

SATURATION = 1.2
"""The k1 of the formula: how soon more of the same word stops to count."""

LENGTH_WEIGHT = 0.75
"""The b of the formula: how much a long sentence is held against its matches, from 0 to 1."""

_WORD = re.compile(r"[^\W\d_]{3,}")


class SentenceIndex:
    """Sentences by their words of three letters and more, without endings.

    Function words such as "there" count for their part in a score, because the way of telling something is in them,
    and for nothing by themselves.
    """

    def __init__(self, sentences: Sequence[str], language: str) -> None:
        self._idle = phrasebook(language).function_words if language in LANGUAGES else frozenset[str]()
        self._counts = [Counter(_terms(sentence)) for sentence in sentences]
        self._lengths = [counts.total() for counts in self._counts]
        self._mean_length = sum(self._lengths) / len(self._lengths) if any(self._lengths) else 1.0
        self._containing = Counter(term for counts in self._counts for term in counts)

    def scores(self, query: str) -> list[float]:
        """Return each sentence's score, 0 where it shares no word with the query.

        The sum over the query's words of ``idf × f × (k1 + 1) / (f + k1 × (1 - b + b × length / mean length))``, with
        ``f`` the times that the sentence has the word, and ``idf = ln(1 + (N - n + 0.5) / (n + 0.5))`` for a word in
        ``n`` of ``N`` sentences.
        """
        terms = sorted(set(_terms(query)))
        return [
            math.fsum(self._score(term, counts[term], length) for term in terms if term in counts)
            for counts, length in zip(self._counts, self._lengths, strict=True)
        ]

    def shares_words(self, query: str) -> list[bool]:
        """Tell of each sentence whether it has a word of the query's that is no function word."""
        words = {stem(word) for word in _WORD.findall(query.lower()) if word not in self._idle}
        return [not words.isdisjoint(counts) for counts in self._counts]

    def _score(self, term: str, count: int, length: int) -> float:
        containing = self._containing[term]
        rarity = math.log(1 + (len(self._counts) - containing + 0.5) / (containing + 0.5))
        damping = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / self._mean_length)
        return rarity * count * (SATURATION + 1) / (count + damping)


def _terms(text: str) -> list[str]:
    return [stem(word) for word in _WORD.findall(text.lower())]
