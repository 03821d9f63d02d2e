"""When the candidate's turn begins, and how long a silence ends it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pipecat.frames.frames import (
    STTMetadataFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.utils.asyncio.task_manager import TaskManager

from app.interview_session.voice import turns
from app.interview_session.voice.turns import (
    BRIEF_SECONDS,
    INTERRUPTION_SECONDS,
    LOOK_SECONDS,
    UNFINISHED_SECONDS,
    UNSETTLED_INTERRUPTION_SECONDS,
    WORDLESS_SECONDS,
    DeliberateTurnStart,
    PatientTurnEnd,
)
from tests.support.waiting import nothing_happens, until

PATIENCE_SECONDS = 10
ANSWER = "I was there for three years and in the end I led the whole team of nine people."


@dataclass
class Line:
    """Both ends of a line: whether the interviewer speaks, and for how long the candidate has had their voice."""

    interviewer_speaks: bool = False
    voice_seconds: float = 0.0
    is_settled: bool = True
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    hesitations: list[bool] = field(default_factory=list)


@pytest.fixture
def ends() -> Line:
    """Give a line on which nobody speaks."""
    return Line()


@pytest.fixture
async def start(ends: Line) -> AsyncIterator[DeliberateTurnStart]:
    """Give what begins the turns on it."""
    strategy = DeliberateTurnStart(
        lambda: ends.interviewer_speaks,
        lambda: ends.voice_seconds,
        is_settled=lambda: ends.is_settled,
        hesitate=lambda: ends.hesitations.append(True),
        go_on=lambda: ends.hesitations.append(False),
    )
    strategy._task_manager = TaskManager()

    async def begin(*_: object) -> None:
        ends.begun.set()

    strategy.add_event_handler("on_user_turn_started", begin)
    yield strategy
    await strategy.cleanup()


async def test_in_a_silence_a_turn_begins_at_once(ends: Line, start: DeliberateTurnStart) -> None:
    await start.process_frame(VADUserStartedSpeakingFrame())

    assert ends.begun.is_set()
    assert not start.is_murmur
    assert not ends.hesitations


async def test_a_murmur_begins_no_turn(ends: Line, start: DeliberateTurnStart) -> None:
    ends.interviewer_speaks = True
    ends.voice_seconds = INTERRUPTION_SECONDS / 2
    await start.process_frame(VADUserStartedSpeakingFrame())
    await start.process_frame(VADUserStoppedSpeakingFrame())
    ends.voice_seconds = 2 * INTERRUPTION_SECONDS
    ends.interviewer_speaks = False

    assert start.is_murmur
    assert start._listening is None
    assert not ends.begun.is_set()
    assert ends.hesitations == [True, False]


async def test_a_voice_that_stays_interrupts(ends: Line, start: DeliberateTurnStart) -> None:
    ends.interviewer_speaks = True
    await start.process_frame(VADUserStartedSpeakingFrame())
    assert not ends.begun.is_set()
    assert ends.hesitations == [True]
    ends.voice_seconds = INTERRUPTION_SECONDS

    assert await until(ends.begun.is_set)
    assert not start.is_murmur


async def test_what_goes_on_when_the_interviewer_has_finished_is_a_turn(
    ends: Line, start: DeliberateTurnStart
) -> None:
    ends.interviewer_speaks = True
    await start.process_frame(VADUserStartedSpeakingFrame())
    ends.interviewer_speaks = False

    assert await until(ends.begun.is_set)


async def test_whoever_stutters_interrupts_in_the_end_and_is_not_talked_over_till_then(
    ends: Line, start: DeliberateTurnStart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.interview_session.voice.turns.LONGEST_HESITATION_SECONDS", 5 * LOOK_SECONDS)
    ends.interviewer_speaks = True
    ends.voice_seconds = INTERRUPTION_SECONDS / 2
    await start.process_frame(VADUserStartedSpeakingFrame())

    assert await until(ends.begun.is_set)
    assert len(ends.hesitations) > 1
    assert all(ends.hesitations)


def test_what_may_be_a_voice_makes_the_interviewer_hesitate_until_it_was_none(
    ends: Line, start: DeliberateTurnStart
) -> None:
    start.notice(True)
    assert ends.hesitations == []
    ends.interviewer_speaks = True
    start.notice(True)
    assert ends.hesitations == [True]
    start.notice(False)

    assert ends.hesitations == [True, False]
    assert not ends.begun.is_set()


async def test_what_may_be_an_echo_interrupts_later(ends: Line, start: DeliberateTurnStart) -> None:
    ends.interviewer_speaks, ends.is_settled = True, False
    ends.voice_seconds = INTERRUPTION_SECONDS
    start.notice(True)
    assert ends.hesitations == []
    await start.process_frame(VADUserStartedSpeakingFrame())
    await until(lambda: len(ends.hesitations) > 1)
    assert not ends.begun.is_set()
    ends.voice_seconds = UNSETTLED_INTERRUPTION_SECONDS

    assert await until(ends.begun.is_set)


async def test_while_a_voice_is_listened_to_a_gap_in_it_is_no_end(ends: Line, start: DeliberateTurnStart) -> None:
    ends.interviewer_speaks = True
    await start.process_frame(VADUserStartedSpeakingFrame())
    start.notice(False)

    assert ends.hesitations == [True]


@dataclass
class Ears:
    """Ears that know, if ``are_words_due`` is not None, whether words are to come."""

    are_words_due: bool | None = False


@pytest.fixture
def ears() -> Ears:
    """Give ears of which nothing is to come."""
    return Ears()


@pytest.fixture
async def end(ears: Ears) -> AsyncIterator[PatientTurnEnd]:
    """Give what ends turns, with words that break off after "and"."""
    strategy = PatientTurnEnd(
        PATIENCE_SECONDS,
        is_unfinished=lambda text: text.endswith("and"),
        are_words_due=lambda: ears.are_words_due,
    )
    strategy._task_manager = TaskManager()
    yield strategy
    await strategy.cleanup()


def ends_of(strategy: PatientTurnEnd) -> list[bool]:
    """Return a list that gets an entry whenever the turn has ended."""
    ended: list[bool] = []

    async def note(*_: object) -> None:
        ended.append(True)

    strategy.add_event_handler("on_user_turn_stopped", note)
    return ended


def said(text: str) -> TranscriptionFrame:
    """Return a text as the ears give it."""
    return TranscriptionFrame(text, "", "", finalized=True)


async def test_after_a_finished_sentence_a_turn_ends_when_the_patience_is_over(end: PatientTurnEnd) -> None:
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said(ANSWER))

    assert end._silence_seconds() == PATIENCE_SECONDS


@pytest.mark.parametrize(("text", "is_waited_for"), [("I was there.", True), ("Could you say that again?", False)])
async def test_a_few_words_are_waited_for_unless_they_ask(
    end: PatientTurnEnd, text: str, *, is_waited_for: bool
) -> None:
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said(text))

    assert end._silence_seconds() == PATIENCE_SECONDS + is_waited_for * BRIEF_SECONDS


async def test_in_the_middle_of_a_sentence_a_turn_ends_later(end: PatientTurnEnd) -> None:
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said("I was there and"))

    assert end._silence_seconds() == end.longest_seconds == PATIENCE_SECONDS + UNFINISHED_SECONDS


async def test_whoever_speaks_on_has_not_finished(end: PatientTurnEnd) -> None:
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said("I was there."))
    assert end._waiting is not None
    await end.process_frame(VADUserStartedSpeakingFrame())

    assert end._waiting is None


async def test_a_turn_without_words_ends_last(end: PatientTurnEnd) -> None:
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())

    assert end._silence_seconds() == end.longest_seconds + WORDLESS_SECONDS < end.latest_seconds


async def test_a_turn_waits_for_words_that_the_ears_still_owe(
    end: PatientTurnEnd, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end, "_patience", 0.0)
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return bool(ears.are_words_due)

    monkeypatch.setattr(end, "_are_words_due", look)
    ended = ends_of(end)
    ears.are_words_due = True
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    # The text of an earlier utterance.
    await end.process_frame(said(ANSWER))
    await until(lambda: looks > 5)
    assert not ended
    ears.are_words_due = False
    await end.process_frame(said(ANSWER))

    await until(lambda: ended)


async def test_ears_that_never_answer_are_not_waited_for_for_ever(
    end: PatientTurnEnd, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LATE_WORDS_SECONDS", 0.1)
    monkeypatch.setattr(end, "_patience", 0.0)
    ended = ends_of(end)
    ears.are_words_due = True
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said(ANSWER))

    await until(lambda: ended)


async def test_of_ears_that_do_not_know_the_last_text_is_waited_for(
    end: PatientTurnEnd, ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(end, "_patience", 0.0)
    ended = ends_of(end)
    ears.are_words_due = None
    await end.process_frame(STTMetadataFrame(service_name="", ttfs_p99_latency=3600))
    await end.process_frame(VADUserStartedSpeakingFrame())
    # Of an earlier utterance.
    await end.process_frame(said(ANSWER))
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await nothing_happens(0.3, because="that the turn goes on shows only when its patience is over")
    assert not ended
    await end.process_frame(said(ANSWER))

    await until(lambda: ended)


async def test_a_hurried_turn_ends_at_the_next_short_pause(end: PatientTurnEnd) -> None:
    ended = ends_of(end)
    await end.process_frame(VADUserStartedSpeakingFrame())
    await end.process_frame(VADUserStoppedSpeakingFrame())
    await end.process_frame(said("I was there and"))
    await end.hurry()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await until(lambda: ended)
    await end.handle_user_turn_stopped()
    await end.process_frame(said(ANSWER))
    assert end._silence_seconds() == PATIENCE_SECONDS
