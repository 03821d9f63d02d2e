"""How phases share a time: exactly, in proportion, and never beyond what makes sense."""

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.plans.fitting import Phase, fit, longest_minutes
from app.models.enums import QuestionType

PHASES = st.builds(Phase, st.sampled_from(QuestionType), st.floats(0.01, 180))


def phases(*minutes: float, frame: bool = False) -> list[Phase]:
    """Return questions of these lengths, between an introduction and a closing if asked."""
    kinds = [QuestionType.HR] * len(minutes)
    if frame:
        kinds[0], kinds[-1] = QuestionType.INTRODUCTION, QuestionType.CLOSING
    return [Phase(kind, length) for kind, length in zip(kinds, minutes, strict=True)]


def test_each_phase_gets_its_share_in_whole_minutes() -> None:
    assert fit(phases(3, 10, 20, 3, frame=True), 18) == {0: 2, 1: 5, 2: 10, 3: 1}
    assert fit(phases(0.5, 1, 0.5, frame=True), 5) == {0: 1, 1: 3, 2: 1}


def test_what_is_over_a_whole_minute_goes_to_the_longest_question() -> None:
    assert fit(phases(30, 10, 20, 3, frame=True), 20.75) == {0: 8, 1: 4, 2: 7.75, 3: 1}
    assert fit(phases(30, 5, frame=True), 7.5) == {0: 6.5, 1: 1}


def test_a_time_too_short_for_all_leaves_the_shortest_questions_out() -> None:
    assert list(fit(phases(3, 9, 30, 12, 3, frame=True), 15)) == [0, 2, 4]
    assert fit(phases(3, 9, 30, 12, 3, frame=True), 5) == {2: 5}


def test_what_was_chosen_is_kept_however_short_the_time() -> None:
    assert fit(phases(30, 30, 30), 6, keep_all=True) == {0: 2, 1: 2, 2: 2}
    assert fit(phases(*[10] * 50), 5, keep_all=True) == dict.fromkeys(range(50), 0.1)
    assert fit(phases(*[10] * 7, 100), 6, keep_all=True)[7] == pytest.approx(3.6, abs=0.2)


def test_a_short_plan_is_stretched_all_the_same() -> None:
    assert fit(phases(0.5, 1, 0.5, frame=True), 480) == {0: 10, 1: 455, 2: 15}
    assert fit(phases(1, 1, frame=True), 480) == {0: 240, 1: 240}
    assert fit(phases(1), 480) == {0: 480}


def test_a_welcome_does_not_grow_beyond_its_limit_or_its_own_length() -> None:
    assert fit(phases(3, 30, frame=False), 60) == {0: 5, 1: 55}
    long_welcome = [Phase(QuestionType.INTRODUCTION, 40), Phase(QuestionType.HR, 20)]
    assert fit(long_welcome, 120) == {0: 40, 1: 80}
    assert longest_minutes(long_welcome) == 220


@given(
    plan=st.lists(PHASES, min_size=1, max_size=50),
    minutes=st.one_of(st.integers(5, 480), st.floats(5, 480)),
    keep_all=st.booleans(),
)
def test_every_time_is_met_and_every_phase_has_some(plan: list[Phase], minutes: float, *, keep_all: bool) -> None:
    found = fit(plan, minutes, keep_all=keep_all)

    assert fsum(found.values()) == pytest.approx(minutes)
    assert all(duration >= 0.1 for duration in found.values())
    assert list(found) == sorted(found)
    assert not keep_all or len(found) == len(plan)
    if minutes == int(minutes):
        # A room counts milliseconds: nothing may be lost in rounding.
        assert sum(round(duration * 60_000) for duration in found.values()) == minutes * 60_000
