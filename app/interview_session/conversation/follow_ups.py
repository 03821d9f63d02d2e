"""Which follow-up to ask: in the plan's order, when the answer calls for it, and never what it has dealt with."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from app.interview_session.conversation.answer_signs import shows

LATEST_SHARE = 0.9
"""The share of a phase after which no follow-up is asked any more."""

READ_CHARACTERS = 4_000
"""As much is looked at for signs: some five minutes of speech, and little enough for a reply at once."""

REMEMBERED_CHARACTERS = 40_000
"""As much of a phase's last answers is searched for the words of a follow-up, so that a reply does not take the
longer the more was said. It is more than anybody types in an hour."""

_OF_THE_ANSWER = frozenset({"vague", "short"})
"""Signs that are looked for in the last answer alone; what is missing is looked for in all answers of the phase."""

_WORD = re.compile(r"(?:(?<![^\s(])\.)?[^\W_]+[+#]*")
"""A word, with the signs that make it another one: ``C++``, ``C#``, ``.NET``."""

_ENDINGS = ("ing", "ed", "es", "s")
_LEAST_STEM = 4


def choose(
    field: Mapping[str, Any],
    answer: str,
    answers: Sequence[str],
    *,
    asked: Collection[int],
    covered: Collection[int],
) -> int | None:
    """Return the number (from 1) of the follow-up to an answer; None if none is left that fits.

    ``answers`` are all of the phase, this one included. ``covered`` are the numbers whose subject was dealt with by
    meaning; what was dealt with in a follow-up's own ``about`` words is found here.
    """
    beginning, all_of_them = answer[:READ_CHARACTERS], "\n".join(answers)[:READ_CHARACTERS]
    for number in open_ones(field, answers, asked=asked, covered=covered):
        when = field["follow_ups"][number - 1]["when"]
        if shows(when, beginning if when in _OF_THE_ANSWER else all_of_them):
            return number
    return None


def open_ones(
    field: Mapping[str, Any], answers: Sequence[str], *, asked: Collection[int], covered: Collection[int]
) -> list[int]:
    """Return the numbers of the follow-ups that were neither asked nor dealt with, in the plan's order."""
    said = _words("\n".join(_last(answers)))
    return [
        number
        for number, follow_up in enumerate(field["follow_ups"], start=1)
        if number not in asked
        and number not in covered
        and not any((words := _words(about)).strip() and words in said for about in follow_up["about"])
    ]


def _last(answers: Sequence[str]) -> list[str]:
    """Return the last answers, whole ones, that do not exceed what is remembered; the newest is always among them."""
    kept: list[str] = []
    characters = 0
    for answer in reversed(answers):
        characters += len(answer)
        if kept and characters > REMEMBERED_CHARACTERS:
            break
        kept.append(answer)
    return kept[::-1]


def _words(text: str) -> str:
    """Return a text's words, stemmed and with one space around each, so that whole phrases can be found in it."""
    words = _WORD.findall(unicodedata.normalize("NFC", text).lower())
    return f" {' '.join(map(_stem, words))} "


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """Return a word without the endings that change with its place in a sentence: "story" and "stories" are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            word = word.removesuffix(ending)
            break
    if len(word) > _LEAST_STEM:
        word = f"{word[:-1]}i" if word.endswith("y") else word
        word = word.rstrip("e") if len(word.rstrip("e")) >= _LEAST_STEM else word
    # What was doubled before an ending, as in "planned".
    return word[:-1] if len(word) > _LEAST_STEM and word[-1] == word[-2] else word
