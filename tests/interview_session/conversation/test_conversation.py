"""What the interviewer says and does, decided from the log alone."""

import pytest

from app.interview_session.conversation import scripted
from app.interview_session.conversation.utterance import Cue, CutBy, Deed, Intent, Line, Purpose
from app.interview_session.events.events import Source
from tests.support.talk import LONG_ANSWER, NUDGE_SECONDS, Talk, phase

ANSWERING = {Intent.ANSWER, Intent.ONE_WORD, Intent.YES, Intent.NO}
QUESTION = "Tell me about a hard decision. What was it? How did it end?"


@pytest.fixture
def talk() -> Talk:
    """Give a session whose first question was asked."""
    begun = Talk().start()
    begun.say_all()
    return begun


class TestQuestions:
    def test_nothing_is_said_before_the_start(self) -> None:
        assert Talk().step() is None

    def test_a_session_begins_with_a_welcome_and_the_question(self) -> None:
        talk = Talk().start()
        assert talk.say_all() == [scripted.WELCOME, QUESTION]
        assert [entry.data["purpose"] for entry in talk.log[1:]] == ["greeting", "question"]

    def test_a_question_that_greets_needs_no_welcome(self) -> None:
        talk = Talk(phase(question="Hello, who are you?")).start()
        assert talk.say_all() == ["Hello, who are you?"]

    def test_a_later_question_comes_with_thanks(self, talk: Talk) -> None:
        talk.next_phase()
        assert talk.say_all() == [f"{scripted.THANKS_AND_ON} {QUESTION}"]

    def test_what_the_candidate_says_before_the_question_does_not_replace_it(self) -> None:
        talk = Talk().start()
        talk.answer("Hi", Intent.GREETING)
        assert talk.say_all()[:2] == [scripted.WELCOME, QUESTION]

    @pytest.mark.parametrize(
        ("instructions", "asked"),
        [
            ("Ask about their last project. Be kind.", "Please tell me about your last project."),
            ("Ask the candidate how they handle conflict.", "Please tell me how you handle conflict."),
            ("Ask the candidate to introduce themselves.", "Please introduce yourself."),
            ("ASK ABOUT THEIR TEAM", "Please tell me about your TEAM."),
            ("Ask for the candidate's notice period.", "Please tell me about your notice period."),
            ("Have the candidate explain a theory.", "Please explain a theory."),
            ("Ask how the candidate handles conflict.", scripted.explanation({"question_type": "behavioral"})),
            ("Phase one of three …", scripted.explanation({"question_type": "behavioral"})),
        ],
    )
    def test_without_a_question_it_asks_by_the_instructions(self, instructions: str, asked: str) -> None:
        talk = Talk(phase(question="", instructions=instructions)).start()
        assert talk.say_all()[-1] == asked

    def test_after_a_reset_the_question_is_asked_anew(self, talk: Talk) -> None:
        from app.interview_session.events.events import Event, EventType

        talk.happen(Event(EventType.TIMER_RESET, {"sequence": 1}))
        assert talk.step() is None
        talk.start()
        assert talk.say_all() == [QUESTION]


class TestRequests:
    def test_repeat_is_the_question_in_its_words(self, talk: Talk) -> None:
        assert talk.exchange("Can you repeat the question?", Intent.REPEAT) == Line(
            Purpose.QUESTION, QUESTION, 1, cue="repeat", lead=scripted.OF_COURSE, replies_to=1
        )
        assert talk.step() is None

    def test_nobody_is_welcomed_twice(self) -> None:
        talk = Talk(phase(question="Welcome, and thank you. Who are you?")).start()
        talk.say_all()
        again = talk.exchange("Again?", Intent.REPEAT)
        assert isinstance(again, Line)
        assert again.text == "Of course. Who are you?"

    def test_repeat_after_a_follow_up_is_the_follow_up(self, talk: Talk) -> None:
        talk.exchange()
        again = talk.exchange("Again, please", Intent.REPEAT)
        assert isinstance(again, Line)
        assert (again.purpose, again.about, again.words) == (Purpose.FOLLOW_UP, 1, "Who disagreed with you?")
        assert not again.may_be_reworded

    def test_repeat_after_a_problem_is_the_problem(self, talk: Talk) -> None:
        talk.inject_problem("Reverse a list.")
        talk.say_all()
        again = talk.exchange("Sorry, what?", Intent.REPEAT)
        assert isinstance(again, Line)
        assert again.words == "Here is a problem for you. Reverse a list."
        assert talk.step() is None

    def test_rephrase_is_the_plans_paraphrase_and_then_what_it_is_about(self, talk: Talk) -> None:
        first = talk.exchange("What do you mean?", Intent.REPHRASE)
        second = talk.exchange("I still do not get it", Intent.REPHRASE)
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert first.words == "Which decision was hard for you?"
        assert second.words == scripted.explanation(phase())

    def test_hints_come_one_after_the_other_and_end(self, talk: Talk) -> None:
        said = [talk.exchange("A hint?", Intent.HINT) for _ in range(4)]
        words = [step.words for step in said if isinstance(step, Line)]
        assert words == [*phase()["hints"], scripted.NO_HINT_LEFT, scripted.NO_HINT_LEFT]

    def test_a_plan_without_hints_says_so(self) -> None:
        talk = Talk(phase(hints=[])).start()
        talk.say_all()
        hint = talk.exchange("A hint?", Intent.HINT)
        assert isinstance(hint, Line)
        assert hint.words == scripted.NO_HINT

    def test_a_certain_skip_goes_on_at_once(self, talk: Talk) -> None:
        assert talk.exchange("Next question, please", Intent.SKIP, certain=True) is Deed.NEXT_PHASE

    @pytest.mark.parametrize("consent", [Intent.YES, Intent.SKIP])
    def test_an_unclear_skip_is_asked_back(self, talk: Talk, consent: Intent) -> None:
        asked = talk.exchange("Maybe something else?", Intent.SKIP)
        assert isinstance(asked, Line)
        assert asked.words == scripted.CONFIRM_NEXT_PHASE
        assert talk.exchange("Yes", consent) is Deed.NEXT_PHASE

    def test_what_was_offered_just_before_is_not_asked_back(self, talk: Talk) -> None:
        for _ in range(3):
            talk.exchange()
        assert talk.exchange("Nothing to add", Intent.SKIP) is Deed.NEXT_PHASE

    def test_nothing_to_add_in_a_word_is_asked_back(self, talk: Talk) -> None:
        for _ in range(3):
            talk.exchange()
        asked = talk.exchange("No", Intent.NO)
        assert isinstance(asked, Line)
        assert asked.cue == Cue.CONFIRM_NEXT_PHASE

    def test_no_to_a_skip_stays(self, talk: Talk) -> None:
        talk.exchange("Maybe something else?", Intent.SKIP)
        stays = talk.exchange("No", Intent.NO)
        assert isinstance(stays, Line)
        assert stays.words == scripted.ALL_RIGHT
        again = talk.exchange("Yes", Intent.YES)
        assert again is not Deed.NEXT_PHASE

    @pytest.mark.parametrize("certain", [True, None])
    def test_a_stop_is_always_asked_back_once(self, talk: Talk, certain: bool | None) -> None:
        asked = talk.exchange("Let's stop here", Intent.STOP, certain=certain)
        assert isinstance(asked, Line)
        assert asked.words == scripted.CONFIRM_END
        assert talk.exchange("Stop", Intent.STOP) is Deed.END

    def test_a_real_answer_cancels_a_stop(self, talk: Talk) -> None:
        talk.exchange("Let's stop here", Intent.STOP)
        reply = talk.exchange()
        assert isinstance(reply, Line)
        assert reply.purpose is Purpose.FOLLOW_UP
        yes = talk.exchange("Yes", Intent.YES)
        assert yes is not Deed.END

    def test_i_dont_know_encourages_once_then_offers_to_move_on(self, talk: Talk) -> None:
        first = talk.exchange("I don't know", Intent.DONT_KNOW)
        second = talk.exchange("No idea", Intent.DONT_KNOW)
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert first.words == scripted.ENCOURAGEMENT
        assert second.cue == Cue.CONFIRM_NEXT_PHASE
        assert talk.exchange("Yes", Intent.YES) is Deed.NEXT_PHASE

    def test_how_long_means_the_phase(self, talk: Talk) -> None:
        talk.wait(4 * 60)
        left = talk.exchange("How much time do we have?", Intent.TIME_LEFT)
        assert isinstance(left, Line)
        assert left.words == "We have about 6 minutes left for this question."

    @pytest.mark.parametrize(
        ("intent", "words"),
        [
            (Intent.THINK, scripted.TAKE_YOUR_TIME[0]),
            (Intent.HEAR_ME, scripted.I_READ_YOU),
            (Intent.WHO_ARE_YOU, scripted.WHO_I_AM),
            (Intent.COMPANY_QUESTION, scripted.ABOUT_THE_COMPANY[0]),
            (Intent.GREETING, scripted.HELLO),
            (Intent.THANKS, scripted.YOU_ARE_WELCOME),
        ],
    )
    def test_manners(self, talk: Talk, intent: Intent, words: str) -> None:
        reply = talk.exchange("…", intent)
        assert isinstance(reply, Line)
        assert (reply.purpose, reply.words) == (Purpose.MANNERS, words)
        assert talk.step() is None

    def test_can_you_hear_me_by_voice(self, talk: Talk) -> None:
        reply = talk.exchange("Can you hear me?", Intent.HEAR_ME, source=Source.VOICE)
        assert isinstance(reply, Line)
        assert reply.words == scripted.I_HEAR_YOU

    @pytest.mark.parametrize("intent", [intent for intent in Intent if intent not in ANSWERING])
    def test_no_request_uses_up_a_follow_up(self, intent: Intent) -> None:
        talk = Talk().start()
        talk.say_all()
        for _ in range(3):
            talk.exchange("…", intent)
        reply = talk.exchange()
        assert isinstance(reply, Line)
        assert (reply.purpose, reply.about) == (Purpose.FOLLOW_UP, 1)

    def test_thanks_behind_an_answer_are_part_of_it(self, talk: Talk) -> None:
        talk.answer()
        talk.answer("Thank you", Intent.THANKS)
        assert talk.line().purpose is Purpose.FOLLOW_UP

    def test_time_to_think_is_silent_for_half_a_minute_whatever_is_murmured(self, talk: Talk) -> None:
        talk.exchange("Let me think", Intent.THINK)
        talk.wait(5)
        talk.answer("Hm", Intent.ONE_WORD)
        assert talk.step() is None
        talk.wait(24)
        assert talk.step() is None
        talk.wait(2)
        assert talk.line().cue == Intent.ONE_WORD

    def test_a_real_answer_ends_the_time_to_think(self, talk: Talk) -> None:
        talk.exchange("Let me think", Intent.THINK)
        talk.answer()
        assert talk.line().purpose is Purpose.FOLLOW_UP


class TestEmptyAnswers:
    @pytest.mark.parametrize("intent", [Intent.GIBBERISH, Intent.OTHER_LANGUAGE])
    def test_one_request_and_no_second(self, talk: Talk, intent: Intent) -> None:
        first, second, third = (talk.exchange("…", intent) for _ in range(3))
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert first.words.endswith("?")
        assert not second.words.endswith("?")
        assert isinstance(third, Line)
        assert third.words == second.words

    def test_one_word_is_asked_for_more_once(self, talk: Talk) -> None:
        first = talk.exchange("Kafka", Intent.ONE_WORD)
        second = talk.exchange("Redis", Intent.ONE_WORD)
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert first.words == scripted.MORE_THAN_A_WORD
        assert second.words != scripted.MORE_THAN_A_WORD

    def test_behind_that_a_word_is_not_asked_about_in_other_words_either(self, talk: Talk) -> None:
        talk.exchange("Kafka", Intent.ONE_WORD)
        words = [talk.exchange("Redis", Intent.ONE_WORD), talk.exchange("No", Intent.NO)]
        assert [isinstance(reply, Line) and reply.purpose for reply in words] == [Purpose.FOLLOW_UP] * 2
        sentence = talk.exchange("It was quite hard really")
        assert isinstance(sentence, Line)
        assert sentence.words == scripted.TELL_ME_MORE

    def test_yes_to_what_was_no_question_is_no_answer(self, talk: Talk) -> None:
        talk.exchange("A hint?", Intent.HINT)
        reply = talk.exchange("Okay", Intent.YES)
        assert isinstance(reply, Line)
        assert reply.words == scripted.GO_AHEAD

    def test_abuse_gets_calm_then_a_pause_is_offered(self, talk: Talk) -> None:
        first, second = talk.exchange("…", Intent.ABUSE), talk.exchange("…", Intent.ABUSE)
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert (first.words, second.words) == (scripted.STAY_CALM, scripted.OFFER_PAUSE)
        assert talk.exchange("Yes", Intent.YES) is Deed.PAUSE
        talk.pause()
        talk.resume()
        assert talk.line().purpose is Purpose.RESUMING

    def test_the_language_is_named(self) -> None:
        talk = Talk(language="de").start()
        talk.say_all()
        asked = talk.exchange("…", Intent.OTHER_LANGUAGE)
        assert isinstance(asked, Line)
        assert "German" in asked.words


class TestFollowUps:
    def test_in_the_plans_order_then_anything_to_add_then_noted(self, talk: Talk) -> None:
        replies = [talk.exchange() for _ in range(5)]
        cues = [(step.purpose, step.about, step.cue) for step in replies if isinstance(step, Line)]
        assert cues == [
            (Purpose.FOLLOW_UP, 1, None),
            (Purpose.FOLLOW_UP, 2, None),
            (Purpose.REPLY, None, Cue.MORE),
            (Purpose.REPLY, None, Cue.NOTED),
            (Purpose.REPLY, None, Cue.NOTED),
        ]

    def test_a_short_answer_is_asked_for_more_once(self, talk: Talk) -> None:
        first = talk.exchange("It was quite hard really")
        second = talk.exchange("It was quite hard really")
        assert isinstance(first, Line)
        assert isinstance(second, Line)
        assert (first.cue, second.purpose) == (Cue.SHORT, Purpose.FOLLOW_UP)

    def test_never_what_an_answer_has_said(self, talk: Talk) -> None:
        reply = talk.exchange("My manager disagreed with me about the whole plan from the first day on.")
        assert isinstance(reply, Line)
        assert reply.about == 2

    def test_never_what_an_answer_has_dealt_with_by_meaning(self, talk: Talk) -> None:
        reply = talk.exchange(LONG_ANSWER, covers=[1])
        assert isinstance(reply, Line)
        assert reply.about == 2

    def test_only_when_the_answer_calls_for_it(self) -> None:
        follow_ups = [
            {"text": "Can you put a number on it?", "when": "no_numbers", "about": []},
            {"text": "What came of it?", "when": "always", "about": []},
        ]
        for answer, about in ((f"{LONG_ANSWER} It saved us 40 percent.", 2), ("We talked " * 12, 1)):
            talk = Talk(phase(follow_ups=follow_ups)).start()
            talk.say_all()
            reply = talk.exchange(answer)
            assert isinstance(reply, Line)
            assert reply.about == about

    def test_none_once_the_phase_is_nearly_over(self, talk: Talk) -> None:
        talk.wait(9 * 60 + 1)
        reply = talk.exchange()
        assert isinstance(reply, Line)
        assert reply.cue == Cue.NOTED

    def test_an_answer_that_was_begun_in_the_last_phase_is_put_there(self, talk: Talk) -> None:
        talk.next_phase()
        talk.say_all()
        reply = talk.exchange(phase_sequence=1)
        assert isinstance(reply, Line)
        assert reply.words == scripted.ADDED_TO_EARLIER
        assert talk.step() is None


class TestPausesAndSilence:
    def test_nothing_is_said_in_a_pause_and_what_was_typed_is_answered_after_it(self, talk: Talk) -> None:
        talk.pause()
        talk.answer()
        assert talk.step() is None
        assert talk.conversation.wake_at(talk.now) is None
        talk.resume()
        assert talk.line().purpose is Purpose.FOLLOW_UP

    def test_after_a_pause_the_last_question_comes_again(self, talk: Talk) -> None:
        talk.pause()
        talk.resume()
        assert talk.say_all() == [f"{scripted.GO_ON} {QUESTION}"]

    def test_a_new_call_says_where_it_was_and_does_not_greet(self, talk: Talk) -> None:
        talk.exchange()
        talk.connect()
        assert talk.say_all() == [f"{scripted.GO_ON} Who disagreed with you?"]

    def test_silence_is_asked_about_once_in_a_phase(self, talk: Talk) -> None:
        due_at = talk.conversation.wake_at(talk.now)
        assert due_at is not None
        assert (due_at - talk.now).total_seconds() == NUDGE_SECONDS
        talk.wait(NUDGE_SECONDS - 1)
        assert talk.step() is None
        talk.wait(1)
        assert talk.say_all() == [scripted.ARE_YOU_THERE]
        talk.wait(10 * NUDGE_SECONDS)
        assert talk.step() is None
        assert talk.conversation.wake_at(talk.now) is None

    def test_silence_behind_an_answer_offers_to_move_on(self, talk: Talk) -> None:
        talk.exchange()
        talk.wait(NUDGE_SECONDS)
        assert talk.say_all() == [scripted.NOTHING_TO_ADD]

    def test_the_end_is_announced_once_and_not_too_late(self, talk: Talk) -> None:
        talk.wait(8 * 60)
        talk.announce_end()
        talk.conversation.wake_at(talk.now)
        assert talk.say_all()[0] == "We have about 2 minutes left for this question."
        late = Talk().start()
        late.say_all()
        late.wait(10 * 60 - 3)
        late.announce_end()
        late.answer("Thanks", Intent.THANKS)
        late.say_all()
        assert all(entry.data.get("purpose") != "time_check" for entry in late.log)


class TestInjections:
    def test_a_problem_is_the_next_thing_said(self, talk: Talk) -> None:
        talk.answer()
        seq = talk.inject_problem("Reverse a list.")
        line = talk.line()
        assert (line.purpose, line.about) == (Purpose.PROBLEM, seq)
        talk.write(line)
        assert talk.step() is None

    def test_before_the_start_it_comes_behind_the_question(self) -> None:
        talk = Talk()
        talk.inject_note("Be brief.")
        talk.start()
        assert talk.say_all()[1:] == [QUESTION, "One more thing to keep in mind. Be brief."]

    def test_two_with_the_same_words_are_two(self, talk: Talk) -> None:
        talk.inject_problem("Reverse a list.")
        talk.inject_problem("Reverse a list.")
        assert len(talk.say_all()) == 2

    def test_it_interrupts_the_question_which_goes_on_afterwards(self) -> None:
        talk = Talk(phase(question="One. Two. Three.")).start()
        talk.write(talk.line())
        talk.speak(talk.line(), parts=2, cut_by=CutBy.INTERVIEWER)
        talk.inject_note("Be brief.")
        assert talk.say_all() == ["One more thing to keep in mind. Be brief.", f"{scripted.GO_ON} Two. Three."]

    def test_a_new_question_goes_before_a_problem_which_is_then_put_whole(self, talk: Talk) -> None:
        talk.inject_problem("First. Second.")
        talk.speak(talk.line(), parts=2, cut_by=CutBy.INTERVIEWER)
        talk.next_phase()
        assert talk.say_all() == [
            f"{scripted.THANKS_AND_ON} {QUESTION}",
            "Here is a problem for you. First. Second.",
        ]

    def test_a_note_that_a_new_question_cut_is_not_begun_again(self, talk: Talk) -> None:
        talk.inject_note("First. Second.")
        talk.speak(talk.line(), parts=2, cut_by=CutBy.INTERVIEWER)
        talk.next_phase()
        assert talk.say_all() == [f"{scripted.THANKS_AND_ON} {QUESTION}"]


class TestCuts:
    def test_a_question_cut_by_a_crash_goes_on_from_the_sentence_that_was_not_heard(self) -> None:
        talk = Talk(phase(question="One. Two. Three.")).start()
        talk.write(talk.line())
        talk.speak(talk.line(), parts=1)
        assert talk.say_all() == [f"{scripted.GO_ON} Two. Three."]

    def test_a_candidate_who_has_heard_half_has_heard_enough(self) -> None:
        talk = Talk(phase(question="One. Two. Three. Four.")).start()
        talk.write(talk.line())
        talk.speak(talk.line(), parts=3, cut_by=CutBy.CANDIDATE)
        talk.answer("Yes I see", Intent.ANSWER)
        assert talk.line().purpose is Purpose.REPLY

    def test_one_who_has_heard_less_hears_the_rest(self) -> None:
        talk = Talk(phase(question="One. Two. Three. Four.")).start()
        talk.write(talk.line())
        talk.speak(talk.line(), parts=1, cut_by=CutBy.CANDIDATE)
        talk.answer("Hold on a second", Intent.ANSWER)
        assert talk.line().text == f"{scripted.GO_ON} One. Two. Three. Four."

    def test_unless_they_have_answered_it_all_the_same(self) -> None:
        talk = Talk(phase(question="One. Two. Three. Four.")).start()
        talk.write(talk.line())
        talk.speak(talk.line(), parts=1, cut_by=CutBy.CANDIDATE)
        talk.answer()
        assert talk.line().purpose is Purpose.FOLLOW_UP

    def test_a_reply_that_the_candidate_cuts_is_not_begun_again(self, talk: Talk) -> None:
        talk.answer()
        talk.speak(talk.line(), parts=1, cut_by=CutBy.CANDIDATE)
        assert talk.step() is None

    @pytest.mark.parametrize("cut_by", [CutBy.FAILURE, CutBy.INTERVIEWER])
    def test_a_reply_that_broke_off_is_still_due(self, talk: Talk, cut_by: CutBy) -> None:
        talk.answer()
        reply = talk.line()
        talk.speak(reply, parts=1, cut_by=cut_by)
        assert talk.line() == reply

    def test_an_answer_typed_into_a_line_has_its_reply_though_the_log_has_the_cut_behind_it(self) -> None:
        talk = Talk(phase(question="One. Two. Three.")).start()
        talk.write(talk.line())
        question = talk.line()
        talk.answer()
        talk.speak(question, parts=2, cut_by=CutBy.CANDIDATE)
        assert talk.line().purpose is Purpose.FOLLOW_UP
        reply = talk.line()
        talk.answer("I had one more thing to say about how we came to decide that.")
        talk.speak(reply, parts=1, cut_by=CutBy.CANDIDATE)
        assert talk.line().about == 2


def test_how_an_answer_was_delivered_changes_nothing_in_what_comes_next() -> None:
    talks = [Talk().start(), Talk().start()]
    for talk, delivery in zip(talks, ({}, {"word_times": [[0, 90]] * 20, "fillers": None}), strict=True):
        talk.speak(talk.line())
        talk.speak(talk.line())
        talk.answer(source=Source.VOICE)
        talk.log[-1].data.update(delivery)

    assert talks[0].step() == talks[1].step() == talks[0].replayed().next_step(talks[0].now)
    assert talks[1].replayed().next_step(talks[1].now) == talks[1].step()
