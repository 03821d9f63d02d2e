"""What one owner may hold, and do at once, of what everybody shares: the one table of it.

An owner is an account, or the address of those who have none. The counting is done where the work is:
``app/services/rate_limits.py`` (requests), ``work_in_hand.py`` (what is under way), ``holdings.py`` (rows and bytes),
``events/event_feed.py`` (streams) and ``voice/calls/calls.py`` (peers). How large a body may be is a matter of its
route: ``app/api/route_rules.py``. How long the log of a session may get is one of the session:
``room/log_limit.py``.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from app.core.config import Settings, rate
from app.core.errors import AppError, BudgetError, RateLimitError

Reach = Literal["replicas", "process"]


@dataclass(frozen=True, slots=True)
class Budget:
    """One line of the table.

    ``setting`` is the field of ``Settings`` with the amount; ``noun`` is what the user is told there are too many of.
    Counted over all ``replicas``, or in each ``process`` alone. With ``retry_after`` (seconds) waiting helps and the
    answer is 429, without it something has to be given up first and the answer is 409. Where the setting is a rate,
    the end of its window says how long there is to wait.
    """

    setting: str
    noun: str
    counted_in: Reach
    retry_after: int | None = None


class Limit(Enum):
    """Every budget; its name in small letters is the ``details.limit`` of the answer."""

    REQUESTS = Budget("rate_limit_requests_per_user", "requests in this time", "process", 1)
    SIGN_INS = Budget("rate_limit_sign_ins_per_address", "sign-ins in this time", "process", 1)
    JUDGED_REPORTS = Budget("rate_limit_judged_reports_per_user", "judged reports in this time", "replicas", 1)
    REQUESTS_IN_FLIGHT = Budget("max_requests_in_flight", "requests at once", "process", 1)
    WRITES_AT_ONCE = Budget("max_writes_at_once", "writing requests at once", "process", 1)
    IMPORTS_AT_ONCE = Budget("max_imports_at_once", "imports at once", "process", 5)
    EXPORTS_AT_ONCE = Budget("max_exports_at_once", "exports at once", "process", 5)
    EVENT_STREAMS = Budget("max_event_streams_per_user", "open event streams", "process", 5)
    VOICE_PEERS = Budget("max_voice_peers", "calls at once", "process", 15)
    LIVE_ROOMS = Budget("max_live_rooms", "live rooms; end one first", "replicas")
    ANONYMOUS_ROOMS = Budget(
        "max_anonymous_rooms_per_address", "live rooms without an account from one address", "replicas"
    )
    PLANS = Budget("max_plans", "mock interviews; delete one first", "replicas")
    DOCUMENT_BYTES = Budget("max_stored_document_bytes", "bytes of files; delete one first", "replicas")
    POSITION_BYTES = Budget(
        "max_position_bytes",
        "bytes of interviews and history with one position; delete an interview first",
        "replicas",
    )
    STORED_BYTES = Budget("max_stored_bytes", "bytes of stored text; delete something first", "replicas")

    # Of each there is one object. The hash of enumerations is made in Python, and every request asks for some.
    __hash__ = object.__hash__

    def amount(self, settings: Settings) -> int:
        """Return how much of it an owner has; of a rate, in one window."""
        amount: int | str = getattr(settings, self.value.setting)
        return rate(amount).amount if isinstance(amount, str) else amount

    def window_seconds(self, settings: Settings) -> int:
        """Return how long a window of a rate is."""
        return rate(getattr(settings, self.value.setting)).get_expiry()

    def used_up(self, retry_after: int) -> RateLimitError:
        """Return the answer to whoever wants more of a rate, with the seconds until its window ends."""
        return RateLimitError(retry_after, limit=self.name.lower())

    def exceeded(self, settings: Settings) -> AppError:
        """Return the answer to whoever wants more than the settings give."""
        return self.over(self.amount(settings))

    def over(self, amount: int) -> AppError:
        """Return the answer to whoever wants more than an amount."""
        budget, name = self.value, self.name.lower()
        sentence = f"Limit reached: at most {amount} {budget.noun}"
        if budget.retry_after is not None:
            return RateLimitError(budget.retry_after, limit=name, message=sentence)
        return BudgetError(sentence, limit=name, maximum=amount)
