"""When a follow-up's ``about`` words count as said."""

import pytest

from app.interview_session.conversation import follow_ups

REST = "and that is all that I did there last year with two of my colleagues."


def is_open(about: str, answer: str) -> bool:
    field = {"follow_ups": [{"text": "And then?", "when": "always", "about": [about]}]}
    return follow_ups.open_ones(field, [f"{answer} {REST}"], asked=(), covered=()) == [1]


@pytest.mark.parametrize(
    ("about", "answer"),
    [
        ("BUDGET", "The budget was small"),
        ("budget", "The BUDGET, was small"),
        ("the  budget", "(The budget) was small"),
        ("follow-up", "There was a follow up"),
        ("don't", "I said that we don’t want it"),
        ("R", "I wrote it in R,"),
        ("C++", "I wrote it in C++,"),
        ("c#", "I wrote it in C#."),
        (".NET", "I wrote it on .net;"),
        ("node.js", "I wrote it in Node.js"),
        ("été", "That was in e\u0301te\u0301"),
        ("deadline", "I kept all deadlines"),
        ("deadlines", "I kept each deadline"),
        ("story", "I told them stories"),
        ("measure", "I measured it"),
        ("measuring", "We measure it"),
        ("disagree", "They disagreed"),
        ("plan", "We planned it"),
        ("process", "We changed two processes"),
    ],
)
def test_words_that_were_said_leave_nothing_to_ask(about: str, answer: str) -> None:
    assert not is_open(about, answer)


@pytest.mark.parametrize(
    ("about", "answer"),
    [
        ("budget", "The small one"),
        ("the budget", "A budget for the"),
        ("C++", "I wrote it in C"),
        ("C", "I wrote it in C++"),
        ("C#", "I wrote it in C++"),
        (".NET", "The net result was good"),
        ("R", "I wrote it for our"),
        ("plan", "It was plain"),
        ("...", "Well ... that was it"),
        ("🚀", "We launched 🚀"),
    ],
)
def test_what_was_not_said_is_asked(about: str, answer: str) -> None:
    assert is_open(about, answer)


def test_without_an_answer_all_are_open() -> None:
    field = {"follow_ups": [{"text": "And then?", "when": "always", "about": ["..."]}]}
    assert follow_ups.open_ones(field, [], asked=(), covered=()) == [1]
