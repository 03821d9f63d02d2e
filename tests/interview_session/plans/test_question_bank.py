"""The content of the question bank, as it lies in its files."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

import app.interview_session.plans
from tests.support.plan_content import problems, says, spoken

FILES = sorted(Path(app.interview_session.plans.__file__).with_name("question_bank").glob("*.json"))
BANK: dict[str, dict[str, Any]] = {file.stem: orjson.loads(file.read_bytes()) for file in FILES}
QUESTIONS = [question for trade in BANK.values() for question in trade["questions"]]
OF_SOFTWARE = {"software-engineering", "site-reliability"}
SOFTWARE_WORDS = re.compile(
    r"\b(?:cod(?:e|es|ing)|software|deploy\w*|apis?|databases?|algorithms?|program(?:s|mer|mers|ming)?|sprints?|bugs?"
    r"|debug\w*|repositor(?:y|ies)|backend|frontend|servers?|git|merge|pull requests?|unit tests?|refactor\w*)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["question_id"])
class TestEachQuestion:
    def test_is_fit_to_be_heard(self, question: dict[str, Any]) -> None:
        assert list(problems(question)) == []

    def test_hears_in_its_own_examples_that_a_follow_up_is_dealt_with(self, question: dict[str, Any]) -> None:
        for follow_up in question["follow_ups"]:
            examples = " ".join(question["examples"][follow_up["text"]])
            assert any(says(examples, phrase) for phrase in follow_up["about"]), follow_up["text"]


@pytest.mark.parametrize("slug", BANK)
class TestEachTrade:
    def test_has_questions_for_every_type_of_interview(self, slug: str) -> None:
        kinds = Counter(question["question_type"] for question in BANK[slug]["questions"])

        assert kinds["technical"] >= 3
        assert kinds["behavioral"] >= 2
        assert kinds["hr"] >= 1
        assert kinds.total() >= 6

    def test_says_by_what_it_is_recognised(self, slug: str) -> None:
        trade = BANK[slug]

        assert trade["profile"]
        assert bool(trade["titles"]) == bool(trade["words"]) == (slug != "general")
        for question in trade["questions"]:
            assert question["question_id"].startswith(f"{slug}-")
            assert bool(question["fits"]) == (slug != "general")

    def test_speaks_of_software_only_where_it_belongs(self, slug: str) -> None:
        found = SOFTWARE_WORDS.findall(" ".join(_texts(BANK[slug]["questions"])))

        assert bool(found) == (slug in OF_SOFTWARE), found

    def test_the_file_is_tidy(self, slug: str) -> None:
        raw = next(file for file in FILES if file.stem == slug).read_bytes()

        assert raw == orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def test_no_two_questions_share_a_text_that_is_spoken() -> None:
    counted = Counter(text for question in QUESTIONS for text in spoken(question))

    assert [text for text, count in counted.items() if count > 1] == []


def test_no_example_stands_in_two_places() -> None:
    counted = Counter(text for question in QUESTIONS for texts in question["examples"].values() for text in texts)

    assert [text for text, count in counted.items() if count > 1] == []


def test_no_title_announces_two_trades() -> None:
    counted = Counter(title.casefold() for trade in BANK.values() for title in set(trade["titles"]))

    assert [title for title, count in counted.items() if count > 1] == []


def _texts(questions: list[dict[str, Any]]) -> list[str]:
    return [
        text
        for question in questions
        for text in [
            *spoken(question),
            question["instructions"],
            *question["rubric"],
            *(example for examples in question["examples"].values() for example in examples),
        ]
    ]
