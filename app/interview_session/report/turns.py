"""The candidate's turns by voice, and how long the interviewer waited for an answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from app.interview_session.report.entries import Entry


@dataclass(frozen=True, slots=True)
class Turn:
    """Spoken answers to one question between which nothing else was said or typed; at least one entry."""

    entries: tuple[Entry, ...]

    @property
    def phase_sequence(self) -> int:
        """Return the number of the phase that it belongs to."""
        return self.entries[0].phase_sequence

    @property
    def seconds(self) -> float:
        """Return the time from the beginning of its first word to the end of its last one, pauses included."""
        begins_at = min(entry.begins_at for entry in self.entries)
        return max(0.0, (max(entry.ends_at for entry in self.entries) - begins_at).total_seconds())

    @property
    def longest_pause_seconds(self) -> float | None:
        """Return the longest silence between two of its words; None where the ears did not tell the words' times."""
        words = sorted(word for entry in self.entries for word in _words(entry))
        if not words or not all(entry.word_times for entry in self.entries):
            return None
        longest = timedelta()
        silent_since = words[0][1]
        for begin, end in words[1:]:
            longest = max(longest, begin - silent_since)
            silent_since = max(silent_since, end)
        return longest.total_seconds()


def turns_in(entries: Iterable[Entry]) -> list[Turn]:
    """Return the candidate's turns by voice; what they say in between that is no answer ends a turn, too."""
    groups = groupby(entries, key=lambda entry: (entry.is_spoken_answer, entry.phase_sequence))
    return [Turn(tuple(group)) for (is_spoken_answer, _), group in groups if is_spoken_answer]


def waits(entries: Sequence[Entry]) -> Iterator[tuple[Entry, float]]:
    """Yield each first answer to something that was asked, with the seconds from the end of the asking to its begin.

    An answer that begins while the interviewer still speaks has waited 0 seconds.
    """
    asked_until: dict[int, datetime] = {}
    for entry in entries:
        if entry.is_asking:
            asked_until[entry.phase_sequence] = entry.ended_at
        elif entry.is_answer and entry.phase_sequence in asked_until:
            waited = entry.begins_at - asked_until.pop(entry.phase_sequence)
            yield entry, max(0.0, waited.total_seconds())


def _words(entry: Entry) -> Iterator[tuple[datetime, datetime]]:
    for begin, end in entry.word_times or ():
        yield entry.started_at + timedelta(milliseconds=begin), entry.started_at + timedelta(milliseconds=end)
