"""One timer for many sleepers: each is woken in time, none early."""

import asyncio
from typing import Any

import pytest

from app.core.timer_wheel import TICK_SECONDS, TimerWheel
from tests.support.waiting import until


class Sleeper:
    """Notes when it was woken."""

    def __init__(self) -> None:
        self.woken: list[float] = []

    def wake(self) -> None:
        self.woken.append(asyncio.get_running_loop().time())


@pytest.fixture
async def timers(monkeypatch: pytest.MonkeyPatch) -> list[asyncio.TimerHandle]:
    """Give the timers that are set on the loop from now on."""
    made: list[asyncio.TimerHandle] = []

    def noting(*arguments: Any, **options: Any) -> asyncio.TimerHandle:
        made.append(call_at(*arguments, **options))
        return made[-1]

    loop = asyncio.get_running_loop()
    call_at = loop.call_at
    monkeypatch.setattr(loop, "call_at", noting)
    return made


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_everybody_is_woken_once_and_nobody_early() -> None:
    wheel = TimerWheel()
    began = now()
    moments = [began + delay for delay in (0.12, 0.0, 0.03, 0.26, 0.03)]
    sleepers = [Sleeper() for _ in moments]
    for moment, sleeper in zip(moments, sleepers, strict=True):
        wheel.wake_at(moment, sleeper)

    await until(lambda: all(sleeper.woken for sleeper in sleepers))

    for moment, sleeper in zip(moments, sleepers, strict=True):
        [woken] = sleeper.woken
        assert woken >= moment


async def test_one_timer_serves_all(timers: list[asyncio.TimerHandle]) -> None:
    wheel = TimerWheel()
    begin = now() + 600
    for number in range(1000):
        wheel.wake_at(begin + number % 7, Sleeper())

    assert len(timers) == 1
    wheel.wake_at(begin - 300, Sleeper())
    assert [timer.cancelled() for timer in timers] == [True, False]
    wheel.stop()
    assert all(timer.cancelled() for timer in timers)


async def test_who_is_forgotten_sleeps_on_and_is_not_kept() -> None:
    wheel = TimerWheel()
    moment = now() + TICK_SECONDS
    awake, asleep = Sleeper(), Sleeper()
    for sleeper in (awake, asleep):
        wheel.wake_at(moment, sleeper)
    wheel.forget(moment, asleep)
    wheel.forget(moment + 5, asleep)

    await until(lambda: awake.woken)

    assert not asleep.woken


async def test_who_is_woken_may_ask_to_be_woken_again() -> None:
    wheel = TimerWheel()

    class Beating(Sleeper):
        def wake(self) -> None:
            super().wake()
            wheel.wake_at(now(), self)

    sleeper = Beating()
    wheel.wake_at(now(), sleeper)
    await until(lambda: len(sleeper.woken) >= 3)
    wheel.stop()
