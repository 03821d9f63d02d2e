"""How answers were delivered: transcripts reckoned by hand, and what holds of any."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.interview_session.events.events import Source, Speaker
from app.interview_session.report.delivery import delivery_of
from app.interview_session.report.entries import Entry, entries_of
from app.interview_session.report.schemas import Delivery, SpokenDelivery, TypedDelivery
from app.interview_session.report.turns import turns_in
from tests.support.session_logs import BEGAN, SessionLog

TEN = "one two three four five six seven eight nine ten"
EVEN = [(float(number), number + 0.5) for number in range(10)]
"""Ten words, one each second, from 0 to 9.5 seconds."""

TABLE: dict[str, tuple[SessionLog, Delivery]] = {
    "nothing was said": (SessionLog().begin().complete(300), Delivery()),
    "the interviewer alone spoke": (SessionLog().begin().ask(0, 5).ask(40, 42), Delivery()),
    "ten words in 9.5 seconds, two seconds after the question": (
        SessionLog().begin().ask(0, 5).speak(7, 18, TEN, words=EVEN),
        Delivery(
            spoken=SpokenDelivery(
                words=10,
                words_per_minute=63.2,  # 60 × 10 / 9.5
                longest_pause_seconds=0.5,
                talk_ratio=0.66,  # 9.5 / 14.5
                response_seconds=2.0,
            )
        ),
    ),
    "two breaths of one turn, with a pause of 3.5 seconds between them": (
        # From 10 to 19.5 and from 23 to 32.5: 20 words in 22.5 seconds.
        SessionLog().begin().ask(0, 10).speak(10, 20, TEN, words=EVEN).speak(23, 33, TEN, words=EVEN),
        Delivery(
            spoken=SpokenDelivery(
                words=20,
                words_per_minute=53.3,
                longest_pause_seconds=3.5,
                talk_ratio=0.69,  # 22.5 / 32.5
                response_seconds=0.0,
            )
        ),
    ),
    "the same two breaths with a line between them are two turns": (
        SessionLog()
        .begin()
        .ask(0, 10)
        .speak(10, 20, TEN, words=EVEN)
        .ask(20, 22, purpose="follow_up", about=1)
        .speak(23, 33, TEN, words=EVEN),
        Delivery(
            spoken=SpokenDelivery(
                words=20,
                words_per_minute=63.2,  # 60 × 20 / 19
                longest_pause_seconds=0.5,
                talk_ratio=0.61,  # 19 / 31
                response_seconds=0.5,  # of 0 and 1
            )
        ),
    ),
    "the ears told no times of words": (
        SessionLog().begin().ask(0, 4).speak(5, 15, TEN),
        Delivery(spoken=SpokenDelivery(words=10, words_per_minute=60.0, talk_ratio=0.71, response_seconds=1.0)),
    ),
    "under five seconds no rate is told": (
        SessionLog().begin().ask(0, 4).speak(5, 9.9, "I was ill"),
        Delivery(spoken=SpokenDelivery(words=3, talk_ratio=0.55, response_seconds=1.0)),
    ),
    "an answer that began before the end of the question has not waited": (
        SessionLog().begin().ask(0, 8).speak(6, 16, TEN),
        Delivery(spoken=SpokenDelivery(words=10, words_per_minute=60.0, talk_ratio=0.56, response_seconds=0.0)),
    ),
    "manners are no part of it, and whoever waits for the answer waits on": (
        SessionLog()
        .begin()
        .ask(0, 5)
        .speak(6, 8, "Give me a moment, please.", purpose="think")
        .ask(8, 10, text="Take your time.", purpose="manners", cue="think")
        .speak(25, 35, TEN),
        Delivery(spoken=SpokenDelivery(words=10, words_per_minute=60.0, talk_ratio=0.59, response_seconds=20.0)),
    ),
    "neither a time check nor a nudge asks for an answer": (
        SessionLog()
        .begin()
        .ask(0, 5)
        .ask(30, 31, purpose="manners", cue="silence")
        .ask(35, 36, purpose="time_check")
        .speak(45, 55, TEN),
        Delivery(spoken=SpokenDelivery(words=10, words_per_minute=60.0, talk_ratio=0.59, response_seconds=40.0)),
    ),
    "typed answers wait until they are sent": (
        SessionLog()
        .begin()
        .ask(0, source="typed")
        .type(60, "I was ill – and tired.")
        .type(62, "It passed.")
        .ask(62, source="typed", purpose="follow_up", about=1)
        .type(72, "Nobody."),
        Delivery(typed=TypedDelivery(words=8, answers=3, response_seconds=35.0)),
    ),
    "an answer to an earlier question has not waited for the new one's": (
        SessionLog()
        .begin()
        .ask(0, source="typed")
        .ask(100, source="typed", phase_sequence=2)
        .type(101, "I was ill.")
        .type(130, "It passed.", phase_sequence=2),
        Delivery(typed=TypedDelivery(words=5, answers=2, response_seconds=65.5)),
    ),
    "spoken and typed answers are told apart": (
        SessionLog().begin().ask(0, 5).type(15, "See my notes.").ask(15, 17).speak(18, 28, TEN),
        Delivery(
            spoken=SpokenDelivery(words=10, words_per_minute=60.0, talk_ratio=0.59, response_seconds=1.0),
            typed=TypedDelivery(words=3, answers=1, response_seconds=10.0),
        ),
    ),
    "beside an interviewer in writing there is no ratio": (
        SessionLog().begin().ask(0, source="typed").speak(5, 15, TEN),
        Delivery(spoken=SpokenDelivery(words=10, words_per_minute=60.0, response_seconds=5.0)),
    ),
    "gibberish is not counted": (SessionLog().begin().ask(0).type(9, "asdf jkl", purpose="gibberish"), Delivery()),
    "a reply that takes note asks for nothing": (
        SessionLog().begin().ask(0, 5).speak(6, 16, TEN).ask(16, 17, purpose="reply", cue="noted").speak(47, 57, TEN),
        Delivery(spoken=SpokenDelivery(words=20, words_per_minute=60.0, talk_ratio=0.77, response_seconds=1.0)),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_figures_are_those_reckoned_by_hand(name: str) -> None:
    log, expected = TABLE[name]
    plan = log.plan | {"planner_fields": log.plan["planner_fields"] * 2}
    assert delivery_of(entries_of(log.events, plan)) == expected


@st.composite
def spoken_entries(draw: st.DrawFn) -> Entry:
    gaps = draw(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 900)), min_size=1, max_size=8))
    times = []
    at = 0
    for gap, length in gaps:
        times.append((at + gap, at + gap + length))
        at += gap + length
    words = draw(st.lists(st.sampled_from(["I", "we", "moved", "–", "40%"]), min_size=len(gaps), max_size=len(gaps)))
    return _entry(Speaker.CANDIDATE, " ".join(words), Source.VOICE, at, word_times=tuple(times), is_answer=True)


def _entry(speaker: Speaker, text: str, source: Source, length_ms: int, **inner: object) -> Entry:
    end = BEGAN + timedelta(milliseconds=length_ms)
    return Entry(1, speaker, text, source, 1, BEGAN, end, "answer", **inner)  # type: ignore[arg-type]


TYPED = st.sampled_from(["", "I was ill.", "It passed – at last."]).map(
    lambda text: _entry(Speaker.CANDIDATE, text, Source.TYPED, 0, is_answer=True)
)
ASKED = st.integers(0, 9000).map(
    lambda length: _entry(Speaker.INTERVIEWER, "And then?", Source.VOICE, length, is_asking=True)
)
MANNERS = st.just(_entry(Speaker.CANDIDATE, "Thanks.", Source.VOICE, 500))


@st.composite
def transcripts(draw: st.DrawFn) -> list[Entry]:
    """Give entries one behind the other, or overlapping by up to a second."""
    at = timedelta()
    placed = []
    for entry in draw(st.lists(st.one_of(spoken_entries(), spoken_entries(), TYPED, ASKED, MANNERS), max_size=8)):
        at += timedelta(milliseconds=draw(st.integers(-1000, 20_000)))
        placed.append(replace(entry, started_at=entry.started_at + at, ended_at=entry.ended_at + at))
        at += entry.ended_at - entry.started_at
    return placed


@settings(max_examples=40)
@given(transcripts())
def test_no_figure_is_negative_and_no_time_is_longer_than_the_session(entries: list[Entry]) -> None:
    # The schema refuses whatever is negative.
    delivery = Delivery.model_validate(delivery_of(entries).model_dump())
    times = [moment for entry in entries for moment in (entry.started_at, entry.ended_at)]
    session_seconds = (max(times) - min(times)).total_seconds() if times else 0.0
    for figure in (delivery.spoken.longest_pause_seconds, delivery.spoken.response_seconds):
        assert figure is None or figure <= session_seconds + 0.05


@settings(max_examples=40)
@given(transcripts(), transcripts())
def test_words_and_time_of_two_transcripts_add_up(first: list[Entry], second: list[Entry]) -> None:
    border = _entry(Speaker.INTERVIEWER, "Let us go on.", Source.VOICE, 0)
    both, one, other = delivery_of([*first, border, *second]), delivery_of(first), delivery_of(second)
    assert both.spoken.words == one.spoken.words + other.spoken.words
    assert both.typed.words == one.typed.words + other.typed.words
    assert both.typed.answers == one.typed.answers + other.typed.answers
    seconds = [sum(turn.seconds for turn in turns_in(entries)) for entries in (first, second)]
    together = sum(turn.seconds for turn in turns_in([*first, border, *second]))
    assert together == pytest.approx(sum(seconds))


@settings(max_examples=40)
@given(transcripts(), st.data())
def test_an_entry_that_is_split_at_a_word_changes_nothing(entries: list[Entry], data: st.DataObject) -> None:
    splittable = [number for number, entry in enumerate(entries) if len(entry.word_times or ()) > 1]
    assume(splittable)
    number = data.draw(st.sampled_from(splittable))
    entry = entries[number]
    times = entry.word_times or ()
    at = data.draw(st.integers(1, len(times) - 1))
    words = entry.text.split()
    later = timedelta(milliseconds=times[at][0])
    first = replace(
        entry,
        text=" ".join(words[:at]),
        ended_at=entry.started_at + timedelta(milliseconds=times[at - 1][1]),
        word_times=times[:at],
    )
    second = replace(
        entry,
        text=" ".join(words[at:]),
        started_at=entry.started_at + later,
        word_times=tuple((begin - times[at][0], end - times[at][0]) for begin, end in times[at:]),
    )
    split = [*entries[:number], first, second, *entries[number + 1 :]]
    assert delivery_of(split) == delivery_of(entries)
