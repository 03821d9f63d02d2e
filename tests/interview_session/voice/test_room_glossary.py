"""What the ears are told about a room: names, products, acronyms and code, and never an ordinary word."""

import json
from pathlib import Path

import pytest

from app.interview_session.voice import room_glossary
from app.interview_session.voice.room_glossary import (
    MAX_TERM_CHARACTERS,
    MAX_TERMS,
    MAX_UNUSUAL_WORDS,
    room_terms,
)

DIGITS_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")
TEMPLATES = sorted(Path("app/interview_session/plans/interview_templates").glob("*.json"))
EMPTY_PLAN = {"title": "", "planner_fields": []}
ORDINARY = """
We are looking for a curious person who likes to work with others. You will plan shifts and talk to guests.
Responsibilities: You lead the Monday meeting. You write the monthly report, and you present it to the Board.
REQUIREMENTS
- Three years of experience, a driving licence and good English
- Reliability, Punctuality and a sense of humour
What We Offer: A Competitive Salary, Free Coffee and a Pension Scheme. Please apply by Friday with your CV and letter.
He rested, then wrote to the customers that the delivery was delayed by the storm. It took two weeks to catch up.
"""
DESCRIPTION = """
You know kubectl, Node.js and utf-8. Our team runs HashiCorp tools in Gdansk, under the GDPR, with SLOs.
Our product is Zephyrus. It speaks gRPC.
"""


def posting(
    description: str | None, title: str = "Engineer", company: str = "Nordlicht Energie"
) -> dict[str, object]:
    return {"title": title, "company": company, "description": description}


def test_names_products_acronyms_and_code_are_terms_the_company_first() -> None:
    terms = room_terms(EMPTY_PLAN, posting(DESCRIPTION))

    assert terms[:2] == ["Nordlicht", "Energie"]
    assert {"Node.js", "utf-8", "HashiCorp", "Gdansk", "GDPR", "SLOs", "Zephyrus", "gRPC"} <= set(terms)


def test_an_ordinary_word_is_none_whatever_its_capitals() -> None:
    assert room_terms(EMPTY_PLAN, posting(ORDINARY, "Head of Guest Services", "The Corner House")) == []


def test_the_plan_counts_too_with_follow_ups_of_either_form() -> None:
    fields = [
        {
            "question": "How did you use the Zephyrus service?",
            "follow_ups": ["And OpenTofu?", {"text": "What of ClickHouse?", "when": "always", "about": []}],
            "rubric": ["Names the CAP theorem and MapReduce"],
            "instructions": "Ask about the iPaaS.",
        }
    ]
    terms = room_terms({"title": "At NordSys", "planner_fields": fields}, None)

    assert {"Zephyrus", "OpenTofu", "ClickHouse", "MapReduce", "iPaaS", "NordSys"} <= set(terms)


@pytest.mark.parametrize(
    "path", sorted(Path("app/interview_session/plans/interview_templates").glob("*.json")), ids=str
)
def test_the_templates_that_name_nothing_have_no_terms(path: Path) -> None:
    assert room_terms(json.loads(path.read_text("utf-8")), None) == []


def test_terms_are_few_short_and_each_there_once() -> None:
    names = " and ".join(f"with Zq{chr(97 + n % 26)}{chr(97 + n // 26)}Xw" for n in range(MAX_TERMS + 50))
    long = "a" * MAX_TERM_CHARACTERS + "B"

    terms = room_terms(EMPTY_PLAN, posting(f"{long}, {names}, {names}"))

    assert len(terms) == len(set(terms)) == MAX_TERMS
    assert max(map(len, terms)) <= MAX_TERM_CHARACTERS


def test_only_so_many_strange_words_are_looked_at_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(room_glossary, "is_invented_word", looked_at.append)
    nonsense = " ".join(f"with Qz{n:x}zq".translate(DIGITS_AS_LETTERS) for n in range(5_000))

    assert room_terms(EMPTY_PLAN, posting(nonsense)) == []
    assert len(looked_at) == MAX_UNUSUAL_WORDS


def test_a_posting_without_a_description_is_read() -> None:
    assert room_terms(EMPTY_PLAN, posting(None)) == ["Nordlicht", "Energie"]
