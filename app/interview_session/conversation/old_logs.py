"""Logs written before entries knew their purpose."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.interview_session.events.events import Event


def with_purposes(events: Sequence[Event], plan: Mapping[str, Any]) -> list[Event]:
    """Return a log whose entries know their purpose."""
    return list(events)
