"""The templates: real plans, under stable ids."""

import orjson
import pytest

from app.interview_session.plans.template_catalogue import FOLDER, SLUGS, all_templates, template, template_for
from app.interview_session.plans.wording import worded
from app.models.enums import QuestionType
from app.schemas.mock_interview import InterviewTemplate, MockInterviewCreate

# Clients and running rooms know these: an entry may be added, never changed.
MINUTES = {
    "behavioral": 45,
    "coding": 60,
    "system-design": 60,
    "hr-screen": 30,
    "final-round": 60,
    "two-minute-demo": 2,
}


def test_the_slugs_stay_as_they_are() -> None:
    assert [found.id for found in all_templates()] == list(MINUTES) == list(SLUGS)
    assert {file.stem for file in FOLDER.glob("*.json")} == set(SLUGS)
    assert all(template(slug) is found for slug, found in zip(SLUGS, all_templates(), strict=True))


@pytest.mark.parametrize("slug", ["", "Behavioral", "../behavioral", "behavioral.json", "unknown", "\x00", "{role}"])
def test_an_unknown_slug_is_nothing(slug: str) -> None:
    assert template(slug) is None


@pytest.mark.parametrize("found", all_templates(), ids=lambda found: found.id)
class TestEach:
    def test_takes_its_time(self, found: InterviewTemplate) -> None:
        assert found.total_minutes == MINUTES[found.id]
        # A room counts milliseconds: nothing may be lost in rounding.
        assert sum(round(field.duration * 60_000) for field in found.planner_fields) == MINUTES[found.id] * 60_000

    def test_begins_with_an_introduction_and_ends_with_a_closing(self, found: InterviewTemplate) -> None:
        kinds = [field.question_type for field in found.planner_fields]

        assert (kinds[0], kinds[-1]) == (QuestionType.INTRODUCTION, QuestionType.CLOSING)
        assert not {QuestionType.INTRODUCTION, QuestionType.CLOSING} & set(kinds[1:-1])

    def test_is_worked_out_in_every_phase(self, found: InterviewTemplate) -> None:
        for field in found.planner_fields:
            assert 2 <= len(field.follow_ups) <= 4
            assert 3 <= len(field.rubric) <= 5
            assert len(field.question) > 50
            assert len(field.instructions) > 100

    def test_names_its_questions_differently(self, found: InterviewTemplate) -> None:
        ids = [field.question_id for field in found.planner_fields]

        assert len(set(ids)) == len(ids)

    def test_leaves_no_placeholder_open(self, found: InterviewTemplate) -> None:
        assert "{" not in found.model_dump_json().replace('{"', "").replace("{}", "")

    def test_can_be_stored_as_a_users_own(self, found: InterviewTemplate) -> None:
        copy = MockInterviewCreate.model_validate_json(found.model_dump_json(exclude={"id"}))

        assert copy.planner_fields == found.planner_fields

    def test_keeps_placeholders_out_of_short_texts(self, found: InterviewTemplate) -> None:
        content = orjson.loads((FOLDER / f"{found.id}.json").read_bytes())

        assert "{" not in content["title"] + content["description"]
        for field in content["planner_fields"]:
            follow_ups = [follow_up["text"] for follow_up in field["follow_ups"]]
            assert "{" not in "".join([field["question_id"], *field["rubric"], *follow_ups])


def test_the_demo_is_three_fractional_phases() -> None:
    demo = template("two-minute-demo")

    assert demo is not None
    assert [field.duration for field in demo.planner_fields] == [0.5, 1, 0.5]


def test_a_template_speaks_of_role_and_company_word_for_word() -> None:
    personal = template_for("hr-screen", role="the {company} role", company=r"A\1 {role} $x %s </b>")

    question = personal.planner_fields[1].question
    assert question.startswith(r"What made you apply for the {company} role at A\1 {role} $x %s </b>, and")
    assert "this role at the company" in all_templates()[3].planner_fields[1].question


def test_a_personal_template_leaves_the_general_one_alone() -> None:
    before = [found.model_dump_json() for found in all_templates()]

    template_for("final-round", role="the Engineer role", company="Acme")

    assert [found.model_dump_json() for found in all_templates()] == before


def test_the_texts_that_examples_belong_to_are_worded_like_the_texts_themselves() -> None:
    part = {"follow_ups": [{"text": "Why {company}?"}], "examples": {"Why {company}?": ["I like {company}."]}}

    found = worded(part, {"role": "the {company} role", "company": "Acme"})

    assert found == {"follow_ups": [{"text": "Why Acme?"}], "examples": {"Why Acme?": ["I like Acme."]}}
