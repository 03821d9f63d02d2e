"""What a candidate said to one question: all that whoever judges the answer may go by."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """One of the candidate's entries of the transcript; ``seq`` is its number in the session's log."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class QuestionEvidence:
    """A question that was reached, and the candidate's answers to it in the order of the log.

    ``sequence`` is the phase's number, from 1. ``rubric`` are the criteria by their texts. ``entries`` are the
    answers, manners and gibberish excepted. ``has_enough_words`` tells whether they have the words of sense without
    which nothing is judged: where it is false, nothing of it may reach a model. ``language`` is the plan's, by its
    two letters. ``follow_ups`` are the texts of those that were asked. ``examples`` maps a criterion to sentences
    that would show it, where the plan has any.
    """

    sequence: int
    question_id: str
    question_type: str
    question: str
    rubric: tuple[str, ...]
    entries: tuple[NumberedEntry, ...]
    has_enough_words: bool
    language: str = "en"
    follow_ups: tuple[str, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
