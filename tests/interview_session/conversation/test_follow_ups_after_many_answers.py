"""Which follow-ups are left to ask, also after very much was said."""

import time

from app.interview_session.conversation.follow_ups import REMEMBERED_CHARACTERS, open_ones

FIELD = {
    "follow_ups": [
        {"text": "How did you test it?", "when": "always", "about": ["tested"]},
        {"text": "Who paid for it?", "when": "always", "about": ["budget"]},
    ]
}
LONG_ANSWER = "we went on with it " * 1000


def still_open(answers: list[str]) -> list[int]:
    return open_ones(FIELD, answers, asked=(), covered=())


def test_the_words_of_the_newest_answer_are_found_to_its_end() -> None:
    assert still_open([LONG_ANSWER] * 5 + [LONG_ANSWER + "and tested it"]) == [2]


def test_the_words_of_earlier_answers_are_found_too() -> None:
    assert still_open(["We tested it.", "We had a budget.", LONG_ANSWER]) == []


def test_what_lies_far_back_is_not_searched_for_ever() -> None:
    answers = ["We tested it.", *[LONG_ANSWER] * 300]
    assert sum(map(len, answers)) > 100 * REMEMBERED_CHARACTERS

    begun_at = time.process_time()
    found = still_open(answers)

    assert found == [1, 2]
    # A search of all of it takes well over a second.
    assert time.process_time() - begun_at < 0.5
