"""How many words the ears miss, and how many of the voice's words are missed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.speech.conditions import CONDITIONS, nothing_said
from benchmarks.speech.ears import Ear
from benchmarks.speech.sound import Samples
from benchmarks.speech.texts import Trade
from benchmarks.speech.voices import Voice
from benchmarks.speech.word_errors import WordErrors, total, word_errors, words_of

Terms = Callable[[Trade], Sequence[str]]


@dataclass(frozen=True)
class Heard:
    """An answer that somebody gave, and the errors with which it was heard."""

    voice: str
    condition: str
    trade: str
    has_glossary: bool
    errors: WordErrors


def hear_answers(
    ear: Ear, voices: Sequence[Voice], trades: Sequence[Trade], terms_of: Terms, *, without_glossary: bool
) -> Iterator[Heard]:
    """Have every voice give every answer, and the first voice also under each condition.

    Args:
        ear: who listens.
        voices: who speaks; the first is the one that conditions are tried with.
        trades: what is said.
        terms_of: returns the glossary of the rooms of a trade.
        without_glossary: listen to everything once more without it.

    """
    for voice in voices:
        for trade in trades:
            for answer in trade.answers:
                for condition, samples in _conditions(voice.say(answer), only_clean=voice is not voices[0]):
                    for has_glossary in (True, False) if without_glossary else (True,):
                        text = ear.hear(samples, terms_of(trade) if has_glossary else ())
                        yield Heard(voice.name, condition, trade.name, has_glossary, word_errors(answer, text))


def hear_nothing(ear: Ear, terms: Sequence[str]) -> dict[str, int]:
    """Return how many words the ear makes of each sound in which there are none."""
    return {name: len(words_of(ear.hear(samples, terms))) for name, samples in nothing_said().items()}


def hear_voices(ear: Ear, voices: Sequence[Voice], sentences: Sequence[str]) -> dict[str, WordErrors]:
    """Return the errors with which each voice is heard when it says an interviewer's sentences."""
    return {
        voice.name: total(word_errors(sentence, ear.hear(voice.say(sentence))) for sentence in sentences)
        for voice in voices
    }


def by(heard: Sequence[Heard], key: Callable[[Heard], str]) -> dict[str, WordErrors]:
    """Return the errors of each group, in the order in which the groups first come."""
    groups: dict[str, list[WordErrors]] = defaultdict(list)
    for one in heard:
        groups[key(one)].append(one.errors)
    return {name: total(errors) for name, errors in groups.items()}


def _conditions(samples: Samples, *, only_clean: bool) -> Iterator[tuple[str, Samples]]:
    for name, change in CONDITIONS.items():
        yield name, change(samples)
        if only_clean:
            return
