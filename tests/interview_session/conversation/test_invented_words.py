"""Words that are none."""

import time

import pytest

from app.interview_session.conversation.invented_words import (
    is_invented_text,
    is_invented_word,
    is_noise,
    is_walk,
)
from app.interview_session.conversation.phrasebook import phrasebook
from app.interview_session.conversation.sense import is_gibberish, is_in_other_language

FUNCTION_WORDS = phrasebook("en").function_words


@pytest.mark.parametrize("word", ["blorf", "nurgle", "vuxiter", "florp"])
def test_a_word_that_english_does_not_have_is_invented(word: str) -> None:
    assert is_invented_word(word)


@pytest.mark.parametrize(
    "word",
    ["team", "refactoring", "unmaintained", "spreadsheet", "comunication", "workbench", "kubernetes", "sql", "ab"],
)
def test_forms_compounds_slips_and_terms_of_a_trade_are_not_invented(word: str) -> None:
    assert not is_invented_word(word)


@pytest.mark.parametrize("text", ["blorf snarg wimble", "the blorpy snarf is wumbling", "Glorbex anitu vensolo."])
def test_a_text_of_invented_words_is_invented(text: str) -> None:
    assert is_invented_text(text, FUNCTION_WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "haskell ocaml",
        "we used snorkly for the blorf",
        "Our clients are Blorf, Snarg and Wimble.",
        "blörf snärg wimble",
        "a plain answer about florp",
    ],
)
def test_few_unknown_words_names_and_accents_are_not_enough(text: str) -> None:
    assert not is_invented_text(text, FUNCTION_WORDS)


@pytest.mark.parametrize("word", ["qwerty", "asdfjkl", "poiuy", "qweasdzxc", "zxcvbn"])
def test_neighbouring_keys_are_a_walk(word: str) -> None:
    assert is_walk(word)


@pytest.mark.parametrize("word", ["were", "power", "asdfx", "as", ""])
def test_a_word_with_any_other_key_is_no_walk(word: str) -> None:
    assert not is_walk(word)


@pytest.mark.parametrize("word", ["lalalala", "dadadada", "zzzz", "ghghgh"])
def test_one_syllable_over_and_over_is_noise(word: str) -> None:
    assert is_noise(word)


@pytest.mark.parametrize("word", ["mississippi", "banana", "tomorrow"])
def test_a_word_with_a_syllable_twice_is_not_noise(word: str) -> None:
    assert not is_noise(word)


def test_unknown_words_of_another_language_are_that_language() -> None:
    text = "ich habe keine ahnung davon"

    assert not is_gibberish(text)
    assert is_in_other_language(text, "en")


def test_invented_words_are_not_told_in_a_language_without_phrases() -> None:
    assert not is_gibberish("blorf snarg wimble toft", "de")
    assert is_gibberish("blorf snarg wimble toft")


@pytest.mark.parametrize("word", ["x" * 20_000, "la" * 10_000, "abc" * 7_000, "qwerty" * 3_000])
def test_a_long_word_is_read_at_once(word: str) -> None:
    begun = time.process_time()
    is_gibberish(word)

    # Squared time would need many seconds.
    assert time.process_time() - begun < 0.5
