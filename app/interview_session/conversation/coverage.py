"""Which follow-ups an answer has dealt with already, told from example sentences by words and by meaning.

Neither tells by itself: an answer has words in common with a follow-up that it does not deal with, and sentences
about the same work are similar whatever they say of it. Both together found a third of what was covered, and nothing
else (``docs/manners.md``).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.interview_session.conversation.utterance import sentences
from app.interview_session.conversation.wordpiece import vocabulary

MIN_SIMILARITY = 0.45
MIN_OVERLAP = 0.30
MAX_SENTENCES = 4
"""Sentences of an answer whose meaning is compared: each costs a run of the model."""
MAX_CHARACTERS = 4000
"""A longer answer, some five minutes of speech, is not compared: its reply would have to wait."""
MAX_SENTENCE_WORDS = 24

_WORD = re.compile(r"[^\W\d_]+")
_ENDINGS = ("ing", "ed", "es", "s")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence of an answer beside an example that it shares words with; ``overlap`` is from 0 to 1."""

    follow_up: int
    sentence: str
    example: str
    overlap: float


def likely_pairs(answer: str, field: Mapping[str, Any]) -> list[Pair]:
    """Return what is worth comparing by meaning, most words in common first.

    ``field`` is a planner field: its ``follow_ups`` are numbered from 1, its ``examples`` looked up by their text.
    """
    if len(answer) > MAX_CHARACTERS:
        return []
    spoken = [(one, _weights(one)) for one in _short_sentences(answer)]
    pairs = []
    for number, follow_up in enumerate(field.get("follow_ups") or (), start=1):
        text = follow_up if isinstance(follow_up, str) else follow_up["text"]
        for example in (field.get("examples") or {}).get(text, ()):
            wanted = _weights(example)
            total = sum(wanted.values())
            for sentence, words in spoken:
                shared = sum(wanted[word] for word in wanted.keys() & words.keys())
                if total and shared / total >= MIN_OVERLAP:
                    pairs.append(Pair(number, sentence, example, shared / total))
    pairs.sort(key=lambda pair: -pair.overlap)
    compared = list(dict.fromkeys(pair.sentence for pair in pairs))[:MAX_SENTENCES]
    return [pair for pair in pairs if pair.sentence in compared]


def _short_sentences(text: str) -> list[str]:
    """Return a text's sentences; what was heard without full stops comes in stretches that overlap by half."""
    found: list[str] = []
    for sentence in sentences(text):
        words = sentence.split()
        step = MAX_SENTENCE_WORDS // 2
        begins = range(0, max(1, len(words) - step), step)
        found.extend(" ".join(words[begin : begin + MAX_SENTENCE_WORDS]) for begin in begins)
    return found


def _weights(text: str) -> dict[str, float]:
    return {stem(word): weight for word in _WORD.findall(text.lower()) if (weight := _weight(word)) > 0}


@lru_cache(maxsize=4096)
def _weight(word: str) -> float:
    """Return how much a word tells: the logarithm of its rank by frequency, which is its place in the vocabulary."""
    rank = vocabulary().get(word, len(vocabulary())) - vocabulary()["the"]
    return math.log(max(1, rank))


def stem(word: str) -> str:
    """Return a word in lower case without the commonest endings of English."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word


def similar_enough(pairs: Sequence[Pair], similarities: Sequence[float]) -> tuple[int, ...]:
    """Return the numbers of the follow-ups that a pair shows to be covered."""
    return tuple(
        sorted({pair.follow_up for pair, one in zip(pairs, similarities, strict=True) if one > MIN_SIMILARITY})
    )
