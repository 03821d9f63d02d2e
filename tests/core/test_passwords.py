"""Password hashes in turns: whoever sends many waits for themselves, and nobody waits for long."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from passlib.context import CryptContext

from app.core.errors import SignInBusyError
from app.core.passwords import Passwords
from tests.support.waiting import until


class HeldHashes:
    """Hashes that begin, and end only when they are let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._go_on = threading.Event()

    def let_go(self) -> None:
        self._go_on.set()

    def verify(self, password: str, _password_hash: str | None) -> bool:
        self.begun.append(password)
        assert self._go_on.wait(60)
        return False


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldHashes]:
    """Hold every check of a password until the test lets it go."""
    hashes = HeldHashes()
    monkeypatch.setattr(CryptContext, "verify", hashes.verify)
    yield hashes
    hashes.let_go()


Make = Callable[..., Passwords]


@pytest.fixture
def make() -> Iterator[Make]:
    """Return a function that makes the passwords of a process with two threads."""
    made: list[Passwords] = []

    def passwords(wait_seconds: float = 60) -> Passwords:
        made.append(Passwords(rounds=4, concurrency=2, wait_seconds=wait_seconds))
        return made[-1]

    yield passwords
    for each in made:
        each.close()


async def test_a_hash_is_made_and_checked_in_one_turn(make: Make) -> None:
    async with make().turn(account="a", address="1") as turn:
        password_hash = await turn.hash("secret")
        assert await turn.matches("secret", password_hash)
        assert not await turn.matches("other", password_hash)
        assert not await turn.matches("secret", None)


async def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back(make: Make) -> None:
    passwords = make(wait_seconds=0.05)
    async with passwords.turn(account="a", address="1"):
        with pytest.raises(SignInBusyError) as busy:
            async with passwords.turn(account="a", address="2"):
                pytest.fail("two turns of one account at once")
        with pytest.raises(SignInBusyError):
            async with passwords.turn(account="b", address="1"):
                pytest.fail("one address with every thread")
        async with passwords.turn(account="b", address="2"):
            pass

    assert busy.value.status == 503
    assert busy.value.headers["Retry-After"] == "5"
    async with passwords.turn(account="a", address="1"):
        pass


async def test_no_one_waits_longer_for_a_thread_than_for_a_turn(make: Make, held: HeldHashes) -> None:
    passwords = make(wait_seconds=0.2)

    async def check(name: str) -> bool:
        async with passwords.turn(account=name, address=name) as turn:
            return await turn.matches(name, None)

    first = [asyncio.create_task(check(name)) for name in ("a", "b")]
    await until(lambda: len(held.begun) == 2)
    with pytest.raises(SignInBusyError):
        await check("c")
    held.let_go()

    assert await asyncio.gather(*first) == [False, False]
    assert sorted(held.begun) == ["a", "b"]
    assert not await check("d")
