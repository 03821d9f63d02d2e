"""Practice plans: the right template, the words of the posting, the length of the interview."""

import re
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interview_session.plans.posting_requirements import MAX_CHARACTERS, requirements_of
from app.interview_session.plans.practice_plan import STYLES, InterviewFacts, practice_plan
from app.interview_session.plans.template_catalogue import template
from app.models.enums import InterviewType, QuestionType
from app.schemas.mock_interview import MockInterviewCreate

POSTING = """Acme builds rockets.

**What you'll bring:**
- 5+ years of Python
- Experience with PostgreSQL &amp; query tuning
* A way with words
- A driving licence

Benefits
- Free fruit
"""
# What PostgreSQL and the schemas let into a position: neither NUL nor lone surrogates.
TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
HOSTILE = [
    "{role} {company} {0} {self.__class__} %s %(x)s ${x} $x \\1 \\g<0>",
    "<script>alert(1)</script>'; DROP TABLE positions; --",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 \u202egnirts\u202c",
    "\r\n\x01\x1b[31m\x85\u2028",
    '"quoted" “twice”',
]


def plan(kind: str = "technical", minutes: int | None = None, **facts: Any) -> MockInterviewCreate:
    known = {"title": "Backend Engineer", "company": "Acme", "description": None} | facts
    return practice_plan(InterviewFacts(InterviewType(kind), minutes, **known))


def lengths(found: MockInterviewCreate) -> dict[str, float]:
    return {field.question_id: field.duration for field in found.planner_fields}


def stored(found: MockInterviewCreate) -> MockInterviewCreate:
    """Validate a plan anew, as if a user had sent it."""
    return MockInterviewCreate.model_validate_json(found.model_dump_json())


class TestWording:
    @pytest.mark.parametrize(
        ("kind", "slug", "types"),
        [
            ("technical", "coding", {"technical", "coding"}),
            ("behavioral", "behavioral", {"behavioral"}),
            ("hr", "hr-screen", {"hr", "behavioral"}),
            ("final", "final-round", {"behavioral", "technical", "hr"}),
        ],
    )
    def test_each_type_has_its_template(self, kind: str, slug: str, types: set[str]) -> None:
        found, source = plan(kind, 60), template(slug)

        assert source is not None
        ids = [f.question_id for f in found.planner_fields]
        own = [f.question_id for f in source.planner_fields]
        assert (ids[0], ids[-1]) == (own[0], own[-1])
        assert set(ids[1:-1]) & set(own)
        assert {f.question_type for f in found.planner_fields} == types | {"introduction", "closing"}

    @pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (2, "2 minutes"), (None, "45 minutes")])
    def test_minutes_are_counted(self, minutes: int | None, words: str) -> None:
        assert str(plan(minutes=minutes).description).startswith(f"A practice of {words} for the technical")

    def test_every_type_of_interview_has_a_style(self) -> None:
        assert set(STYLES) == set(InterviewType)

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_questions_name_role_and_company(self, kind: str) -> None:
        found = plan(kind, description=POSTING)

        words = " ".join(field.question for field in found.planner_fields)
        assert "the Backend Engineer role" in words
        assert "Acme" in words
        assert "this role" not in words
        assert "Backend Engineer role at Acme" in found.title

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_the_posting_is_quoted_and_nothing_added(self, kind: str) -> None:
        posting = plan(kind, description=POSTING).planner_fields[1]

        assert posting.question_id == "posting-requirements"
        assert posting.question.startswith(
            "The posting for the Backend Engineer role at Acme says: “5+ years of Python”."
        )
        assert [text for text in posting.follow_ups if "posting" in text] == [
            "The posting also says: “Experience with PostgreSQL & query tuning”. "
            "What have you done that comes closest to it?",
            "The posting also says: “A way with words”. What have you done that comes closest to it?",
        ]
        assert 2 <= len(posting.follow_ups) <= 4
        assert 3 <= len(posting.rubric) <= 5

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_the_phase_about_the_posting_names_no_time(self, kind: str) -> None:
        spoken = plan(kind, 45, description=POSTING).planner_fields[1].model_dump_json(exclude={"duration"})

        assert not re.search(r"\b(minutes?|hours?|seconds)\b", spoken)

    @pytest.mark.parametrize("description", [None, "", "A nice job in a nice town.", "\U0001f600" * 20_000])
    def test_without_requirements_there_is_no_phase_about_them(self, description: str | None) -> None:
        assert "posting-requirements" not in lengths(plan(description=description))

    @pytest.mark.parametrize("hostile", HOSTILE)
    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_names_stay_what_they_are(self, kind: str, hostile: str) -> None:
        found = plan(kind, title=hostile, company=hostile, description=f"Requirements:\n- {hostile}")

        assert stored(found) == found
        for control in "\r\x01\x1b\x85\u2028":
            assert control not in found.model_dump_json()

    def test_a_name_of_controls_only_is_no_name(self) -> None:
        found = plan(title="\x01\x02", company="\x7f")

        assert found.title == "Practice: technical interview for this role at the company"

    def test_long_names_are_cut_in_the_title_only(self) -> None:
        found = plan(title="T" * 200, company="C" * 200)

        assert len(found.title) == 200
        assert found.title.endswith("…")
        assert any("C" * 200 in field.question for field in found.planner_fields)
        assert stored(found) == found


class TestTime:
    def test_an_unknown_length_is_45_minutes(self) -> None:
        assert sum(lengths(plan("behavioral")).values()) == 45
        assert "45 minutes" in (plan().description or "")

    def test_at_its_own_length_a_template_stays_as_it_is(self) -> None:
        source = template(STYLES[InterviewType.TECHNICAL].template)
        assert source is not None

        found = plan("technical", round(source.total_minutes))

        assert lengths(found) == {field.question_id: field.duration for field in source.planner_fields}

    @pytest.mark.parametrize(
        ("minutes", "expected"),
        [
            (1, {"coding-problem": 1}),
            (10, {"coding-problem": 10}),
            (11, {"coding-introduction": 1, "coding-problem": 10}),
            (12, {"coding-introduction": 1, "coding-problem": 10, "coding-closing": 1}),
            (
                30,
                {
                    "coding-introduction": 2,
                    "coding-recent-work": 5,
                    "coding-problem": 15,
                    "coding-extension": 6,
                    "coding-closing": 2,
                },
            ),
        ],
    )
    def test_a_short_interview_keeps_what_it_is_about(self, minutes: int, expected: dict[str, float]) -> None:
        assert lengths(plan("technical", minutes)) == expected

    def test_a_long_day_does_not_stretch_the_welcome(self) -> None:
        found = lengths(plan("technical", 480))

        assert (found["coding-introduction"], found["coding-closing"]) == (10, 15)
        assert found["coding-problem"] == 180

    @pytest.mark.parametrize("kind", list(InterviewType))
    @pytest.mark.parametrize("description", [None, POSTING])
    def test_every_length_is_met_exactly(self, kind: str, description: str | None) -> None:
        plans = [plan(kind, minutes, description=description) for minutes in range(1, 481)]

        for minutes, found in enumerate(plans, start=1):
            assert sum(lengths(found).values()) == minutes
            assert all(1 <= duration <= 180 for duration in lengths(found).values())
            assert all(duration == int(duration) for duration in lengths(found).values())
            assert [f.sequence for f in found.planner_fields] == list(range(1, len(found.planner_fields) + 1))
        for shorter, longer in pairwise(plans):
            assert lengths(shorter).keys() <= lengths(longer).keys()

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_phases_keep_their_order_and_proportions(self, kind: str) -> None:
        whole = lengths(plan(kind, 60))
        for minutes in (45, 90, 120):
            found = lengths(plan(kind, minutes))
            assert list(found) == list(whole)
            for name, duration in found.items():
                frame = name.endswith(("introduction", "closing"))
                assert frame or abs(duration - whole[name] * minutes / 60) <= 4


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(InterviewType),
    minutes=st.none() | st.integers(1, 480),
    title=TEXT.filter(str.strip).map(lambda text: text.strip()[:200]),
    company=TEXT.filter(str.strip).map(lambda text: text.strip()[:200]),
    lines=st.none()
    | st.lists(
        st.tuples(st.sampled_from(["", "- ", "Requirements: ", "Skills\n", "experience with ", "<li>"]), TEXT),
        max_size=20,
    ),
)
def test_whatever_a_position_says_the_plan_is_valid_and_as_long_as_the_interview(
    kind: InterviewType,
    minutes: int | None,
    title: str,
    company: str,
    lines: list[tuple[str, str]] | None,
) -> None:
    description = None if lines is None else "\n".join(start + text for start, text in lines)[:20_000]

    found = practice_plan(InterviewFacts(kind, minutes, title, company, description))

    assert stored(found) == found
    durations = [field.duration for field in found.planner_fields]
    assert sum(durations) == (minutes or 45)
    assert sum(round(duration * 60_000) for duration in durations) == (minutes or 45) * 60_000
    assert [field.sequence for field in found.planner_fields] == list(range(1, len(durations) + 1))
    if (minutes or 45) >= 15:
        kinds = [field.question_type for field in found.planner_fields]
        assert (kinds[0], kinds[-1]) == (QuestionType.INTRODUCTION, QuestionType.CLOSING)


class TestRequirements:
    @pytest.mark.parametrize(
        ("description", "expected"),
        [
            (POSTING, ["5+ years of Python", "Experience with PostgreSQL & query tuning", "A way with words"]),
            ("Skills: Python, .NET, and C++, R", ["Python", ".NET", "C++"]),
            ("Requirements: Python;SQL.\nWe are in Berlin.", ["Python", "SQL"]),
            (
                "Requirements: five years in a role with customers, in any industry whatsoever, and much patience",
                ["five years in a role with customers, in any industry whatsoever, and much patience"],
            ),
            ("## Qualifications\n1. Go\n2) go\n\n3. Rust\nPlain\n- Not this", ["Go", "Rust"]),
            ("Requirements\nA degree\nA heart\n\nWe offer\nFruit", ["A degree", "A heart"]),
            ("Requirements:\nA degree\nBenefits:\nFruit", ["A degree"]),
            (
                "<h2>Requirements</h2><ul><li>Deep <b>Rust</b></li><li>List{x}</li></ul><p>Fruit</p>",
                ["Deep Rust"],
            ),
            (
                "You need knowledge of C++ and Node.js. Also familiarity with Linux; fruit is free.",
                ["knowledge of C++ and Node.js", "familiarity with Linux"],
            ),
            ("It takes 3+ years of sales. We have experience in sales. Our ability to sell.", ["3+ years of sales"]),
            ("Requirements:\n- ask me at a@b.example\n- https://x.example\n- `rm`\n- &lt;b&gt;\n- !!!\n- 42", []),
            ("", []),
            (None, []),
        ],
    )
    def test_phrases_are_found_word_for_word(self, description: str | None, expected: list[str]) -> None:
        assert requirements_of(description) == expected

    def test_long_ones_are_cut_between_words(self) -> None:
        (phrase,) = requirements_of("Requirements:\n- " + "very " * 100 + "good")

        assert len(phrase) <= MAX_CHARACTERS
        assert phrase.endswith("very…")
        assert requirements_of("Requirements:\n- " + "x" * 1000) == []

    @pytest.mark.parametrize(
        "piece",
        ["<", "<p", "<p ", "- ", "Requirements: ", "experience with ", "years of ", "#", "&", "\n", ". ", "{"],
    )
    def test_no_text_takes_long(self, piece: str) -> None:
        description = (piece * 20_000)[:20_000]
        started = time.process_time()

        requirements_of(description)
        requirements_of("Requirements:\n" + description)

        assert time.process_time() - started < 10
