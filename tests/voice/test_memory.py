"""The interviewer's memory: what it knows of a log, and what it brings up next."""

from typing import Any

from app.interview_session import scripted
from app.interview_session.events import Event, EventType, Speaker
from app.interview_session.voice.memory import REMEMBERED, Memory

PLAN = {
    "title": "Rehearsal",
    "planner_fields": [
        {
            "sequence": sequence,
            "question_type": "technical",
            "duration": 5,
            "question": f"Question {sequence}?",
            "instructions": "",
            "follow_ups": [f"Why {sequence}?"],
            "rubric": [],
        }
        for sequence in (1, 2)
    ],
}
STARTED = Event(EventType.PHASE_STARTED, {"sequence": 1})
CHANGED = Event(EventType.PHASE_CHANGED, {"new_sequence": 2})


def said(speaker: str, text: str, sequence: int = 1) -> Event:
    data: dict[str, Any] = {"speaker": speaker, "text": text, "phase_sequence": sequence}
    return Event(EventType.TRANSCRIPT, data)


def memory_of(*events: Event) -> Memory:
    memory = Memory(PLAN)
    memory.replay(events)
    return memory


def test_a_first_call_greets_and_asks() -> None:
    assert memory_of(STARTED).opening().words == "Welcome to your practice interview. Question 1?"


def test_a_later_call_goes_on_without_a_greeting() -> None:
    memory = memory_of(STARTED, said("interviewer", "Welcome to your practice interview. Question 1?"))
    assert memory.opening().words == "Let us go on. Question 1?"

    memory.note(Speaker.INTERVIEWER, "Let us go on. Question 1?")
    assert memory.opening().words == "Let us go on. Question 1?"


def test_a_question_that_was_cut_off_is_asked_again_from_its_beginning() -> None:
    welcome, thanks = said("interviewer", scripted.WELCOME), said("interviewer", "Thank you.", 2)
    assert memory_of(STARTED, welcome).opening().words == "Let us go on. Question 1?"
    assert memory_of(STARTED, welcome, CHANGED, thanks).opening().words == "Let us go on. Question 2?"


def test_sentences_of_one_turn_are_taken_up_together_without_time_checks() -> None:
    sentences = (
        "Question 1?",
        "Think of your own part.",
        scripted.time_check(30),
        scripted.GO_ON,
        "Question 1?",
        "Why?",
    )
    memory = memory_of(STARTED, *(said("interviewer", text) for text in sentences[:3]))
    assert memory.opening().words == "Let us go on. Question 1? Think of your own part."

    memory = memory_of(STARTED, *(said("interviewer", text) for text in sentences))
    assert memory.opening().words == "Let us go on. Question 1? Why?"
    assert [message["role"] for message in memory.messages] == ["developer", "developer", "assistant"]


def test_the_log_tells_whether_the_clock_stands_still() -> None:
    paused, reset = Event(EventType.TIMER_PAUSED, {}), Event(EventType.TIMER_RESET, {})
    resumed = Event(EventType.TIMER_RESUMED, {})

    assert memory_of(STARTED, paused).is_paused
    assert memory_of(STARTED, reset).is_paused
    assert not memory_of(STARTED, paused, resumed).is_paused
    assert not memory_of(STARTED, reset, STARTED).is_paused


def test_an_answer_that_nobody_replied_to_is_replied_to() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"), said("candidate", "It was me."))
    assert memory.opening().words == scripted.TELL_ME_MORE


def test_a_phase_in_which_nothing_was_said_begins_with_its_question() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"), CHANGED)
    assert memory.opening().words == "Thank you. Let us go on. Question 2?"


def test_a_reset_asks_the_first_question_again() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"), Event(EventType.TIMER_RESET, {}), STARTED)
    assert memory.opening().words == "Question 1?"


def test_what_was_cut_off_early_is_said_again_and_what_was_mostly_said_is_not() -> None:
    memory = memory_of(STARTED)
    memory.add(memory.opening())

    memory.begin_saying()
    memory.end_saying("Welcome", was_interrupted=True)
    assert memory.next_words("") == "Welcome to your practice interview. Question 1?"

    memory.begin_saying()
    memory.end_saying("Welcome to your practice interview.", was_interrupted=True)
    assert not memory.has_cues


def test_a_new_phase_keeps_what_was_injected_and_not_yet_begun() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    memory.add(memory.not_heard())
    memory.add(memory.problem({"problem_text": "Reverse a list."}))

    memory.add(memory.turn_to(2))

    assert memory.next_words("") == (
        "Here is a problem for you. Reverse a list. Thank you. Let us go on. Question 2?"
    )


def test_follow_ups_are_asked_in_reply() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    assert memory.next_words("I have done that for many years in a large company.") == "Why 1?"


def test_a_reply_that_broke_off_is_still_due() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"), said("candidate", "It was me."))
    memory.note(Speaker.INTERVIEWER, "Well, that")

    memory.break_off()

    assert memory.next_words("") == scripted.TELL_ME_MORE
    memory.begin_saying()
    assert memory.next_words("") == "Let us go on. Well, that"


def test_a_model_is_told_a_question_once() -> None:
    memory = memory_of(STARTED)
    assert "Question 1?" not in str(memory.messages)
    assert "Question 1?" in memory.opening().told

    memory = memory_of(STARTED, said("interviewer", "Let me begin."))
    assert str(memory.messages).count("Question 1?") == 1
    assert "Question 1?" not in memory.opening().told


def test_a_model_is_told_of_the_plan_and_the_recent_past() -> None:
    speakers = ("interviewer", "candidate")
    lines = (said(speakers[number % 2], f"Sentence {number}.") for number in range(2 * REMEMBERED))
    memory = memory_of(STARTED, *lines)

    messages = memory.messages

    assert len(messages) == REMEMBERED + 2
    assert "Rehearsal" in messages[0]["content"]
    assert "Question 1?" in messages[1]["content"]
    assert messages[-1] == {"role": "user", "content": f"Sentence {2 * REMEMBERED - 1}."}
