"""What is asked of a language model: to word one line of the interviewer's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.interview_session.conversation.utterance import Line
from app.interview_session.events.events import Speaker


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said or written in the interview."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class WordingRequest:
    """A line to be worded, and all that a model is told for it.

    ``title`` is the interview's; ``field`` is the phase's planner field as it is stored. ``line`` is what the plan
    has the interviewer say, a follow-up or a reply. ``past`` is the end of what was said, oldest first, up to the
    candidate's last words. ``open_follow_ups`` are the texts of those still to be asked, the line's own
    excepted; ``notes`` are what the interviewer was told to keep in mind. ``seconds_left`` is what is left of the
    phase, None if its clock does not run. ``language`` is the plan's, as a tag such as ``en`` or ``en-GB``.
    """

    title: str
    field: Mapping[str, Any]
    line: Line
    past: tuple[Spoken, ...]
    open_follow_ups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds_left: float | None = None
    language: str = "en"


class ReplyWriter(Protocol):
    """Words lines by a language model."""

    @property
    def is_active(self) -> bool:
        """Tell whether there is a model to ask now."""

    async def word(self, request: WordingRequest, *, seconds: float = ...) -> str | None:
        """Return a line in the model's words; None if the scripted ones are to be said."""
