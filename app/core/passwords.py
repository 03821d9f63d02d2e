"""Password hashes, and the refresh and feed tokens that are stored as hashes too."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

from passlib.context import CryptContext

from app.core.errors import SignInBusyError

Result = TypeVar("Result")


class Passwords:
    """Hashes and checks passwords in threads of its own, ``concurrency`` at once.

    ``bcrypt_sha256`` hashes the whole password; bare bcrypt would ignore all beyond 72 bytes. More threads than
    cores would only slow down the requests beside them.

    A hash takes a third of a second of a core, so each is made in a ``turn``: one account gets one thread at a time,
    and one address all but one, where there are several. Whoever sends a hundred at once waits for themselves, and
    finds no stranger waiting. Nobody waits longer than ``wait_seconds``.
    """

    def __init__(self, *, rounds: int, concurrency: int, wait_seconds: float) -> None:
        self._context = CryptContext(schemes=["bcrypt_sha256"], bcrypt_sha256__rounds=rounds)
        self._for_one_address = max(1, concurrency - 1)
        self._wait_seconds = wait_seconds
        self._slots = asyncio.Semaphore(concurrency)
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="passwords")
        self._of_account: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._of_address: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, *, account: str | None, address: str) -> AsyncIterator["Turn"]:
        """Wait until it is this account's and this address' turn; the block is alone with the account.

        Raises:
            SignInBusyError: it did not come in time.

        """
        deadline = asyncio.get_running_loop().time() + self._wait_seconds
        async with AsyncExitStack() as lanes:
            if account is not None:
                lane = self._of_account.setdefault(account, asyncio.Semaphore(1))
                await _enter_in_time(lanes, lane, deadline)
            lane = self._of_address.setdefault(address, asyncio.Semaphore(self._for_one_address))
            await _enter_in_time(lanes, lane, deadline)
            yield Turn(self._context, self._threads, self._slots, deadline)

    async def warm_up(self) -> None:
        """Make the first login as quick as the second: load the back end and its dummy hash."""
        async with self.turn(account=None, address="") as turn:
            await turn.matches("", None)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Turn:
    """The right to hash for one account from one address; ``deadline`` is when waiting ends, on the loop's clock."""

    def __init__(
        self, context: CryptContext, threads: ThreadPoolExecutor, slots: asyncio.Semaphore, deadline: float
    ) -> None:
        self._context = context
        self._threads = threads
        self._slots = slots
        self._deadline = deadline

    async def hash(self, password: str) -> str:
        """Return the hash to store, with its salt and cost in it.

        Raises:
            SignInBusyError: no thread became free in time.

        """
        return await self._run(lambda: self._context.hash(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Tell whether a password is the one behind the hash.

        None for the hash (no such user) answers False after the time that a wrong password takes.

        Raises:
            SignInBusyError: no thread became free in time.

        """
        return await self._run(lambda: self._context.verify(password, password_hash))

    async def _run(self, work: Callable[[], Result]) -> Result:
        async with AsyncExitStack() as slot:
            await _enter_in_time(slot, self._slots, self._deadline)
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)


async def _enter_in_time(stack: AsyncExitStack, lane: asyncio.Semaphore, deadline: float) -> None:
    try:
        async with asyncio.timeout_at(deadline):
            await stack.enter_async_context(lane)
    except TimeoutError:
        raise SignInBusyError from None


def new_opaque_token() -> str:
    """Return 256 random bits for a refresh or feed token."""
    return secrets.token_urlsafe(32)


def opaque_token_hash(token: str) -> bytes:
    """Return what is stored of such a token; with that many random bits it needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
