"""Child processes: what is sent comes back, and one that dies or hangs is replaced and its loss told."""

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest

from app.interview_session.voice.services.child_process import ChildError, ChildProcess
from tests.support.echo_child import DIE, ECHO
from tests.support.metrics import figure
from tests.support.waiting import nothing_happens, until

MODULE = "tests.support.echo_child"


class Listener:
    """What came from the child."""

    def __init__(self) -> None:
        self.messages: list[tuple[int, int, bytes]] = []
        self.restarts = 0
        self.is_owed = False
        self.is_in_trouble = False

    def take(self, number: int, operation: int, content: bytes) -> None:
        if content == b"raise":
            raise RuntimeError(content)
        self.messages.append((number, operation, content))

    def note_restart(self) -> None:
        self.restarts += 1
        if self.is_in_trouble:
            raise RuntimeError("in trouble")


def echo(listener: Listener, *arguments: str) -> ChildProcess:
    return ChildProcess(
        "echo",
        MODULE,
        [*arguments],
        on_message=listener.take,
        on_restart=listener.note_restart,
        is_owed=lambda: listener.is_owed,
        silence_seconds=1,
    )


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def child(listener: Listener) -> AsyncIterator[ChildProcess]:
    child = echo(listener)
    await child.start()
    yield child
    await child.stop()


async def test_messages_go_both_ways_in_order(child: ChildProcess, listener: Listener) -> None:
    large = bytes(range(256)) * 4000
    assert child.send(7, ECHO, b"first")
    assert child.send(8, ECHO)
    assert child.send(2**32 - 1, ECHO, large)

    await until(lambda: len(listener.messages) == 3)

    assert listener.messages == [(7, ECHO, b"first"), (8, ECHO, b""), (2**32 - 1, ECHO, large)]


async def test_one_that_died_is_replaced_and_its_loss_is_told(child: ChildProcess, listener: Listener) -> None:
    first = child.pid
    child.send(1, DIE)

    await until(lambda: listener.restarts == 1)
    assert child.pid != first
    child.send(2, ECHO, b"again")
    await until(lambda: listener.messages == [(2, ECHO, b"again")])


async def test_a_listener_in_trouble_does_not_stop_the_others(child: ChildProcess, listener: Listener) -> None:
    child.send(1, ECHO, b"raise")
    child.send(2, ECHO, b"fine")

    await until(lambda: listener.messages == [(2, ECHO, b"fine")])
    assert listener.restarts == 0


async def test_one_that_hangs_is_replaced_if_it_owes_something(child: ChildProcess, listener: Listener) -> None:
    first = child.pid
    assert first is not None
    before = figure("voice_child_ends_total")
    os.kill(first, signal.SIGSTOP)
    child.send(1, ECHO, b"lost")
    listener.is_owed = True

    await until(lambda: listener.restarts)
    assert child.pid != first
    assert figure("voice_child_ends_total") == before + 1
    listener.is_owed = False
    child.send(2, ECHO, b"again")
    await until(lambda: listener.messages == [(2, ECHO, b"again")])


async def test_one_that_owes_nothing_may_be_silent(child: ChildProcess, listener: Listener) -> None:
    await nothing_happens(2.5, because="that it is left alone shows only when its time is over")

    assert listener.restarts == 0


async def test_whoever_is_in_trouble_at_a_restart_does_not_prevent_the_next(
    child: ChildProcess, listener: Listener
) -> None:
    listener.is_in_trouble = True
    child.send(1, DIE)
    await until(lambda: listener.restarts == 1)
    child.send(2, DIE)

    await until(lambda: listener.restarts == 2)


async def test_one_for_which_there_is_no_memory_says_so(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(asyncio, "create_subprocess_exec", fail)

    with pytest.raises(ChildError, match="echo could not be started: Cannot allocate memory"):
        await echo(listener).start()


async def test_one_that_does_not_come_up_says_so(listener: Listener) -> None:
    child = echo(listener, "--not-ready")

    with pytest.raises(ChildError, match=r"echo did not come up \(exit status 3\)"):
        await child.start()
    assert not child.send(1, ECHO)


async def test_none_is_left_behind(listener: Listener) -> None:
    child = echo(listener)
    await child.start()
    pid = child.pid
    assert pid is not None

    await child.stop()

    assert not psutil.pid_exists(pid)
    assert not child.send(1, ECHO)
