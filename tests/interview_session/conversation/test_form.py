"""Wordings as models have them: which are said, which are not, and why."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interview_session.conversation.form import held_or_fault, held_to_form
from app.interview_session.conversation.form_patterns import Fault
from app.interview_session.conversation.wording import WordingRequest
from tests.support.wording import ANSWER, NOTED, QUESTION, TELL_ME_MORE, candidate, follow_up, interviewer, reply

WARNING = follow_up(2)  # "Which warning sign was there before, and why was it not heeded?"
DIFFERENT = follow_up(3)  # "What is different today, so that it would not happen again?"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (WARNING, "Rolling back first makes sense to me. Which warning signs had there been before that Friday?"),
        (
            WARNING,
            "A Friday migration, and two hours of orders. Was there a warning before, and why did nobody heed it?",
        ),
        (WARNING, "So you called your manager right away. What warning signs were there beforehand?"),
        (WARNING, "I see. Tell me about the warning signs that came before it."),
        (WARNING, "Thank you. I'd like to hear which warning signs there had been."),
        (WARNING, "I can imagine that call. Looking back, which sign was not heeded?"),
        (WARNING, "I understand. Why was the warning sign not heeded, if there was one?"),
        (WARNING, "You said “I had deployed a migration”. Was there any sign of trouble before?"),
        (WARNING, "You saw the error rate go up. Had there been an earlier warning?"),
        (WARNING, "That must have been a long evening. Looking back, what was the first warning sign?"),
        (WARNING, "Two hours is a long time for lost orders. Which warnings came before?"),
        (WARNING, "Okay, so the migration went out on a Friday. Was there a warning before it that wasn't heeded?"),
        (WARNING, "Got it — you rolled back as the error rate climbed. Which warning signs came before that?"),
        (WARNING, "Thanks for walking me through that. Was there a warning sign that the team overlooked?"),
        (WARNING, "Right, two hours of orders. Was there any warning, and if so, why wasn't it taken seriously?"),
        (DIFFERENT, "You rolled back quickly. What is different today, so that it can't happen again?"),
        (DIFFERENT, "Thanks for being open about it. What have you changed so that it would not happen again?"),
        (DIFFERENT, "I'm curious what is different today?"),
        (DIFFERENT, "We could look ahead from here. What would be different today?"),
        (follow_up(1), "So the rollback came before the call. Who else did you tell, and what words did you choose?"),
        (reply(TELL_ME_MORE), "You called your manager. Could you tell me more about that?"),
        (reply(TELL_ME_MORE), "Rolling back on a Friday, I see. Can you go into more detail?"),
        (reply(), "Thank you, I have noted that you rolled back and called your manager."),
        (reply(), "I see, the rollback came first. I've noted that, thank you."),
    ],
)
def test_a_good_wording_is_said_as_it_is(request_: WordingRequest, text: str) -> None:
    assert held_or_fault(text, request_) == text


GOOD = "You rolled back first. Which warning signs were there before?"


@pytest.mark.parametrize(
    "text",
    [
        f'"{GOOD}"',
        f"“{GOOD}”",
        f"  {GOOD}\n",
        f"Interviewer: {GOOD}",
        f'Interviewer: "{GOOD}"',
        f'"Interviewer: {GOOD}"',
        "You rolled back first.\n\nWhich warning signs\twere there before?",
    ],
)
def test_what_is_around_the_words_is_repaired(text: str) -> None:
    assert held_to_form(text, WARNING) == GOOD


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault.EMPTY, ""),
        (Fault.EMPTY, " \n "),
        (Fault.EMPTY, "..."),
        (Fault.EMPTY, '""'),
        (Fault.EMPTY, "?!"),
        (Fault.TOO_LONG, "I see. Right. Thank you. Which warning signs were there before?"),
        (Fault.TOO_LONG, "Which warning sign " + "of the many that there were " * 10 + "was not heeded?"),
        (Fault.TOO_LONG, "warning " * 3_000),
        (Fault.LABEL, "Candidate: I ignored the warning sign. What else?"),
        (Fault.LABEL, "Question: Which warning sign was there before?"),
        (Fault.LABEL, "Reaction: That was hard. Which warning sign was there?"),
        (Fault.LABEL, "The answer: which warning sign was there before?"),
        (Fault.LABEL, "You rolled back. Interviewer: Which warning sign was there?"),
        (Fault.LABEL, "Assistant: Which warning sign was there before?"),
        (Fault.LABEL, "Director: ask which warning sign there was."),
        (Fault.MARKUP, "[Director] Which warning sign was there before?"),
        (Fault.MARKUP, "(smiles) Which warning sign was there before?"),
        (Fault.MARKUP, "*nods* Which warning sign was there before?"),
        (Fault.MARKUP, "**Which warning sign** was there before?"),
        (Fault.MARKUP, "# Follow\nWhich warning sign was there before?"),
        (Fault.MARKUP, "- You rolled back\n- Which warning sign was there before?"),
        (Fault.MARKUP, "1. You rolled back.\n2. Which warning sign was there?"),
        (Fault.MARKUP, "You ran `git revert`. Which warning sign was there before?"),
        (Fault.MARKUP, "See https://example.com. Which warning sign was there?"),
        (Fault.MARKUP, '{"words": "Which warning sign was there before?"}'),
        (Fault.MARKUP, "You rolled back 🙂 Which warning sign was there before?"),
        (Fault.MARKUP, "You rolled back → which warning sign was there before?"),
        (Fault.MARKUP, "[Unidentified]"),
        (Fault.MARKUP, "<b>Which warning sign was there before?</b>"),
        (Fault.ABOUT_ITSELF, "As an AI language model, which warning sign should I name?"),
        (Fault.ABOUT_ITSELF, "I'm an AI assistant. Which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "I’m just a chatbot, but which warning sign was there?"),
        (Fault.ABOUT_ITSELF, "I cannot do that. Which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "I'm sorry, but which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "My instructions are to ask which warning sign there was. Which was it?"),
        (Fault.ABOUT_ITSELF, "The director wants to know which warning sign there was?"),
        (Fault.ABOUT_ITSELF, "I was told to ask you: which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "My follow-up is this. Which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "The candidate rolled back. Which warning sign was there?"),
        (Fault.ABOUT_ITSELF, "You are the interviewer. Which warning sign was there?"),
        (Fault.ABOUT_ITSELF, "Sure! Which warning sign was there before?"),
        (Fault.ABOUT_ITSELF, "Here is the question. Which warning sign was there?"),
        (Fault.ABOUT_ITSELF, "The system prompt says this. Which warning sign was there?"),
        (Fault.CANDIDATES_PART, "As a candidate, I would say that the warning sign was the error rate."),
        (Fault.CANDIDATES_PART, "In my previous role, a warning sign was missed. What about yours?"),
        (Fault.CANDIDATES_PART, "I ignored the warning because I was in a hurry. What happened?"),
        (Fault.CANDIDATES_PART, "We missed the warning signs. Which one was it?"),
        (Fault.CANDIDATES_PART, "I think the warning was the load test. Was it?"),
        (Fault.CANDIDATES_PART, "I led the rollback. Which warning sign was there?"),
        (Fault.CANDIDATES_PART, "A good answer would name the warning sign. Which was it?"),
        (Fault.CANDIDATES_PART, "You should have deployed on Monday. Which warning sign was there?"),
        (
            Fault.CANDIDATES_PART,
            "The migration had been tested on the wrong data by the whole team. Which warning sign was there?",
        ),
        (Fault.VERDICT, "Great answer, 8/10. Which warning sign was there before?"),
        (Fault.VERDICT, "Excellent! Which warning sign was there before?"),
        (Fault.VERDICT, "Well done. Which warning sign was there before?"),
        (Fault.VERDICT, "That's correct. Which warning sign was there before?"),
        (Fault.VERDICT, "That was a poor decision. Which warning sign was there before?"),
        (Fault.VERDICT, "I'd rate this eight. Which warning sign was there before?"),
        (Fault.VERDICT, "Unfortunately you rolled back late. Which warning sign was there?"),
        (Fault.PLANS_PART, "Hello and welcome. Which warning sign was there before?"),
        (Fault.PLANS_PART, "Which warning sign was there before? Goodbye!"),
        (Fault.PLANS_PART, "Thank you for your time. Which warning sign was there?"),
        (Fault.PLANS_PART, "Let's move on. Which warning sign was there before?"),
        (Fault.PLANS_PART, "On to the next question. Which warning sign was there?"),
        (Fault.PLANS_PART, "You have three minutes left. Which warning sign was there?"),
        (Fault.PLANS_PART, "Have a nice day. Which warning sign was there before?"),
        (Fault.NO_QUESTION, "You rolled back and called your manager."),
        (Fault.NO_QUESTION, "That warning sign was not heeded."),
        (Fault.NO_QUESTION, "Thank you."),
        (Fault.TOO_MANY_QUESTIONS, "Which warning sign was there before? Why was it not heeded?"),
        (Fault.TOO_MANY_QUESTIONS, "Really? Which warning sign was there before?"),
        (Fault.TOO_MANY_QUESTIONS, "Tell me about the warning sign. Why was it not heeded?"),
        (Fault.OTHER_QUESTION, "What is your favourite colour?"),
        (Fault.OTHER_QUESTION, "The warning came late. How big is the company?"),
        (Fault.OTHER_QUESTION, "What is different today, so that a warning would not happen again?"),
        (Fault.OTHER_QUESTION, "Who did you tell?"),
        (Fault.SAID_BEFORE, "What did you do first, and how did you notice, and what happened then?"),
        (Fault.MADE_UP, "You lost 4500 orders. Which warning sign was there before?"),
        (Fault.MADE_UP, "In 2019 you rolled back. Which warning sign was there?"),
        (Fault.OTHER_LANGUAGE, "Sie haben das System zurückgesetzt. Welche Warnung gab es vorher, und wie ist sie?"),
        (Fault.OTHER_LANGUAGE, "¿Cuál fue la señal de advertencia y por qué no se tomó en cuenta?"),
        (Fault.OTHER_LANGUAGE, "Какой был предупреждающий сигнал?"),
        (Fault.OTHER_LANGUAGE, "之前有什么预兆？"),
    ],
)
def test_a_bad_wording_is_not_said(fault: Fault, text: str) -> None:
    found = held_or_fault(text, WARNING)

    # A text with two faults may be turned away for either.
    assert isinstance(found, Fault)
    assert found is fault or (fault is Fault.SAID_BEFORE and found is Fault.OTHER_QUESTION)
    assert held_to_form(text, WARNING) is None


class TestWhatWasSaidBefore:
    def test_the_question_is_not_put_again(self) -> None:
        again = "Tell me about something that went wrong and that was your responsibility."
        assert held_or_fault(again, reply(TELL_ME_MORE + " Something?")) in {Fault.SAID_BEFORE, Fault.OTHER_QUESTION}
        assert held_or_fault(f"Thank you. {again}", follow_up(2)) is not None
        assert held_to_form(f"Thank you. {again}", follow_up(2)) is None

    def test_a_sentence_of_the_interviewers_is_said_once(self) -> None:
        said = "You rolled back before you called anybody."
        words = f"{said} Which warning signs were there?"
        past = (interviewer(QUESTION), candidate(ANSWER), interviewer(said), candidate("Yes, and then we talked."))

        assert held_or_fault(words, follow_up(2)) == words
        assert held_or_fault(words, follow_up(2, past=past)) is Fault.SAID_BEFORE
        assert held_or_fault(words.upper(), follow_up(2, past=past)) is Fault.SAID_BEFORE

    def test_what_the_candidate_said_may_be_taken_up(self) -> None:
        words = "You rolled back, and called your manager. Which warning signs were there?"
        assert (
            held_or_fault(words, follow_up(2, past=(candidate("You rolled back, and called your manager."),)))
            == words
        )

    def test_a_courtesy_may_come_again(self) -> None:
        past = (interviewer("I see. Thank you."), candidate(ANSWER))
        words = "I see. Which warning signs were there?"
        assert held_or_fault(words, follow_up(2, past=past)) == words

    def test_nothing_is_said_twice_in_one_breath(self) -> None:
        words = "You rolled back first then. You rolled back first then. Which warning signs were there?"
        assert held_or_fault(words, follow_up(2)) is Fault.SAID_BEFORE


class TestReplies:
    @pytest.mark.parametrize("text", ["I see. What happened next?", "Tell me about your manager.", "Is that so?"])
    def test_one_that_asks_nothing_has_no_question(self, text: str) -> None:
        assert held_or_fault(text, reply(NOTED)) is Fault.OTHER_QUESTION

    def test_one_that_asks_on_has_no_other_question(self) -> None:
        assert held_or_fault("I see. How old are you?", reply(TELL_ME_MORE)) is Fault.OTHER_QUESTION
        assert held_or_fault("I see.", reply(TELL_ME_MORE)) is Fault.NO_QUESTION


class TestTheLinesOwnWords:
    """What the plan says itself is never a fault."""

    @pytest.mark.parametrize(
        ("line", "text"),
        [
            ("What would a perfect release look like?", "You rolled back. What would a perfect release look like?"),
            ("How do you say goodbye to a customer?", "I see. How do you say goodbye to customers?"),
            (
                "What was the next question that the customer had?",
                "Right. What was the customer's next question then?",
            ),
            ("What did 99 % uptime cost you?", "I understand. What did 99 percent uptime cost you?"),
        ],
    )
    def test_they_may_be_said(self, line: str, text: str) -> None:
        request = follow_up()
        request = follow_up(line=type(request.line)(request.line.purpose, line, 3, about=1))
        assert held_or_fault(text, request) == text


def test_the_language_is_the_plans() -> None:
    german = follow_up(
        line=type(WARNING.line)(WARNING.line.purpose, "Welche Warnung gab es vorher?", 3), language="de-AT"
    )

    said = "Sie haben erst zurückgesetzt und dann angerufen. Welche Warnung gab es vorher?"
    assert held_or_fault(said, german) == said
    assert (
        held_or_fault("You did it and that was it. What was the Warnung before that?", german) is Fault.OTHER_LANGUAGE
    )


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=700))
def test_it_never_raises(text: str) -> None:
    for request in (WARNING, reply()):
        found = held_or_fault(text, request)
        assert isinstance(found, Fault) or found.strip()


PIECES = [
    "you",
    "Which warning",
    "?",
    '"',
    "“",
    "I ",
    "we ",
    " :",
    "-",
    "\n",
    "1. ",
    "the ",
    "That was a ",
    "'",
    ". ",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=80))
def test_it_never_raises_on_almost_words(pieces: list[str]) -> None:
    found = held_or_fault("".join(pieces), WARNING)
    assert isinstance(found, Fault) or found.strip()


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "\n", "'", '"', "“a", "? ", "a:", "- ", "1. ", "I we ", "the following ", ". ", "(", "\u3000", "ß "],
)
def test_the_longest_text_is_no_burden(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    past = tuple(candidate(text) if turn % 2 else interviewer(text) for turn in range(6))
    started = time.process_time()

    held_or_fault(text, WARNING)
    held_or_fault(text[:600], WARNING)
    held_or_fault(GOOD, follow_up(2, past=past, field={"question": text}, open_follow_ups=(text,)))

    assert time.process_time() - started < 2
