"""The OpenAPI document: what clients are generated from."""

import json
from typing import Any
from uuid import uuid4

import httpx
import jsonschema_rs
import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from app.core.errors import AppError, ErrorCode
from app.interview_session.api.event_schemas import RoomEvents
from app.interview_session.events.events import EventType
from app.main import app as documented_app
from tests.support.probing import Operation, all_operations, own_ids
from tests.support.rooms import open_room
from tests.support.users import SignedIn, sign_up

DOCUMENT: dict[str, Any] = documented_app.openapi()
OPERATIONS = all_operations()
JSON = "application/json"
# What these want cannot be written down before: a call, or the tokens and passwords of the one who asks.
NEEDS_MORE_THAN_ITS_BODY = {"POST /api/offer", "PATCH /api/offer"}


def media_of(operation: Operation) -> list[tuple[str, dict[str, Any]]]:
    """Return the JSON bodies and answers of an operation with their names."""
    described = [("request", operation.spec.get("requestBody", {}))]
    described += [(status, answer) for status, answer in operation.spec["responses"].items() if status[0] == "2"]
    return [(name, part["content"][JSON]) for name, part in described if JSON in part.get("content", {})]


def validate(value: Any, schema: dict[str, Any]) -> None:
    complete = schema | {"components": DOCUMENT["components"]}
    jsonschema_rs.Draft202012Validator(complete, validate_formats=True).validate(value)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_body_and_answer_has_an_example_that_its_schema_accepts(operation: Operation) -> None:
    for name, media in media_of(operation):
        assert "example" in media, name
        validate(media["example"], media["schema"])


@pytest.fixture(scope="module")
async def owner(client: httpx.AsyncClient) -> tuple[SignedIn, dict[str, str]]:
    user = await sign_up(client)
    return user, await own_ids(user)


@pytest.mark.parametrize("operation", [found for found in OPERATIONS if found.body_schema is not None], ids=str)
async def test_every_example_of_a_request_is_accepted(
    operation: Operation, owner: tuple[SignedIn, dict[str, str]]
) -> None:
    if str(operation) in NEEDS_MORE_THAN_ITS_BODY:
        return
    user, ids = owner
    if operation.path.startswith("/api/v1/auth/"):
        # One of them erases the account.
        user = await sign_up(user.client)
    [body] = [media["example"] for name, media in media_of(operation) if name == "request"]
    if "room_id" in body:
        body = body | {"room_id": uuid4().hex if "start" in operation.path else ids["room_id"]}
    if "document_id" in operation.ids:
        # The address of a file cannot be changed.
        made = await user.post("/api/v1/documents", {"name": "Site", "kind": "other", "url": "https://example.com"})
        ids = ids | {"document_id": made.json()["id"]}
    if operation.path.endswith("/register"):
        body = body | {"email": f"{uuid4().hex}@example.com", "username": uuid4().hex}

    answer = await user.client.request(operation.method, operation.url(**ids), headers=user.headers, json=body)

    # The example's passwords and tokens are nobody's, and some acts have their time.
    refused = 401 if operation.path.startswith("/api/v1/auth/") else 400
    assert answer.is_success or answer.status_code == refused, answer.text


def test_codes_are_those_that_errors_have() -> None:
    schema = DOCUMENT["components"]["schemas"]["ErrorCode"]
    assert schema["enum"] == [code.value for code in ErrorCode]
    found, waiting = set(), [AppError]
    while waiting:
        kind = waiting.pop()
        found.add(kind.code)
        waiting += kind.__subclasses__()
    # The framework has two more of its own.
    assert found | {"BAD_REQUEST", "METHOD_NOT_ALLOWED"} == {code.value for code in ErrorCode}


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_errors_are_documented_as_the_envelope(operation: Operation) -> None:
    for status, answer in operation.spec["responses"].items():
        if status[0] in "45" and not operation.path.startswith("/health") and operation.path != "/":
            assert answer["content"] == {JSON: {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}


@pytest.mark.parametrize(
    ("method", "path", "errors"),
    [
        ("GET", "/api/v1/positions", {401, 403, 422, 429, 503}),
        ("GET", "/api/v1/auth/me", {401, 403, 429, 503}),
        ("DELETE", "/api/v1/positions/{position_id}", {400, 401, 403, 404, 409, 422, 429, 503}),
        ("POST", "/api/v1/auth/login", {401, 408, 409, 413, 415, 422, 429, 503}),
        ("GET", "/api/interview/{room_id}/timer/status", {401, 403, 404, 422, 429, 503}),
    ],
)
def test_an_operation_names_the_errors_that_it_can_end_in(method: str, path: str, errors: set[int]) -> None:
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]

    assert {int(status) for status in responses if status[0] in "45"} == errors


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_says_what_opens_it(operation: Operation) -> None:
    is_open = {"/", "/metrics", "/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh"}
    security = operation.spec.get("security", [])

    if operation.path in is_open or operation.path.startswith(("/health", "/api/v1/mock-interviews/templates")):
        assert security == []
    elif operation.path.startswith("/api/v1/"):
        assert len(security) == 1
    else:
        assert [list(way) for way in security] == [["HTTPBearer"], ["RoomToken"], ["RoomTokenInAddress"], []]
    assert {name for way in security for name in way} <= set(DOCUMENT["components"]["securitySchemes"])


def test_every_event_has_a_schema() -> None:
    table = DOCUMENT["components"]["schemas"]["RoomEvents"]

    assert set(table["properties"]) == {kind.value for kind in EventType}
    assert all("$ref" in schema for schema in table["properties"].values())


async def test_events_of_a_room_are_as_their_schemas_say(app: FastAPI, user: SignedIn) -> None:
    room = await open_room(app, user, 1, 1)
    await room.act("timer/start")
    await room.act("timer/pause")
    await room.act("timer/start")
    await room.inject()
    await room.inject_problem("Reverse a list")
    await room.answer("I built it by myself.")
    await room.act("timer/next")
    await room.act("timer/reset")
    await room.act("timer/start")
    await room.act("end")

    log = await room.log()

    assert {"phase_started", "phase_changed", "timer_paused", "transcript", "interview_completed"} <= {
        event.type for event in log
    }
    for event in log:
        model = RoomEvents.model_fields[event.type].annotation
        assert model is not None
        TypeAdapter(model).validate_python(event.data)
        validate(
            json.loads(json.dumps(event.data)),
            DOCUMENT["components"]["schemas"]["RoomEvents"]["properties"][event.type],
        )


def test_references_lead_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert len(names) > 50
    assert names <= set(DOCUMENT["components"]["schemas"])
    ids = [operation.spec["operationId"] for operation in OPERATIONS]
    assert len(ids) == len(set(ids))
