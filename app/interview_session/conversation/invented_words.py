"""Whether the words of an English text are words at all: invented ones, syllables repeated, keys walked along.

A word is English if the model's vocabulary has it, or has what it is made of. Names and terms of a trade are in
no such vocabulary, so that single unknown words, and words with a capital, say nothing.
"""

import re
from collections.abc import Sequence
from functools import cache

from app.interview_session.conversation.wordpiece import vocabulary

MIN_INVENTED_LETTERS = 3
MIN_INVENTED_WORDS = 3
"""Two unknown words may be two products; three are rarely three."""
MIN_WALK_KEYS = 3
MAX_FUNCTION_WORD_SHARE = 0.5
COMMON_TOKENS = 12_000
"""Tokens with lower numbers are the more frequent ones."""
MIN_MISSPELT_LETTERS = 6

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SYLLABLES = re.compile(r"(?:([a-z])\1{3,}|([a-z]{2,4}?)\2{2,}[a-z]{0,2})")
_KEY_ROWS = """
qwertyuiop qwertzuiop azertyuiop asdfghjkl zxcvbnm yxcvbnm qaz wsx edc rfv tgb
"""
_ENDINGS_LIST = """
s es ed d ing er r ers rs est ly ness less ful able ible ment ments ion ions ation ations ity ive al ally ic y
ies ied ize ized ise ised izing ising ish ship ance ence ency ist ists ism 's
"""
_BEGINNINGS_LIST = """
un re non pre over under out mis dis co sub inter multi micro auto de im in anti self up on off back front
"""
_TRADE_TERMS_LIST = """
airflow ansible api apis autocad aws azure backend backlog barista bitbucket chatbot cypress dashboard datadog
devops django docker dynamodb elasticsearch excel figma flink frontend git github gitlab golang grafana graphql
grpc hadoop hashmap haskell helm heroku html hubspot idempotent java javascript jenkins jira json junit kanban
keras kotlin kpi kpis kubectl kubernetes lambda laravel linux matplotlib memoization mergesort microservice
mongo mongodb mutex mysql nginx nodejs numpy nuxt oauth ocaml onboarding openshift pandas paracetamol phlebotomy
photoshop playwright postgres postgresql powerpoint prometheus pytest pytorch quicksort rabbitmq redis redux
refactor refactoring regex roadmap rollout salesforce scala scrum selenium sklearn snowflake solidworks
spreadsheet sql sqlite stakeholder startup svelte tableau tensorflow terraform tokenizer triage typescript unix
upsell vite vuejs webhook webpack websocket yaml zapier zsh
"""
_ROWS = tuple(_KEY_ROWS.split())
_ENDINGS = tuple(_ENDINGS_LIST.split())
_BEGINNINGS = tuple(_BEGINNINGS_LIST.split())
_TRADE_TERMS = frozenset(_TRADE_TERMS_LIST.split())


def is_invented_text(text: str, function_words: frozenset[str]) -> bool:
    """Tell whether three quarters of the words that could bear a text's meaning, and at least three, are invented.

    A text with letters beyond ASCII, or with names (capitals behind the first word), is never taken for invented.
    """
    words = _WORD.findall(text)
    bearing = [word for word in words if re.sub("['’]", "", word.lower()) not in function_words]
    if len(bearing) < MIN_INVENTED_WORDS or any(not word.isascii() for word in words):
        return False
    if (len(words) - len(bearing)) > len(words) * MAX_FUNCTION_WORD_SHARE:
        return False
    invented = [word for word in bearing if is_invented_word(word.lower())]
    has_names = any(word[0].isupper() for word in words[1:]) and not all(word.isupper() for word in words)
    # One known word among four is chance: half of all short syllables are some language's word.
    return not has_names and len(invented) >= MIN_INVENTED_WORDS and len(invented) * 4 >= len(bearing) * 3


@cache
def is_invented_word(word: str) -> bool:
    """Tell whether a word in lower case is no English word, nor made of some, nor one with a slip in it."""
    if len(word) < MIN_INVENTED_LETTERS or not word.isascii() or _is_known(word):
        return False
    return not (_has_known_stem(word) or _is_compound(word) or _is_misspelt(word))


def is_noise(word: str) -> bool:
    """Tell whether a word in lower case is one letter or one syllable over and over, or a walk along the keys."""
    return word not in vocabulary() and (_SYLLABLES.fullmatch(word) is not None or is_walk(word))


def is_walk(word: str) -> bool:
    """Tell whether a word is made of nothing but runs of neighbouring keys, such as ``asdfjkl`` or ``poiuy``."""
    begin = 0
    while begin < len(word):
        end = begin + MIN_WALK_KEYS
        if len(word) < end or not _is_run(word[begin:end]):
            return False
        while end < len(word) and _is_run(word[begin : end + 1]):
            end += 1
        begin = end
    return bool(word)


def _is_run(keys: str) -> bool:
    return any(keys in row or keys[::-1] in row for row in _ROWS)


def _is_known(word: str) -> bool:
    return word in vocabulary() or word in _TRADE_TERMS


def _has_known_stem(word: str) -> bool:
    stems = [word, *(word[len(one) :] for one in _BEGINNINGS if word.startswith(one))]
    return any(_is_known_stem(stem) for stem in stems)


def _is_known_stem(word: str) -> bool:
    candidates = [word]
    for ending in _ENDINGS:
        if word.endswith(ending):
            stem = word[: -len(ending)]
            candidates += [stem, stem + "e", stem + "y"]
            if len(stem) > 1 and stem[-1] == stem[-2]:
                candidates.append(stem[:-1])
    return any((len(one) > MIN_INVENTED_LETTERS and _is_known(one)) or _is_common(one) for one in candidates)


def _is_compound(word: str) -> bool:
    return any(_is_common(word[:at]) and _is_common(word[at:]) for at in range(3, len(word) - 2))


def _is_common(word: str) -> bool:
    return len(word) >= MIN_INVENTED_LETTERS and vocabulary().get(word, COMMON_TOKENS) < COMMON_TOKENS


def _is_misspelt(word: str) -> bool:
    """Tell whether one letter more, less or other, or two changed about, make a common word of it."""
    if len(word) < MIN_MISSPELT_LETTERS:
        return False
    return any(_is_common(one) for one in _neighbours(word))


def _neighbours(word: str) -> Sequence[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = []
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        found += [before + letter + after for letter in letters]
        if after:
            found.append(before + after[1:])
            found += [before + letter + after[1:] for letter in letters]
        if len(after) > 1:
            found.append(before + after[1] + after[0] + after[2:])
    return found
