"""The interviewer's memory: what it knows of a log, and what it brings up next."""

from typing import Any

from app.interview_session.conversation import scripted
from app.interview_session.events.events import Event, EventType, Speaker
from app.interview_session.voice.memory import REMEMBERED, Memory

PLAN: dict[str, Any] = {
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


PROBLEM = Event(EventType.PROBLEM_INJECTED, {"problem_text": "Reverse a list."})
CONTEXT = Event(EventType.CONTEXT_INJECTED, {"context_text": "Money is short."})
LONG_QUESTION = "Tell me about a project. Which part was yours? What would you do differently now?"


def said(speaker: str, text: str, sequence: int = 1) -> Event:
    data: dict[str, Any] = {"speaker": speaker, "text": text, "phase_sequence": sequence}
    return Event(EventType.TRANSCRIPT, data)


def memory_of(*events: Event, question: str = "Question 1?") -> Memory:
    first, *others = PLAN["planner_fields"]
    memory = Memory(PLAN | {"planner_fields": [first | {"question": question}, *others]})
    memory.replay(events)
    return memory


def say(memory: Memory, heard: str, answer: str = "") -> str:
    """Have the scripted interviewer speak, cut it off behind what is heard, and return what it was about to say."""
    memory.interrupt()
    words = memory.next_words(answer)
    memory.begin_saying()
    memory.end_saying(heard, was_interrupted=heard != words)
    return words


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


def test_a_question_cut_off_early_is_said_to_its_end_and_one_that_was_mostly_said_is_not() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())

    say(memory, "Welcome to your practice interview. Tell")
    assert say(memory, "Tell me about a project. Which part") == LONG_QUESTION
    assert say(memory, "Which part was yours? What would you do") == (
        "Which part was yours? What would you do differently now?"
    )
    assert not memory.has_cues


def test_a_models_own_words_are_measured_by_their_length() -> None:
    memory = memory_of(STARTED)
    memory.add(memory.opening())

    memory.begin_saying()
    memory.end_saying("Hello", was_interrupted=True)
    assert memory.has_cues

    memory.begin_saying()
    memory.end_saying("Hello and good morning to you. Tell me,", was_interrupted=True)
    assert not memory.has_cues


def test_what_is_injected_is_said_next_and_then_the_rest_of_what_it_interrupts() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())
    memory.next_words("")
    memory.begin_saying()

    for sentence in (scripted.WELCOME, "Tell me about a project.", "Which part was yours?"):
        memory.note(Speaker.INTERVIEWER, sentence)
    memory.add(memory.problem(PROBLEM.data))
    memory.add(memory.context(CONTEXT.data))
    memory.end_saying(f"{scripted.WELCOME} Tell me about a project. Which part was yours?", was_interrupted=True)

    words = (
        "Here is a problem for you. Reverse a list. One more thing to keep in mind. Money is short. "
        "Let us go on. What would you do differently now?"
    )
    assert memory.next_words("") == words
    assert say(memory, words) == words
    assert not memory.has_cues


def test_what_is_injected_when_the_question_has_hardly_begun_comes_behind_it() -> None:
    memory = memory_of(STARTED)
    memory.add(memory.opening())
    memory.next_words("")
    memory.begin_saying()

    memory.add(memory.problem(PROBLEM.data))
    memory.interrupt()
    memory.end_saying("", was_interrupted=True)
    memory.add(memory.context(CONTEXT.data))

    assert memory.next_words("") == (
        "Welcome to your practice interview. Question 1? Here is a problem for you. Reverse a list. "
        "One more thing to keep in mind. Money is short."
    )


def test_what_is_injected_while_a_problem_is_put_comes_behind_the_problem() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    memory.add(memory.problem(PROBLEM.data))
    memory.next_words("")
    memory.begin_saying()
    memory.note(Speaker.INTERVIEWER, "Here is a problem for you.")

    memory.add(memory.problem(PROBLEM.data))
    memory.interrupt()

    assert memory.next_words("") == "Reverse a list. Here is a problem for you. Reverse a list."


def test_words_that_are_on_their_way_are_not_said_again_unless_they_were_cut_off() -> None:
    memory = memory_of(STARTED)
    memory.add(memory.opening())
    question = memory.next_words("")

    assert memory.next_words("") == ""
    memory.add(memory.context(CONTEXT.data))
    assert memory.next_words("") == "One more thing to keep in mind. Money is short."

    memory.interrupt()
    assert memory.next_words("") == f"{question} One more thing to keep in mind. Money is short."


def test_a_reply_goes_on_after_a_note_but_not_after_the_candidate() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    answer = "I have done that for many years in a large company."
    memory.note(Speaker.CANDIDATE, answer)
    assert memory.next_words(answer) == "Why 1?"
    memory.begin_saying()

    memory.add(memory.context(CONTEXT.data))
    memory.interrupt()
    assert memory.next_words("") == "Why 1? One more thing to keep in mind. Money is short."

    memory.begin_saying()
    memory.end_saying("", was_interrupted=True)
    assert memory.next_words("It was me.") == "One more thing to keep in mind. Money is short."


def test_a_pause_cuts_nothing_off_for_good() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())
    memory.next_words("")
    memory.begin_saying()

    memory.is_paused = True
    memory.break_off_by_itself()
    memory.end_saying(f"{scripted.WELCOME} Tell me about a project. Which part was yours?", was_interrupted=True)
    memory.add(memory.context(CONTEXT.data))

    assert not memory.has_question_to_ask
    assert memory.next_words("") == (
        "One more thing to keep in mind. Money is short. Let us go on. What would you do differently now?"
    )


def test_an_answer_typed_in_a_pause_is_replied_to() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())
    say(memory, f"{scripted.WELCOME} Tell")
    memory.note(Speaker.INTERVIEWER, scripted.WELCOME)
    memory.is_paused = True

    memory.hear_typed("I have done that for many years in a large company.")

    assert not memory.has_cues
    assert memory.taking_up().words == "Why 1?"


def test_a_few_words_during_the_welcome_are_no_answer() -> None:
    memory = memory_of(STARTED, said("interviewer", scripted.WELCOME), said("candidate", "Hello there."))
    assert memory.opening().words == "Let us go on. Question 1?"


def test_a_question_that_a_note_came_before_is_still_to_be_asked() -> None:
    memory = memory_of(STARTED, said("interviewer", scripted.WELCOME), Event(EventType.TIMER_PAUSED, {}))
    memory.add(memory.context(CONTEXT.data))
    assert memory.has_question_to_ask


def test_a_cut_whose_news_comes_late_is_known_by_the_sentences_that_were_said() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())
    memory.next_words("")
    memory.begin_saying()
    for sentence in (scripted.WELCOME, "Tell me about a project."):
        memory.note(Speaker.INTERVIEWER, sentence)

    memory.add(memory.context(CONTEXT.data))

    assert memory.next_words("") == (
        "One more thing to keep in mind. Money is short. "
        "Let us go on. Which part was yours? What would you do differently now?"
    )
    memory.end_saying(f"{scripted.WELCOME} Tell me about a project.", was_interrupted=True)
    assert memory.has_cues


def test_a_typed_answer_to_what_is_being_said_is_replied_to() -> None:
    memory = memory_of(STARTED, question=LONG_QUESTION)
    memory.add(memory.opening())
    memory.next_words("")
    memory.begin_saying()

    memory.hear_typed("I have done that for many years in a large company.")
    memory.end_saying(scripted.WELCOME, was_interrupted=True)

    assert memory.next_words("I have done that for many years in a large company.") == "Why 1?"
    memory.note(Speaker.INTERVIEWER, "Why 1?")
    assert memory.opening().words == "Let us go on. Why 1?"


def test_a_new_phase_comes_before_what_was_injected_and_not_yet_said() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    memory.add(memory.not_heard())
    memory.add(memory.problem(PROBLEM.data))

    memory.add(memory.turn_to(2))

    assert memory.next_words("") == (
        "Thank you. Let us go on. Question 2? Here is a problem for you. Reverse a list."
    )


def test_a_new_phase_cuts_a_note_off_and_a_problem_is_put_again() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    memory.add(memory.problem(PROBLEM.data))
    memory.add(memory.context(CONTEXT.data))
    memory.next_words("")
    memory.begin_saying()

    memory.add(memory.turn_to(2))
    memory.end_saying("Here is a problem for you.", was_interrupted=True)

    assert memory.next_words("") == (
        "Thank you. Let us go on. Question 2? Here is a problem for you. Reverse a list."
    )


def test_a_problem_that_the_candidate_broke_off_is_put_again_behind_the_next_question() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    memory.add(memory.problem(PROBLEM.data))
    say(memory, "Here is a problem for you. Rev")

    memory.add(memory.turn_to(2))

    assert memory.next_words("") == (
        "Thank you. Let us go on. Question 2? Here is a problem for you. Reverse a list."
    )


def test_what_was_injected_while_nobody_was_there_is_brought_up_behind_the_question() -> None:
    memory = memory_of(STARTED, PROBLEM, CONTEXT)
    memory.add(memory.opening())
    assert memory.next_words("") == (
        "Welcome to your practice interview. Question 1? Here is a problem for you. Reverse a list. "
        "One more thing to keep in mind. Money is short."
    )


def test_what_was_injected_and_not_said_to_its_end_is_brought_up_by_the_next_call() -> None:
    lines = [said("interviewer", text) for text in (scripted.WELCOME, "Here is a problem for you.")]
    memory = memory_of(STARTED, lines[0], PROBLEM, lines[1])
    memory.add(memory.opening())
    assert memory.next_words("") == "Let us go on. Question 1? Here is a problem for you. Reverse a list."

    asked = said("interviewer", "Question 1?")
    memory = memory_of(STARTED, asked, PROBLEM, lines[1])
    memory.add(memory.opening())
    assert memory.next_words("") == "Let us go on. Question 1? Here is a problem for you. Reverse a list."

    memory = memory_of(STARTED, lines[0], PROBLEM, lines[1], said("interviewer", "Reverse a list."))
    assert not memory.has_cues


def test_what_a_model_has_replied_with_in_its_own_words_is_not_brought_up_again() -> None:
    talk = [said("candidate", "Yes?"), said("interviewer", "Please turn a list around."), said("candidate", "Fine.")]
    assert memory_of(STARTED, PROBLEM, *talk[:2]).has_cues
    assert not memory_of(STARTED, PROBLEM, *talk).has_cues


def test_a_question_is_still_to_be_asked_after_a_pause_in_which_something_was_injected() -> None:
    memory = memory_of(STARTED, Event(EventType.TIMER_PAUSED, {}), CONTEXT)
    assert memory.has_question_to_ask
    memory.add(memory.taking_up())
    assert not memory.has_question_to_ask


def test_follow_ups_are_asked_in_reply() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"))
    assert memory.next_words("I have done that for many years in a large company.") == "Why 1?"


def test_a_reply_that_broke_off_is_still_due() -> None:
    memory = memory_of(STARTED, said("interviewer", "Question 1?"), said("candidate", "It was me."))
    memory.note(Speaker.INTERVIEWER, "Well, that")

    memory.break_off()

    assert memory.next_words("") == scripted.TELL_ME_MORE
    memory.begin_saying()
    memory.interrupt()
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
