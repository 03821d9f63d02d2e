"""The patterns and phrases of a language, read from its data file."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.interview_session.conversation.utterance import Intent

DATA_FOLDER = Path(__file__).parent / "data"
LANGUAGES = frozenset(path.stem for path in DATA_FOLDER.glob("*.toml"))
"""The languages that requests are understood in."""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """What a language's data file says; see the head of ``data/en.toml`` for what each part is for."""

    certain: Mapping[Intent, tuple[re.Pattern[str], ...]]
    whole: Mapping[Intent, tuple[re.Pattern[str], ...]]
    part: Mapping[Intent, tuple[re.Pattern[str], ...]]
    phrases: Mapping[Intent, tuple[str, ...]]
    narrative: tuple[re.Pattern[str], ...]
    subject: tuple[re.Pattern[str], ...]
    question_form: tuple[re.Pattern[str], ...]
    wondering: tuple[re.Pattern[str], ...]
    fillers: frozenset[str]
    courtesies_before: tuple[tuple[str, ...], ...]
    courtesies_after: tuple[tuple[str, ...], ...]
    keywords: tuple[str, ...]
    function_words: frozenset[str]
    apostrophes: Mapping[str, str]
    short_forms: Mapping[str, str]


@cache
def phrasebook(language: str) -> Phrasebook:
    """Return a language's phrasebook; ``language`` is one of ``LANGUAGES``."""
    with (DATA_FOLDER / f"{language}.toml").open("rb") as file:
        data = tomllib.load(file)
    parts: dict[str, str] = data["parts"]

    def compiled(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_filled_in(pattern, parts)) for pattern in patterns)

    def of_each_intent(kind: str) -> dict[Intent, tuple[re.Pattern[str], ...]]:
        return {Intent(name): compiled(entry[kind]) for name, entry in data["intents"].items() if kind in entry}

    return Phrasebook(
        certain=of_each_intent("certain"),
        whole=of_each_intent("whole"),
        part=of_each_intent("part"),
        phrases={Intent(name): tuple(entry["phrases"]) for name, entry in data["intents"].items()},
        narrative=compiled(data["narrative"]["part"]),
        subject=compiled(data["subject"]["part"]),
        question_form=compiled(data["question_form"]["part"]),
        wondering=compiled(data["wondering"]["part"]),
        fillers=frozenset(data["fillers"]),
        courtesies_before=_longest_first(data["courtesies_before"]),
        courtesies_after=_longest_first(data["courtesies_after"]),
        keywords=tuple(data["keywords"]),
        function_words=frozenset(data["function_words"].split()),
        apostrophes=data["apostrophes"],
        short_forms=data["short_forms"],
    )


def _filled_in(pattern: str, parts: Mapping[str, str]) -> str:
    # Named one by one: the braces of a repetition are not ours.
    for name, part in parts.items():
        pattern = pattern.replace("{" + name + "}", part)
    return pattern


def _longest_first(phrases: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True))
