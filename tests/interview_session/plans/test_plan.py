"""What readers of a session's plan get, whichever version wrote it."""

from typing import Any

import pytest

from app.core.errors import ValidationError
from app.interview_session.plans.plan import Plan, follow_up_text, language_of, phase_durations, planner_field

OLD_FIELD = {
    "sequence": 1,
    "question_id": "q1",
    "question_type": "hr",
    "duration": 5,
    "instructions": "Listen",
    "question": "Why?",
    "follow_ups": ["How?"],
    "rubric": ["Is brief"],
}
OLD = {"title": "Rehearsal", "planner_fields": [OLD_FIELD]}


def plan(*minutes: float) -> Plan:
    fields = [
        OLD_FIELD | {"sequence": number, "question_id": f"q{number}", "duration": duration}
        for number, duration in enumerate(minutes, start=1)
    ]
    return Plan("coding", "Coding", fields, language="de")


def told(found: Plan) -> list[tuple[int, str, float]]:
    return [(field["sequence"], field["question_id"], field["duration"]) for field in found.planner_fields]


class TestPlannerField:
    def test_a_field_of_an_earlier_version_is_completed(self) -> None:
        assert planner_field(OLD, 1) == OLD_FIELD | {
            "follow_ups": [{"text": "How?", "when": "always", "about": []}],
            "paraphrase": None,
            "hints": [],
            "examples": {},
        }

    def test_the_least_that_a_field_can_have_is_completed(self) -> None:
        least = {"sequence": 1, "question_id": "q", "question_type": "hr", "duration": 1}

        assert planner_field({"planner_fields": [least | {"question": None}]}, 1) == least | {
            "instructions": "",
            "question": "",
            "follow_ups": [],
            "rubric": [],
            "paraphrase": None,
            "hints": [],
            "examples": {},
        }

    def test_every_form_of_a_follow_up_becomes_an_object(self) -> None:
        full = {"text": "How many?", "when": "no_numbers", "about": ["per second"]}
        field: dict[str, Any] = OLD_FIELD | {"follow_ups": ["Why?", {"text": "Who?"}, full]}

        read = planner_field({"planner_fields": [field]}, 1)["follow_ups"]

        assert read == [
            {"text": "Why?", "when": "always", "about": []},
            {"text": "Who?", "when": "always", "about": []},
            full,
        ]
        assert [follow_up_text(follow_up) for follow_up in field["follow_ups"]] == ["Why?", "Who?", "How many?"]
        assert field["follow_ups"][0] == "Why?"

    def test_sequences_count_from_1(self) -> None:
        assert planner_field(plan(5, 6).snapshot, 2)["duration"] == 6

    def test_a_plan_without_a_language_is_english(self) -> None:
        assert language_of(OLD) == "en"
        assert language_of(plan(5).snapshot) == "de"


class TestShortened:
    def test_nothing_asked_changes_nothing(self) -> None:
        assert plan(5, 6).shortened(None, None) == plan(5, 6)

    def test_chosen_phases_keep_their_order_and_names_and_are_numbered_anew(self) -> None:
        original = plan(5, 6, 7)

        assert told(original.shortened([3, 1], None)) == [(1, "q1", 5), (2, "q3", 7)]
        assert original == plan(5, 6, 7)

    def test_what_is_chosen_is_then_fitted(self) -> None:
        assert told(plan(5, 30, 10).shortened([3, 1], 30)) == [(1, "q1", 10), (2, "q3", 20)]

    @pytest.mark.parametrize("minutes", [7.5, 5.25, 12])
    def test_at_its_own_length_a_plan_stays_as_it_is(self, minutes: float) -> None:
        original = plan(0.5, minutes - 1.5, 1)

        assert original.shortened(None, minutes) == original

    @pytest.mark.parametrize("minutes", [5, 5.001, 33.333, 480])
    def test_every_length_is_met_to_the_millisecond(self, minutes: float) -> None:
        found = plan(0.5, 20, 3, 12.25).shortened(None, minutes)

        assert sum(phase_durations(found.snapshot)) == round(minutes * 60_000)

    @pytest.mark.parametrize("minutes", [5, 5.5])
    def test_fifty_phases_in_five_minutes_are_some_or_if_chosen_all(self, minutes: float) -> None:
        whole = plan(*[3] * 50)

        some, chosen = whole.shortened(None, minutes), whole.shortened(list(range(50, 0, -1)), minutes)

        assert [sequence for sequence, *_ in told(some)] == [1, 2, 3, 4, 5]
        assert [question for _, question, _ in told(chosen)] == [f"q{number}" for number in range(1, 51)]
        for found in (some, chosen):
            durations = phase_durations(found.snapshot)
            assert sum(durations) == round(minutes * 60_000)
            assert min(durations) >= 6_000

    def test_a_sequence_that_is_not_the_plans_is_named_by_its_place(self) -> None:
        with pytest.raises(ValidationError) as refused:
            plan(5, 6).shortened([2, 3, 1, 10**20], None)

        sentence = "Must be a sequence of the plan (1 to 2)"
        assert refused.value.field_errors == {"sequences.1": sentence, "sequences.3": sentence}
