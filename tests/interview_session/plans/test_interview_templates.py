"""The content of the templates, as it lies in their files."""

from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

import app.interview_session.plans
from tests.support.plan_content import problems, says, spoken

FILES = sorted(Path(app.interview_session.plans.__file__).with_name("interview_templates").glob("*.json"))
CONTENT: dict[str, dict[str, Any]] = {file.stem: orjson.loads(file.read_bytes()) for file in FILES}
FIELDS = [field for content in CONTENT.values() for field in content["planner_fields"]]
KEYS = [
    "sequence",
    "question_id",
    "question_type",
    "duration",
    "question",
    "paraphrase",
    "hints",
    "instructions",
    "follow_ups",
    "rubric",
    "examples",
]


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field["question_id"])
class TestEachField:
    def test_is_fit_to_be_heard(self, field: dict[str, Any]) -> None:
        assert list(problems(field)) == []

    def test_has_its_keys_in_one_order(self, field: dict[str, Any]) -> None:
        assert list(field) == KEYS

    def test_hears_in_its_own_examples_that_a_follow_up_is_dealt_with(self, field: dict[str, Any]) -> None:
        for follow_up in field["follow_ups"]:
            examples = " ".join(field["examples"][follow_up["text"]])
            assert any(says(examples, phrase) for phrase in follow_up["about"]), follow_up["text"]

    def test_instructions_promise_no_knowledge_of_the_company(self, field: dict[str, Any]) -> None:
        if field["question_type"] == "closing" and "{company}" in field["question"]:
            assert "you know nothing about the company" in field["instructions"]


@pytest.mark.parametrize("slug", CONTENT)
def test_no_text_is_said_twice_in_one_interview(slug: str) -> None:
    counted = Counter(text for field in CONTENT[slug]["planner_fields"] for text in spoken(field))

    assert [text for text, count in counted.items() if count > 1] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_file_is_tidy(file: Path) -> None:
    raw = file.read_bytes()

    assert raw == orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
