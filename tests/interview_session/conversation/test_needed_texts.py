"""Which texts of a log are read again for the next reply."""

from app.interview_session.conversation.needed_texts import ANSWER_BYTES, needed_texts
from app.interview_session.events.events import Event, EventType, Speaker
from tests.support.talk import Talk


def needed_of(talk: Talk, *, for_model: bool = False) -> list[Event]:
    needed = needed_texts(talk.log, {}, for_model=for_model)
    return [event for event in talk.log if event.seq in needed]


def test_the_answers_of_earlier_phases_are_not_read() -> None:
    talk = Talk().start()
    talk.say_all()
    talk.exchange("The answer of the first phase, which nobody asks about any more.")
    talk.next_phase()
    talk.say_all()
    talk.answer("The answer of the second.")

    assert [event.data["text"] for event in needed_of(talk)] == ["The answer of the second."]


def test_a_model_is_told_of_what_was_said_before_too() -> None:
    talk = Talk().start()
    said = talk.say_all()
    talk.next_phase()

    assert [event.data["text"] for event in needed_of(talk, for_model=True)] == said


def test_a_problem_is_read_until_it_was_said() -> None:
    talk = Talk().start()
    talk.say_all()
    problem = talk.inject_problem("Reverse a list. Then sort it.")
    assert problem in [event.seq for event in needed_of(talk)]

    talk.speak(talk.line(), parts=1)
    assert problem in [event.seq for event in needed_of(talk)]

    talk.say_all()
    # "Again" may still mean it.
    assert problem in [event.seq for event in needed_of(talk)]

    talk.next_phase()
    assert needed_of(talk) == []


def test_of_very_many_answers_the_newest_are_read() -> None:
    talk = Talk().start()
    for _ in range(5):
        talk.answer()
    answers = [event.seq for event in talk.log if event.data.get("speaker") == Speaker.CANDIDATE]
    sizes = {seq: ANSWER_BYTES // 2 for seq in answers if seq}

    assert needed_texts(talk.log, sizes, for_model=False) == set(answers[-2:])
    huge = dict.fromkeys(sizes, 2 * ANSWER_BYTES)
    assert needed_texts(talk.log, huge, for_model=False) == {answers[-1]}


def test_of_a_log_without_purposes_every_text_is_read() -> None:
    talk = Talk().start()
    talk.say_all()
    talk.inject_note("Be brief.")
    talk.next_phase()
    old = [
        Event(event.type, {name: value for name, value in event.data.items() if name != "purpose"}, event.seq)
        for event in talk.log
    ]
    with_text = [event.seq for event in old if event.type in {EventType.TRANSCRIPT, EventType.CONTEXT_INJECTED}]

    assert needed_texts(old, {}, for_model=False) == set(with_text)
