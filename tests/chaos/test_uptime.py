"""Whose fault it is that a step came late: told from who was ready when."""

from datetime import timedelta

import pytest

from app.core.clock import utc_now
from tests.chaos.report import Report
from tests.chaos.test_short_chaos import ALL, GOOD, lines
from tests.chaos.uptime import Uptime


@pytest.fixture
def uptime() -> Uptime:
    return Uptime(2)


def test_nobody_is_up_before_the_first_is_ready(uptime: Uptime) -> None:
    before = utc_now()
    assert not uptime.was_up(before, before)

    uptime.note_ready(0)

    assert not uptime.was_up(before, utc_now())
    assert uptime.was_up(later := utc_now() + timedelta(seconds=1), later)


def test_one_that_is_left_is_enough(uptime: Uptime) -> None:
    uptime.note_ready(0)
    uptime.note_ready(1)
    since = utc_now() + timedelta(microseconds=1)

    uptime.note_blow(0)
    assert uptime.was_up(since, utc_now())

    uptime.note_blow(1)
    assert not uptime.was_up(since, utc_now())


def test_without_a_database_nobody_is_up(uptime: Uptime) -> None:
    uptime.note_ready(0)
    uptime.note_ready(1)
    since = utc_now() + timedelta(microseconds=1)

    uptime.note_blow()
    down = utc_now()
    uptime.note_ready(1)

    assert not uptime.was_up(since, down)
    assert uptime.was_up(later := utc_now() + timedelta(seconds=1), later)
    assert 0 <= uptime.share() < 1


@pytest.mark.parametrize("up", [True, False])
def test_lateness_is_counted_apart(up: bool) -> None:
    report = Report(1, 2, was_up=lambda _start, _end: up)

    report.add_room(lines(*GOOD), ALL, set())

    assert (len(report.lateness), len(report.lateness_when_down)) == ((2, 0) if up else (0, 2))
    assert ("lateness, none was   of no transition" in str(report)) == up
