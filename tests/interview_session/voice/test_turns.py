"""When the candidate's turn begins: at once in a silence, and not at every murmur while the interviewer speaks."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from pipecat.frames.frames import VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame
from pipecat.utils.asyncio.task_manager import TaskManager

from app.interview_session.voice.turns import INTERRUPTION_SECONDS, DeliberateTurnStart
from tests.support.waiting import until

PATIENCE_SECONDS = 10


@dataclass
class Line:
    """Both ends of a line: whether the interviewer speaks, and for how long the candidate has had their voice."""

    interviewer_speaks: bool = False
    voice_seconds: float = 0.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def ends() -> Line:
    """Give a line on which nobody speaks."""
    return Line()


@pytest.fixture
async def start(ends: Line) -> AsyncIterator[DeliberateTurnStart]:
    """Give what begins the turns on it."""
    strategy = DeliberateTurnStart(lambda: ends.interviewer_speaks, lambda: ends.voice_seconds)
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


async def test_a_voice_that_stays_interrupts(ends: Line, start: DeliberateTurnStart) -> None:
    ends.interviewer_speaks = True
    await start.process_frame(VADUserStartedSpeakingFrame())
    assert not ends.begun.is_set()
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
