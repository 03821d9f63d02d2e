"""The course of an interview: who said something, what for and in which phase, whatever the words and the time.

By it an interview that was held by voice is compared with one that was held in writing. What comes only with time is
left out of it: time checks, and the question after a silence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.interview_session.conversation.utterance import Cue, Purpose
from tests.support.rooms import Logged

PHASE_IS_OVER = "timer/next"
"""What is done where a phase ended by its deadline, for those who do not wait for that."""


@dataclass(frozen=True)
class Exchange:
    """What the candidate says, or ``PHASE_IS_OVER``, and the course of the interview from there to the next one."""

    turn: str
    course: tuple[str, ...]


def course_of(log: Sequence[Logged]) -> list[str]:
    """Return an interview's course, a line for each thing that was said whole, for each phase and for the end."""
    return [_named(line) for line in _said_whole(log)]


def exchanges_of(log: Sequence[Logged]) -> list[Exchange]:
    """Return an interview's exchanges; the first has what comes before anybody has done anything."""
    turn, course = "", list[str]()
    exchanges = list[Exchange]()
    runs_out = any(line.type == "interview_completed" and line.data["reason"] == "completed" for line in log)
    for line in _said_whole(log):
        if begins := _turn_of(line, runs_out=runs_out):
            exchanges.append(Exchange(turn, tuple(course)))
            turn, course = begins, []
        course.append(_named(line))
    return [*exchanges, Exchange(turn, tuple(course))]


def _said_whole(log: Sequence[Logged]) -> Iterator[Logged]:
    """Yield what belongs to the course: of what was said sentence by sentence the last one, if all came in order."""
    expected = 1
    for line in log:
        if line.type in {"phase_changed", "interview_completed"}:
            yield line
        if line.type != "transcript" or _comes_with_time(line):
            continue
        part, parts = line.data.get("part", 1), line.data.get("parts", 1)
        if line.is_of_interviewer:
            assert part == expected, f"not the sentence that was to come: {line}"
            assert "cut_by" not in line.data, f"broken off: {line}"
            expected = part % parts + 1
        if part == parts:
            yield line


def _comes_with_time(line: Logged) -> bool:
    return line.data["purpose"] == Purpose.TIME_CHECK or line.data.get("cue") == Cue.SILENCE


def _turn_of(line: Logged, *, runs_out: bool) -> str | None:
    """Return what is said or done with which an exchange begins; None within one."""
    if line.type == "phase_changed":
        return None if "reason" in line.data else PHASE_IS_OVER
    if line.type == "interview_completed":
        return None
    if line.data["purpose"] == Purpose.GOODBYE:
        return PHASE_IS_OVER if runs_out else None
    return None if line.is_of_interviewer else str(line.data["text"])


def _named(line: Logged) -> str:
    if line.type == "phase_changed":
        return f"phase {line.data['new_sequence']}"
    if line.type == "interview_completed":
        return "over"
    names = [line.data["speaker"], line.data["purpose"], *(line.data.get(name) for name in ("about", "cue"))]
    words = [] if line.is_of_interviewer else [f"- {line.data['text']}"]
    return " ".join([str(name) for name in names if name] + words)
