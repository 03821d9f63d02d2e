"""Which trade a position belongs to, and what a practice plan for it speaks of."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.interview_session.plans.practice_plan import InterviewFacts, practice_plan
from app.interview_session.plans.trade_bank import GENERAL, TRADES, trade
from app.interview_session.plans.trades import Ranking, trade_of
from app.models.enums import InterviewType
from app.schemas.mock_interview import FollowUpDetails, MockInterviewCreate, PlannerField

FOLDER = Path(__file__).with_name("postings")
EXPECTED = {
    "nurse": "nursing",
    "teacher": "teaching",
    "accountant": "accounting",
    "electrician": "skilled-trades",
    "data_scientist": "data-science",
    "sales": "sales",
    "cook": "hospitality",
    "driver": "logistics",
    "designer": "design",
    "sre": "site-reliability",
}
BESIDE_SOFTWARE = [name for name in EXPECTED if name != "sre"]
SOFTWARE_WORDS = re.compile(
    r"\b(?:cod(?:e|es|ing)|software|deploy\w*|apis?|databases?|algorithms?|program(?:s|mer|mers|ming)?|sprints?|bugs?"
    r"|debug\w*|repositor(?:y|ies)|backend|frontend|servers?|pull requests?|unit tests?|refactor\w*)\b",
    re.IGNORECASE,
)


def posting(name: str) -> tuple[str, str, str]:
    """Return title, company and text of a posting."""
    title, company, text = (FOLDER / f"{name}.txt").read_text().split("\n", 2)
    return title, company, text


def plan(name: str, kind: InterviewType) -> MockInterviewCreate:
    title, company, text = posting(name)
    return practice_plan(InterviewFacts(kind, 60, title, company, text))


def of_bank(found: MockInterviewCreate, slug: str) -> list[PlannerField]:
    ids = {question["question_id"] for question in trade(slug).questions}
    return [field for field in found.planner_fields if field.question_id in ids]


def texts(field: PlannerField) -> Iterator[str]:
    yield from (field.question, field.paraphrase or "", *field.hints, field.instructions, *field.rubric)
    for follow_up in field.follow_ups:
        assert isinstance(follow_up, str | FollowUpDetails)
        yield follow_up if isinstance(follow_up, str) else follow_up.text
    for examples in field.examples.values():
        yield from examples


@pytest.mark.parametrize("name", EXPECTED)
class TestTenPostings:
    def test_the_title_tells_the_trade(self, name: str) -> None:
        assert trade_of(*posting(name)) == EXPECTED[name]

    def test_the_title_does_so_in_any_case(self, name: str) -> None:
        title, company, _ = posting(name)

        assert trade_of(title.upper(), company, None) == trade_of(title.lower(), company, "") == EXPECTED[name]

    def test_the_posting_alone_does_too(self, name: str) -> None:
        _, company, text = posting(name)

        assert trade_of("Join our team", company, text) == EXPECTED[name]

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_the_plan_asks_about_the_trade(self, name: str, kind: InterviewType) -> None:
        assert 2 <= len(of_bank(plan(name, kind), EXPECTED[name])) <= 4

    @pytest.mark.parametrize("kind", list(InterviewType))
    def test_the_plan_opens_quotes_and_closes(self, name: str, kind: InterviewType) -> None:
        found = plan(name, kind)

        assert [found.planner_fields[0].question_type, found.planner_fields[-1].question_type] == [
            "introduction",
            "closing",
        ]
        assert found.planner_fields[1].question_id == "posting-requirements"


@pytest.mark.parametrize("kind", list(InterviewType))
@pytest.mark.parametrize("name", BESIDE_SOFTWARE)
def test_no_word_of_software_where_it_does_not_belong(name: str, kind: InterviewType) -> None:
    said = [text for field in plan(name, kind).planner_fields for text in texts(field)]

    # What the posting itself says may be quoted.
    assert SOFTWARE_WORDS.findall(" ".join(text for text in said if "“" not in text)) == []


def test_a_plan_for_software_speaks_of_it() -> None:
    said = " ".join(text for field in plan("sre", InterviewType.TECHNICAL).planner_fields for text in texts(field))

    assert SOFTWARE_WORDS.search(said)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Software Sales Manager", "sales"),
        ("Backend Engineer", "software-engineering"),
        ("Device Driver Engineer", "software-engineering"),
        ("Truck Driver", "logistics"),
        ("Data Center Technician", "skilled-trades"),
        ("Curriculum Developer", "teaching"),
        ("Nurses wanted!", "nursing"),
        ("SQL Server Developer", "software-engineering"),
        ("Account Manager", "sales"),
        ("Cookware tester", GENERAL),
        ("Nursery gardener", GENERAL),
        ("Air Traffic Controller", GENERAL),
        ("", GENERAL),
        ("xq zzv \u2028 \U0001f600", GENERAL),
        ("{role} %s", GENERAL),
    ],
)
def test_whole_words_of_a_title_decide_and_the_most_specific_wins(title: str, expected: str) -> None:
    assert trade_of(title, "Acme", None) == expected


class TestMeaning:
    @staticmethod
    def nearest_to(slug: str) -> Ranking:
        def rank(_: str, profiles: Sequence[str]) -> Sequence[float]:
            return [float(profile == trade(slug).profile) for profile in profiles]

        return rank

    def test_chooses_where_the_title_is_silent(self) -> None:
        text = "You bake bread for our guests and keep the kitchen clean."

        assert trade_of("Helping hand", "Acme", text) == GENERAL
        assert trade_of("Helping hand", "Acme", text, nearest=self.nearest_to("hospitality")) == "hospitality"

    def test_does_not_choose_against_the_posting(self) -> None:
        text = "We train owls to carry letters over the sea."

        assert trade_of("Owl keeper", "Acme", text, nearest=self.nearest_to("teaching")) == GENERAL

    def test_does_not_outvote_the_title(self) -> None:
        assert trade_of("Nurse", "Acme", posting("cook")[2], nearest=self.nearest_to("hospitality")) == "nursing"


@pytest.mark.parametrize("kind", list(InterviewType))
def test_nonsense_gets_questions_that_suit_every_trade(kind: InterviewType) -> None:
    found = practice_plan(InterviewFacts(kind, 60, "Zorblax", "Q", "blip blop " * 500))

    assert of_bank(found, GENERAL)
    said = " ".join(text for field in found.planner_fields for text in texts(field))
    assert SOFTWARE_WORDS.findall(said) == []


def test_software_engineers_code_and_architects_design() -> None:
    ids = {
        title: {
            f.question_id
            for f in practice_plan(InterviewFacts(InterviewType.TECHNICAL, 60, title, "A")).planner_fields
        }
        for title in ("Software Engineer", "Software Architect")
    }

    assert "coding-problem" in ids["Software Engineer"]
    assert "system-design-deep-dive" in ids["Software Architect"]


def test_the_posting_chooses_among_the_questions() -> None:
    def first_question(text: str) -> str:
        facts = InterviewFacts(InterviewType.FINAL, 60, "Nurse", "A", text)
        return of_bank(practice_plan(facts), "nursing")[0].question_id

    assert first_question("medication and prescriptions from the pharmacy") == "nursing-medication-safety"
    assert first_question("assessment, rehabilitation and discharge of the elderly") == "nursing-care-planning"


def test_no_trade_asks_twice_what_its_template_asks() -> None:
    for slug in TRADES:
        title = trade(slug).titles[0]
        found = practice_plan(InterviewFacts(InterviewType.BEHAVIORAL, 60, title, "A"))
        replaced = {question.get("instead_of") for question in of_bank_questions(slug)}
        assert not replaced & {field.question_id for field in found.planner_fields}


def of_bank_questions(slug: str) -> Sequence[dict[str, str]]:
    return trade(slug).questions
