"""How much of an owner's work is under way in this process: requests, writes, imports."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.core.budgets import Limit
from app.core.config import Settings


class WorkInHand:
    """Counts what is under way, and refuses what would be too much; with ``rate_limit_enabled`` off nothing is.

    Nothing waits here: a queue would hold the memory and the connections that the limit is there to save.
    """

    def __init__(self, settings: Settings) -> None:
        self._is_on = settings.rate_limit_enabled
        self._settings = settings
        self._most = {limit: limit.amount(settings) for limit in Limit}
        self._counts: Counter[tuple[Limit, str]] = Counter()

    @contextmanager
    def hold(self, owner: str, limits: Sequence[Limit]) -> Iterator[None]:
        """Count one of each for the owner while the block runs.

        Raises:
            RateLimitError: one of them is used up.

        """
        if not self._is_on:
            yield
            return
        for limit in limits:
            if self._counts[limit, owner] >= self._most[limit]:
                raise limit.exceeded(self._settings)
        for limit in limits:
            self._counts[limit, owner] += 1
        try:
            yield
        finally:
            for limit in limits:
                self._counts[limit, owner] -= 1
                if not self._counts[limit, owner]:
                    del self._counts[limit, owner]
