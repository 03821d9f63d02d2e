"""How the phases of a plan share a given time. Pure: durations in, durations out, all of them in minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from math import ceil, inf

from app.models.enums import QuestionType
from app.schemas.mock_interview import MAX_PHASE_MINUTES

MAX_FRAME_MINUTES = {QuestionType.INTRODUCTION: 10, QuestionType.CLOSING: 15}
"""A welcome does not grow with the length of the day."""

PARTS_OF_A_MINUTE = 10
"""In which phases are measured that outnumber the minutes; a room counts milliseconds, so none gets lost."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What of a phase decides on its share of the time; ``minutes`` is its duration in the plan."""

    question_type: QuestionType
    minutes: float

    @property
    def is_frame(self) -> bool:
        """Tell whether it opens or closes the interview instead of asking what it is about."""
        return self.question_type in MAX_FRAME_MINUTES


def longest_minutes(phases: Sequence[Phase]) -> int:
    """Return the time that these phases can fill while none grows beyond the limit of a stored plan's."""
    return sum(map(_longest, phases))


def fit(
    phases: Sequence[Phase], minutes: float, *, least_question_minutes: int = 1, keep_all: bool = False
) -> dict[int, float]:
    """Return new durations that add up to ``minutes`` (1 or more), by the index of the phase, in order.

    Each phase gets whole minutes in proportion to its length in the plan; what is left of a fractional time goes to
    the longest question. A question needs a third of its length, and ``least_question_minutes``, to be worth having:
    where the time is too short for all, phases are left out, unless ``keep_all`` says that somebody chose them. At
    the plan's own length, and with whole minutes in it, each phase keeps its own.
    """
    whole = int(minutes)
    kept, least = list(range(len(phases))), [_least(phase, least_question_minutes) for phase in phases]
    if not keep_all:
        kept = _worth_their_time(phases, least, whole)
    elif sum(least) > whole:
        least = [1] * len(phases)
    parts = 1 if len(kept) <= whole else PARTS_OF_A_MINUTE
    shares = _shares([phases[index] for index in kept], [min(least[index], whole) for index in kept], whole, parts)
    durations = dict(zip(kept, shares, strict=True))
    durations[max(kept, key=lambda index: (not phases[index].is_frame, phases[index].minutes))] += minutes - whole
    return durations


def _least(phase: Phase, least_question_minutes: int) -> int:
    return 1 if phase.is_frame else max(least_question_minutes, ceil(phase.minutes / 3))


def _worth_their_time(phases: Sequence[Phase], least: Sequence[int], minutes: int) -> list[int]:
    """Leave phases out until each of the others can have its least time; return the indexes of the others.

    The shortest questions go first; the longest one is what the interview is about, and stays to the end.
    """
    kept = list(range(len(phases)))
    while len(kept) > 1 and sum(least[index] for index in kept) > minutes:
        questions = [index for index in kept if not phases[index].is_frame]
        frame = [index for index in kept if phases[index].is_frame]
        # Of equals the later one, as of introduction and closing.
        if len(questions) > 1:
            kept.remove(min(reversed(questions), key=lambda index: phases[index].minutes))
        else:
            kept.remove(frame[-1])
    return kept


def _shares(phases: Sequence[Phase], least: Sequence[int], minutes: int, parts: int) -> list[float]:
    """Share whole minutes, or parts of a minute, out among the phases.

    After its least time, unit by unit goes to the phase that is furthest below its share (the method of
    Sainte-Laguë), so that the sum is exact.
    """
    most = _most(phases, minutes)
    given = list(least) if parts == 1 else [1] * len(phases)

    def share(index: int) -> float:
        return (given[index] + 0.5) / phases[index].minutes

    growing = [(share(index), index) for index in range(len(phases)) if given[index] < most[index] * parts]
    heapify(growing)
    for _ in range(minutes * parts - sum(given)):
        _, neediest = growing[0]
        given[neediest] += 1
        if given[neediest] < most[neediest] * parts:
            heapreplace(growing, (share(neediest), neediest))
        else:
            heappop(growing)
    return [units / parts for units in given]


def _most(phases: Sequence[Phase], minutes: int) -> list[float]:
    """Return how far each phase may grow: as far as it takes, but the frame only where there are no questions."""
    if longest_minutes(phases) >= minutes:
        return [float(_longest(phase)) for phase in phases]
    may_all_grow = all(phase.is_frame for phase in phases)
    return [float(_longest(phase)) if phase.is_frame and not may_all_grow else inf for phase in phases]


def _longest(phase: Phase) -> int:
    usual = MAX_FRAME_MINUTES.get(phase.question_type, int(MAX_PHASE_MINUTES))
    return max(usual, ceil(phase.minutes))
