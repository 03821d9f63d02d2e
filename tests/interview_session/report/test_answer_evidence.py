"""What was said to each question: which entries are answers, what was asked, how long it took, which signs."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from app.interview_session.events.events import Event, EventType
from app.interview_session.report.answer_evidence import MAX_PLACES, Answer, record_of
from app.interview_session.report.schemas import Quote
from tests.support.session_logs import SessionLog, field, moment, plan_of

OLD_LOGS = Path(__file__).parents[1] / "conversation" / "old_logs"
STORY = (
    "Last spring our oven broke on a Friday. I rented one, called the 30 customers who were waiting, and in the end "
    "only two of them cancelled."
)
TWO = plan_of(field(1), field(2))


def answers(log: SessionLog, **inner: Any) -> list[Answer]:
    return [*record_of(log.plan, log.events, **inner).answers]


def seqs(answer: Answer) -> list[int]:
    return [entry.seq for entry in answer.evidence.entries]


@pytest.mark.parametrize("purpose", ["answer", "one_word", "company_question"])
def test_what_the_candidate_answers_or_asks_the_company_is_an_answer(purpose: str) -> None:
    (answer,) = answers(SessionLog().begin().type(9, STORY, purpose=purpose).complete(60))
    assert seqs(answer) == [2]
    assert answer.evidence.has_enough_words


@pytest.mark.parametrize(
    "purpose",
    [
        "repeat",
        "rephrase",
        "hint",
        "think",
        "skip",
        "time_left",
        "stop",
        "hear_me",
        "who_are_you",
        "dont_know",
        "greeting",
        "thanks",
        "yes",
        "no",
        "abuse",
        "gibberish",
        "other_language",
    ],
)
def test_manners_are_no_answer_and_show_nothing(purpose: str) -> None:
    (answer,) = answers(SessionLog().begin().type(9, STORY, purpose=purpose).complete(60))
    assert seqs(answer) == []
    assert not answer.evidence.has_enough_words
    assert answer.signs.words == answer.signs.own_part.count == 0


def test_the_candidates_words_are_handed_on_as_they_stand() -> None:
    text = "  I  was\n ill "
    (answer,) = answers(SessionLog().begin().ask(0, 3).speak(5, 9, text).type(20, STORY).complete(60))
    assert [(entry.seq, entry.text) for entry in answer.evidence.entries] == [(3, text), (4, STORY)]


def test_only_questions_that_were_reached_are_there() -> None:
    plan = plan_of(field(1, question="Who?", rubric=["Says who"], question_type="introduction"), field(2), field(3))
    first, second = answers(SessionLog(plan).begin().type(5, STORY).begin(2, 300).complete(400))
    assert (first.evidence.sequence, first.evidence.question_id, first.evidence.question) == (1, "q1", "Who?")
    assert (first.evidence.question_type, first.evidence.rubric) == ("introduction", ("Says who",))
    assert (second.evidence.sequence, seqs(second)) == (2, [])


def test_of_a_session_that_was_never_begun_nothing_is_there() -> None:
    assert answers(SessionLog().complete(5)) == []
    assert answers(SessionLog()) == []


def test_an_answer_belongs_to_the_question_to_which_it_was_begun() -> None:
    first, second = answers(
        SessionLog(TWO).begin().begin(2, 300).type(301, STORY, phase_sequence=1).type(310, STORY).complete(600)
    )
    assert (seqs(first), seqs(second)) == ([3], [4])


def test_an_answer_that_was_sent_late_counts() -> None:
    (answer,) = answers(SessionLog().begin().complete(300).type(350, STORY, late=True))
    assert seqs(answer) == [3]


def test_after_a_reset_the_last_run_counts() -> None:
    log = SessionLog(TWO).begin().type(5, STORY).begin(2, 300).reset(310).begin(1, 320).type(330, STORY).complete(380)
    (answer,) = answers(log)
    assert (seqs(answer), answer.seconds_used) == ([6], 60.0)


def test_a_reset_that_no_start_follows_loses_nothing() -> None:
    (answer,) = answers(SessionLog().begin().type(5, STORY).reset(40).complete(90))
    assert (seqs(answer), answer.seconds_used) == ([2], 40.0)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (SessionLog(TWO).begin().begin(2, 300).complete(600), [300.0, 300.0]),
        (SessionLog(TWO).begin().begin(2, 90.04).complete(90.04), [90.0, 0.0]),
        (
            SessionLog(TWO).begin().pause(100, left=200).resume(500, left=200).begin(2, 600).complete(650),
            [200.0, 50.0],
        ),
        (SessionLog(TWO).begin().pause(100, left=200).complete(900), [100.0]),
        # Nobody was up when the first phase ended: its time was over all the same.
        (SessionLog(TWO).begin().begin(2, 420).complete(430), [300.0, 10.0]),
    ],
)
def test_the_time_of_a_question_is_that_of_its_clock(log: SessionLog, expected: list[float]) -> None:
    assert [answer.seconds_used for answer in answers(log)] == expected


def test_a_question_that_is_still_open_counts_up_to_the_end() -> None:
    log = SessionLog().begin().type(45, STORY)
    assert answers(log)[0].seconds_used == 45.0
    assert answers(log, ended_at=moment(70))[0].seconds_used == 70.0


def test_follow_ups_are_those_that_were_asked_to_their_end_in_the_plans_words() -> None:
    plan = plan_of(field(follow_ups=["Why?", {"text": "What did it cost?", "when": "no_numbers"}, "And today?"]))
    log = (
        SessionLog(plan)
        .begin()
        .ask(30, 31, text="In figures:", purpose="follow_up", about=2, part=1, parts=2)
        .ask(31, 32, text="what was it worth?", purpose="follow_up", about=2, part=2, parts=2)
        .ask(60, 61, text="And to", purpose="follow_up", about=3, cut_by="failure")
        .ask(70, 71, text="Thank you. Wh", purpose="follow_up", about=1, cut_by="candidate")
        .ask(80, 81, text="What did it cost?", purpose="follow_up", about=2)
        .ask(90, 91, text="Whose idea was it?", purpose="follow_up")
        .ask(95, 96, text="Who were you with?", purpose="follow_up", about=9)
        .complete(300)
    )
    (answer,) = answers(log)
    assert answer.evidence.follow_ups == ("What did it cost?", "Why?", "Whose idea was it?", "Who were you with?")


def test_examples_are_those_of_criteria() -> None:
    plan = plan_of(
        field(
            rubric=["Owns it", "Says why"],
            follow_ups=["Why?"],
            examples={"Owns it": ["It was my fault."], "Why?": ["Because."], "Says why": []},
        )
    )
    (answer,) = answers(SessionLog(plan).begin().complete(5))
    assert answer.evidence.examples == {"Owns it": ("It was my fault.",)}


def test_each_sign_has_its_places() -> None:
    second = "We never had to call it back, I think."
    (answer,) = answers(SessionLog().begin().type(9, STORY).type(30, second).complete(60))
    signs = answer.signs
    assert signs.words == 36  # 27 and 9
    assert (signs.own_part.count, signs.own_part.places) == (1, [Quote(seq=2, quote="I")])
    assert signs.team.places == [Quote(seq=2, quote="our"), Quote(seq=3, quote="We")]
    assert signs.numbers.places == [Quote(seq=2, quote="30"), Quote(seq=2, quote="two")]
    assert signs.results.places == [Quote(seq=2, quote="in the end")]
    assert signs.examples.places == [Quote(seq=2, quote="Last spring")]
    assert signs.hedges.places == [Quote(seq=3, quote="I think")]


def test_of_a_sign_that_is_everywhere_the_first_places_are_shown_and_all_are_counted() -> None:
    text = "I baked and I sold. " * 40
    (answer,) = answers(SessionLog().begin().type(9, text).type(20, "I rested.").complete(60))
    assert answer.signs.own_part.count == 81
    assert len(answer.signs.own_part.places) == MAX_PLACES


def test_the_longest_stretch_goes_from_the_first_word_to_the_interviewers_next_one() -> None:
    log = (
        SessionLog()
        .begin()
        .ask(0, 5)
        .speak(8, 20, "I was ill")
        .speak(22, 40, "and nobody knew")
        .ask(40, 41, purpose="follow_up")
        .speak(42, 62, "My boss did")
        .complete(90)
    )
    (answer,) = answers(log)
    assert answer.signs.longest_stretch_seconds == 32.0
    assert answer.signs.seconds_to_first_word == 3.0


def test_one_entry_or_two_make_no_difference_to_the_signs() -> None:
    times = [(0.0, 0.5), (1.0, 1.5), (3.0, 3.5), (4.0, 4.75)]
    whole = SessionLog().begin().ask(0, 2).speak(6, 11, "I saved two hours.", words=times).complete(60)
    parts = SessionLog().begin().ask(0, 2)
    parts.speak(6, 7.5, "I saved", words=times[:2]).speak(9, 11, "two hours.", words=[(0.0, 0.5), (1.0, 1.75)])
    (one,), (two,) = answers(whole), answers(parts.complete(60))
    assert one.signs.longest_stretch_seconds == two.signs.longest_stretch_seconds == 4.8
    assert one.signs.seconds_to_first_word == two.signs.seconds_to_first_word == 4.0
    assert one.signs.words == two.signs.words == 4
    assert (one.signs.numbers.count, two.signs.numbers.count) == (1, 1)


def test_of_answers_in_writing_neither_is_known() -> None:
    (answer,) = answers(SessionLog().begin().ask(0, 5).type(30, STORY).complete(90))
    assert answer.signs.longest_stretch_seconds is None
    assert answer.signs.seconds_to_first_word is None


@pytest.mark.parametrize("path", sorted(OLD_LOGS.glob("*.json")), ids=lambda path: path.stem)
def test_old_logs_are_understood(path: Path) -> None:
    stored = orjson.loads(path.read_bytes())
    log = [Event(EventType(one["type"]), one["data"], one["seq"]) for one in stored["events"]]
    record = record_of(stored["plan"], log)
    last_start = max(event.seq or 0 for event in log if event.type is EventType.PHASE_STARTED)
    said = {
        event.seq
        for event in log
        if event.type is EventType.TRANSCRIPT
        and event.data["speaker"] == "candidate"
        and (event.seq or 0) > last_start
    }
    assert {entry.seq for answer in record.answers for entry in answer.evidence.entries} <= said
    assert sum(answer.signs.words for answer in record.answers) > 0


def test_manners_are_told_from_answers_in_an_old_log_too() -> None:
    log = SessionLog().begin().type(5, "Could you repeat the question, please?").type(30, STORY).complete(60)
    old = [Event(one.type, {k: v for k, v in one.data.items() if k != "purpose"}, one.seq) for one in log.events]
    (answer,) = record_of(log.plan, old).answers
    assert seqs(answer) == [3]
