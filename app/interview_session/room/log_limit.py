"""How long the log of a session may get: whoever reads a room reads of its log, and anybody in it can add to it."""

from dataclasses import dataclass
from typing import Self

from app.core.config import Settings
from app.core.errors import BusinessLogicError


class SessionLogFullError(BusinessLogicError):
    """The log of a session takes no more of what anybody can send at will."""

    def __init__(self, limit: "LogLimit") -> None:
        super().__init__(
            "Too much has happened in this session; end it and start another",
            details={"limit": "session_log", "max_events": limit.max_events, "max_bytes": limit.max_bytes},
        )


@dataclass(frozen=True, slots=True)
class LogLimit:
    """A log of so many events, or of so many bytes, takes no more of what anybody can send at will."""

    max_events: int
    max_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limit of the settings."""
        return cls(settings.max_session_events, settings.max_session_log_bytes)

    def require_space(self, events: int, log_bytes: int) -> None:
        """Raise ``SessionLogFullError`` if a log of so many events and bytes is full."""
        if events >= self.max_events or log_bytes >= self.max_bytes:
            raise SessionLogFullError(self)
