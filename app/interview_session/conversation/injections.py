"""Which of the problems and notes injected into a room its interviewer has still to bring up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.interview_session.conversation import scripted
from app.interview_session.events.events import Event, EventType, Speaker


@dataclass
class _Waiting:
    event: Event
    said_since: list[str] = field(default_factory=list)
    candidate_spoke: bool = False
    was_replied_to: bool = False


def not_brought_up(events: Iterable[Event]) -> list[Event]:
    """Return the injections of a log that the interviewer has not brought up, oldest first.

    The words of the scripted interviewer are looked for. A model has words of its own; but as an injection comes
    before everything else, it was in the first reply since, if that reply was answered in its turn.
    """
    waiting: list[_Waiting] = []
    for event in events:
        if event.type in {EventType.PROBLEM_INJECTED, EventType.CONTEXT_INJECTED}:
            waiting.append(_Waiting(event))
        elif event.type is EventType.TRANSCRIPT:
            waiting = [one for one in waiting if not _is_brought_up(one, event)]
    return [one.event for one in waiting]


def words_for(event: Event) -> str:
    """Return what the scripted interviewer says of an injection."""
    if event.type is EventType.PROBLEM_INJECTED:
        return scripted.problem(event.data["problem_text"])
    return scripted.context(event.data["context_text"])


def _is_brought_up(one: _Waiting, said: Event) -> bool:
    if said.data["speaker"] == Speaker.CANDIDATE:
        one.candidate_spoke = True
        return one.was_replied_to
    one.was_replied_to = one.candidate_spoke
    one.said_since.append(said.data["text"])
    return scripted.has_said(words_for(one.event), one.said_since)
