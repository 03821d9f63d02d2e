"""A short storm: whatever is killed or frozen, every phase ends once and every listener gets every event once."""

import pytest

from tests.chaos import run
from tests.chaos.report import Line, Report
from tests.chaos.run import Chaos

T = "2026-01-01T00:00:00Z"


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_storm_costs_no_phase_and_no_event() -> None:
    report = await Chaos(rooms=20, seconds=6).run()

    print(report)  # noqa: T201
    assert sum(report.blows.values()) > 1
    assert report.faults == []
    assert len(report.lateness + report.lateness_when_down) > report.rooms


@pytest.mark.slow
async def test_sessions_that_come_to_no_end_cost_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STANDSTILL_SECONDS", 0)
    monkeypatch.setattr(run, "PROGRESS_SECONDS", 0.5)
    said: list[str] = []

    report = await Chaos(rooms=2, seconds=1.5, replicas=1, say=said.append).run()

    assert report.failures
    assert report.failures[0].startswith("listener storm-")
    assert "has not come to an end" in report.failures[0]
    assert report.faults[-len(report.failures) :] == report.failures
    assert f"/{report.expected}" in str(report)
    assert f"/{report.expected}" in said[0]


def lines(*kinds: str) -> list[Line]:
    """Return a log; a change of phase goes to the next one, or to the one that is named."""
    log, phase = [], 1
    for seq, kind in enumerate(kinds, 1):
        name, _, number = kind.partition(" ")
        phase = int(number) if number else phase + (name == "phase_changed")
        if name in SAID:
            log.append(Line(seq, "transcript", {"purpose": name, "phase_sequence": phase}))
        else:
            log.append(Line(seq, name, {"timestamp": T, "phase_deadline": T, "new_sequence": phase}))
    for line in log:
        if line.type == "interview_completed":
            line.data.pop("new_sequence")
    return log


SAID = ("question", "goodbye")
FIRST, SECOND, END = ("phase_started", "question"), ("phase_changed", "question"), ("goodbye", "interview_completed")
GOOD = (*FIRST, *SECOND, *END)
ALL = [1, 2, 3, 4, 5, 6]


class TestReport:
    """The report must see what it is there to see."""

    def test_a_good_run_has_no_faults(self) -> None:
        report = Report(1, 2)
        report.add_room(lines(*GOOD), ALL, set())

        assert report.faults == []
        assert report.lateness == [0, 0]
        assert "transitions          2/2" in str(report)

    @pytest.mark.parametrize(
        ("kinds", "heard", "fault"),
        [
            (GOOD[:4], ALL[:4], "transitions missing: 1"),
            ((*FIRST, "phase_changed", *SECOND, *END), [*ALL, 7], "lines out of place"),
            ((*FIRST, "phase_changed 3", *END), ALL[:5], "lines out of place"),
            (("phase_started", *GOOD), [*ALL, 7], "lines out of place"),
            ((*FIRST, "phase_changed", *END), ALL[:5], "questions and goodbyes not said just once: 1"),
            ((*FIRST, "question", *SECOND, *END), [*ALL, 7], "questions and goodbyes not said just once: 1"),
            (GOOD[:4] + GOOD[5:], ALL[:5], "questions and goodbyes not said just once: 1"),
            (GOOD, [1, *ALL[2:]], "events lost to listeners: 1"),
            (GOOD, [1, 2, *ALL[1:]], "events repeated to listeners: 1"),
            (GOOD, [1, 3, 2, *ALL[3:]], "lines out of place: 1"),
        ],
    )
    def test_a_bad_one_has(self, kinds: tuple[str, ...], heard: list[int], fault: str) -> None:
        report = Report(1, 2)
        report.add_room(lines(*kinds), heard, set())

        assert any(found.startswith(fault) for found in report.faults), report.faults

    def test_missing_numbers_and_lost_acts_are_faults(self) -> None:
        report = Report(1, 2)
        log = lines(*GOOD)
        log[5] = Line(7, log[5].type, log[5].data)
        report.add_room(log, [*ALL[:5], 7], {"said"})
        report.answers[500] += 2
        report.answers[503] += 9

        assert report.faults == [
            "gaps in the numbers: 1",
            "acknowledged acts lost: 1",
            "answers that are neither a success nor 503: 2",
        ]
