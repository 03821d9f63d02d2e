"""What became of the sessions of a storm, told from their logs and from what their listeners got."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

TRANSITIONS = ("phase_changed", "interview_completed")


@dataclass(frozen=True)
class Line:
    """One line of a session's log."""

    seq: int
    type: str
    data: dict[str, Any]


@dataclass
class Report:
    """The figures of a storm."""

    rooms: int
    phases: int
    seconds: float = 0
    blows: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    """Freezes that caught a transaction open, by the kind of blow."""

    answers: Counter[int] = field(default_factory=Counter)
    transitions: int = 0
    duplicates: int = 0
    gaps: int = 0
    misplaced: int = 0
    unasked: int = 0
    acknowledged: int = 0
    acknowledged_lost: int = 0
    lost: int = 0
    repeated: int = 0
    failures: list[str] = field(default_factory=list)
    """What came to no end, or to a wrong one, each in a line."""

    was_up: Callable[[datetime, datetime], bool] = lambda _start, _end: True
    """Whether some replica was ready during the whole of a time."""

    lateness: list[float] = field(default_factory=list)
    """Seconds from each deadline to its step, while a replica was up."""

    lateness_when_down: list[float] = field(default_factory=list)
    """The same, where for some of that time none was."""

    @property
    def expected(self) -> int:
        """Return how many transitions there have to be: each phase ends once."""
        return self.rooms * self.phases

    @property
    def faults(self) -> list[str]:
        """Say what is not as it must be."""
        found = {
            "transitions missing": self.expected - self.transitions,
            "duplicates": self.duplicates,
            "gaps in the numbers": self.gaps,
            "lines out of place": self.misplaced,
            "questions and goodbyes not said just once": self.unasked,
            "acknowledged acts lost": self.acknowledged_lost,
            "events lost to listeners": self.lost,
            "events repeated to listeners": self.repeated,
            "answers that are neither a success nor 503": sum(
                count for status, count in self.answers.items() if status >= 400 and status != 503
            ),
        }
        return [f"{name}: {count}" for name, count in found.items() if count] + self.failures

    def add_room(self, log: list[Line], heard: list[int], acknowledged: set[str]) -> None:
        """Count a session's log, what its listener heard, and the texts of the injections that were answered."""
        numbers = [line.seq for line in log]
        self.duplicates += len(numbers) - len(set(numbers))
        self.gaps += numbers != list(range(1, len(numbers) + 1))
        self._add_transitions(log)
        self._add_words(log)
        texts = {line.data["context_text"] for line in log if line.type == "context_injected"}
        self.acknowledged += len(acknowledged)
        self.acknowledged_lost += len(acknowledged - texts)
        self.lost += len(set(numbers) - set(heard))
        self.repeated += len(heard) - len(set(heard))
        self.misplaced += heard != sorted(heard)

    def _add_transitions(self, log: list[Line]) -> None:
        """Count the ends of phases, each once, and how late they came."""
        phase, deadline = 1, None
        for line in log:
            if line.type in TRANSITIONS:
                wanted = "phase_changed" if phase < self.phases else "interview_completed"
                if line.type != wanted or line.data.get("new_sequence", phase + 1) != phase + 1:
                    self.misplaced += 1
                    continue
                phase += 1
                self.transitions += 1
                if deadline:
                    performed = datetime.fromisoformat(line.data["timestamp"])
                    late = self.lateness if self.was_up(deadline, performed) else self.lateness_when_down
                    late.append((performed - deadline).total_seconds())
            elif line.type == "phase_started" and line.seq != 1 and phase == 1:
                self.misplaced += any(other.type == "phase_started" for other in log[: line.seq - 1])
            deadline = _deadline(line, deadline)

    def _add_words(self, log: list[Line]) -> None:
        """Count the questions and goodbyes that are missing or were said more than once."""
        said = Counter(
            (line.data["purpose"], line.data["phase_sequence"]) for line in log if line.type == "transcript"
        )
        wanted = [*(("question", phase) for phase in range(1, self.phases + 1)), ("goodbye", self.phases)]
        self.unasked += sum(abs(said[line] - 1) for line in wanted)

    def __str__(self) -> str:
        blows = ", ".join(f"{name} {count}" for name, count in sorted(self.blows.items())) or "none"
        held = ", ".join(f"{name} {count}" for name, count in sorted(self.held.items())) or "none"
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(self.answers.items()))
        return "\n".join(
            [
                f"rooms                {self.rooms} with {self.phases} phases each, {self.seconds:.0f} s",
                f"blows                {blows}",
                f"caught a transaction {held}",
                f"transitions          {self.transitions}/{self.expected}",
                f"duplicates           {self.duplicates}",
                f"sequence gaps        {self.gaps}",
                f"lines out of place   {self.misplaced}",
                f"not said just once   {self.unasked}",
                f"acknowledged acts    {self.acknowledged}, lost {self.acknowledged_lost}",
                f"listeners            lost {self.lost}, repeated {self.repeated}",
                f"answers              {answers}",
                f"lateness, one was up {_lateness(self.lateness)}",
                f"lateness, none was   {_lateness(self.lateness_when_down)}",
            ]
        )


def _lateness(seconds: list[float]) -> str:
    if not seconds:
        return "of no transition"
    ordered = sorted(seconds)
    half, most = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99))
    return f"p50 {half:.3f} s, p99 {most:.3f} s, of {len(ordered)} transitions"


def _deadline(line: Line, before: datetime | None) -> datetime | None:
    """Return the deadline that holds after a line of the log."""
    if line.type == "timer_paused":
        return None
    text = line.data.get("phase_deadline")
    return datetime.fromisoformat(text) if text else before
