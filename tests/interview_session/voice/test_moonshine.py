"""The model that hears: terms are kept more often with a glossary, ordinary sentences are left as they are."""

from collections.abc import Callable

import numpy as np
import pytest

from app.interview_session.voice.services.ear_process import CROWDED_BEAM_WIDTH
from app.interview_session.voice.services.glossary import Glossary, field_terms
from app.interview_session.voice.services.model_files import MOONSHINE_FOLDER
from app.interview_session.voice.services.moonshine import Moonshine
from tests.support.voices import Samples, hibari, samples_of

ORDINARY = [
    "I paid in cash and put the rest in my pocket.",
    "Are you ready for the trip to the mountains?",
    "My grandmother posts letters to us every week.",
    "He writes to his parents once a month.",
    "The docks are closed on Sunday because of the storm.",
    "A sink full of plates is no fun.",
    "You tried again and again until it worked.",
    "The back of the house is off limits.",
    "We do cook for twelve people each evening.",
    "The pandas in the zoo sleep all day.",
]
TECHNICAL = {
    "Redis": "The cache invalidation was the slow part. We moved it to Redis.",
    "Postgres": "We put the payments behind a key and stored them in Postgres, so that retries were safe.",
    "Zefirus": "I worked on the Zefirus project for a year.",
}


@pytest.fixture(scope="module")
def model() -> Moonshine:
    return Moonshine(MOONSHINE_FOLDER)


@pytest.fixture(scope="module")
def glossary(model: Moonshine) -> Glossary:
    return Glossary(model.tokens, [*field_terms(), "Zefirus", "Okonjo", "Nordlicht", "ClickHouse"])


def heard(model: Moonshine, text: str, glossary: Glossary | None = None) -> str:
    return model.hear(samples_of(hibari(text)), glossary).text


def test_terms_are_kept_with_a_glossary_and_lost_without(model: Moonshine, glossary: Glossary) -> None:
    kept = {term for term, text in TECHNICAL.items() if term in heard(model, text, glossary)}
    kept_without = {term for term, text in TECHNICAL.items() if term in heard(model, text)}

    assert kept == set(TECHNICAL)
    assert len(kept_without) < len(kept)


def test_a_narrow_search_hears_the_ordinary_words_too(model: Moonshine, glossary: Glossary) -> None:
    sound = samples_of(hibari("We measured every query before we changed anything."))

    narrow = model.hear(sound, glossary, beam_width=CROWDED_BEAM_WIDTH).text

    assert narrow == "We measured every query before we changed anything."


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_are_not_bent_to_terms(model: Moonshine, glossary: Glossary, text: str) -> None:
    assert heard(model, text, glossary) == heard(model, text)


def test_a_text_survives_the_tokens(model: Moonshine) -> None:
    for text in [*TECHNICAL.values(), *field_terms(), "naïve 日本 <x>"]:
        assert model.tokens.decode(model.tokens.encode(f" {text}")) == text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sound: sound + 0.4,
        lambda sound: sound * 20,
        lambda sound: np.where(np.arange(len(sound)) % 997 == 0, np.nan, sound),
        lambda sound: np.where(np.arange(len(sound)) % 4999 == 0, np.inf, sound),
    ],
    ids=["offset", "clipped", "nan", "infinite"],
)
def test_spoilt_sound_is_heard_as_far_as_it_goes(model: Moonshine, spoil: Callable[[Samples], Samples]) -> None:
    text = model.hear(spoil(samples_of(hibari("My name is Ada.")))).text
    assert "name" in text


@pytest.mark.parametrize("length", [0, 1, 1599])
def test_a_moment_has_no_words(model: Moonshine, length: int) -> None:
    assert model.hear(np.full(length, 0.1)).text == ""


def test_the_number_of_words_is_bounded_by_the_time(model: Moonshine) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(3 * 16000)
    assert len(model.tokens.encode(model.hear(noise).text)) <= 3 * 6.5
