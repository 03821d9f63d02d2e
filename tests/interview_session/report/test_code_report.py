"""The report that needs no model, of a good, a poor and an empty session."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from app.interview_session.conversation.meaning import Meaning, Vectors
from app.interview_session.report.answer_evidence import record_of
from app.interview_session.report.code_report import code_report, make_code_report
from app.interview_session.report.schemas import Quote, Report
from tests.support.session_logs import SessionLog, field, moment, plan_of

SESSION = UUID(int=7)
RUBRIC = ["Takes a real failure and owns it", "Names a change that lasted"]
PLAN = plan_of(
    field(1, rubric=RUBRIC, follow_ups=["Who did you tell?"]),
    field(2, question_type="closing", rubric=["Asks about the work"]),
)
STORY = (
    "Last spring our oven broke because I had not had it serviced. That failure was mine. I rented one, called the "
    "30 customers who were waiting, and in the end only two of them cancelled."
)
CHANGE = "Since that failure the service is in my calendar, and that change has lasted to this day."
GOOD = (
    SessionLog(PLAN)
    .begin()
    .ask(0, 6)
    .speak(9, 33, STORY)
    .ask(33, 35, purpose="follow_up", about=1)
    .speak(36, 44, CHANGE)
    .begin(2, 300)
    .ask(300, 304)
    .type(320, "Who would train me?", purpose="company_question")
    .complete(600)
)
POOR = (
    SessionLog(PLAN)
    .begin()
    .ask(0, source="typed")
    .type(20, "asdf jkl qwer", purpose="gibberish")
    .ask(20, source="typed", purpose="manners", cue="gibberish")
    .type(40, "It was hard but we managed somehow.")
    .type(50, "Next question, please.", purpose="skip")
    .complete(50)
)
EMPTY = SessionLog(PLAN).begin().ask(0, 6).complete(300)

REPORT_KEYS = """
session_id status made_by model tokens created_at score self_score note questions delivery
"""
CRITERION_KEYS = """
criterion verdict evidence proposals advice self_verdict disputed
"""
QUESTION_KEYS = """
sequence question_id question_type question status entries seconds_used follow_ups criteria signs earlier
"""
SIGNS_KEYS = """
words own_part team numbers results examples hedges longest_stretch_seconds seconds_to_first_word
"""
SPOKEN_KEYS = """
words words_per_minute fillers fillers_per_minute longest_pause_seconds talk_ratio response_seconds
"""


def report_of(log: SessionLog) -> Report:
    return code_report(SESSION, record_of(log.plan, log.events), created_at=moment(700))


def test_a_good_session_is_ready_to_be_judged_by_oneself() -> None:
    report = report_of(GOOD)
    assert (report.session_id, report.created_at) == (SESSION, moment(700))
    assert (report.status, report.made_by, report.model, report.tokens) == ("ready", "code", None, None)
    assert (report.score, report.self_score, report.note) == (None, None, None)
    first, second = report.questions
    assert (first.status, first.entries, first.seconds_used) == ("not_judged", [3, 5], 300.0)
    assert first.follow_ups == ["Who did you tell?"]
    assert [criterion.criterion for criterion in first.criteria] == RUBRIC
    assert Quote(seq=3, quote="That failure was mine.") in first.criteria[0].proposals
    assert first.criteria[1].proposals[0].seq == 5
    assert (first.signs.longest_stretch_seconds, first.signs.seconds_to_first_word) == (24.0, 3.0)
    assert (second.status, second.entries) == ("insufficient_evidence", [8])
    assert report.delivery.spoken.words == first.signs.words
    assert report.delivery.typed.words == second.signs.words == 4


def test_no_code_gives_a_verdict() -> None:
    for log in (GOOD, POOR, EMPTY):
        for question in report_of(log).questions:
            for criterion in question.criteria:
                given = (criterion.verdict, criterion.evidence, criterion.advice, criterion.self_verdict)
                assert given == (None, [], None, None)


def test_gibberish_and_seven_words_are_insufficient_evidence() -> None:
    report = report_of(POOR)
    assert report.status == "insufficient_evidence"
    (question,) = report.questions
    assert (question.status, question.entries) == ("insufficient_evidence", [5])
    assert [criterion.proposals for criterion in question.criteria] == [[], []]
    assert report.delivery.typed.words == question.signs.words == 7


def test_of_silence_there_is_nothing_to_tell() -> None:
    report = report_of(EMPTY)
    assert report.status == "insufficient_evidence"
    (question,) = report.questions
    assert (question.entries, question.seconds_used, question.signs.words) == ([], 300.0, 0)
    assert report.delivery.spoken.words_per_minute is None


def test_a_session_that_was_never_begun_has_a_report_too() -> None:
    report = report_of(SessionLog(PLAN))
    assert (report.status, report.questions) == ("insufficient_evidence", [])


def test_the_answer_has_these_fields_and_no_other() -> None:
    report = report_of(GOOD).model_dump(mode="json")
    assert sorted(report) == sorted(REPORT_KEYS.split())
    (question, *_) = report["questions"]
    assert sorted(question) == sorted(QUESTION_KEYS.split())
    assert sorted(question["criteria"][0]) == sorted(CRITERION_KEYS.split())
    assert sorted(question["signs"]) == sorted(SIGNS_KEYS.split())
    assert sorted(question["signs"]["team"]) == ["count", "places"]
    assert sorted(report["delivery"]["spoken"]) == sorted(SPOKEN_KEYS.split())
    assert sorted(report["delivery"]["typed"]) == ["answers", "response_seconds", "words"]
    assert report["delivery"]["spoken"]["fillers"] is None
    assert question["signs"]["team"]["places"] == [{"seq": 3, "quote": "our"}]


def test_every_quote_stands_letter_by_letter_in_its_entry() -> None:
    texts = {event.data["seq"]: event.data["text"] for event in GOOD.events if "text" in event.data}
    for question in report_of(GOOD).model_dump()["questions"]:
        signs = [one["places"] for one in question["signs"].values() if isinstance(one, dict)]
        proposals = [criterion["proposals"] for criterion in question["criteria"]]
        for quote in [quote for quotes in (*signs, *proposals) for quote in quotes]:
            assert quote["quote"] in texts[quote["seq"]]
            assert quote["seq"] in question["entries"]


class WatchedMeaning(Meaning):
    """The model, which notes the threads that it is asked on."""

    def __init__(self, **inner: Any) -> None:
        super().__init__(**inner)
        self.threads: set[int] = set()

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        self.threads.add(threading.get_ident())
        return super().embed_now(texts)


async def make(meaning: Meaning) -> Report:
    report, record = await make_code_report(
        SESSION, PLAN, GOOD.events, ended_at=moment(600), created_at=moment(700), meaning=meaning
    )
    assert [answer.evidence.sequence for answer in record.answers] == [1, 2]
    return report


async def test_the_model_is_asked_off_the_event_loop() -> None:
    meaning = WatchedMeaning()
    report = await make(meaning)
    assert meaning.threads
    assert threading.get_ident() not in meaning.threads
    assert report.questions[0].criteria[1].proposals[0].seq == 5


@pytest.mark.parametrize("inner", [{"is_enabled": False}, {"package": "no_such_package"}])
async def test_where_there_is_no_model_it_is_not_asked(inner: dict[str, Any]) -> None:
    meaning = WatchedMeaning(**inner)
    assert await make(meaning) == report_of(GOOD)
    assert meaning.threads == set()


def test_the_report_of_a_very_long_session_stays_short() -> None:
    log = SessionLog(PLAN).begin()
    for number in range(300):
        log.type(number, f"{number} I mixed our dough, then we baked {number} loaves and maybe sold them. " * 8)
    report = report_of(log.complete(300))
    assert report.questions[0].signs.words == 300 * 8 * 14
    assert len(report.questions[0].entries) == 300
    assert len(report.model_dump_json()) < 50_000
