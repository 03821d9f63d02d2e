"""The interviewer without a language model."""

import pytest

from app.interview_session.conversation import scripted

FIELD = {
    "question": "What did you build?",
    "follow_ups": ["How was it tested?", "What would you change about the database today?"],
}
LONG = "I built a service that kept every order in a large database and answered quickly."


def test_a_follow_up_is_chosen_by_what_the_answer_speaks_of() -> None:
    assert scripted.reply(FIELD, [], LONG) == FIELD["follow_ups"][1]


def test_without_a_common_word_follow_ups_come_in_the_plans_order() -> None:
    assert scripted.reply(FIELD, [], "Well one two three four five six seven eight") == FIELD["follow_ups"][0]


def test_no_follow_up_is_asked_twice_and_the_phase_ends_politely() -> None:
    said: list[str] = []
    for _ in range(5):
        said.append(scripted.reply(FIELD, said, LONG))

    assert said[:2] == [FIELD["follow_ups"][1], FIELD["follow_ups"][0]]
    assert said[2:] == [scripted.ANYTHING_TO_ADD, scripted.NOTED, scripted.NOTED]


def test_what_was_said_in_several_sentences_and_spaced_otherwise_was_said() -> None:
    field = FIELD | {"follow_ups": ["How was it\ntested?  And by whom?"]}
    so_far = ["What did you build? How was it tested? And by whom?"]
    assert scripted.reply(field, so_far, LONG) == scripted.ANYTHING_TO_ADD


@pytest.mark.parametrize("begin", ["Hello, and welcome.", "welcome!", "Hi there.", "Good morning."])
def test_a_question_that_greets_is_not_greeted_before(begin: str) -> None:
    assert scripted.greeting(FIELD | {"question": f"{begin} Who are you?"}) == f"{begin} Who are you?"
    assert scripted.greeting(FIELD | {"question": "Highlight one thing."}).startswith(scripted.WELCOME)


def test_a_short_answer_is_asked_about_once() -> None:
    assert scripted.reply(FIELD, [], "A shop.") == scripted.TELL_ME_MORE
    assert scripted.reply(FIELD, [scripted.TELL_ME_MORE], "A shop.") == FIELD["follow_ups"][0]


@pytest.mark.parametrize(
    ("seconds", "words"), [(600, "10 minutes"), (119, "2 minutes"), (24, "25 seconds"), (0.12, "5 seconds")]
)
def test_a_time_check_speaks_in_round_figures(seconds: float, words: str) -> None:
    assert words in scripted.time_check(seconds)
