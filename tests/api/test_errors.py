"""Errors: one envelope for whatever goes wrong, wherever it goes wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.api.route_rules import TEXTS_BODY_BYTES, rules_of
from app.services.positions import PositionService
from tests.conftest import MakeApp, RecordedRequests, client_of
from tests.support.probing import UNKNOWN_ID, Operation, all_operations, assert_envelope
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import turns_of_the_loop, until

POSITIONS = "/api/v1/positions"
REGISTER = "/api/v1/auth/register"
JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1024 * 1024
OPERATIONS = all_operations()
# Whether there is such a room is asked before its body is looked at.
WITH_JSON_BODY = [operation for operation in OPERATIONS if operation.body_schema and "room_id" not in operation.ids]


async def send_raw(user: SignedIn, content: bytes, method: str = "POST", path: str = POSITIONS) -> httpx.Response:
    return await user.client.request(method, path, content=content, headers=user.headers | JSON)


class TestEnvelope:
    @pytest.mark.parametrize("path", ["/nowhere", "/api/v1", "/api/v2/positions", "/api/v1//positions", "/%00"])
    @pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
    async def test_an_unknown_path_is_404(self, client: httpx.AsyncClient, method: str, path: str) -> None:
        response = await client.request(method, path)

        assert response.status_code == 404
        error = assert_envelope(response, "RESOURCE_NOT_FOUND")
        assert set(error) == {"code", "message", "timestamp"}

    @pytest.mark.parametrize(
        ("method", "path"),
        [("PATCH", POSITIONS), ("POST", "/health"), ("GET", REGISTER), ("TRACE", POSITIONS), ("BREW", "/health")],
    )
    async def test_a_method_that_a_path_does_not_have_is_405(
        self, client: httpx.AsyncClient, method: str, path: str
    ) -> None:
        response = await client.request(method, path)

        assert response.status_code == 405
        assert set(assert_envelope(response, "METHOD_NOT_ALLOWED")) == {"code", "message", "timestamp"}

    async def test_a_405_names_every_method_that_the_path_has(self, client: httpx.AsyncClient) -> None:
        for path, methods in (
            (POSITIONS, {"GET", "POST"}),
            (f"{POSITIONS}/{UNKNOWN_ID}", {"GET", "PUT", "PATCH", "DELETE"}),
            (REGISTER, {"POST"}),
        ):
            response = await client.request("BREW", path)

            assert response.status_code == 405
            assert set(response.headers["allow"].split(", ")) - {"HEAD"} == methods

    @pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/octet-stream", "", "{}"])
    async def test_a_body_of_another_content_type_is_415(self, user: SignedIn, content_type: str) -> None:
        response = await user.client.post(
            POSITIONS,
            content=json.dumps({"title": "Engineer", "company": "Acme"}),
            headers=user.headers | {"Content-Type": content_type},
        )

        assert response.status_code == 415
        assert_envelope(response, "UNSUPPORTED_MEDIA_TYPE")
        assert (await user.get(POSITIONS)).json()["total"] == 0

    async def test_forms_are_415(self, user: SignedIn) -> None:
        response = await user.client.post(POSITIONS, data={"title": "Engineer"}, headers=user.headers)

        assert response.status_code == 415
        assert_envelope(response)

    async def test_json_with_parameters_or_a_suffix_is_json(self, user: SignedIn) -> None:
        for content_type in ("application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"):
            response = await user.client.post(
                POSITIONS,
                content=json.dumps({"title": "Engineer", "company": "Acme"}),
                headers=user.headers | {"Content-Type": content_type},
            )
            assert response.status_code == 201, content_type

    @pytest.mark.parametrize(
        "content",
        [
            b"{",
            b"{'title': 'Engineer'}",
            b'{"title": "Engineer",}',
            b"\xff\xfe",
            b'{"title": "\xff"}',
            b"[" * 50_000 + b"]" * 50_000,
            b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
            b'{"title": "A", "company": "B", "x": 1' + b"0" * 5000 + b"}",
            b'{"title": 1' + b"0" * 5000 + b"}",
            b"nonsense",
            b'"',
        ],
        ids=lambda content: content[:24].decode("latin-1").encode("unicode_escape").decode(),
    )
    async def test_a_body_that_is_no_json_is_422(self, user: SignedIn, content: bytes) -> None:
        response = await send_raw(user, content)

        assert response.status_code == 422
        error = assert_envelope(response, "VALIDATION_ERROR")
        assert list(error["field_errors"]) == ["body"]

    @pytest.mark.parametrize("operation", WITH_JSON_BODY, ids=str)
    async def test_json_that_is_no_object_is_422(self, user: SignedIn, operation: Operation) -> None:
        # Null stands for no body, which may be left out of some.
        contents = [b"null"] if operation.needs_body else []
        for content in [*contents, b"[]", b'[{"title": "A"}]', b'"text"', b"7", b"true", b"NaN"]:
            response = await send_raw(user, content, operation.method, operation.url())

            assert response.status_code == 422, content
            error = assert_envelope(response, "VALIDATION_ERROR")
            assert list(error["field_errors"]) == ["body"], content

    @pytest.mark.parametrize("operation", [one for one in WITH_JSON_BODY if one.needs_body], ids=str)
    async def test_no_body_at_all_is_422(self, user: SignedIn, operation: Operation) -> None:
        for headers in (user.headers, user.headers | JSON):
            response = await user.client.request(operation.method, operation.url(), headers=headers)

            assert response.status_code == 422
            error = assert_envelope(response, "VALIDATION_ERROR")
            assert error["field_errors"] == {"body": "This field is required"}

    async def test_numbers_that_json_does_not_know_are_422_by_field(self, user: SignedIn) -> None:
        for literal in (b"NaN", b"Infinity", b"-Infinity", b"1e400"):
            response = await send_raw(user, b'{"name": "A", "price": ' + literal + b"}", path="/api/v1/products")

            assert response.status_code == 422
            assert set(assert_envelope(response)["field_errors"]) in ({"price"}, {"body"})

    @pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", '[1, {"y": NaN}]'])
    async def test_a_number_that_json_does_not_know_is_no_json_wherever_it_stands(
        self, user: SignedIn, literal: str
    ) -> None:
        response = await send_raw(user, f'{{"title": "A", "company": "B", "x": {literal}}}'.encode())

        assert response.status_code == 422
        assert assert_envelope(response)["field_errors"] == {"body": "Must be valid JSON"}
        assert (await user.get(POSITIONS)).json()["total"] == 0

    async def test_their_names_are_words_like_others(self, user: SignedIn) -> None:
        response = await send_raw(user, b'{"title": "NaN", "company": "Infinity", "-Infinity": 1e400}')

        assert response.status_code == 201

    async def test_a_malformed_id_is_422_by_its_plain_name(self, user: SignedIn) -> None:
        response = await user.get(f"{POSITIONS}/invalid-uuid")

        assert response.status_code == 422
        assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == {
            "position_id": "Must be a valid UUID"
        }

    async def test_fields_inside_a_list_are_named_by_their_place(self, user: SignedIn) -> None:
        response = await user.post(POSITIONS, {"title": "A", "company": "B", "tags": ["ok", "", 7]})

        assert assert_envelope(response)["field_errors"] == {
            "tags.1": "This field is required",
            "tags.2": "Must be text",
        }

    async def test_a_refused_value_is_not_repeated(self, client: httpx.AsyncClient) -> None:
        response = await client.post(REGISTER, json={"email": "a@example.com", "password": "hunter2"})

        assert response.status_code == 422
        assert "hunter2" not in response.text


class TestSize:
    async def test_a_body_up_to_the_limit_is_read(self, user: SignedIn) -> None:
        content = json.dumps({"title": "Engineer", "company": "Acme", "padding": ""}).encode()
        content = content[:-2] + b"x" * (TEXTS_BODY_BYTES - len(content)) + b'"}'
        assert len(content) == TEXTS_BODY_BYTES

        assert (await send_raw(user, content)).status_code == 201
        assert (await send_raw(user, content + b" ")).status_code == 413

    @pytest.mark.parametrize("operation", WITH_JSON_BODY, ids=str)
    async def test_a_declared_length_over_the_limit_is_413_before_anything_is_read(
        self, app: FastAPI, operation: Operation
    ) -> None:
        body_was_read = False

        async def receive() -> dict[str, Any]:
            nonlocal body_was_read
            body_was_read = True
            return {"type": "http.request", "body": b"x" * MEBIBYTE, "more_body": True}

        response = await call(app, operation, receive, {"Content-Length": str(10 * MEBIBYTE)})

        assert response.status_code == 413
        most = rules_of(operation.path, operation.method, MEBIBYTE, 5 * MEBIBYTE).body_bytes
        assert assert_envelope(response, "PAYLOAD_TOO_LARGE")["details"] == {"max_bytes": most}
        assert response.headers["x-request-id"]
        assert not body_was_read

    @pytest.mark.parametrize("operation", WITH_JSON_BODY, ids=str)
    async def test_a_chunked_body_over_the_limit_is_413_and_not_read_to_its_end(
        self, app: FastAPI, user: SignedIn, operation: Operation
    ) -> None:
        chunks_read = 0

        async def receive() -> dict[str, Any]:
            nonlocal chunks_read
            chunks_read += 1
            return {"type": "http.request", "body": b" " * 65536, "more_body": chunks_read < 160}

        response = await call(app, operation, receive, {"Transfer-Encoding": "chunked"} | user.headers | JSON)

        assert response.status_code == 413, response.text
        assert_envelope(response, "PAYLOAD_TOO_LARGE")
        # One more than there may be, and one that was on its way.
        most = rules_of(operation.path, operation.method, MEBIBYTE, 5 * MEBIBYTE).body_bytes
        assert chunks_read <= most // 65536 + 2

    async def test_a_chunked_body_over_the_limit_is_413_through_a_client_too(self, user: SignedIn) -> None:
        async def ten_megabytes() -> AsyncIterator[bytes]:
            for _ in range(160):
                yield b"x" * 65536

        response = await user.client.post(POSITIONS, content=ten_megabytes(), headers=user.headers | JSON)

        assert response.status_code == 413, response.text
        assert_envelope(response, "PAYLOAD_TOO_LARGE")

    async def test_the_limit_is_a_setting(self, make_app: MakeApp) -> None:
        async with make_app(max_body_bytes=1024) as app, client_of(app) as client:
            response = await client.post(REGISTER, json={"email": "x" * 2000})

        assert response.status_code == 413


class TestTrailingSlash:
    async def test_a_path_answers_directly_with_its_slash_by_every_method(self, user: SignedIn) -> None:
        created = await user.post(f"{POSITIONS}/", {"title": "Engineer", "company": "Acme"})
        assert created.status_code == 201
        path = f"{POSITIONS}/{created.json()['id']}"

        answers = [
            await user.get(f"{path}/"),
            await user.put(f"{path}/", {"title": "Architect"}),
            await user.patch(f"{path}/", {"company": "Umbrella"}),
            await user.put(f"{path}/status/", {"status": "offer"}),
            await user.get(f"{POSITIONS}/", search="architect"),
            await user.get("/health/"),
        ]

        assert [answer.status_code for answer in answers] == [200] * len(answers)
        assert answers[4].json()["positions"][0]["company"] == "Umbrella"
        assert (await user.delete(f"{path}/")).status_code == 204
        assert (await user.get(path)).status_code == 404

    @pytest.mark.parametrize("operation", OPERATIONS, ids=str)
    async def test_no_endpoint_redirects(self, client: httpx.AsyncClient, operation: Operation) -> None:
        answers = [
            await client.request(operation.method, operation.url() + slash) for slash in ("", "/") if operation.path
        ]

        assert answers[0].status_code == answers[1].status_code
        assert not any(answer.is_redirect for answer in answers)


class TestRequestId:
    @pytest.mark.parametrize("request_id", ["abc-123", "0" * 100, "a.b:c_d", "7f3e9b1c-1111-4222-8333-444455556666"])
    async def test_a_sane_one_is_returned(self, client: httpx.AsyncClient, request_id: str) -> None:
        response = await client.get("/health", headers={"X-Request-ID": request_id})

        assert response.headers["x-request-id"] == request_id

    @pytest.mark.parametrize(
        "request_id", ["", " ", "a b", "0" * 101, "é", "a\x1b[31m", '"', "<script>", "a,b", "%0a"]
    )
    async def test_any_other_is_replaced(self, client: httpx.AsyncClient, request_id: str) -> None:
        response = await client.get("/health", headers=[(b"X-Request-ID", request_id.encode())])

        returned = response.headers["x-request-id"]
        assert returned != request_id
        assert returned.isalnum()

    async def test_each_request_has_its_own(self, client: httpx.AsyncClient) -> None:
        ids = {(await client.get("/health")).headers["x-request-id"] for _ in range(5)}

        assert len(ids) == 5

    async def test_it_is_on_errors_too(self, client: httpx.AsyncClient, user: SignedIn) -> None:
        given = {"X-Request-ID": "mine"}
        answers = [
            await client.get("/nowhere", headers=given),
            await client.patch(POSITIONS, headers=given),
            await client.get(POSITIONS, headers=given),
            await client.get(POSITIONS, headers=given | {"Authorization": "Bearer x"}),
            await client.get(f"{POSITIONS}/{UNKNOWN_ID}", headers=given | user.headers),
            await client.post(REGISTER, headers=given | JSON, content=b"{"),
            await client.post(REGISTER, headers=given, content=b"x" * (MEBIBYTE + 1)),
        ]

        assert [answer.status_code for answer in answers] == [404, 405, 403, 401, 404, 422, 413]
        assert {answer.headers["x-request-id"] for answer in answers} == {"mine"}


class TestCors:
    ORIGIN = "https://spa.example.com"

    @pytest.mark.parametrize("path", [POSITIONS, f"{POSITIONS}/", f"{POSITIONS}/{UNKNOWN_ID}", "/api/v1/auth/login"])
    async def test_a_preflight_of_an_allowed_origin_is_granted(self, client: httpx.AsyncClient, path: str) -> None:
        response = await client.options(
            path,
            headers={
                "Origin": self.ORIGIN,
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
            },
        )

        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == self.ORIGIN
        assert "PUT" in response.headers["access-control-allow-methods"]
        for header in ("authorization", "content-type", "idempotency-key"):
            assert header in response.headers["access-control-allow-headers"].lower()

    async def test_a_preflight_of_a_stranger_is_not(self, client: httpx.AsyncClient) -> None:
        for origin in ("https://evil.example.com", f"{self.ORIGIN}.evil.com", "http://spa.example.com", "null"):
            response = await client.options(
                POSITIONS, headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
            )

            assert "access-control-allow-origin" not in response.headers
            assert response.status_code == 400

    async def test_errors_can_be_read_by_the_page(self, client: httpx.AsyncClient) -> None:
        for path, headers, status in (
            ("/nowhere", {}, 404),
            (POSITIONS, {}, 403),
            (POSITIONS, {"Authorization": "Bearer x"}, 401),
        ):
            response = await client.get(path, headers=headers | {"Origin": self.ORIGIN})

            assert response.status_code == status
            assert response.headers["access-control-allow-origin"] == self.ORIGIN
            assert "X-Request-ID" in response.headers["access-control-expose-headers"]

    async def test_a_413_and_an_unexpected_500_can_be_read_by_the_page(
        self, client: httpx.AsyncClient, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = user.headers | {"Origin": self.ORIGIN}
        too_large = await client.post(REGISTER, headers=headers, content=b"x" * (MEBIBYTE + 1))
        break_positions(monkeypatch, RuntimeError())
        failed = await client.get(POSITIONS, headers=headers)

        assert [too_large.status_code, failed.status_code] == [413, 500]
        for response in (too_large, failed):
            assert response.headers.get("access-control-allow-origin") == self.ORIGIN


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.method == "GET"], ids=str)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
async def test_head_and_options_do_no_harm(client: httpx.AsyncClient, operation: Operation, method: str) -> None:
    response = await client.request(method, operation.url())

    assert response.status_code in {200, 401, 403, 404, 405}


def break_positions(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def fail(*_arguments: Any, **_keywords: Any) -> Any:
        raise error

    for method in ("list_page", "create"):
        monkeypatch.setattr(PositionService, method, fail)


class Secret(Exception):  # noqa: N818
    """What nobody foresaw."""


class TestUnexpected:
    @pytest.mark.parametrize(
        "error",
        [
            Secret("password=hunter2"),
            KeyError("hunter2"),
            RecursionError("hunter2"),
            UnicodeEncodeError("utf-8", "hunter2", 0, 1, "hunter2"),
            ExceptionGroup("hunter2", [ValueError("hunter2")]),
        ],
        ids=lambda error: type(error).__name__,
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    async def test_it_is_500_with_nothing_of_its_cause_and_is_logged(
        self,
        user: SignedIn,
        monkeypatch: pytest.MonkeyPatch,
        method: str,
        error: Exception,
    ) -> None:
        log = RecordedRequests()
        monkeypatch.setattr("app.api.middleware.unexpected_errors.log", log)
        break_positions(monkeypatch, error)
        body = {"title": "Engineer", "company": "Acme"}

        response = await (user.get(POSITIONS) if method == "GET" else user.post(POSITIONS, body))

        assert response.status_code == 500
        told = assert_envelope(response, "INTERNAL_ERROR")
        assert set(told) == {"code", "message", "timestamp"}
        assert "hunter2" not in response.text
        assert type(error).__name__ not in response.text
        assert response.headers["x-request-id"]
        assert log.events

    async def test_what_was_written_before_it_is_rolled_back(
        self, user: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        create = PositionService.create

        async def create_and_fail(*arguments: Any) -> Any:
            await create(*arguments)
            raise Secret

        monkeypatch.setattr(PositionService, "create", create_and_fail)

        response = await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"})

        assert response.status_code == 500
        assert (await user.get(POSITIONS)).json()["total"] == 0

    async def test_a_client_that_goes_away_leaves_nothing_behind(self, app: FastAPI, user: SignedIn) -> None:
        for number in range(20):
            task = asyncio.create_task(user.post(POSITIONS, {"title": "Engineer", "company": "Acme"}))
            await turns_of_the_loop(number**2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        answer = await user.get(POSITIONS)
        assert answer.status_code == 200
        await until(lambda: app.state.runtime.database.pool_figures()["checked_out"] == 0)
        for position in answer.json()["positions"]:
            assert len((await user.get(f"{POSITIONS}/{position['id']}/history")).json()["history"]) == 1


DEFERRED_TRIGGER = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'secret of the database' {condition}; END $$;
    CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT OR UPDATE OR DELETE ON positions
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


class TestFailingCommit:
    @pytest.mark.parametrize(
        ("condition", "status", "code"),
        [
            ("", 500, "DATABASE_ERROR"),
            ("USING ERRCODE = 'unique_violation'", 409, "RESOURCE_CONFLICT"),
            ("USING ERRCODE = 'serialization_failure'", 503, "EXTERNAL_SERVICE_ERROR"),
            ("USING ERRCODE = 'admin_shutdown'", 503, "EXTERNAL_SERVICE_ERROR"),
        ],
    )
    async def test_it_reaches_the_client_as_an_error(
        self, make_app: MakeApp, condition: str, status: int, code: str
    ) -> None:
        async with make_app() as app, client_of(app) as client:
            user = await sign_up(client)
            position = await user.position()
            path = f"{POSITIONS}/{position['id']}"
            async with app.state.runtime.database.transaction() as db:
                for statement in DEFERRED_TRIGGER.format(condition=condition).split(";\n    CREATE CONSTRAINT"):
                    prefix = "" if "FUNCTION refuse() RETURNS" in statement else "CREATE CONSTRAINT"
                    await db.execute(text(prefix + statement.rstrip().rstrip(";")))

            answers = [
                await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"}),
                await user.post(POSITIONS, {"title": "Engineer", "company": "Acme"}, **{"Idempotency-Key": "k"}),
                await user.put(path, {"title": "Changed"}),
                await user.delete(path),
            ]

            for answer in answers:
                assert answer.status_code == status, answer.text
                assert_envelope(answer, code)
                assert "secret" not in answer.text
            listed = (await user.get(POSITIONS)).json()["positions"]
            assert [position | found for found in listed] == [position]


async def call(app: FastAPI, operation: Operation, receive: Any, headers: dict[str, str]) -> httpx.Response:
    """Send a request whose body comes from ``receive``, and return the answer."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": operation.method,
        "scheme": "http",
        "path": operation.url(),
        "raw_path": operation.url().encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)
