"""The words of a room that the ears should know: names, products, acronyms and code in its plan and its posting."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.interview_session.conversation.invented_words import is_invented_word
from app.interview_session.conversation.wordpiece import vocabulary
from app.interview_session.plans.plan import follow_up_text

MAX_TERMS = 200
MAX_TERM_CHARACTERS = 40
MAX_TEXT_CHARACTERS = 60_000
MAX_UNUSUAL_WORDS = 400
"""So many different words are looked at closely; more are in no posting that was meant to be read."""

COMMON_TOKENS = 12_000
"""Tokens of the vocabulary with lower numbers are the more frequent ones: ordinary words."""

MIN_NAME_LETTERS = 4
MIN_ACRONYM_LETTERS = 3
MAX_ACRONYM_LETTERS = 8

_WORD = re.compile(r"[^\W_]+(?:[._-][^\W_]+)*")
_INNER_CAPITAL = re.compile(r"[^\W\d_]*[a-z\d][A-Z]|[A-Z]{2}[A-Z]*[a-z]{2}")
_CODE_ENDINGS = frozenset({"js", "io", "py", "ai", "net", "dev", "sql", "sh"})
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,7}s")
_ENDING_SIGNS = ".!?:;•·*|"


def room_terms(plan: Mapping[str, Any], posting: Mapping[str, Any] | None) -> list[str]:
    """Return the terms of a room, those of the posting's title and company first; at most ``MAX_TERMS``.

    An ordinary English word is none, whatever its capitals: the ears would begin to hear it everywhere.

    Args:
        plan: what a session keeps of its plan.
        posting: the tracked position's ``title``, ``company`` and ``description``, of which the last may be None;
            None if there is no position.

    """
    found: dict[str, str] = {}
    unusual: dict[str, bool] = {}
    left = MAX_TEXT_CHARACTERS
    for text in [*_posting_texts(posting), *_plan_texts(plan)]:
        for term in _terms_in(text[:left], unusual):
            found.setdefault(term.lower(), term)
        left -= min(left, len(text))
    return [*found.values()][:MAX_TERMS]


def _posting_texts(posting: Mapping[str, Any] | None) -> Iterator[str]:
    if posting:
        for name in ("title", "company", "description"):
            yield posting[name] or ""


def _plan_texts(plan: Mapping[str, Any]) -> Iterator[str]:
    yield plan.get("title") or ""
    for field in plan["planner_fields"]:
        yield field.get("question") or ""
        yield from map(follow_up_text, field.get("follow_ups") or ())
        yield from field.get("rubric") or ()
        yield field.get("instructions") or ""


def _terms_in(text: str, unusual: dict[str, bool]) -> Iterable[str]:
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        between = text[end : match.start()]
        begins_sentence = end == 0 or "\n" in between or any(sign in between for sign in _ENDING_SIGNS)
        end = match.end()
        if len(word) <= MAX_TERM_CHARACTERS and _is_term(word, unusual, begins_sentence=begins_sentence):
            yield word


def _is_term(word: str, unusual: dict[str, bool], *, begins_sentence: bool) -> bool:
    if not word.isascii() or sum(map(str.isalpha, word)) < MIN_ACRONYM_LETTERS:
        return False
    parts = re.split(r"[._-]", word)
    if len(parts) > 1:
        is_code = "_" in word or parts[-1].lower() in _CODE_ENDINGS or any(map(str.isdigit, "".join(parts)))
        return is_code or any(_is_term(part, unusual, begins_sentence=begins_sentence) for part in parts)
    if _INNER_CAPITAL.match(word) and not _PLURAL_ACRONYM.fullmatch(word):
        return True
    if word.isupper():
        return len(word) <= MAX_ACRONYM_LETTERS and not _is_common(word.lower())
    if len(word) < MIN_NAME_LETTERS or not word.isalpha():
        return False
    is_name = word[0].isupper() and not begins_sentence and word.lower() in vocabulary()
    return (is_name and not _is_common(word.lower())) or _is_unusual(word.lower(), unusual)


def _is_common(word: str) -> bool:
    """Tell whether a word is an ordinary one, or an ordinary form of one."""
    bases = [word, *(word.removesuffix(ending) for ending in ("s", "es", "d", "ed", "ing", "er", "ly"))]
    stems = [*bases, word.removesuffix("ing") + "e"]
    return any(vocabulary().get(stem, COMMON_TOKENS) < COMMON_TOKENS for stem in stems)


def _is_unusual(word: str, unusual: dict[str, bool]) -> bool:
    if word in vocabulary():
        return False
    if word not in unusual and len(unusual) < MAX_UNUSUAL_WORDS:
        unusual[word] = is_invented_word(word)
    return unusual.get(word, False)
