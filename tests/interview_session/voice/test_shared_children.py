"""The children that all calls share: gone when nobody has needed them for ten minutes, and back for the next."""

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
from structlog.testing import capture_logs

from app.core.loading import UNUSED_SECONDS
from app.interview_session.voice.services.child_process import ChildError, ChildProcess
from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.shared_children import SharedChildren
from tests.support.waiting import until

MODULE = "tests.support.echo_child"
PATIENCE_SECONDS = 20.0


class Child:
    """A real child, which does not come up where the test says so."""

    def __init__(self) -> None:
        self.process = ChildProcess(
            "echo", MODULE, [], on_message=lambda *_: None, on_restart=lambda: None, is_owed=lambda: False
        )
        self.starts = 0
        self.has_no_memory = False

    async def start(self) -> None:
        if self.has_no_memory:
            raise ChildError("the process of the echo could not be started: no memory")
        self.starts += 1
        await self.process.start()

    async def stop(self) -> None:
        await self.process.stop()


class Stage:
    """Two children, how many calls need them, and the time."""

    def __init__(self) -> None:
        self.calls = 0
        self.now = 1000.0
        self.children = (Child(), Child())
        self.shared = SharedChildren(self.children, are_used=lambda: self.calls > 0, clock=lambda: self.now)

    @property
    def pids(self) -> list[int]:
        return [child.process.pid for child in self.children if child.process.pid is not None]

    def are_up(self) -> bool:
        return self.shared.are_up

    def let_pass(self, seconds: float) -> None:
        self.now += seconds
        self.shared.look()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.shared.start()
    yield stage
    await stage.shared.stop()


async def test_they_go_when_nobody_has_needed_them_and_come_back_for_the_next(stage: Stage) -> None:
    pids = stage.pids
    stage.let_pass(UNUSED_SECONDS - 1)
    assert stage.are_up()

    stage.let_pass(1)
    assert not stage.are_up()
    await until(lambda: not any(map(psutil.pid_exists, pids)))

    rooms = [stage.shared.ready(PATIENCE_SECONDS) for _ in range(2)]

    assert await asyncio.gather(*rooms) == [True, True]
    assert [child.starts for child in stage.children] == [2, 2]


async def test_a_call_keeps_them_and_so_does_a_room_that_has_opened(stage: Stage) -> None:
    stage.calls = 1
    stage.let_pass(10 * UNUSED_SECONDS)
    assert stage.are_up()

    stage.calls = 0
    stage.let_pass(UNUSED_SECONDS - 1)
    stage.shared.expect()
    stage.let_pass(UNUSED_SECONDS - 1)

    assert stage.are_up()
    assert [child.starts for child in stage.children] == [1, 1]


async def test_who_comes_while_they_are_being_ended_gets_others(stage: Stage) -> None:
    old = stage.pids
    stage.let_pass(UNUSED_SECONDS)

    assert await stage.shared.ready(PATIENCE_SECONDS)

    assert len(stage.pids) == len(old)
    assert not {*stage.pids} & {*old}
    assert not any(map(psutil.pid_exists, old))


async def test_who_has_no_patience_left_is_told_that_they_are_not_there_yet(stage: Stage) -> None:
    stage.let_pass(UNUSED_SECONDS)

    assert not await stage.shared.ready(0)


async def test_a_child_that_does_not_come_up_is_tried_again_for_the_next(stage: Stage) -> None:
    stage.let_pass(UNUSED_SECONDS)
    stage.children[1].has_no_memory = True

    with capture_logs() as lines:
        assert not await stage.shared.ready(PATIENCE_SECONDS)

    assert [line["event"] for line in lines if line["log_level"] == "warning"] == ["voice_not_ready"]
    # The one that did come up is of no use alone.
    assert not stage.pids

    stage.children[1].has_no_memory = False
    assert await stage.shared.ready(PATIENCE_SECONDS)


@pytest.mark.parametrize("moment", ["resting", "waking"])
async def test_an_end_in_the_middle_leaves_no_process(stage: Stage, moment: str) -> None:
    before = {*psutil.Process().children()}
    stage.let_pass(UNUSED_SECONDS)
    if moment == "waking":
        stage.shared.expect()
        await until(lambda: any(child.starts == 2 for child in stage.children))

    await stage.shared.stop()
    stage.shared.expect()

    assert not stage.pids
    assert not await stage.shared.ready(PATIENCE_SECONDS)
    assert not [child for child in psutil.Process().children() if child not in before]


async def test_ears_that_come_back_owe_nothing_of_what_those_before_them_owed() -> None:
    ears = Ears("ears", MODULE, [], processes=1, answer_seconds=1.0)
    [child] = ears.children
    await ears.start()
    try:
        child.is_late = True
        await ears.stop()
        await ears.start()

        # Who is owed something and hears nothing would take the new process for one that hangs.
        assert not child.is_late
    finally:
        await ears.stop()


async def test_ears_of_which_one_did_not_come_up_are_all_tried_again_the_next_time() -> None:
    ears = Ears("ears", MODULE, [], processes=2, answer_seconds=1.0)
    lame = ears.children[1].process
    lame._arguments = ["--not-ready"]
    try:
        await ears.start()
        assert len(ears.children) == 1
        await ears.stop()
        lame._arguments = []

        await ears.start()

        assert len(ears.children) == 2
    finally:
        await ears.stop()
