"""The phase clock against a model that knows only how long it has run."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.interview_session.room.phase_clock import LATE_AFTER_MS, ClockError, ClockState, PhaseClock, Step

MINUTE = 60_000
PLAN = (2 * MINUTE, MINUTE, 3 * MINUTE)


def test_a_session_runs_through_its_phases() -> None:
    clock = PhaseClock.ready(PLAN).start(0)
    steps = []
    while clock.wake_at is not None:
        now = clock.wake_at
        clock, step = clock.advance(now)
        steps.append((now, step, clock.sequence))

    assert steps == [
        (96_000, Step.PHASE_ENDING, 1),
        (120_000, Step.PHASE_CHANGED, 2),
        (168_000, Step.PHASE_ENDING, 2),
        (180_000, Step.PHASE_CHANGED, 3),
        (324_000, Step.PHASE_ENDING, 3),
        (360_000, Step.COMPLETED, 3),
    ]


def test_a_pause_freezes_the_remaining_time() -> None:
    paused = PhaseClock.ready(PLAN).start(0).pause(30_000)

    assert (paused.remaining, paused.deadline) == (90_000, None)
    assert paused.phase_remaining(10**9) == 90_000
    assert paused.start(500_000).deadline == 590_000


def test_repeating_what_holds_changes_nothing() -> None:
    running = PhaseClock.ready(PLAN).start(0)
    paused = running.pause(10)

    assert running.start(99) is running
    assert paused.pause(99) is paused


def test_what_makes_no_sense_is_refused() -> None:
    ready = PhaseClock.ready(PLAN)
    with pytest.raises(ClockError):
        ready.pause(0)
    over = ready.start(0).finish(1)
    acts: list[Callable[[], PhaseClock]] = [
        lambda: over.start(2),
        lambda: over.pause(2),
        over.reset,
        lambda: over.finish(2),
    ]
    for act in acts:
        with pytest.raises(ClockError):
            act()


def test_a_small_delay_does_not_add_up() -> None:
    clock = replace(PhaseClock.ready(PLAN).start(0), ending_announced=True)

    changed, step = clock.advance(120_000 + LATE_AFTER_MS)

    assert step is Step.PHASE_CHANGED
    assert changed.deadline == 180_000


def test_after_an_absence_the_next_phase_gets_its_whole_duration() -> None:
    clock = PhaseClock.ready(PLAN).start(0)

    changed, step = clock.advance(1_000_000)

    assert step is Step.PHASE_CHANGED
    assert changed.sequence == 2
    assert changed.deadline == 1_000_000 + MINUTE
    assert changed.advance(1_000_000) == (changed, None)


def test_reset_returns_to_the_beginning_and_does_not_run() -> None:
    clock, _ = PhaseClock.ready(PLAN).start(0).advance(120_000)

    assert clock.reset() == PhaseClock.ready(PLAN)


def test_figures_of_a_phase() -> None:
    clock, _ = PhaseClock.ready(PLAN).start(0).advance(120_000)

    assert clock.phase_elapsed(135_000) == 15_000
    assert clock.phase_remaining(135_000) == 45_000
    assert clock.run_time(135_000) == 135_000
    assert clock.phase_remaining(10**9) == 0


def test_the_figures_of_an_ended_session_stay_what_they_were() -> None:
    clock, _ = PhaseClock.ready(PLAN).start(0).advance(120_000)

    ended = clock.pause(135_000).finish(200_000)

    assert (ended.phase_elapsed(10**9), ended.phase_remaining(10**9)) == (15_000, 45_000)
    assert ended.run_time(10**9) == 135_000


def test_a_session_that_ended_without_a_count_is_taken_for_one_that_ran_out() -> None:
    ended = replace(PhaseClock.ready(PLAN).start(0).finish(1_000), run=None)

    assert (ended.phase_elapsed(10**9), ended.phase_remaining(10**9)) == (2 * MINUTE, 0)


class ClockMachine(RuleBasedStateMachine):
    """Drives a clock as a punctual server would, beside a count of the milliseconds that it has run."""

    @initialize(durations=st.lists(st.integers(600, 60_000), min_size=1, max_size=6))
    def begin(self, durations: list[int]) -> None:
        self.clock = PhaseClock.ready(tuple(durations))
        self.now = 1_000_000
        self.run = 0

    def tick(self, until: int) -> None:
        """Let time pass, with every step performed at its moment."""
        while (wake := self.clock.wake_at) is not None and wake <= until:
            self.run += wake - self.now
            self.now = wake
            self.clock, step = self.clock.advance(wake)
            assert step is not None
        if self.clock.state is ClockState.RUNNING:
            self.run += until - self.now
        self.now = until

    @rule(milliseconds=st.integers(0, 40_000))
    def time_passes(self, milliseconds: int) -> None:
        self.tick(self.now + milliseconds)

    @rule()
    def start(self) -> None:
        if self.clock.state is not ClockState.COMPLETED:
            self.clock = self.clock.start(self.now)
            assert self.clock.state is ClockState.RUNNING

    @rule()
    def pause(self) -> None:
        if self.clock.state in {ClockState.RUNNING, ClockState.PAUSED}:
            self.clock = self.clock.pause(self.now)
            assert self.clock.state is ClockState.PAUSED

    @rule()
    def reset(self) -> None:
        if self.clock.state is not ClockState.COMPLETED:
            self.clock = self.clock.reset()
            self.run = 0

    @rule()
    def finish(self) -> None:
        if self.clock.state is not ClockState.COMPLETED:
            self.clock = self.clock.finish(self.now)

    @invariant()
    def the_phase_depends_on_run_time_alone(self) -> None:
        ends = [sum(self.clock.durations[: n + 1]) for n in range(len(self.clock.durations))]
        assert self.clock.run_time(self.now) == self.run
        if self.run >= ends[-1]:
            assert self.clock.state is ClockState.COMPLETED
            assert self.clock.sequence == len(ends)
        else:
            assert self.clock.sequence == next(n for n, end in enumerate(ends, 1) if self.run < end)

    @invariant()
    def each_state_has_a_figure_of_its_own(self) -> None:
        assert (self.clock.deadline is not None) == (self.clock.state is ClockState.RUNNING)
        waiting = self.clock.state in {ClockState.READY, ClockState.PAUSED}
        assert (self.clock.remaining is not None) == waiting
        assert (self.clock.run is not None) == (self.clock.state is ClockState.COMPLETED)

    @invariant()
    def the_figures_add_up(self) -> None:
        elapsed, remaining = self.clock.phase_elapsed(self.now), self.clock.phase_remaining(self.now)
        assert elapsed >= 0
        assert remaining >= 0
        assert elapsed + remaining == self.clock.phase_duration


TestClockMachine = ClockMachine.TestCase
TestClockMachine.settings = hypothesis_settings(max_examples=200, deadline=None)
