"""A session's log as the report reads it: what was said in the last run of the plan, and for what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.interview_session.conversation.manners import understand_by_patterns
from app.interview_session.conversation.old_logs import with_purposes
from app.interview_session.conversation.replies import ANSWERS
from app.interview_session.conversation.utterance import Cue, Intent, Purpose
from app.interview_session.events.events import Event, EventType, Source, Speaker
from app.interview_session.plans.plan import language_of, planner_field

_ASKING = frozenset(
    {
        Purpose.QUESTION,
        Purpose.PARAPHRASE,
        Purpose.HINT,
        Purpose.FOLLOW_UP,
        Purpose.REPLY,
        Purpose.PROBLEM,
        Purpose.RESUMING,
    }
)
_ACKNOWLEDGING = frozenset({Cue.NOTED, Cue.EARLIER})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was said. ``begins_at`` and ``ends_at`` are those of its first and its last word.

    In writing both are the moment at which it was sent. ``word_times`` has the beginning and the end of each word of
    a spoken answer in milliseconds since ``started_at``, None where the ears did not tell. ``purpose`` is a
    ``Purpose`` of the interviewer's or an ``Intent`` of the candidate's; ``about`` the number of a follow-up or hint.
    ``is_answer`` tells that the candidate answered: manners, gibberish and another language are none. ``is_asking``
    tells that the interviewer asked for an answer. ``is_heard`` tells that the interviewer's line has come to its
    end, or was broken off by the candidate, who had heard enough.
    """

    seq: int
    speaker: Speaker
    text: str
    source: Source
    phase_sequence: int
    started_at: datetime
    ended_at: datetime
    purpose: str
    about: int | None = None
    word_times: tuple[tuple[int, int], ...] | None = None
    is_answer: bool = False
    is_asking: bool = False
    is_heard: bool = True

    @property
    def is_spoken_answer(self) -> bool:
        """Tell whether it is an answer by voice."""
        return self.is_answer and self.source is Source.VOICE

    @property
    def begins_at(self) -> datetime:
        """Return when its first word began."""
        return self.started_at + timedelta(milliseconds=self.word_times[0][0]) if self.word_times else self.started_at

    @property
    def ends_at(self) -> datetime:
        """Return when its last word ended."""
        if self.word_times:
            return self.started_at + timedelta(milliseconds=max(end for _, end in self.word_times))
        return self.ended_at


def last_run(log: Sequence[Event]) -> Sequence[Event]:
    """Return the log from the last start of the plan on: what was said before a reset is not what was taken home."""
    starts = [number for number, event in enumerate(log) if event.type is EventType.PHASE_STARTED]
    return log[starts[-1] :] if starts else ()


def entries_of(log: Sequence[Event], plan: Mapping[str, Any]) -> list[Entry]:
    """Return what was said, in the order of the log, late answers included.

    Entries written before their purpose was noted get it here, as the interviewer understood then and understands
    now.
    """
    understood = [*_with_intents(log, plan)]
    return [_entry(event) for event in with_purposes(understood, plan) if event.type is EventType.TRANSCRIPT]


def _with_intents(log: Iterable[Event], plan: Mapping[str, Any]) -> Iterator[Event]:
    """Give the candidate's entries the intents that they lack, as far as patterns tell them."""
    for event in log:
        data = event.data
        is_unread = event.type is EventType.TRANSCRIPT and "purpose" not in data
        if is_unread and data["speaker"] == Speaker.CANDIDATE:
            field = planner_field(plan, data["phase_sequence"])
            found = understand_by_patterns(
                data["text"], question_type=field["question_type"], language=language_of(plan)
            )
            yield Event(event.type, data | {"purpose": found.intent.value}, event.seq)
        else:
            yield event


def _entry(event: Event) -> Entry:
    data = event.data
    speaker = Speaker(data["speaker"])
    is_candidates = speaker is Speaker.CANDIDATE
    purpose = data["purpose"]
    times = data.get("word_times")
    cut_by = data.get("cut_by")
    return Entry(
        seq=data["seq"],
        speaker=speaker,
        text=data["text"],
        source=Source(data["source"]),
        phase_sequence=data["phase_sequence"],
        started_at=datetime.fromisoformat(data["started_at"]),
        ended_at=datetime.fromisoformat(data["ended_at"]),
        purpose=purpose,
        about=data.get("about"),
        word_times=tuple((begin, end) for begin, end in times) if times else None,
        # What the candidate asks at the end is what that phase is for.
        is_answer=is_candidates and (purpose in ANSWERS or purpose == Intent.COMPANY_QUESTION),
        is_asking=not is_candidates and purpose in _ASKING and data.get("cue") not in _ACKNOWLEDGING,
        is_heard=cut_by == "candidate" or (cut_by is None and data.get("part", 1) == data.get("parts", 1)),
    )
