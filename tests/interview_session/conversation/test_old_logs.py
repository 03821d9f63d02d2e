"""Logs of the version before: whole sessions as it wrote them, and entries as its voice wrote them."""

import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.conversation.old_logs import with_purposes
from app.interview_session.conversation.utterance import Purpose
from app.interview_session.events.events import Event, EventType

LOGS = Path(__file__).parent / "old_logs"
PLAN: dict[str, Any] = {
    "title": "Rehearsal",
    "planner_fields": [
        {"sequence": 1, "question": "Who are you? What do you do?", "follow_ups": ["Why?", "Since when? And where?"]},
        {
            "sequence": 2,
            "question": "What went wrong?",
            "follow_ups": [{"text": "Who did you tell?", "when": "always"}],
        },
    ],
}
QUESTION, FOLLOW_UP, REPLY = "question", "follow_up", "reply"
INNER = ("purpose", "about", "cue", "part", "parts", "cut_by")

# Of each stored log what the entries of its interviewer are for: purpose, about, cue, part, parts, cut_by.
STORED: dict[str, list[tuple[Any, ...]]] = {
    "complete": [
        (QUESTION,),
        (REPLY, None, "short"),
        (FOLLOW_UP, 2),
        (FOLLOW_UP, 1),
        (REPLY, None, "more"),
        (REPLY, None, "noted"),
        (QUESTION,),
        (FOLLOW_UP, 1),
        (REPLY, None, "more"),
        (REPLY, None, "short"),
        (QUESTION,),
        (REPLY, None, "short"),
        (REPLY, None, "more"),
    ],
    "ended_early": [(QUESTION,), (FOLLOW_UP, 2)],
    "reset": [
        (QUESTION,),
        (FOLLOW_UP, 2),
        (FOLLOW_UP, 1),
        (QUESTION,),
        (REPLY, None, "short"),
        (FOLLOW_UP, 1),
    ],
    "paused": [(QUESTION,), (FOLLOW_UP, 2), (FOLLOW_UP, 1), (REPLY, None, "more"), (QUESTION,), (FOLLOW_UP, 1)],
    "injections": [
        (QUESTION,),
        ("note", 2),
        ("problem", 3),
        ("problem", 8),
        (QUESTION,),
        ("note", 13),
        (FOLLOW_UP, 1),
    ],
    "voice": [
        *[(QUESTION, None, None, 1, 2), (QUESTION, None, None, 2, 2), (FOLLOW_UP, 1), (REPLY, None, "short")],
        *[("problem", 9, None, 1, 3), ("problem", 9, None, 2, 3), ("problem", 9, None, 3, 3)],
        *[("manners",), ("resuming",)],
        *[("problem", 9, None, 1, 3), ("problem", 9, None, 2, 3), ("problem", 9, None, 3, 3)],
        *[("manners",), ("manners",), (QUESTION, None, None, 1, 2), (QUESTION, None, None, 2, 2)],
        *[("note", 26, None, 1, 2), ("note", 26, None, 2, 2), (FOLLOW_UP, 1), ("manners",), ("resuming",)],
    ],
}


def stored(name: str) -> tuple[list[Event], dict[str, Any]]:
    log = orjson.loads((LOGS / f"{name}.json").read_bytes())
    return [Event(EventType(line["type"]), line["data"], line["seq"]) for line in log["events"]], log["plan"]


def inner(events: list[Event], speaker: str = "interviewer") -> list[tuple[Any, ...]]:
    """Return what was found of a speaker's entries, without the fields that are missing at the end."""
    found = []
    for event in events:
        if event.type is EventType.TRANSCRIPT and event.data["speaker"] == speaker:
            values = [event.data.get(name) for name in INNER]
            while values and values[-1] is None:
                values.pop()
            found.append(tuple(values))
    return found


@pytest.mark.parametrize("name", STORED)
def test_a_whole_session_is_understood(name: str) -> None:
    events, plan = stored(name)
    found = with_purposes(events, plan)

    assert inner(found) == STORED[name]
    assert set(inner(found, "candidate")) == {("answer",)}


@pytest.mark.parametrize("name", STORED)
def test_nothing_else_of_a_log_is_changed(name: str) -> None:
    events, plan = stored(name)
    found = with_purposes(events, plan)

    assert [(event.type, event.seq) for event in found] == [(event.type, event.seq) for event in events]
    stripped = [{key: value for key, value in event.data.items() if key not in INNER} for event in found]
    assert stripped == [event.data for event in events]
    assert with_purposes(found, plan) == found


def said(text: str, speaker: str = "interviewer", phase: int = 1, **fields: Any) -> Event:
    entry = {"speaker": speaker, "text": text, "phase_sequence": phase, "source": "voice"} | fields
    return Event(EventType.TRANSCRIPT, entry)


def answer(text: str = "I am a nurse.", phase: int = 1) -> Event:
    return said(text, "candidate", phase)


def problem(text: str, seq: int) -> Event:
    return Event(EventType.PROBLEM_INJECTED, {"problem_text": text}, seq)


def note(text: str, seq: int) -> Event:
    return Event(EventType.CONTEXT_INJECTED, {"context_text": text}, seq)


RESET = Event(EventType.TIMER_RESET, {})
ASKED = [said("Who are you?"), said("What do you do?")]
ASKED_FOUND = [(QUESTION, None, None, 1, 2), (QUESTION, None, None, 2, 2)]

NOTE = "One more thing to keep in mind. Be kind."

SPOKEN: dict[str, tuple[list[Event], list[tuple[Any, ...]]]] = {
    "a welcome before the question": (
        [said("Welcome to your practice interview."), *ASKED],
        [("greeting",), *ASKED_FOUND],
    ),
    "a welcome and the question in one entry": (
        [said("Welcome to your practice interview. Who are you? What do you do?")],
        [(QUESTION,)],
    ),
    "thanks before a later question": (
        [
            *ASKED,
            answer(),
            said("Thank you.", phase=2),
            said("Let us go on.", phase=2),
            said("What went wrong?", phase=2),
        ],
        [*ASKED_FOUND, ("manners",), ("manners",), (QUESTION,)],
    ),
    "a question cut off in its first sentence, and resumed": (
        [said("Who are"), answer("Sorry?"), said("Let us go on."), *ASKED],
        [(QUESTION, None, None, 1, 2, "candidate"), ("manners",), *ASKED_FOUND],
    ),
    "the rest of a question after a pause": (
        [said("Who are you?"), answer("Sorry?"), said("Let us go on."), said("What do you do?")],
        [ASKED_FOUND[0], ("manners",), ASKED_FOUND[1]],
    ),
    "a whole question said again after a break": (
        [*ASKED, said("Let us go on."), *ASKED],
        [*ASKED_FOUND, ("manners",), ("resuming", None, None, 1, 2), ("resuming", None, None, 2, 2)],
    ),
    "a question said again after a reset": ([*ASKED, RESET, *ASKED], [*ASKED_FOUND, *ASKED_FOUND]),
    "follow-ups as a text and as an object": (
        [
            *ASKED,
            answer(),
            said("Since when?"),
            said("And where?"),
            answer(phase=2),
            said("Who did you tell?", phase=2),
        ],
        [*ASKED_FOUND, (FOLLOW_UP, 2, None, 1, 2), (FOLLOW_UP, 2, None, 2, 2), (FOLLOW_UP, 1)],
    ),
    "thanks that begin a reply": (
        [
            *[*ASKED, answer(), said("Thank you.")],
            said("There is still some time for this question: is there anything you would like to add?"),
        ],
        [*ASKED_FOUND, (REPLY, None, "more", 1, 2), (REPLY, None, "more", 2, 2)],
    ),
    "a time check and a goodbye": (
        [*ASKED, said("We have about 25 seconds left for this question."), said("Let us stop here.")],
        [*ASKED_FOUND, ("time_check",), ("goodbye", None, None, 1, 3)],
    ),
    "a problem sentence by sentence, with a break": (
        [
            *[*ASKED, problem("Reverse a list. In place.", 7), said("Here is a problem for you.")],
            *[said("Reverse a list."), answer("Wait."), said("Let us go on."), said("In place.")],
        ],
        [
            *[*ASKED_FOUND, ("problem", 7, None, 1, 3), ("problem", 7, None, 2, 3)],
            *[("manners",), ("problem", 7, None, 3, 3)],
        ],
    ),
    "the same note twice": (
        [note("Be kind.", 1), said(NOTE), note("Be kind.", 5), *ASKED, said(NOTE)],
        [("note", 1), *ASKED_FOUND, ("note", 5)],
    ),
    "words of a model": (
        [
            *[said("Nice to meet you, tell me who you are."), answer(), said("I see."), answer()],
            *[problem("Sort it.", 9), said("Now sort this list for me, please."), answer(), said("Good.")],
        ],
        [(QUESTION,), (REPLY,), ("problem", 9), (REPLY,)],
    ),
    "no letters at all": ([said("…")], [("manners",)]),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_a_session_by_voice_is_understood(case: str) -> None:
    events, expected = SPOKEN[case]
    assert inner(with_purposes(events, PLAN)) == expected


def test_a_log_that_lacks_nothing_is_returned_as_it_is() -> None:
    events = [said("Who are you?", purpose="reply"), answer(), RESET]
    events[1].data["purpose"] = "thanks"
    found = with_purposes(events, {})
    assert all(one is other for one, other in zip(found, events, strict=True))


def test_an_entry_that_has_a_purpose_keeps_it() -> None:
    found = with_purposes([said("Why?", purpose="hint", about=1), said("Why?"), answer()], PLAN)
    assert inner(found) == [("hint", 1), (FOLLOW_UP, 1)]


TEXTS = st.sampled_from(
    [
        "",
        "…",
        "Who are you?",
        "What",
        "Why?",
        "Thank you.",
        "Let us go on.",
        "Sort it.",
        "Who are you? Why? In place.",
    ]
)
EVENTS = st.one_of(
    st.builds(said, TEXTS | st.text(), st.sampled_from(["interviewer", "candidate"]), st.sampled_from([1, 2])),
    st.builds(problem, TEXTS, st.integers(1, 9)),
    st.builds(note, TEXTS, st.integers(1, 9)),
    st.just(RESET),
)


@given(st.lists(EVENTS))
def test_every_entry_of_any_log_gets_a_purpose(events: list[Event]) -> None:
    found = with_purposes(events, PLAN)
    assert len(found) == len(events)
    for event in found:
        if event.type is EventType.TRANSCRIPT:
            assert event.data["speaker"] == "candidate" or Purpose(event.data["purpose"])
            assert 1 <= event.data.get("part", 1) <= event.data.get("parts", 1)


def seconds_for(sentences: int, words: str) -> float:
    plan = {"planner_fields": [{"question": " ".join(f"{number} of them." for number in range(sentences))}]}
    events = [said(" ".join([words] * sentences))]
    begun_at = time.process_time()
    with_purposes(events, plan)
    return time.process_time() - begun_at


@pytest.mark.parametrize("words", ["Other words.", "0 of them.", "7 of them"])
def test_a_question_of_very_many_sentences_is_looked_through_in_linear_time(words: str) -> None:
    assert seconds_for(2000, words) < 3


def test_a_sentence_that_stands_in_a_line_very_often_is_found_where_it_is_due() -> None:
    plan = {"planner_fields": [{"question": " ".join(["Think."] * 30)}]}

    events = with_purposes([said("Think."), *[said("Think.") for _ in range(29)]], plan)

    assert len(events) == 30
    assert all(event.data["purpose"] == "question" for event in events)
