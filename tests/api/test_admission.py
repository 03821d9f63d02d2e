"""The door of each route: who is refused before anything of the body is read, and how much may be brought."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api import request_body, route_rules
from app.api.route_rules import SMALL_BODY_BYTES, TEXTS_BODY_BYTES, rules_of
from tests.conftest import MakeApp, client_of
from tests.support.probing import Operation, all_operations, assert_envelope
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

MEBIBYTE = 1024 * 1024
EMPTY_LISTS = b"[" + b"[]," * (MEBIBYTE // 3 - 1) + b"[]]"
OPERATIONS = all_operations()
TOKEN_IN_BODY = "/api/offer"
CLOSED = [
    operation
    for operation in OPERATIONS
    if operation.content_types
    and operation.path != TOKEN_IN_BODY
    and (operation.needs_token or "rooms" in operation.spec["tags"])
]
JSON = {"content-type": "application/json"}


class Upload:
    """A body that counts how often somebody asks for more of it."""

    def __init__(self, content: bytes = EMPTY_LISTS) -> None:
        self.content = content
        self.reads = 0

    async def send(
        self, app: FastAPI, method: str, path: str, headers: dict[str, str], *, tells_length: bool = False
    ) -> httpx.Response:
        """Send it straight to the application, which no client would do so late."""
        length = {"content-length": str(len(self.content))} if tells_length else {}
        scope: dict[str, Any] = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in (JSON | headers | length).items()],
            "client": ("127.0.0.1", 1),
            "server": ("test", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await app(scope, self._receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)

    async def _receive(self) -> dict[str, Any]:
        start, self.reads = self.reads * 65536, self.reads + 1
        return {
            "type": "http.request",
            "body": self.content[start : start + 65536],
            "more_body": start + 65536 < len(self.content),
        }


@pytest.mark.parametrize("operation", CLOSED, ids=str)
@pytest.mark.parametrize(("headers", "status"), [({}, 403), ({"authorization": "Bearer bad"}, 401)])
async def test_nothing_is_read_of_what_a_stranger_sends(
    app: FastAPI, operation: Operation, headers: dict[str, str], status: int
) -> None:
    upload = Upload()

    response = await upload.send(app, operation.method, operation.url(), headers)

    assert response.status_code == status, response.text
    assert upload.reads == 0


async def test_a_revoked_login_is_a_stranger(app: FastAPI, user: SignedIn) -> None:
    await user.post("/api/v1/auth/logout")
    upload = Upload()

    response = await upload.send(app, "POST", "/api/v1/mock-interviews", user.headers)

    assert response.status_code == 401
    assert upload.reads == 0


async def test_of_24_strangers_with_a_megabyte_of_brackets_another_user_notices_nothing(
    app: FastAPI, user: SignedIn
) -> None:
    uploads = [Upload() for _ in range(24)]
    paths = ["/api/v1/mock-interviews", "/api/v1/positions", "/api/v1/auth/login", "/api/v1/positions/import"]

    attack = [
        upload.send(app, "POST", paths[number % len(paths)], {}, tells_length=True)
        for number, upload in enumerate(uploads)
    ]
    *refused, made = await asyncio.gather(*attack, user.post("/api/v1/positions", user.position_defaults))

    assert {response.status_code for response in refused} == {403, 413}
    assert sum(upload.reads for upload in uploads) == 0
    assert made.status_code == 201


async def test_where_everybody_may_send_something_only_the_first_of_it_is_read(app: FastAPI) -> None:
    upload = Upload()

    response = await upload.send(app, "POST", "/api/v1/auth/login", {})

    assert response.status_code == 413
    assert upload.reads <= SMALL_BODY_BYTES // 65536 + 1


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/api/v1/products", TEXTS_BODY_BYTES),
        ("/api/v1/mock-interviews", MEBIBYTE),
        ("/api/v1/auth/change-password", SMALL_BODY_BYTES),
    ],
)
async def test_a_route_reads_what_its_rule_allows_and_not_a_byte_more(
    app: FastAPI, user: SignedIn, path: str, most: int
) -> None:
    allowed, too_large = Upload(b" " * most), Upload(b" " * (most + 1))

    assert (await allowed.send(app, "POST", path, user.headers)).status_code == 422
    refused = await too_large.send(app, "POST", path, user.headers, tells_length=True)

    assert refused.status_code == 413
    assert assert_envelope(refused, "PAYLOAD_TOO_LARGE")["details"] == {"max_bytes": most}
    assert too_large.reads == 0


class Trickle:
    """A body that comes in pieces, the next one when the test says so."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.sent = 0
        self.more = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            if self.sent:
                await self.more.wait()
            self.sent += 1
            yield piece


@pytest.mark.parametrize("path", ["/api/v1/positions", "/api/v1/positions/import", "/api/v1/auth/login"])
async def test_a_body_that_stands_still_holds_no_place(make_app: MakeApp, path: str) -> None:
    content_type = "text/csv" if path.endswith("import") else "application/json"
    async with make_app(body_timeout_seconds=0.05, rate_limit_enabled=True) as app, client_of(app) as client:
        user = await sign_up(client)

        refused = await client.post(
            path, content=Trickle(b"{", b"}"), headers=user.headers | {"Content-Type": content_type}
        )

        assert refused.status_code == 408
        assert assert_envelope(refused, "REQUEST_TIMEOUT")["message"] == "The request body took too long"
        assert refused.headers["connection"] == "close"
        assert not app.state.runtime.work._counts


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/api/v1/documents", "multipart/form-data; boundary=b"),
        ("/api/v1/positions/import", "multipart/form-data; boundary=b"),
        ("/api/v1/positions/import", "text/csv"),
        ("/api/v1/positions", "application/json"),
    ],
)
async def test_a_body_that_breaks_off_is_no_fault_of_the_server(
    app: FastAPI, user: SignedIn, path: str, content_type: str
) -> None:
    class BrokenOff(Upload):
        async def _receive(self) -> dict[str, Any]:
            return {**await super()._receive(), "more_body": True} if self.reads == 0 else {"type": "http.disconnect"}

    begun = BrokenOff(b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ntitle,comp')

    answer = await begun.send(app, "POST", path, user.headers | {"content-type": content_type})

    assert answer.status_code == 400
    assert_envelope(answer, "BAD_REQUEST")


async def test_what_has_come_of_a_body_earns_time_for_the_rest(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_body, "BYTES_PER_SECOND", 1)
    body = Trickle(b'{"title": "Engineer", "company": "Acme", "description": "', b'long"}')
    async with make_app(body_timeout_seconds=0.05) as app, client_of(app) as client:
        user = await sign_up(client)
        headers = user.headers | {"Content-Type": "application/json"}
        request = asyncio.create_task(client.post("/api/v1/positions", content=body, headers=headers))
        begun = asyncio.get_running_loop().time()
        await until(lambda: body.sent and asyncio.get_running_loop().time() > begun + 0.2)

        body.more.set()

        assert (await request).status_code == 201


async def test_the_longest_texts_fit_however_they_are_written(user: SignedIn) -> None:
    # JSON may write each of these characters in twelve bytes, and httpx does with six.
    longest = "\U0001f600" * 20_000

    position = await user.position(description=longest)
    interview = await user.interview(position["id"])
    noted = await user.put(f"/api/v1/interviews/{interview['id']}/notes", {"notes": longest})

    assert position["description"] == longest
    assert noted.status_code == 200, noted.text


def test_every_rule_is_of_a_route_that_there_is() -> None:
    paths = {operation.path for operation in OPERATIONS}

    named = route_rules._STORING | route_rules._ENDLESS | route_rules._EXPORTS | {"/api/offer"}
    named |= route_rules._HEAVY_READING.keys() | route_rules._HEAVY_WRITING.keys()

    assert named <= paths


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if "/report" in one.path], ids=str)
def test_whatever_reads_a_report_waits_for_its_owner_s_others(operation: Operation) -> None:
    rules = rules_of(operation.path, operation.method, MEBIBYTE, 5 * MEBIBYTE)

    assert rules.turn_at_query == b"" or rules.turn_at_body_bytes == 0


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_whatever_stores_a_text_is_counted(operation: Operation) -> None:
    """A new route with a body belongs into the table, or here with its reason."""
    stores_no_text = (
        "/api/v1/auth/",  # one account each
        "/api/offer",  # nothing is stored
        "/api/v1/positions/capture",  # nor here
        "/api/v1/interviews/{interview_id}/schedule",
        "/api/v1/interviews/{interview_id}/outcome",
    )
    rules = rules_of(operation.path, operation.method, MEBIBYTE, 5 * MEBIBYTE)

    if operation.content_types and not operation.path.startswith(stores_no_text):
        assert rules.stores
    if operation.method in {"GET", "DELETE"}:
        assert not rules.stores
