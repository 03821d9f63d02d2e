"""What was said to each question that was reached: the answers, what was asked, how long it took, and its signs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.interview_session.conversation.answer_signs import signs_of
from app.interview_session.conversation.utterance import Purpose
from app.interview_session.events.events import Event, Source
from app.interview_session.plans.plan import language_of, planner_field
from app.interview_session.report.entries import Entry, entries_of, last_run
from app.interview_session.report.phase_times import seconds_used
from app.interview_session.report.question_evidence import NumberedEntry, QuestionEvidence
from app.interview_session.report.schemas import QuestionSigns, Quote, SignPlaces
from app.interview_session.report.turns import turns_in, waits
from app.interview_session.report.words_of_sense import has_enough_words

MAX_PLACES = 50
"""Places that are shown of each sign of a question; all are counted."""

_SIGNS = ("own_part", "team", "numbers", "results", "examples", "hedges")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answers to one question, with what plain code finds in them."""

    evidence: QuestionEvidence
    signs: QuestionSigns
    seconds_used: float


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as its report needs it: all that was said in its last run, and the answers by question."""

    entries: tuple[Entry, ...]
    answers: tuple[Answer, ...]


def record_of(plan: Mapping[str, Any], log: Sequence[Event], *, ended_at: datetime | None = None) -> SessionRecord:
    """Return what was said in a session, from the snapshot of its plan and its whole log.

    Only questions that were reached have an answer, in the order of the plan. Linear in the log's length; for a long
    one it takes seconds, so call it off the event loop.
    """
    run = last_run(log)
    used = seconds_used(run, plan, ended_at=ended_at)
    entries = entries_of(run, plan)
    by_phase: dict[int, list[Entry]] = {sequence: [] for sequence in sorted(used)}
    for entry in entries:
        by_phase.setdefault(entry.phase_sequence, []).append(entry)
    return SessionRecord(
        tuple(entries),
        tuple(_answer(plan, sequence, by_phase[sequence], used[sequence]) for sequence in sorted(used)),
    )


def _answer(plan: Mapping[str, Any], sequence: int, entries: Sequence[Entry], used: float) -> Answer:
    field = planner_field(plan, sequence)
    answers = [entry for entry in entries if entry.is_answer]
    language = language_of(plan)
    evidence = QuestionEvidence(
        sequence=sequence,
        question_id=field["question_id"],
        question_type=field["question_type"],
        question=field["question"],
        rubric=tuple(dict.fromkeys(field["rubric"])),
        entries=tuple(NumberedEntry(entry.seq, entry.text) for entry in answers),
        has_enough_words=has_enough_words((entry.text for entry in answers), language),
        language=language,
        follow_ups=tuple(_follow_ups(field, entries)),
        examples={
            criterion: tuple(field["examples"][criterion])
            for criterion in field["rubric"]
            if field["examples"].get(criterion)
        },
    )
    return Answer(evidence, _signs(entries), round(used, 1))


def _follow_ups(field: Mapping[str, Any], entries: Iterable[Entry]) -> list[str]:
    """Return the follow-ups that were asked to their end, each once, as the plan has them.

    What is none of the plan's is given as it was said.
    """
    planned = [follow_up["text"] for follow_up in field["follow_ups"]]
    asked: dict[str, None] = {}
    for entry in entries:
        if entry.purpose == Purpose.FOLLOW_UP and entry.is_heard:
            is_planned = entry.about is not None and 1 <= entry.about <= len(planned)
            asked.setdefault(planned[entry.about - 1] if is_planned and entry.about else entry.text)
    return [*asked]


def _signs(entries: Sequence[Entry]) -> QuestionSigns:
    found = {name: SignPlaces() for name in _SIGNS}
    words = 0
    for entry in entries:
        if not entry.is_answer:
            continue
        signs = signs_of(entry.text)
        words += signs.words
        for name, sign in found.items():
            places = getattr(signs, name)
            sign.count += len(places)
            missing = MAX_PLACES - len(sign.places)
            sign.places += [Quote(seq=entry.seq, quote=place.quote(entry.text)) for place in places[:missing]]
    stretches = [turn.seconds for turn in turns_in(entries)]
    first, waited = next(waits(entries), (None, 0.0))
    is_first_spoken = first is not None and first.source is Source.VOICE
    return QuestionSigns(
        words=words,
        **found,
        longest_stretch_seconds=round(max(stretches), 1) if stretches else None,
        seconds_to_first_word=round(waited, 1) if is_first_spoken else None,
    )
