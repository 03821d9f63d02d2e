"""One at a time for each key."""

import asyncio

import pytest

from app.interview_session.plans.keyed_turns import KeyedTurns
from tests.support.waiting import until


async def test_one_key_is_held_by_one_at_a_time_in_the_order_of_arrival() -> None:
    turns, seen, go_on = KeyedTurns(), list[tuple[int, bool]](), asyncio.Event()

    async def visit(number: int) -> None:
        async with turns.turn("key") as has_waited:
            seen.append((number, has_waited))
            await go_on.wait()

    visits = [asyncio.create_task(visit(number)) for number in range(3)]
    await until(lambda: turns.count("key") == 3)
    assert seen == [(0, False)]
    go_on.set()
    await asyncio.gather(*visits)

    assert seen == [(0, False), (1, True), (2, True)]
    assert turns.count("key") == 0


async def test_keys_do_not_wait_for_each_other() -> None:
    turns = KeyedTurns()

    async with turns.turn("one"), turns.turn("other") as has_waited:
        assert not has_waited


@pytest.mark.parametrize("which", [0, 1], ids=["holds", "waits"])
async def test_whoever_gives_up_leaves_the_line(which: int) -> None:
    turns, forever = KeyedTurns(), asyncio.Event()

    async def visit() -> None:
        async with turns.turn("key"):
            await forever.wait()

    visits = [asyncio.create_task(visit()) for _ in range(2)]
    await until(lambda: turns.count("key") == 2)
    visits[which].cancel()
    await until(lambda: turns.count("key") == 1)
    forever.set()
    await visits[1 - which]

    assert visits[which].cancelled()
    assert turns.count("key") == 0
