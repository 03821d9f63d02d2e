"""Which texts of a log decide what the interviewer says next. Pure.

A conversation is a fold over the whole log, but of most entries it looks only at what they were for. The texts, which
are nearly all of a log's bytes, matter in the current phase, and of an injection until it was said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.interview_session.conversation.conversation import REMEMBERED
from app.interview_session.conversation.prompts import MAX_NOTES
from app.interview_session.conversation.utterance import Intent, Purpose
from app.interview_session.events.events import TEXT_KEYS, Event, EventType, Speaker

ANSWER_BYTES = 256 * 1024
"""The newest answers of a phase, up to so many bytes, are read again; that is hours of speech."""

_BEGINNINGS = frozenset({EventType.PHASE_STARTED, EventType.PHASE_CHANGED, EventType.TIMER_RESET})
_INJECTIONS = frozenset({EventType.PROBLEM_INJECTED, EventType.CONTEXT_INJECTED})


def needed_texts(log: Sequence[Event], sizes: Mapping[int, int], *, for_model: bool) -> set[int]:
    """Return the numbers of the events in a log whose texts are needed to know what comes next.

    The events may be without texts. ``sizes`` has the bytes of those that can be read again. ``for_model`` tells that
    a language model may be asked to word the reply: it is told of what was said last, too.
    """
    if any(event.type is EventType.TRANSCRIPT and "purpose" not in event.data for event in log):
        # An old log, in which the purposes are found by the texts.
        return {seq for event in log if event.type in TEXT_KEYS and (seq := event.seq) is not None}
    return {*_remarks(log, sizes, for_model=for_model), *_injections(log, for_model=for_model)}


def with_texts(log: Iterable[Event], texts: Mapping[int, Event]) -> list[Event]:
    """Return a log with each event that has a text in ``texts`` in the place of its own, and no text missing."""
    return [texts.get(event.seq or 0) or _with_blank(event) for event in log]


def _remarks(log: Sequence[Event], sizes: Mapping[int, int], *, for_model: bool) -> Iterator[int]:
    """Yield the entries of the transcript whose words matter, the newest first."""
    is_current, count, size = True, 0, 0
    for event in reversed(log):
        is_current = is_current and event.type not in _BEGINNINGS
        if event.type is not EventType.TRANSCRIPT or event.data.get("late"):
            continue
        count += 1
        is_told = for_model and count <= REMEMBERED
        if event.seq is None or not (is_told or (is_current and _is_looked_at(event))):
            continue
        size += sizes.get(event.seq, 0)
        if size > ANSWER_BYTES and count > 1:
            return
        yield event.seq


def _is_looked_at(event: Event) -> bool:
    is_candidates: bool = event.data["speaker"] == Speaker.CANDIDATE
    return is_candidates or event.data["purpose"] == Purpose.FOLLOW_UP


def _injections(log: Sequence[Event], *, for_model: bool) -> Iterator[int]:
    """Yield the problems and notes that were not said to their end, and what "again" or a model may be about."""
    said: set[int] = set()
    last_problem: int | None = None
    injected: list[int] = []
    notes: list[int] = []
    for event in log:
        if event.type in _BEGINNINGS:
            last_problem = None
        elif event.type in _INJECTIONS and event.seq is not None:
            injected.append(event.seq)
            if event.type is EventType.CONTEXT_INJECTED:
                notes.append(event.seq)
        elif event.data.get("purpose") in {Purpose.PROBLEM, Purpose.NOTE}:
            if event.data["purpose"] == Purpose.PROBLEM:
                last_problem = event.data.get("about")
            if _is_end(event) and event.data.get("cue") != Intent.REPEAT:
                said.add(event.data.get("about", 0))
    yield from (seq for seq in injected if seq not in said)
    if last_problem is not None:
        yield last_problem
    if for_model:
        yield from notes[-MAX_NOTES:]


def _is_end(event: Event) -> bool:
    return event.data.get("part", 1) == event.data.get("parts", 1) and "cut_by" not in event.data


def _with_blank(event: Event) -> Event:
    key = TEXT_KEYS.get(event.type)
    if key is None or key in event.data:
        return event
    return Event(event.type, event.data | {key: ""}, event.seq)
