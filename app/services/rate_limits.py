"""How often somebody may do what costs: requests are counted by each process, all else by all replicas."""

import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from limits import RateLimitItem
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter

from app.core.budgets import Limit
from app.core.config import Settings, rate
from app.core.errors import RateLimitError


class RateLimits:
    """The limits of the settings; with ``rate_limit_enabled`` off every check passes."""

    def __init__(self, settings: Settings, storage: Storage) -> None:
        self._enabled = settings.rate_limit_enabled
        self._limiter = MovingWindowRateLimiter(storage)
        self._per_email = rate(settings.rate_limit_failed_logins_per_email)
        self._per_address = rate(settings.rate_limit_failed_logins_per_address)
        self._registrations = rate(settings.rate_limit_registrations_per_address)
        self._anonymous_rooms = rate(settings.rate_limit_anonymous_rooms_per_address)
        self._judged_reports = rate(settings.rate_limit_judged_reports_per_user)
        self._requests = RequestWindow(Limit.REQUESTS, settings)
        self._sign_ins = RequestWindow(Limit.SIGN_INS, settings)

    @asynccontextmanager
    async def login_attempt(self, email: str, address: str) -> AsyncIterator["PasswordAttempt"]:
        """Guard one check of a password at sign-in; the block says ``failed()`` if it was wrong.

        Attempts at one email come one after the other, by ``Passwords.turn``: a hundred at once would all pass the
        check before the first of them had failed.

        Raises:
            RateLimitError: too many have failed, for this email or from this address.

        """
        of_email = (self._per_email, "failed-logins-email", email)
        of_address = (self._per_address, "failed-logins-address", address)
        async with self._attempt(of_email, of_address) as attempt:
            yield attempt

    @asynccontextmanager
    async def password_check(self, login_id: UUID) -> AsyncIterator["PasswordAttempt"]:
        """Guard one check of a signed-in user's password.

        Counted for the login alone: whoever guesses at an account, or shares an address with its owner, must not keep
        the owner, whose token is good, from changing the password.

        Raises:
            RateLimitError: too many have failed.

        """
        async with self._attempt((self._per_email, "failed-password-checks", str(login_id))) as attempt:
            yield attempt

    @asynccontextmanager
    async def _attempt(self, *limits: tuple[RateLimitItem, str, str]) -> AsyncIterator["PasswordAttempt"]:
        """Check every limit, and count for each if the attempt fails."""
        attempt = PasswordAttempt()
        if self._enabled:
            for limit in limits:
                await self._check(*limit)
        yield attempt
        if self._enabled and attempt.has_failed:
            for limit in limits:
                await self._limiter.hit(*limit)

    async def count_registration(self, address: str) -> None:
        """Count one registration from an address.

        Raises:
            RateLimitError: there were too many.

        """
        await self._count(self._registrations, "registrations", address)

    async def count_anonymous_room(self, address: str) -> None:
        """Count one room that is opened without an account.

        Raises:
            RateLimitError: there were too many from this address.

        """
        await self._count(self._anonymous_rooms, "anonymous-rooms", address)

    async def check_judged_reports(self, user_id: UUID) -> None:
        """Look whether a user may have one more report judged by a model.

        Raises:
            RateLimitError: there were too many.

        """
        if self._enabled:
            await self._check(self._judged_reports, "judged-reports", str(user_id), limit=Limit.JUDGED_REPORTS)

    async def count_judged_report(self, user_id: UUID) -> None:
        """Count one report that a model is asked to judge.

        Raises:
            RateLimitError: there were too many.

        """
        await self._count(self._judged_reports, "judged-reports", str(user_id), limit=Limit.JUDGED_REPORTS)

    def count_request(self, owner: UUID | str) -> None:
        """Count one request of an account, or of an address without one, in this process.

        Raises:
            RateLimitError: there were too many.

        """
        if self._enabled:
            self._requests.hit(owner)

    def count_sign_in(self, address: str) -> None:
        """Count one attempt of an address to get a token, in this process.

        Raises:
            RateLimitError: there were too many.

        """
        if self._enabled:
            self._sign_ins.hit(address)

    async def _count(self, item: RateLimitItem, *key: str, limit: Limit | None = None) -> None:
        if self._enabled and not await self._limiter.hit(item, *key):
            raise await self._exceeded(item, *key, limit=limit)

    async def _check(self, item: RateLimitItem, *key: str, limit: Limit | None = None) -> None:
        if not await self._limiter.test(item, *key):
            raise await self._exceeded(item, *key, limit=limit)

    async def _exceeded(self, item: RateLimitItem, *key: str, limit: Limit | None) -> RateLimitError:
        """Return the answer to one too many, which names its budget if it is one of the table."""
        stats = await self._limiter.get_window_stats(item, *key)
        retry_after = max(1, math.ceil(stats.reset_time - time.time()))
        return limit.used_up(retry_after) if limit else RateLimitError(retry_after)


class PasswordAttempt:
    """One check of a password under way."""

    has_failed = False

    def failed(self) -> None:
        """Count this attempt as failed."""
        self.has_failed = True


class RequestWindow:
    """Counts each owner's requests in fixed windows of one process, as a rate of the table of budgets says.

    Every request passes here, so this is a dictionary emptied at each window's end and not a storage of ``limits``,
    whose in-memory one starts a task a hit.
    """

    def __init__(self, limit: Limit, settings: Settings) -> None:
        self._limit = limit
        self._amount = limit.amount(settings)
        self._seconds = limit.window_seconds(settings)
        self._counts: Counter[UUID | str] = Counter()
        self._ends = 0.0

    def hit(self, owner: UUID | str) -> None:
        """Count one request, or raise ``RateLimitError``."""
        now = time.monotonic()
        if now >= self._ends:
            self._counts.clear()
            self._ends = now + self._seconds
        self._counts[owner] += 1
        if self._counts[owner] > self._amount:
            raise self._limit.used_up(max(1, math.ceil(self._ends - now)))


def as_stored(email: str) -> str:
    """Return an email as PostgreSQL lowers it, one character for one: Python makes two of some."""
    return "".join(character.lower()[0] for character in email)
