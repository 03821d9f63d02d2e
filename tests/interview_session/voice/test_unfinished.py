"""Whether a sentence breaks off."""

import pytest

from app.interview_session.voice.unfinished import is_unfinished


@pytest.mark.parametrize(
    "text",
    [
        "We stopped the project because.",
        "It was difficult for the.",
        "and then we, um",
        "It was a hard time for, ah,",
        "I was responsible for…",
        "And so.",
        "The reason is",
    ],
)
def test_words_that_call_for_more(text: str) -> None:
    assert is_unfinished(text)


@pytest.mark.parametrize(
    "text",
    [
        "We stopped the project.",
        "I think so.",
        "That is what it was.",
        "For everybody,",
        "Could you say what it is of?",
        "Yes",
        "",
        ".",
    ],
)
def test_words_that_may_be_the_last(text: str) -> None:
    assert not is_unfinished(text)
