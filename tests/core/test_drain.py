"""A process that was told to end: whom it lets finish, and for how long."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest

from app.core.drain import Drain
from tests.support.waiting import until

LONG_SECONDS = 200.0


class Listener:
    """What a server listens with."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


class Server:
    """Stands for uvicorn's: what it listens with, and its handler, which is what a drain holds back."""

    def __init__(self) -> None:
        self.servers = [Listener()]
        self.ended_after = ""

    def handle_exit(self, number: int, frame: FrameType | None) -> None:
        self.ended_after = signal.Signals(number).name


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    before = signal.signal(signal.SIGTERM, server.handle_exit)
    yield server
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(autouse=True)
def short_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.drain.LINGER_SECONDS", 0.01)


def told_to_end(drain: Drain) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    assert drain.active


async def test_an_interrupt_ends_streams_and_waits_for_nobody(server: Server) -> None:
    ended: list[str] = []
    before = signal.signal(signal.SIGINT, server.handle_exit)
    try:
        drain = Drain(LONG_SECONDS, LONG_SECONDS)
        drain.before_end.append(lambda: ended.append("streams"))
        drain.install()
        os.kill(os.getpid(), signal.SIGINT)
        assert server.ended_after == "SIGINT"
        await until(lambda: ended)
    finally:
        signal.signal(signal.SIGINT, before)

    assert ended == ["streams"]
    assert drain.is_ending


async def test_calls_may_end_by_themselves_and_nobody_new_comes_in(server: Server) -> None:
    calls, ended = ["one", "two"], []
    drain = Drain(0, LONG_SECONDS)
    drain.under_way.append(lambda: len(calls))
    drain.before_end.append(lambda: ended.append("streams"))
    drain.install()

    told_to_end(drain)
    await until(lambda: server.servers[0].is_closed)
    calls.pop()
    assert not server.ended_after
    assert ended == []
    calls.pop()

    await until(lambda: server.ended_after == "SIGTERM")
    assert ended == ["streams"]


async def test_calls_that_do_not_end_are_cut_off_at_the_limit(server: Server) -> None:
    drain = Drain(0, 0.3)
    drain.under_way.append(lambda: 1)
    drain.install()
    began = time.monotonic()

    told_to_end(drain)

    await until(lambda: server.ended_after)
    assert time.monotonic() - began >= 0.3


async def test_without_a_limit_for_calls_none_is_waited_for(server: Server) -> None:
    drain = Drain(0.01)
    drain.under_way.append(lambda: 1)
    drain.install()

    told_to_end(drain)

    await until(lambda: server.ended_after)


@pytest.mark.parametrize(("seconds", "call_seconds"), [(LONG_SECONDS, 0), (0, LONG_SECONDS), (LONG_SECONDS,) * 2])
async def test_a_second_signal_means_now(server: Server, seconds: float, call_seconds: float) -> None:
    drain = Drain(seconds, call_seconds)
    drain.under_way.append(lambda: 1)
    drain.install()

    told_to_end(drain)
    told_to_end(drain)

    await until(lambda: server.ended_after)


async def test_calls_that_cannot_be_counted_do_not_keep_a_process_alive(server: Server) -> None:
    drain = Drain(0, LONG_SECONDS)
    drain.under_way.append(lambda: 1 // 0)
    drain.install()

    told_to_end(drain)

    await until(lambda: server.ended_after)
    assert drain._draining is not None
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(drain._draining, 1)
