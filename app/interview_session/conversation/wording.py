"""What a language model is told when it is to word a line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.interview_session.conversation.utterance import Line
from app.interview_session.events.events import Speaker


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class WordingRequest:
    """A line to word; ``past`` is oldest first and ends with the candidate's last words."""

    title: str
    field: Mapping[str, Any]
    line: Line
    past: tuple[Spoken, ...]
    open_follow_ups: tuple[str, ...]
    notes: tuple[str, ...]
    seconds_left: float | None
