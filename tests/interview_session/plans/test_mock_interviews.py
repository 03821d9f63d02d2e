"""Mock interviews: plans of a user's own, templates for everyone, and practice for a real interview."""

import asyncio
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from app.models import MockInterview
from tests.conftest import RecordedRequests
from tests.support.rooms import execute
from tests.support.users import SignedIn

MOCKS = "/api/v1/mock-interviews"
TEMPLATES = f"{MOCKS}/templates"
POSITIONS = "/api/v1/positions"
INTERVIEWS = "/api/v1/interviews"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


DEFAULTS: dict[str, Any] = {
    "instructions": "",
    "follow_ups": [],
    "rubric": [],
    "paraphrase": None,
    "hints": [],
    "examples": {},
}
TITLE = "Must be at most 200 characters"
CONDITIONS = "Must be one of: vague, no_result, no_own_part, no_numbers, short, always"
TEXTS = "Must map texts to lists of at most 5 texts, each of 1 to 500 characters without NUL"


def phase(sequence: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "question_id": f"q{sequence}",
        "question_type": "behavioral",
        "duration": 5,
        "question": "What are you proud of?",
    } | fields


def body(**fields: Any) -> dict[str, Any]:
    return {"title": "Rehearsal", "planner_fields": [phase()]} | fields


async def make(user: SignedIn, **fields: Any) -> dict[str, Any]:
    response = await user.post(MOCKS, body(**fields))
    assert response.status_code == 201, response.text
    mock_interview: dict[str, Any] = response.json()
    return mock_interview


async def send_raw(user: SignedIn, content: str) -> httpx.Response:
    headers = user.headers | {"Content-Type": "application/json"}
    return await user.client.post(MOCKS, content=content, headers=headers)


def field_errors(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 422, response.text
    errors: dict[str, str] = response.json()["error"]["field_errors"]
    return errors


def assert_missing(
    response: httpx.Response, resource_type: str, resource_id: str, *, called: str | None = None
) -> None:
    assert response.status_code == 404, response.text
    error = response.json()["error"]
    assert error["code"] == "RESOURCE_NOT_FOUND"
    assert error["message"] == f"{called or resource_type} with ID '{resource_id}' not found"
    assert error["details"] == {"resource_type": resource_type, "resource_id": resource_id}


class TestCreation:
    async def test_a_created_mock_interview_is_returned_and_kept(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        full = phase(
            question_type="system_design",
            duration=12.5,
            instructions="Ask for figures",
            follow_ups=["How many?", "How often?"],
            rubric=["Estimates the load"],
        )
        sent = {
            "title": "Design day",
            "description": "Two phases",
            "position_id": interview["position_id"],
            "interview_id": interview["id"],
            "planner_fields": [full, phase(2, question_type="closing", duration=0.01)],
        }

        created = await user.post(MOCKS, sent)

        assert created.status_code == 201
        mock_interview = created.json()
        closing = phase(2, question_type="closing", duration=0.01)
        expected = sent | {"language": "en", "planner_fields": [DEFAULTS | full, DEFAULTS | closing]}
        assert mock_interview == expected | {key: mock_interview[key] for key in ("id", "created_at", "updated_at")}
        assert (await user.get(f"{MOCKS}/{mock_interview['id']}")).json() == mock_interview

    async def test_what_may_be_left_out_is_null_or_empty(self, user: SignedIn) -> None:
        mock_interview = await make(user)

        assert [mock_interview[key] for key in ("description", "position_id", "interview_id")] == [None] * 3

    async def test_phases_come_in_any_order_and_are_kept_in_theirs(self, user: SignedIn) -> None:
        mock_interview = await make(user, planner_fields=[phase(3), phase(1), phase(2)])

        assert [field["sequence"] for field in mock_interview["planner_fields"]] == [1, 2, 3]
        assert [field["question_id"] for field in mock_interview["planner_fields"]] == ["q1", "q2", "q3"]

    async def test_a_question_may_come_twice(self, user: SignedIn) -> None:
        fields = [phase(1, question_id="same"), phase(2, question_id="same")]

        assert len((await make(user, planner_fields=fields))["planner_fields"]) == 2

    @pytest.mark.parametrize(
        "kind", ["introduction", "behavioral", "technical", "coding", "system_design", "hr", "closing"]
    )
    async def test_every_type_of_question_is_taken(self, user: SignedIn, kind: str) -> None:
        mock_interview = await make(user, planner_fields=[phase(question_type=kind)])

        assert mock_interview["planner_fields"][0]["question_type"] == kind

    async def test_as_much_as_is_allowed_is_kept_as_it_is(self, user: SignedIn) -> None:
        largest = phase(
            question_id="x" * 100,
            instructions="{}%s\\ '\"\u2028\U0001f600" + "i" * 19_980,
            question="<b>?</b>" + "q" * 19_992,
            follow_ups=["f" * 2_000] * 19 + [{"text": "f" * 2_000, "when": "no_own_part", "about": ["a" * 100] * 20}],
            rubric=["r" * 500] * 20,
            paraphrase="p" * 20_000,
            hints=["h" * 2_000] * 10,
            examples={f"{n}{'k' * 1_998}": ["e" * 500] * 5 for n in range(10, 70)},
        )
        fields = [largest, *(phase(n) for n in range(2, 51))]

        mock_interview = await make(user, title="t" * 200, description="d" * 20_000, planner_fields=fields)

        assert mock_interview["planner_fields"][0] == DEFAULTS | largest
        assert len(mock_interview["planner_fields"]) == 50
        assert (await user.get(f"{MOCKS}/{mock_interview['id']}")).json() == mock_interview

    async def test_text_is_trimmed(self, user: SignedIn) -> None:
        field = phase(question="  Why?  ", follow_ups=[" How? "], rubric=["\tShows it\n"], instructions=" Listen ")

        (kept,) = (await make(user, title="  Rehearsal ", planner_fields=[field]))["planner_fields"]

        assert kept["question"] == "Why?"
        assert (kept["follow_ups"], kept["rubric"], kept["instructions"]) == (["How?"], ["Shows it"], "Listen")

    async def test_a_repeated_request_is_answered_once(self, user: SignedIn) -> None:
        key = {"Idempotency-Key": "one"}
        first = await user.post(MOCKS, body(), **key)
        again = await user.post(MOCKS, body(), **key)
        other = await user.post(MOCKS, body(title="Other"), **key)

        assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"
        assert (await user.get(MOCKS)).json()["total"] == 1


class TestForm:
    """What a planner field and a plan may leave out, and in which forms they may come."""

    @pytest.mark.parametrize("question", [None, "", " ", "\u200b"])
    async def test_instructions_do_without_a_question(self, user: SignedIn, question: str | None) -> None:
        without = phase(instructions="Ask for a project")
        del without["question"]

        plan = await make(user, planner_fields=[without, phase(2, instructions="Ask more", question=question)])

        assert [field["question"] for field in plan["planner_fields"]] == ["", ""]
        assert (await user.get(f"{MOCKS}/{plan['id']}")).json() == plan

    @pytest.mark.parametrize("instructions", [None, "", "\u200b"])
    @pytest.mark.parametrize("question", [None, "", " "])
    async def test_without_both_the_question_is_named(
        self, user: SignedIn, question: str | None, instructions: str | None
    ) -> None:
        fields = [phase(), phase(2, question=question, instructions=instructions)]

        refused = await user.post(MOCKS, body(planner_fields=fields))

        assert field_errors(refused) == {"planner_fields.1.question": "This field is required"}

    async def test_follow_ups_stay_texts_or_objects(self, user: SignedIn) -> None:
        full = {"text": "How many?", "when": "no_numbers", "about": ["per second", "requests"]}
        sent = ["Why?", full, {"text": " Who? "}, {"text": "When?", "when": None, "about": None, "more": 7}]

        plan = await make(user, planner_fields=[phase(follow_ups=sent)])

        assert plan["planner_fields"][0]["follow_ups"] == [
            "Why?",
            full,
            {"text": "Who?", "when": "always", "about": []},
            {"text": "When?", "when": "always", "about": []},
        ]
        assert (await user.get(f"{MOCKS}/{plan['id']}")).json() == plan
        again = await user.put(f"{MOCKS}/{plan['id']}", plan)
        assert again.json()["planner_fields"] == plan["planner_fields"]

    async def test_of_a_repeated_name_the_last_value_counts(self, user: SignedIn) -> None:
        content = json.dumps(body(planner_fields=[phase(hints=["first"])]))
        content = content.replace('"hints": ["first"]', '"hints": ["first"], "hints": ["second"]')

        created = await send_raw(user, content)

        assert created.json()["planner_fields"][0]["hints"] == ["second"]

    async def test_null_stands_for_what_is_left_out(self, user: SignedIn) -> None:
        nulls: dict[str, Any] = dict.fromkeys(["follow_ups", "rubric", "paraphrase", "hints", "examples"])

        plan = await make(user, language=None, planner_fields=[phase(**nulls)])

        assert plan["planner_fields"] == [DEFAULTS | phase()]
        assert plan["language"] == "en"

    @pytest.mark.parametrize(("sent", "kept"), [("DE", "de"), (" fr ", "fr"), ("", "en")])
    async def test_a_language_is_kept_in_small_letters(self, user: SignedIn, sent: str, kept: str) -> None:
        plan = await make(user, language=sent)

        assert plan["language"] == kept
        changed = await user.patch(f"{MOCKS}/{plan['id']}", {"title": "Other"})
        assert changed.json()["language"] == kept
        cleared = await user.patch(f"{MOCKS}/{plan['id']}", {"language": None})
        assert cleared.json()["language"] == "en"

    async def test_a_plan_of_an_earlier_version_is_shown_complete(self, app: FastAPI, user: SignedIn) -> None:
        plan = await make(user)
        await execute(
            app,
            "UPDATE mock_interviews SET planner_fields = CAST(:fields AS jsonb) WHERE id = :id",
            fields=json.dumps([phase(instructions="Listen", follow_ups=["Why?"], rubric=["Is brief"])]),
            id=UUID(plan["id"]),
        )

        shown = (await user.get(f"{MOCKS}/{plan['id']}")).json()

        [field] = shown["planner_fields"]
        assert field == DEFAULTS | phase(instructions="Listen", follow_ups=["Why?"], rubric=["Is brief"])
        assert (await user.get(MOCKS)).json()["mock_interviews"] == [listed_form(shown)]


class TestRefusal:
    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"title": "  "}, {"title": "This field is required"}),
            ({"title": None}, {"title": "This field is required"}),
            ({"title": "x" * 201}, {"title": "Must be at most 200 characters"}),
            ({"title": "a\x00b"}, {"title": "Must not contain NUL characters"}),
            ({"description": "x" * 20_001}, {"description": "Must be at most 20000 characters"}),
            ({"position_id": "7"}, {"position_id": "Must be a valid UUID"}),
            ({"interview_id": 7}, {"interview_id": "Must be a valid UUID"}),
            ({"language": "eng"}, {"language": "Must be a language code of two letters"}),
            ({"language": "e1"}, {"language": "Must be a language code of two letters"}),
            ({"language": "\x00n"}, {"language": "Must be a language code of two letters"}),
            ({"language": 7}, {"language": "Must be text"}),
            ({"language": ["en"]}, {"language": "Must be text"}),
            ({"planner_fields": None}, {"planner_fields": "This field is required"}),
            ({"planner_fields": {}}, {"planner_fields": "Must be a list"}),
            ({"planner_fields": ["x"]}, {"planner_fields.0": "Must be a JSON object"}),
        ],
    )
    async def test_wrong_fields_are_refused_by_name(
        self, user: SignedIn, fields: dict[str, Any], expected: dict[str, str]
    ) -> None:
        assert field_errors(await user.post(MOCKS, body(**fields))) == expected

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("sequence", 0, "Must be at least 1"),
            ("sequence", "1", "Must be a whole number"),
            ("sequence", True, "Must be a whole number"),
            ("sequence", 1.5, "Must be a whole number"),
            ("question_id", " ", "This field is required"),
            ("question_id", "x" * 101, "Must be at most 100 characters"),
            (
                "question_type",
                "riddle",
                "Must be one of: introduction, behavioral, technical, coding, system_design, hr, closing",
            ),
            ("duration", 0, "Must be at least 0.01"),
            ("duration", 0.009, "Must be at least 0.01"),
            ("duration", -5, "Must be at least 0.01"),
            ("duration", 180.01, "Must be at most 180"),
            ("duration", 10**300, "Must be at most 180"),
            ("duration", True, "Must be a number"),
            ("duration", "5", "Must be a number"),
            ("duration", None, "This field is required"),
            ("duration", [5], "Must be a number"),
            ("instructions", "x" * 20_001, "Must be at most 20000 characters"),
            ("question", "", "This field is required"),
            ("question", "x" * 20_001, "Must be at most 20000 characters"),
            ("question", "\x00", "Must not contain NUL characters"),
            ("follow_ups", ["x"] * 21, "Must have at most 20 entries"),
            ("follow_ups", "x", "Must be a list"),
            ("follow_ups.0", ["x" * 2_001], "Must be at most 2000 characters"),
            ("follow_ups.1", ["x", " "], "This field is required"),
            ("follow_ups.0", [7], "Must be text or a JSON object"),
            ("follow_ups.0", [["x"]], "Must be text or a JSON object"),
            ("follow_ups.0", [True], "Must be text or a JSON object"),
            ("follow_ups.0", [None], "This field is required"),
            ("follow_ups.0", ["\x00"], "Must not contain NUL characters"),
            ("follow_ups.0.text", [{}], "This field is required"),
            ("follow_ups.0.text", [{"text": " "}], "This field is required"),
            ("follow_ups.0.text", [{"text": ["x"]}], "Must be text"),
            ("follow_ups.0.text", [{"text": "x" * 2_001}], "Must be at most 2000 characters"),
            ("follow_ups.0.text", [{"text": "a\x00"}], "Must not contain NUL characters"),
            ("follow_ups.0.when", [{"text": "x", "when": "never"}], CONDITIONS),
            ("follow_ups.0.when", [{"text": "x", "when": ["vague"]}], CONDITIONS),
            ("follow_ups.0.about", [{"text": "x", "about": "x"}], "Must be a list"),
            ("follow_ups.0.about", [{"text": "x", "about": ["x"] * 21}], "Must have at most 20 entries"),
            ("follow_ups.0.about.1", [{"text": "x", "about": ["x", "y" * 101]}], "Must be at most 100 characters"),
            ("follow_ups.0.about.0", [{"text": "x", "about": [7]}], "Must be text"),
            ("paraphrase", "x" * 20_001, "Must be at most 20000 characters"),
            ("paraphrase", ["x"], "Must be text"),
            ("paraphrase", "a\x00", "Must not contain NUL characters"),
            ("hints", ["x"] * 11, "Must have at most 10 entries"),
            ("hints", {}, "Must be a list"),
            ("hints.0", ["x" * 2_001], "Must be at most 2000 characters"),
            ("hints.1", ["x", "\u200b"], "This field is required"),
            ("examples", [], "Must be a JSON object"),
            ("examples", {str(n): ["x"] for n in range(61)}, "Must have at most 60 entries"),
            ("examples", {"x": "x"}, TEXTS),
            ("examples", {"x": ["x"] * 6}, TEXTS),
            ("examples", {"x": ["x" * 501]}, TEXTS),
            ("examples", {"x": [None]}, TEXTS),
            ("examples", {"x": ["\x00"]}, TEXTS),
            ("examples", {"\x00": ["x"]}, TEXTS),
            ("examples", {" ": ["x"]}, TEXTS),
            ("examples", {"x" * 2_001: ["x"]}, TEXTS),
            ("rubric", ["x"] * 21, "Must have at most 20 entries"),
            ("rubric.0", ["x" * 501], "Must be at most 500 characters"),
            ("rubric.0", [7], "Must be text"),
        ],
    )
    async def test_wrong_fields_of_a_phase_are_refused_by_place(
        self, user: SignedIn, field: str, value: Any, sentence: str
    ) -> None:
        fields = [phase(), phase(2) | {field.split(".", maxsplit=1)[0]: value}]

        for refused in (
            await user.post(MOCKS, body(planner_fields=fields)),
            await user.patch(f"{MOCKS}/{UNKNOWN}", {"planner_fields": fields}),
        ):
            assert field_errors(refused) == {f"planner_fields.1.{field}": sentence}

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1" + "0" * 400])
    async def test_a_duration_that_is_no_number_is_refused(self, user: SignedIn, number: str) -> None:
        content = json.dumps(body(planner_fields=[phase(duration=77)])).replace("77", number)

        (sentence,) = field_errors(await send_raw(user, content)).values()

        if number.endswith(("NaN", "Infinity")):
            assert sentence == "Must be valid JSON"
        else:
            assert sentence in {"Must be a number", "Must be at most 180", "Must be at least 0.01"}

    @pytest.mark.parametrize("duration", [0.01, 0.3333, 1, 2.5, 179.9999, 180])
    async def test_durations_within_the_limits_are_kept_as_numbers(self, user: SignedIn, duration: float) -> None:
        (field,) = (await make(user, planner_fields=[phase(duration=duration)]))["planner_fields"]

        assert field["duration"] == duration
        assert isinstance(field["duration"], float)

    @pytest.mark.parametrize("sequences", [[2], [1, 3], [1, 1], [2, 3], [1, 2, 2], [1, 2, 10**20]])
    async def test_gaps_and_repeats_are_refused(self, user: SignedIn, sequences: list[int]) -> None:
        fields = [phase(sequence) for sequence in sequences]
        sentence = f"Must have the sequences 1 to {len(fields)}, each exactly once"

        assert field_errors(await user.post(MOCKS, body(planner_fields=fields))) == {"planner_fields": sentence}

    @pytest.mark.parametrize(("count", "limit"), [(0, "at least 1 entry"), (51, "at most 50 entries")])
    async def test_a_plan_has_1_to_50_phases(self, user: SignedIn, count: int, limit: str) -> None:
        fields = [phase(number) for number in range(1, count + 1)]
        mock_interview = await make(user)

        for refused in (
            await user.post(MOCKS, body(planner_fields=fields)),
            await user.put(f"{MOCKS}/{mock_interview['id']}", {"planner_fields": fields}),
        ):
            assert field_errors(refused) == {"planner_fields": f"Must have {limit}"}

    async def test_what_is_missing_is_named(self, user: SignedIn) -> None:
        assert field_errors(await user.post(MOCKS, {"planner_fields": [{}]})) == dict.fromkeys(
            [
                "title",
                *(f"planner_fields.0.{name}" for name in ("sequence", "question_id", "question_type", "duration")),
                "planner_fields.0.question",
            ],
            "This field is required",
        )

    async def test_half_of_a_character_is_refused(self, user: SignedIn) -> None:
        content = json.dumps(body(planner_fields=[phase(question="X")])).replace('"X"', '"\\ud800"')

        assert field_errors(await send_raw(user, content)) == {
            "planner_fields.0.question": "Must be valid Unicode text"
        }


class TestLinks:
    """A mock interview may be for a position, or for an interview and so for its position."""

    async def test_an_interview_brings_its_position(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])

        for extra in ({}, {"position_id": None}):
            mock_interview = await make(user, interview_id=interview["id"], **extra)
            assert mock_interview["position_id"] == interview["position_id"]

    async def test_an_interview_of_another_position_is_refused(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        elsewhere = (await user.position())["id"]
        sentence = {"interview_id": "Must be an interview of this position"}
        mock_interview = await make(user)
        path = f"{MOCKS}/{mock_interview['id']}"
        links = {"position_id": elsewhere, "interview_id": interview["id"]}

        assert field_errors(await user.post(MOCKS, body(**links))) == sentence
        assert field_errors(await user.patch(path, links)) == sentence
        await user.patch(path, {"interview_id": interview["id"]})
        assert field_errors(await user.patch(path, {"position_id": elsewhere})) == sentence
        assert (await user.get(path)).json()["position_id"] == interview["position_id"]

    async def test_what_is_another_users_does_not_exist(self, user: SignedIn, other_user: SignedIn) -> None:
        theirs = await other_user.interview((await other_user.position())["id"])
        path = f"{MOCKS}/{(await make(user))['id']}"

        for interview_id in (theirs["id"], UNKNOWN):
            links = {"interview_id": interview_id}
            assert_missing(await user.post(MOCKS, body(**links)), "Interview", interview_id)
            assert_missing(await user.patch(path, links), "Interview", interview_id)
        for position_id in (theirs["position_id"], UNKNOWN):
            for links in ({"position_id": position_id}, {"position_id": position_id, "interview_id": theirs["id"]}):
                assert_missing(await user.post(MOCKS, body(**links)), "Position", position_id)
                assert_missing(await user.patch(path, links), "Position", position_id)
        mine = await user.interview((await user.position())["id"])
        links = {"position_id": theirs["position_id"], "interview_id": mine["id"]}
        assert_missing(await user.post(MOCKS, body(**links)), "Position", theirs["position_id"])
        assert (await user.get(MOCKS)).json()["total"] == 1

    async def test_an_update_keeps_interview_and_position_together(self, user: SignedIn) -> None:
        first = await user.interview((await user.position())["id"])
        second = await user.interview((await user.position())["id"])
        path = f"{MOCKS}/{(await make(user, interview_id=first['id']))['id']}"

        async def links(**changes: Any) -> tuple[str | None, str | None]:
            changed = await user.patch(path, changes)
            assert changed.status_code == 200, changed.text
            assert (await user.get(path)).json() == changed.json()
            return changed.json()["position_id"], changed.json()["interview_id"]

        assert await links(interview_id=second["id"]) == (second["position_id"], second["id"])
        assert await links(position_id=second["position_id"]) == (second["position_id"], second["id"])
        assert await links(position_id=first["position_id"], interview_id=None) == (first["position_id"], None)
        assert await links(interview_id=first["id"], position_id=None) == (first["position_id"], first["id"])
        assert await links(interview_id=None) == (first["position_id"], None)
        assert await links(position_id=second["position_id"]) == (second["position_id"], None)
        assert await links(interview_id=second["id"]) == (second["position_id"], second["id"])
        assert await links(position_id=None) == (None, None)

    async def test_it_outlives_its_interview_and_its_position(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        mock_interview = await make(user, interview_id=interview["id"])
        path = f"{MOCKS}/{mock_interview['id']}"

        assert (await user.delete(f"{INTERVIEWS}/{interview['id']}")).status_code == 204
        assert (await user.get(path)).json() == mock_interview | {"interview_id": None}
        assert (await user.delete(f"{POSITIONS}/{interview['position_id']}")).status_code == 204
        assert (await user.get(path)).json() == mock_interview | {"interview_id": None, "position_id": None}

    async def test_deleting_a_position_lets_go_of_both(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        mock_interview = await make(user, interview_id=interview["id"])

        await user.delete(f"{POSITIONS}/{interview['position_id']}")

        kept = (await user.get(f"{MOCKS}/{mock_interview['id']}")).json()
        assert kept == mock_interview | {"interview_id": None, "position_id": None}


class TestChange:
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_an_update_changes_only_what_it_is_sent(self, user: SignedIn, method: str) -> None:
        mock_interview = await make(user, description="Old", planner_fields=[phase(1), phase(2)])
        send = user.put if method == "PUT" else user.patch
        path = f"{MOCKS}/{mock_interview['id']}"

        changed = await send(path, {"title": "New", "description": None, "id": UNKNOWN, "user_id": UNKNOWN})

        assert changed.status_code == 200
        expected = mock_interview | {"title": "New", "description": None, "updated_at": changed.json()["updated_at"]}
        assert changed.json() == expected
        assert (await send(path, {})).json() == expected

    async def test_phases_are_replaced_as_a_whole(self, user: SignedIn) -> None:
        mock_interview = await make(user, planner_fields=[phase(1, rubric=["Old"]), phase(2)])
        path = f"{MOCKS}/{mock_interview['id']}"

        changed = await user.patch(path, {"planner_fields": [phase(1, duration=7)]})

        assert changed.json()["planner_fields"] == [DEFAULTS | phase(1, duration=7)]
        assert (await user.get(path)).json() == changed.json()

    @pytest.mark.parametrize("field", ["title", "planner_fields"])
    async def test_null_is_refused_where_a_value_is_required(self, user: SignedIn, field: str) -> None:
        refused = await user.patch(f"{MOCKS}/{(await make(user))['id']}", {field: None})

        assert field_errors(refused) == {field: "This field is required"}

    async def test_a_deleted_one_is_gone(self, user: SignedIn) -> None:
        path = f"{MOCKS}/{(await make(user))['id']}"

        assert (await user.delete(path)).status_code == 204
        assert (await user.get(path)).status_code == 404
        assert (await user.delete(path)).status_code == 404

    async def test_another_users_is_answered_as_if_it_did_not_exist(
        self, user: SignedIn, other_user: SignedIn
    ) -> None:
        theirs = await make(other_user)

        for identity in (theirs["id"], UNKNOWN):
            path = f"{MOCKS}/{identity}"
            for answer in (
                await user.get(path),
                await user.put(path, {"title": "Mine"}),
                await user.patch(path, {}),
                await user.patch(path, {"position_id": UNKNOWN}),
                await user.delete(path),
            ):
                assert_missing(answer, "MockInterview", identity, called="Mock interview")
        assert (await other_user.get(f"{MOCKS}/{theirs['id']}")).json() == theirs
        assert (await user.get(MOCKS)).json()["total"] == 0


def listed_form(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan as a list gives it."""
    fields = plan["planner_fields"]
    outline = {
        "phases": len(fields),
        "minutes": sum(field["duration"] for field in fields),
        "question_types": list(dict.fromkeys(field["question_type"] for field in fields)),
    }
    return {name: value for name, value in plan.items() if name != "planner_fields"} | outline


class TestList:
    async def test_pages_are_newest_first(self, user: SignedIn) -> None:
        made = [await make(user, title=f"Plan {number}") for number in range(3)]

        first = (await user.get(MOCKS, per_page=2)).json()
        second = (await user.get(MOCKS, per_page=2, page=2)).json()
        past = (await user.get(MOCKS, per_page=2, page=9)).json()

        assert first["mock_interviews"] + second["mock_interviews"] == [listed_form(plan) for plan in made[::-1]]
        assert first | {"mock_interviews": []} == {
            "mock_interviews": [],
            "total": 3,
            "page": 1,
            "per_page": 2,
            "total_pages": 2,
            "has_next": True,
            "has_prev": False,
        }
        assert (past["mock_interviews"], past["total"]) == ([], 3)

    async def test_position_and_interview_restrict_it(self, user: SignedIn, other_user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        free = listed_form(await make(user))
        of_position = listed_form(await make(user, position_id=interview["position_id"]))
        of_interview = listed_form(await make(user, interview_id=interview["id"]))

        async def listed(**filters: Any) -> list[dict[str, Any]]:
            page = (await user.get(MOCKS, **filters)).json()
            assert page["total"] == len(page["mock_interviews"])
            found: list[dict[str, Any]] = page["mock_interviews"]
            return found

        assert await listed() == [of_interview, of_position, free]
        assert await listed(position_id=interview["position_id"]) == [of_interview, of_position]
        assert await listed(interview_id=interview["id"]) == [of_interview]
        assert await listed(interview_id=interview["id"], position_id=UNKNOWN) == []
        assert await listed(position_id="", interview_id=" ") == [of_interview, of_position, free]
        theirs = (await other_user.get(MOCKS, position_id=interview["position_id"])).json()
        assert theirs["mock_interviews"] == []
        refused = await user.get(MOCKS, position_id="7")
        assert field_errors(refused) == {"position_id": "Must be a valid UUID"}

    async def test_it_gives_the_outline_of_each_plan(self, user: SignedIn) -> None:
        kinds = ["behavioral", "technical", "behavioral"]
        fields = [phase(n, question_type=kind, duration=2.5) for n, kind in enumerate(kinds, start=1)]
        await make(user, description="d" * 600, planner_fields=fields)

        [listed] = (await user.get(MOCKS)).json()["mock_interviews"]

        assert (listed["phases"], listed["minutes"]) == (3, 7.5)
        assert listed["question_types"] == ["behavioral", "technical"]
        assert listed["description"] == "d" * 500

    async def test_the_largest_plans_make_no_large_page(self, user: SignedIn) -> None:
        field = phase(question="q" * 20_000, instructions="i" * 20_000)
        for number in range(5):
            fields = [field | {"sequence": sequence} for sequence in range(1, 21)]
            await make(user, title=f"Plan {number}", description="d" * 20_000, planner_fields=fields)

        page = await user.get(MOCKS, per_page=100)

        assert page.json()["total"] == 5
        assert len(page.content) < 5 * 1_500

    async def test_reading_takes_one_statement(self, user: SignedIn, request_log: RecordedRequests) -> None:
        mock_interview = await make(user)
        for path in (f"{MOCKS}/{mock_interview['id']}", MOCKS):
            await user.get(path)
            await user.get(path)
            assert request_log.queries == 1, path


class TestTemplates:
    async def test_everyone_may_see_them(self, client: httpx.AsyncClient, request_log: RecordedRequests) -> None:
        answer = await client.get(TEMPLATES)

        assert answer.status_code == 200
        assert request_log.queries == 0
        templates = answer.json()["templates"]
        assert {"behavioral", "coding", "system-design", "hr-screen", "final-round", "two-minute-demo"} <= {
            template["id"] for template in templates
        }
        for template in templates:
            assert list(template) == [
                "id",
                "title",
                "description",
                "language",
                "total_minutes",
                "phases",
                "minutes",
                "question_types",
            ]
            whole = (await client.get(f"{TEMPLATES}/{template['id']}")).json()
            fields = whole.pop("planner_fields")
            types = list(dict.fromkeys(field["question_type"] for field in fields))
            assert template == whole | {
                "phases": len(fields),
                "minutes": sum(field["duration"] for field in fields),
                "question_types": types,
            }
            assert template["total_minutes"] == template["minutes"]
        assert (await client.get(TEMPLATES + "/")).json() == answer.json()
        assert (await client.get(TEMPLATES, headers={"Authorization": "Bearer bad"})).status_code == 200

    @pytest.mark.parametrize("slug", ["unknown", "Coding", "coding.json", UNKNOWN, "a'; --", "\U0001f600"])
    async def test_an_unknown_one_is_not_found(self, client: httpx.AsyncClient, slug: str) -> None:
        assert_missing(await client.get(f"{TEMPLATES}/{slug}"), "Template", slug)

    async def test_one_can_be_taken_over_as_it_is(self, user: SignedIn) -> None:
        for listed in (await user.get(TEMPLATES)).json()["templates"]:
            template = (await user.get(f"{TEMPLATES}/{listed['id']}")).json()
            mock_interview = await make(user, **template)

            assert mock_interview["planner_fields"] == template["planner_fields"]

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    async def test_they_can_only_be_read(self, user: SignedIn, method: str) -> None:
        for path in (TEMPLATES, f"{TEMPLATES}/coding"):
            answer = await user.client.request(method, path, headers=user.headers, json={})
            assert answer.status_code in {405, 422}, path


class TestPractice:
    async def practice(self, user: SignedIn, interview: dict[str, Any]) -> dict[str, Any]:
        response = await user.post(f"{INTERVIEWS}/{interview['id']}/practice")
        assert response.status_code == 201, response.text
        mock_interview: dict[str, Any] = response.json()
        return mock_interview

    async def test_it_is_made_for_the_interview_and_kept(self, user: SignedIn) -> None:
        position = await user.position(
            title="Data Engineer", company="Globex", description="Requirements:\n- Airflow"
        )
        interview = await user.interview(position["id"], type="technical", duration_minutes=50)

        made = await self.practice(user, interview)

        assert (made["position_id"], made["interview_id"]) == (position["id"], interview["id"])
        assert made["title"] == "Practice: technical interview for the Data Engineer role at Globex"
        assert sum(field["duration"] for field in made["planner_fields"]) == 50
        questions = " ".join(field["question"] for field in made["planner_fields"])
        assert "the Data Engineer role at Globex" in questions
        assert "“Airflow”" in questions
        assert (await user.get(f"{MOCKS}/{made['id']}")).json() == made
        listed = (await user.get(MOCKS, interview_id=interview["id"])).json()["mock_interviews"]
        assert [plan["id"] for plan in listed] == [made["id"]]

    @pytest.mark.parametrize("kind", ["technical", "behavioral", "hr", "final"])
    @pytest.mark.parametrize("minutes", [None, 1, 480])
    async def test_every_interview_can_be_practised(self, user: SignedIn, kind: str, minutes: int | None) -> None:
        interview = await user.interview((await user.position())["id"], type=kind, duration_minutes=minutes)

        fields = (await self.practice(user, interview))["planner_fields"]

        assert sum(field["duration"] for field in fields) == (minutes or 45)
        assert [field["sequence"] for field in fields] == list(range(1, len(fields) + 1))

    @pytest.mark.parametrize(
        "text",
        [
            "{role}{}{0.__class__}",
            "<script>x</script>",
            "\U0001f600",
            "- Requirements:\n- a{b\n",
            "\x01",
            "experience with %s ",
        ],
    )
    async def test_hostile_positions_are_harmless(self, user: SignedIn, text: str) -> None:
        position = await user.position(
            title=(text * 200)[:200].strip(),
            company=(text * 200)[:200].strip(),
            description=(text * 20_000)[:20_000].strip(),
        )

        made = await self.practice(user, await user.interview(position["id"], type="hr"))

        changed = await user.put(f"{MOCKS}/{made['id']}", made)
        assert changed.status_code == 200, changed.text
        assert changed.json() | {"updated_at": ""} == made | {"updated_at": ""}

    async def test_another_users_interview_is_not_found(self, user: SignedIn, other_user: SignedIn) -> None:
        theirs = await other_user.interview((await other_user.position())["id"])

        for interview_id in (theirs["id"], UNKNOWN):
            answer = await user.post(f"{INTERVIEWS}/{interview_id}/practice")
            assert_missing(answer, "Interview", interview_id)
        assert (await other_user.get(MOCKS)).json()["total"] == 0

    async def test_an_unchanged_interview_gets_the_same_plan_again(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        made = await self.practice(user, interview)

        again = await user.post(f"{INTERVIEWS}/{interview['id']}/practice?fresh=")

        assert again.status_code == 200
        assert again.json() == made
        assert (await user.get(MOCKS)).json()["total"] == 1

    async def test_a_plan_that_the_user_has_edited_is_still_the_same(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        made = await self.practice(user, interview)
        edited = (await user.patch(f"{MOCKS}/{made['id']}", {"title": "Mine", "planner_fields": [phase()]})).json()

        again = await user.post(f"{INTERVIEWS}/{interview['id']}/practice")

        assert (again.status_code, again.json()) == (200, edited)

    async def test_what_does_not_concern_the_plan_does_not_renew_it(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"], type="hr", duration_minutes=None)
        made = await self.practice(user, interview)
        await user.patch(f"{INTERVIEWS}/{interview['id']}", {"notes": "Bring a pen", "duration_minutes": 45})

        again = await user.post(f"{INTERVIEWS}/{interview['id']}/practice")

        assert (again.status_code, again.json()["id"]) == (200, made["id"])

    @pytest.mark.parametrize(
        ("of", "changes"),
        [
            ("interviews", {"type": "final"}),
            ("interviews", {"duration_minutes": 31}),
            ("positions", {"title": "Cook"}),
            ("positions", {"company": "Initech"}),
            ("positions", {"description": "Requirements:\n- Knives"}),
        ],
    )
    async def test_a_changed_interview_gets_a_new_plan_and_the_old_one_when_changed_back(
        self, user: SignedIn, of: str, changes: dict[str, Any]
    ) -> None:
        position = await user.position(title="Nurse", company="Globex", description=None)
        interview = await user.interview(position["id"], type="hr", duration_minutes=30)
        made = await self.practice(user, interview)
        before = {name: (interview if of == "interviews" else position)[name] for name in changes}
        path = f"/api/v1/{of}/{(interview if of == 'interviews' else position)['id']}"

        assert (await user.patch(path, changes)).status_code == 200
        other = await self.practice(user, interview)

        assert other["id"] != made["id"]
        assert (await user.patch(path, before)).status_code == 200
        assert (await user.post(f"{INTERVIEWS}/{interview['id']}/practice")).json() == made

    async def test_a_deleted_one_is_made_anew(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        made = await self.practice(user, interview)
        await user.delete(f"{MOCKS}/{made['id']}")

        assert (await self.practice(user, interview))["id"] != made["id"]

    async def test_a_fresh_one_is_always_another_and_then_the_one_to_be_given(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        path = f"{INTERVIEWS}/{interview['id']}/practice"
        made = await self.practice(user, interview)

        fresh = [await user.post(f"{path}?fresh=true") for _ in range(2)]

        assert [answer.status_code for answer in fresh] == [201, 201]
        assert len({made["id"], *(answer.json()["id"] for answer in fresh)}) == 3
        assert (await user.post(f"{path}?fresh=false")).json() == fresh[-1].json()
        assert field_errors(await user.post(f"{path}?fresh=maybe")) == {"fresh": "Must be true or false"}

    async def test_a_copy_or_an_own_plan_for_the_interview_is_not_its_practice(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        await make(user, interview_id=interview["id"])
        made = await self.practice(user, interview)
        await user.post(f"{MOCKS}/{made['id']}/copy")

        assert (await user.post(f"{INTERVIEWS}/{interview['id']}/practice")).json()["id"] == made["id"]

    async def test_several_at_once_get_one_plan(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])

        answers = await asyncio.gather(*(user.post(f"{INTERVIEWS}/{interview['id']}/practice") for _ in range(5)))

        assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert (await user.get(MOCKS)).json()["total"] == 1

    async def test_a_repeated_key_repeats_the_status_too(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        path = f"{INTERVIEWS}/{interview['id']}/practice"
        first = [await user.post(path, None, **{"Idempotency-Key": "one"}) for _ in range(2)]
        second = [await user.post(path, None, **{"Idempotency-Key": "two"}) for _ in range(2)]

        assert [answer.status_code for answer in first + second] == [201, 201, 200, 200]
        assert all(answer.json() == first[0].json() for answer in first + second)


class TestCopy:
    async def copied(self, user: SignedIn, plan_id: str, **body: Any) -> dict[str, Any]:
        response = await user.post(f"{MOCKS}/{plan_id}/copy", body or None)
        assert response.status_code == 201, response.text
        copy: dict[str, Any] = response.json()
        return copy

    async def test_an_own_plan_is_copied_with_its_links(self, user: SignedIn) -> None:
        interview = await user.interview((await user.position())["id"])
        original = await make(
            user,
            description="As before",
            language="de",
            interview_id=interview["id"],
            planner_fields=[phase(1, hints=["Think of it"]), phase(2)],
        )

        copy = await self.copied(user, original["id"].upper())

        assert copy["id"] != original["id"]
        new = {name: copy[name] for name in ("id", "created_at", "updated_at")}
        assert copy == original | new | {"title": "Copy of Rehearsal"}
        assert (await user.get(f"{MOCKS}/{copy['id']}")).json() == copy
        await user.patch(f"{MOCKS}/{copy['id']}", {"planner_fields": [phase()]})
        assert (await user.get(f"{MOCKS}/{original['id']}")).json() == original

    async def test_a_template_is_copied_as_a_plan_of_ones_own(self, user: SignedIn) -> None:
        for listed in (await user.get(TEMPLATES)).json()["templates"]:
            template = (await user.get(f"{TEMPLATES}/{listed['id']}")).json()
            copy = await self.copied(user, template["id"])

            assert copy["title"] == f"Copy of {template['title']}"
            for name in ("description", "language", "planner_fields"):
                assert copy[name] == template[name]
            assert (copy["position_id"], copy["interview_id"]) == (None, None)

    async def test_it_may_have_a_title_of_its_own(self, user: SignedIn) -> None:
        original = await make(user, title="t" * 200)

        assert (await self.copied(user, original["id"], title="  Mine "))["title"] == "Mine"
        assert (await self.copied(user, "coding", title=None))["title"] == "Copy of Coding interview"
        assert (await self.copied(user, original["id"], title=" "))["title"] == f"Copy of {'t' * 191}…"

    @pytest.mark.parametrize(
        ("title", "sentence"),
        [("x" * 201, TITLE), (7, "Must be text"), ("a\x00", "Must not contain NUL characters")],
    )
    async def test_a_wrong_title_is_refused(self, user: SignedIn, title: Any, sentence: str) -> None:
        assert field_errors(await user.post(f"{MOCKS}/coding/copy", {"title": title})) == {"title": sentence}

    async def test_what_is_not_there_or_another_users_is_not_found(
        self, user: SignedIn, other_user: SignedIn
    ) -> None:
        theirs = (await make(other_user))["id"]

        for plan_id in (theirs, UNKNOWN, "unknown", "Coding", "templates", "a'; --"):
            answer = await user.post(f"{MOCKS}/{plan_id}/copy")
            assert_missing(answer, "MockInterview", plan_id, called="Mock interview")
        assert (await user.get(MOCKS)).json()["total"] == 0

    async def test_a_repeated_request_makes_one_copy(self, user: SignedIn) -> None:
        first = await user.post(f"{MOCKS}/coding/copy", None, **{"Idempotency-Key": "copy"})
        again = await user.post(f"{MOCKS}/coding/copy", None, **{"Idempotency-Key": "copy"})

        assert (first.status_code, again.content) == (201, first.content)
        assert (await user.get(MOCKS)).json()["total"] == 1

    async def test_it_may_be_made_while_its_position_goes(self, user: SignedIn) -> None:
        for _ in range(10):
            interview = await user.interview((await user.position())["id"])
            original = await make(user, interview_id=interview["id"])
            answers = await asyncio.gather(
                user.post(f"{MOCKS}/{original['id']}/copy"),
                user.delete(f"{POSITIONS}/{interview['position_id']}"),
                user.post(f"{MOCKS}/{original['id']}/copy"),
            )

            assert [answer.status_code for answer in answers] == [201, 204, 201], [a.text for a in answers]
            for copy in answers[::2]:
                kept = (await user.get(f"{MOCKS}/{copy.json()['id']}")).json()
                assert (kept["position_id"], kept["interview_id"]) == (None, None)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", MOCKS),
        ("POST", MOCKS),
        ("GET", f"{MOCKS}/{UNKNOWN}"),
        ("PUT", f"{MOCKS}/{UNKNOWN}"),
        ("PATCH", f"{MOCKS}/{UNKNOWN}"),
        ("DELETE", f"{MOCKS}/{UNKNOWN}"),
        ("POST", f"{MOCKS}/{UNKNOWN}/copy"),
        ("POST", f"{INTERVIEWS}/{UNKNOWN}/practice"),
    ],
)
async def test_without_a_token_it_is_403(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, path, json=body())

    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Not authenticated"


async def test_erasing_the_account_erases_them(app: FastAPI, user: SignedIn) -> None:
    interview = await user.interview((await user.position())["id"])
    mock_interview = await make(user, interview_id=interview["id"])

    assert (await user.delete("/api/v1/auth/me", {"password": user.password})).status_code == 204

    async with app.state.runtime.database.transaction() as db:
        assert await db.get(MockInterview, UUID(mock_interview["id"])) is None


async def test_a_position_may_go_while_its_plans_change(user: SignedIn) -> None:
    """Both take their locks in one order: none of them may end in a deadlock."""
    for _ in range(10):
        interview = await user.interview((await user.position())["id"])
        paths = [f"{MOCKS}/{(await make(user, interview_id=interview['id']))['id']}" for _ in range(3)]
        answers = await asyncio.gather(
            *(user.patch(path, {"interview_id": interview["id"], "title": "Changed"}) for path in paths),
            user.delete(f"{POSITIONS}/{interview['position_id']}"),
            user.post(f"{INTERVIEWS}/{interview['id']}/practice"),
            user.delete(f"{INTERVIEWS}/{interview['id']}"),
        )
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 404}, [a.text for a in answers]
        for path in paths:
            kept = (await user.get(path)).json()
            assert (kept["position_id"], kept["interview_id"]) == (None, None)
