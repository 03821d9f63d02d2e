"""Nobody reaches another user's rows, or learns that they exist, by what they send.

Who gets in where is held by ``test_access_matrix.py``.
"""

import json
from uuid import uuid4

import httpx
import pytest

from tests.support.probing import (
    METHODS,
    UNKNOWN_ID,
    Operation,
    all_operations,
    assert_envelope,
    own_ids,
    without_moment,
)
from tests.support.users import SignedIn

OPERATIONS = all_operations()
PROTECTED = [operation for operation in OPERATIONS if operation.needs_token]
OPEN_PATHS = (
    "/health",
    "/metrics",
    "/api/v1/auth/register",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/interviews/calendar.ics",  # carries a token of its own
    "/api/v1/mock-interviews/templates",
)
# Everyone signed in reads products; what only their owner may do is answered 403, for they are no secret.
PRODUCT = "product_id"
OWNED = [operation for operation in PROTECTED if operation.ids and PRODUCT not in operation.ids]


def test_every_endpoint_wants_a_token_but_those_that_cannot() -> None:
    open_ones = {operation.path for operation in OPERATIONS if not operation.needs_token}

    assert not {path for path in open_ones if path.startswith("/api/v1/") and not path.startswith(OPEN_PATHS)}
    assert len(PROTECTED) > 20


def test_every_kind_of_resource_is_covered() -> None:
    names = {name for operation in OPERATIONS for name in operation.path_parameters}

    assert names - {"category", "slug", "name", "year", "sequence", "criterion"} <= {
        "position_id",
        "interview_id",
        "product_id",
        "mock_interview_id",
        "room_id",
        "session_id",
        "login_id",
        "note_id",
        "task_id",
        "contact_id",
        "document_id",
        "import_id",
    }, "teach own_ids() the new resource"


@pytest.mark.parametrize("operation", OWNED, ids=str)
async def test_a_malformed_request_does_not_tell_them_apart_either(
    client: httpx.AsyncClient, user: SignedIn, other_user: SignedIn, operation: Operation
) -> None:
    ids = await own_ids(other_user)
    answers = []
    for chosen in (ids, dict.fromkeys(ids, UNKNOWN_ID)):
        url = operation.url(**{name: chosen[name] for name in operation.ids})
        bad = json.dumps({field: [] for field in operation.body() or {}})
        headers = user.headers | {"Content-Type": "application/json", "Idempotency-Key": "é"}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        answer = await client.request(operation.method, url, headers=raw, content=bad)
        answers.append((answer.status_code, without_moment(answer, chosen[operation.ids[-1]])))

    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    "operation", [op for op in PROTECTED if op.body_schema and op.path.startswith("/api/v1/")], ids=str
)
@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"title": NaN}', b"[" * 50_000])
async def test_a_stranger_is_told_nothing_of_the_body(
    client: httpx.AsyncClient, user: SignedIn, operation: Operation, body: bytes
) -> None:
    async def answer(headers: dict[str, str]) -> httpx.Response:
        headers = headers | {"Content-Type": "application/json"}
        return await client.request(operation.method, operation.url(), headers=headers, content=body)

    assert_envelope(await answer({}), "AUTHORIZATION_ERROR")
    assert_envelope(await answer({"Authorization": "Bearer"}), "AUTHORIZATION_ERROR")
    assert_envelope(await answer({"Authorization": "Bearer nonsense"}), "AUTHENTICATION_ERROR")
    assert assert_envelope(await answer(user.headers))["field_errors"] == {"body": "Must be valid JSON"}
    await user.post("/api/v1/auth/logout")
    assert_envelope(await answer(user.headers), "AUTHENTICATION_ERROR")


@pytest.mark.parametrize("header", ["", "Bearer", "bearer ", "Bearer    ", "Basic dXNlcjpwYXNz"])
async def test_a_header_without_a_token_is_no_token(client: httpx.AsyncClient, header: str) -> None:
    for path, status in (("/api/v1/positions", 403), ("/api/v1/auth/me", 403), ("/api/v1/auth/validate", 401)):
        response = await client.get(path, headers={"Authorization": header})

        assert response.status_code == status, path


@pytest.mark.parametrize(
    "operation",
    [op for op in PROTECTED if op.method == "GET" and not op.ids and not op.path.startswith("/api/v1/products")],
    ids=str,
)
async def test_nothing_that_a_user_can_list_shows_another_users_rows(
    client: httpx.AsyncClient, user: SignedIn, other_user: SignedIn, operation: Operation
) -> None:
    mark = f"secret{uuid4().hex}"
    position = await other_user.position(
        title=mark, company=mark, description=mark, tags=[mark], location=mark, source=mark, status="offer"
    )
    await other_user.interview(position["id"], notes=mark)
    about = {"position_id": position["id"], "due_date": "2024-01-01", "position_ids": [position["id"]]}
    for path in (
        f"/api/v1/positions/{position['id']}/notes",
        "/api/v1/tasks",
        "/api/v1/contacts",
        "/api/v1/documents",
    ):
        document = {"kind": "cv", "url": "https://a.test/"}
        made = await other_user.post(path, about | document | dict.fromkeys(("text", "title", "name"), mark))
        assert made.status_code == 201, made.text
    mine = await user.position(title="mine", company="mine")

    answers = [
        await client.get(operation.url(), headers=user.headers, params=operation.required_query() | parameters)
        for parameters in ({}, {"search": mark}, {"company": mark}, {"tag": mark}, {"user_id": other_user.id})
    ]

    for answer in answers:
        assert answer.status_code in {200, 404}, answer.text
        assert mark not in answer.text
        assert position["id"] not in answer.text
        assert other_user.id not in answer.text
        if answer.status_code == 200 and "total" in answer.text and answer.headers["content-type"].endswith("json"):
            assert answer.json().get("total", 0) <= 1
    if operation.path in {"/api/v1/positions", "/api/v1/positions/export.csv"}:
        assert mine["id"] in answers[0].text


async def test_an_owner_cannot_be_chosen_or_changed_by_a_body(user: SignedIn, other_user: SignedIn) -> None:
    position = await user.position(user_id=other_user.id, owner_id=other_user.id, id=UNKNOWN_ID)
    await user.put(f"/api/v1/positions/{position['id']}", {"user_id": other_user.id, "id": UNKNOWN_ID})
    theirs = await other_user.position()
    body = {"type": "hr", "place": "phone", "scheduled_date": "2024-02-15T14:00:00Z", "position_id": theirs["id"]}
    interview = (await user.post(f"/api/v1/positions/{position['id']}/interviews", body)).json()
    moved = await user.put(f"/api/v1/interviews/{interview['id']}", {"position_id": theirs["id"]})

    assert position["id"] != UNKNOWN_ID
    assert moved.json()["position_id"] == position["id"]
    assert (await user.get(f"/api/v1/positions/{position['id']}")).status_code == 200
    assert (await other_user.get("/api/v1/positions")).json()["total"] == 1
    assert (await other_user.get(f"/api/v1/positions/{theirs['id']}/interviews")).json()["total"] == 0


def test_no_endpoint_hides_behind_a_method_that_is_not_looked_at() -> None:
    assert {operation.method.lower() for operation in OPERATIONS} <= set(METHODS)
