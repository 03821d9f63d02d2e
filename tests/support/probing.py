"""What tests of every endpoint need: the endpoints themselves, requests that they accept, and the envelope."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from app.main import app
from tests.support.users import PASSWORD, SignedIn

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
METHODS = ("get", "post", "put", "patch", "delete")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_EXAMPLES = {"date": "2024-01-15", "date-time": "2024-01-15T10:00:00Z", "uuid": UNKNOWN_ID, "uri": "https://a.test/1"}


@dataclass(frozen=True)
class Operation:
    """One method of one path in the OpenAPI document."""

    method: str
    path: str
    spec: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def needs_token(self) -> bool:
        return {"HTTPBearer": []} in (ways := self.spec.get("security", ())) and {} not in ways

    @property
    def path_parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    @property
    def ids(self) -> list[str]:
        """Return the path parameters that are ids of resources."""
        return [name for name in self.path_parameters if name.endswith("_id")]

    @property
    def query_parameters(self) -> list[dict[str, Any]]:
        return [parameter for parameter in self.spec.get("parameters", ()) if parameter["in"] == "query"]

    @property
    def content_types(self) -> list[str]:
        return list(self.spec.get("requestBody", {}).get("content", ()))

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """Return the schema of the JSON body, if there is one."""
        schema = self.spec.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if not schema:
            return None
        # A body that may be left out is one of its schema and null.
        return resolved(next((part for part in schema.get("anyOf", ()) if part.get("type") != "null"), schema))

    @property
    def needs_body(self) -> bool:
        """Tell whether a request without a body is refused."""
        return bool(self.spec.get("requestBody", {}).get("required"))

    @property
    def creates(self) -> bool:
        """Tell whether a signed-in user makes a resource with it."""
        return self.method == "POST" and self.needs_token and "201" in self.spec["responses"]

    @property
    def success(self) -> int:
        return 201 if self.creates else min(int(status) for status in self.spec["responses"] if status[0] == "2")

    def required_query(self) -> dict[str, Any]:
        """Return values for the parameters that must be there."""
        return {p["name"]: example(p["schema"], p["name"]) for p in self.query_parameters if p.get("required")}

    def body(self) -> Any:
        """Return a body that is accepted, with every field."""
        return example(self.body_schema) if self.body_schema else None

    def url(self, **ids: str) -> str:
        """Return the path with its parameters filled in; those not given are unknown ids, or ``example``."""
        values = {name: UNKNOWN_ID if name in self.ids else "example" for name in self.path_parameters}
        values |= {"year": "2024", "sequence": "1"}
        return self.path.format(**(values | ids))


def all_operations() -> list[Operation]:
    """Return every operation of the API."""
    return [
        Operation(method.upper(), path, spec)
        for path, methods in app.openapi()["paths"].items()
        for method, spec in methods.items()
        if method in METHODS
    ]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference names, or the schema itself."""
    if "$ref" in schema:
        found: dict[str, Any] = app.openapi()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def fields_of(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the names of a body's fields."""
    yield from schema.get("properties", {})


def example(schema: dict[str, Any], name: str = "") -> Any:
    """Return a value that a schema accepts."""
    schema = resolved(schema)
    for choices in ("anyOf", "oneOf", "allOf"):
        if choices in schema:
            return example(next(choice for choice in schema[choices] if choice.get("type") != "null"), name)
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", ())
        return {
            field: example(part, field)
            for field, part in schema.get("properties", {}).items()
            # These would have to name something that exists; and a document with a file has no address.
            if field in required or not (field.endswith(("_id", "_ids")) or field == "url")
        }
    if kind == "array":
        return [example(schema.get("items", {}), name) for _ in range(max(1, schema.get("minItems", 0)))]
    if kind in {"integer", "number"} and "examples" in schema:
        return schema["examples"][0]
    simple = {"integer": max(1, schema.get("minimum", 1)), "boolean": False}
    simple["number"] = simple["integer"]
    return simple[kind] if kind in simple else _text(schema, name)


def _text(schema: dict[str, Any], name: str) -> str:
    if "password" in name:
        return PASSWORD
    if name == "email":
        return f"{uuid4().hex}@example.com"
    if name in {"username", "room_id"}:
        return uuid4().hex
    if name == "mock_interview_id":
        return "two-minute-demo"
    if "examples" in schema:
        documented: str = schema["examples"][0]
        return documented
    shortest: int = schema.get("minLength", 0)
    return _EXAMPLES.get(schema.get("format", ""), "x" * max(7, shortest))


def operation(method: str, path: str) -> Operation:
    """Return one operation."""
    return next(found for found in all_operations() if (found.method, found.path) == (method, path))


async def own_ids(user: SignedIn) -> dict[str, str]:
    """Make one of each resource for the user and return their ids by the names of the path parameters.

    With them come ``name``, the company's, and ``sequence`` and ``criterion`` of a question of the session's. The
    session has ended; another one is live in the room.
    """
    position = await user.position()
    ids = {"position_id": position["id"], "interview_id": (await user.interview(position["id"]))["id"]}
    ids["name"] = position["company"]
    for name, path in (
        ("product_id", "/api/v1/products"),
        ("mock_interview_id", "/api/v1/mock-interviews"),
        ("task_id", "/api/v1/tasks"),
        ("contact_id", "/api/v1/contacts"),
    ):
        made = await user.post(path, operation("POST", path).body())
        assert made.status_code == 201, made.text
        ids[name] = made.json()["id"]
    note = await user.post(f"/api/v1/positions/{ids['position_id']}/notes", {"text": "A note"})
    form = {"files": {"file": ("cv.txt", b"A CV")}, "data": {"kind": "cv"}}
    document = await user.client.post("/api/v1/documents", headers=user.headers, **form)  # type: ignore[arg-type]
    assert (note.status_code, document.status_code) == (201, 201), document.text
    ids |= {"note_id": note.json()["id"], "document_id": document.json()["id"]}
    sheet = {"files": {"file": ("jobs.csv", b"title,company\nBaker,Initech\n")}}
    imported = await user.client.post("/api/v1/positions/import", headers=user.headers, **sheet)  # type: ignore[arg-type]
    assert imported.status_code in (200, 201), imported.text
    ids["import_id"] = imported.json()["import_id"]
    ids["room_id"] = uuid4().hex
    started = await user.post(
        "/api/start-interview", {"room_id": ids["room_id"], "mock_interview_id": ids["mock_interview_id"]}
    )
    assert started.status_code == 200, started.text
    ids |= await _ended_session(user, ids["mock_interview_id"])
    logins = (await user.get("/api/v1/auth/logins")).json()["logins"]
    return ids | {"login_id": logins[-1]["id"]}


async def _ended_session(user: SignedIn, plan_id: str) -> dict[str, str]:
    """Run a session with an answer that the examples of evidence quote, and return what names its first question."""
    room_id = uuid4().hex
    started = await user.post("/api/start-interview", {"room_id": room_id, "mock_interview_id": plan_id})
    for act, body in {
        "timer/start": None,
        "answer": {"text": "I led the move to the new database."},
        "end": None,
    }.items():
        done = await user.post(f"/api/interview/{room_id}/{act}", body)
        assert done.status_code == 200, done.text
    plan = (await user.get(f"/api/v1/mock-interviews/{plan_id}")).json()
    criterion = plan["planner_fields"][0]["rubric"][0]
    return {"session_id": started.json()["session_id"], "sequence": "1", "criterion": criterion}


def assert_envelope(response: httpx.Response, code: str | None = None) -> dict[str, Any]:
    """Check that an error has the documented form, and return what is inside."""
    assert response.headers["content-type"] == "application/json", response.text
    body = response.json()
    assert list(body) == ["error"], body
    error: dict[str, Any] = body["error"]
    assert (
        {"code", "message", "timestamp"} <= set(error) <= {"code", "message", "timestamp", "details", "field_errors"}
    )
    assert error["message"]
    assert TIMESTAMP.fullmatch(error["timestamp"]), error["timestamp"]
    assert error.get("details", True)
    assert error.get("field_errors", True)
    assert all(isinstance(text, str) and text for text in error.get("field_errors", {}).values())
    assert code is None or error["code"] == code, response.text
    return error


def without_moment(response: httpx.Response, resource_id: str) -> bytes:
    """Return an error's body without its timestamp and with the id blanked out."""
    blanked = re.sub(rb'"timestamp":"[^"]*"', b'"timestamp":""', response.content)
    return blanked.replace(resource_id.encode(), b"ID")
