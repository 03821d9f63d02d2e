"""From the ears' frames to what the director hears: when words began, what is not final, and that nothing is lost."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from app.interview_session.conversation.utterance import Intent, Understanding
from app.interview_session.voice import hearing
from app.interview_session.voice.hearing import UNHEARD_SECONDS, Heard, HeardSentences, Hearing, Turn, WordTimes
from tests.support.waiting import until

BEGAN = datetime(2026, 5, 4, 12, tzinfo=UTC)
NOTICED_SECONDS = 0.2
TIMES = [[0, 300], [320, 500], [500, 900]]


@dataclass
class Line:
    """A candidate's end of a line, with the time set by hand. Moments are seconds since its beginning."""

    now: float = 0.0
    heard: list[tuple[str, float, WordTimes | None]] = field(default_factory=list)
    so_far: list[tuple[str, float]] = field(default_factory=list)
    passed_on: list[Frame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sentences = HeardSentences(self._hear, lambda text, began: self.so_far.append((text, _since(began))))
        self.sentences.push_frame = self._push  # type: ignore[method-assign]

    async def voice(self, begin: float, end: float | None = None) -> None:
        """Have a voice that begins at one moment, and ends at another if one is given."""
        self.now = begin + NOTICED_SECONDS
        await self._take(VADUserStartedSpeakingFrame(start_secs=NOTICED_SECONDS))
        if end is not None:
            await self.end(end)

    async def end(self, at: float) -> None:
        self.now = at
        await self._take(VADUserStoppedSpeakingFrame())

    async def understand(self, text: str, at: float, word_times: Any = None) -> None:
        self.now = at
        frame = TranscriptionFrame(text, "", "", result={"word_times": word_times})
        await self._take(frame)

    async def know(self, text: str, at: float, began: float) -> None:
        """Have ears understand a text of which they know when its utterance began."""
        self.now = at
        result = {"word_times": TIMES, "began": BEGAN + timedelta(seconds=began)}
        await self._take(TranscriptionFrame(text, "", "", result=result))

    async def guess(self, text: str, at: float, began: float | None = None) -> None:
        self.now = at
        result = {"began": BEGAN + timedelta(seconds=began)} if began else None
        await self._take(InterimTranscriptionFrame(text, "", "", result=result))

    async def _take(self, frame: Frame) -> None:
        await self.sentences.process_frame(frame, FrameDirection.DOWNSTREAM)

    def _hear(self, text: str, began: datetime, word_times: WordTimes | None) -> bool:
        self.heard.append((text, _since(began), word_times))
        return True

    async def _push(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        self.passed_on.append(frame)


def _since(moment: datetime) -> float:
    return (moment - BEGAN).total_seconds()


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    line = Line()
    monkeypatch.setattr(hearing, "utc_now", lambda: BEGAN + timedelta(seconds=line.now))
    return line


async def test_words_begin_with_their_first_sound(line: Line) -> None:
    await line.voice(1, 3)
    await line.understand(" It was fine. ", 3.3, TIMES)

    assert line.heard == [("It was fine.", 1.0, TIMES)]


async def test_behind_a_cough_the_times_of_the_words_count_from_it(line: Line) -> None:
    await line.voice(1, 1.4)
    await line.voice(2, 4)
    await line.understand("It was fine.", 4.3, TIMES)

    assert line.heard == [("It was fine.", 1.0, [[1000, 1300], [1320, 1500], [1500, 1900]])]


async def test_a_cough_of_long_ago_is_not_of_the_words(line: Line) -> None:
    await line.voice(1, 1.4)
    await line.voice(2 + UNHEARD_SECONDS, 8)
    await line.understand("It was fine.", 8.3, TIMES)

    assert line.heard == [("It was fine.", 2 + UNHEARD_SECONDS, TIMES)]


async def test_a_text_that_comes_when_the_next_words_have_begun_is_of_those_before(line: Line) -> None:
    await line.voice(1, 3)
    await line.voice(3.1)
    await line.understand("It was fine.", 3.4, TIMES)
    await line.end(5)
    await line.understand("In the end.", 5.3, TIMES)

    assert line.heard == [("It was fine.", 1.0, TIMES), ("In the end.", 3.1, TIMES)]


async def test_final_texts_in_the_midst_of_a_voice_begin_one_behind_the_other(line: Line) -> None:
    await line.voice(1)
    await line.understand("It was fine.", 3, TIMES)
    await line.understand("In the end.", 5, [[2100, 2200], [2300, 2400], [2500, 2600]])

    assert line.heard == [("It was fine.", 1.0, TIMES), ("In the end.", 3.0, [[100, 200], [300, 400], [500, 600]])]


async def test_words_without_a_voice_have_no_times(line: Line) -> None:
    await line.understand("It was fine.", 3, TIMES)

    assert line.heard == [("It was fine.", 3.0, None)]


NO_TIMES = [
    None,
    [],
    TIMES[:2],
    [*TIMES, [900, 1000]],
    "abc",
    {"0": 1},
    [[0, 300], None, [500, 900]],
    [[0, 300], [320], [500, 900]],
    [[0, 300], [320, 500, 600], [500, 900]],
    [[0, 300], ["320", "500"], [500, 900]],
    [[0, 300], [True, 500], [500, 900]],
    [[0, 300], [500, 320], [500, 900]],
    [[320, 500], [0, 300], [500, 900]],
    [[-1, 300], [320, 500], [500, 900]],
    [[0, 300], [320, float("nan")], [500, 900]],
    [[0, 300], [320, 500], [500, float("inf")]],
    [[0, 300], [320, 500], [500, 10**12]],
]


@pytest.mark.parametrize("times", NO_TIMES)
async def test_times_that_are_none_of_these_words_are_none_at_all(line: Line, times: Any) -> None:
    await line.voice(1, 3)
    await line.understand("It was fine.", 3.3, times)

    assert line.heard == [("It was fine.", 1.0, None)]


async def test_other_ears_results_are_no_times(line: Line) -> None:
    await line.voice(1, 3)
    for result in (None, "text", object(), {"words": []}):
        await line._take(TranscriptionFrame("It was fine.", "", "", result=result))

    assert [times for _, _, times in line.heard] == [None] * 4


async def test_what_is_not_final_is_told_with_the_begin_of_its_entry_and_ends_here(line: Line) -> None:
    await line.voice(1)
    await line.guess("It", 1.5)
    await line.guess("  ", 1.6)
    await line.guess("It was", 2)
    await line.end(3)
    await line.guess("It was fine", 3.1)
    await line.understand("It was fine.", 3.3, TIMES)

    assert line.so_far == [("It", 1.0), ("It was", 1.0), ("It was fine", 1.0)]
    assert line.heard == [("It was fine.", 1.0, TIMES)]
    assert not any(isinstance(frame, InterimTranscriptionFrame) for frame in line.passed_on)
    assert sum(isinstance(frame, TranscriptionFrame) for frame in line.passed_on) == 1


async def test_in_the_midst_of_a_voice_what_follows_a_final_text_is_newer_than_it(line: Line) -> None:
    await line.voice(1)
    await line.understand("It was fine.", 3)
    await line.guess("In", 3.5)

    assert line.so_far == [("In", 3.0)]


async def test_texts_of_ears_that_know_their_utterances_begin_with_these(line: Line) -> None:
    await line.voice(1, 3)
    await line.voice(3.5, 5)
    await line.voice(5.5)
    await line.guess("It was", 5.6, began=1)
    await line.know("It was fine.", 6, began=1)
    await line.know("In the end.", 6.1, began=3.5)
    await line.end(12)
    await line.know("I think so.", 19, began=5.5)

    assert line.so_far == [("It was", 1.0)]
    assert line.heard == [("It was fine.", 1.0, TIMES), ("In the end.", 3.5, TIMES), ("I think so.", 5.5, TIMES)]


class Slow:
    """Understands everything, once it is let."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.asked: list[str] = []

    async def understand(self, text: str, *, field: Mapping[str, Any], language: str = "en") -> Understanding:
        self.asked.append(text)
        await self.go_on.wait()
        return Understanding(Intent.REPEAT)


def piece(turn: Turn, text: str) -> Heard:
    return Heard(turn, text, BEGAN, BEGAN, None)


async def test_an_end_loses_neither_what_is_being_understood_nor_what_comes_after_it() -> None:
    understander, told = Slow(), []
    hears = Hearing(understander, "en", lambda heard, understanding: told.append((heard.text, understanding)))
    turn = Turn(1, {})
    running = asyncio.create_task(hears.run())
    hears.take(piece(turn, "One."))
    hears.take(piece(turn, "Two."))
    await until(lambda: understander.asked)
    hears.finish()
    hears.take(piece(turn, "Three."))
    assert told == [(text, Understanding()) for text in ("One.", "Two.", "Three.")]

    understander.go_on.set()
    hears.take(piece(turn, "Four."))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [text for text, _ in told] == ["One.", "Two.", "Three.", "Four."]


async def test_pieces_are_understood_in_order_and_what_came_before_in_their_turn_counts() -> None:
    understander, told = Slow(), []
    understander.go_on.set()
    hears = Hearing(understander, "en", lambda heard, understanding: told.append((heard.text, understanding.intent)))
    turn = Turn(1, {})
    hears.take(piece(turn, "Say that"))
    hears.take(piece(turn, "again."))
    assert not hears.is_idle
    running = asyncio.create_task(hears.run())
    await until(lambda: hears.is_idle)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert understander.asked == ["Say that", "Say that again."]
    assert told == [("Say that", Intent.REPEAT), ("again.", Intent.REPEAT)]
