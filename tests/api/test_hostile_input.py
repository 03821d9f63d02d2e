"""A hand-made corpus of what breaks things, fired at every field, parameter and path of the OpenAPI document.

Whatever comes: no status of 500 or above, the envelope on every refusal, and nothing half-written.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from tests.support.probing import Operation, all_operations, assert_envelope, fields_of, own_ids
from tests.support.rooms import execute
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

OPERATIONS = all_operations()
SHARE_FOR_NAMESAKES = 16
"""What has a name that was tried in another operation gets a sixteenth of what is tried: it is made of the same type,
and a request for each thing and each place would take minutes."""

JSON = {"Content-Type": "application/json"}

TEXTS = [
    "",
    " ",
    "\t\n\x0b\x0c\r",
    "\u00a0\u2003\u3000",
    "\x00",
    "a\x00b",
    "\x01\x02\x1b[31m\x7f",
    "x" * 20_001,
    "x " * 10_000,
    "a-" * 10_000,
    "0",
    "-0",
    "-1",
    "1",
    "1.5",
    "1e400",
    "NaN",
    "Infinity",
    "9" * 400,
    "9223372036854775808",
    "1705276800",
    "1705276800000",
    "0001-01-01",
    "0001-01-01T00:00+23:59",
    "0000-00-00",
    "1900-01-01T00:00:00+23:59",
    "2199-12-31T23:59:59-23:59",
    "9999-12-31",
    "9999-12-31T23:59:59.999999-23:59",
    "10000-01-01",
    "2024-02-30",
    "2024-02-29T24:00:00Z",
    "2024-01-15T10:00:00.1234567Z",
    "2024-01-15T10:00:00+99:99",
    "2024-01-15T25:61:61Z",
    "2024-01-15 ",
    "-2024-01-15",
    "２０２４-０１-１５",
    "true",
    "null",
    "undefined",
    "[]",
    "{}",
    "%",
    "_",
    "%%%_\\",
    "\\",
    "\\'",
    "'",
    "''",
    '"',
    "';--",
    "' OR 1=1; DROP TABLE users; --",
    "& | ! ( ) : * <-> '",
    "a & !b | (c <-> d):*",
    ":*",
    "!",
    "<->",
    "((((((((((",
    "'a':1A",
    "\\x",
    "$1",
    "%s %(x)s {0} {x} ${x}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u202e\u05e9\u05dc\u05d5\u05dd",
    "e\u0301" * 50,
    "\u0130\u0131\ufb01\u1e9e\u212a",
    "\ufeffbom",
    "\uffff\U0010ffff",
    "applied ",
    "APPLIED",
    "00000000-0000-0000-0000-000000000000",
    "a@b.c",
    "a@\u0130.com",
    "a@xn--a.com",
    "\u00e9" * 64 + "@example.com",
    "a@[127.0.0.1]",
    '"a b"@example.com',
    "javascript:alert(1)",
    "http://",
    "https://\u0000",
    "https://" + "a" * 3000,
]
# As JSON, so that it may be what Python's encoder would not write.
LITERALS = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-0.0",
    "-1",
    "1.5",
    "1e2",
    "1e-400",
    "1e400",
    "-1e400",
    "NaN",
    "-Infinity",
    "2147483648",
    "9223372036854775808",
    "1705276800",
    "-62135596801",
    "253402300800",
    "9" * 4000,
    "0." + "1" * 4000,
    r'"\ud800"',
    r'"\udc00\ud800"',
    r'"a\u0000"',
    "[]",
    "[[]]",
    "[null]",
    '[""]',
    "{}",
    '{"a": {"b": []}}',
    "[" * 200 + "]" * 200,
    json.dumps(["x"] * 1000),
    json.dumps([str(number) for number in range(21)]),
]
CORPUS = LITERALS + [json.dumps(text) for text in TEXTS]
QUERY_VALUES = [
    *TEXTS,
    str(10**30),
    "-" + str(10**30),
    "1_000",
    "+5",
    "０",
    "0x10",
    "\ud800",
]
RAW_QUERIES = [
    "%00",
    "%00=%00",
    "%",
    "%zz=1",
    "%ff=%ff",
    "%ed%a0%80=%ed%a0%80",
    "&&&&",
    "=",
    ";;",
    "page=1&page=2&page=x",
    "page[]=1&page[$gt]=1",
    "unknown=1&__proto__=2",
    "+" * 100,
    "&".join(["a=1"] * 5000),
    "a" * 60_000,
]
RAW_SEGMENTS = [
    "%00",
    "%ff",
    "%2e%2e",
    "%2F",
    "%252F",
    "%20",
    "0",
    "-1",
    "null",
    "1e400",
    "9" * 400,
    "'",
    "%27%3B--",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000",
    "00000000-0000-0000-0000-00000000000%00",
    "%F0%9F%98%80",
    "%E2%80%AE",
    "%25%5F%5C",
    "x" * 5000,
]
HEADERS = [
    ("Authorization", "x" * 60_000),
    ("Authorization", "Bearer"),
    ("Authorization", "Bearer " + "a.b.c" * 10_000),
    ("Authorization", "Bearer \x00"),
    ("Authorization", "\xff\xfe"),
    ("Idempotency-Key", "x" * 60_000),
    ("Idempotency-Key", "\xe9"),
    ("Idempotency-Key", "\x00"),
    ("Content-Type", "application/json; charset=nonsense"),
    ("Content-Type", "multipart/form-data"),
    ("Content-Type", "multipart/form-data; boundary="),
    ("Content-Type", ";;;="),
    ("Content-Type", "application/json; charset=utf-7"),
    ("Content-Length", "-1"),
    ("Content-Length", "9" * 30),
    ("Content-Encoding", "gzip"),
    ("Accept", "application/x-nothing"),
    ("Accept-Language", "\xff"),
    ("Origin", "\xff"),
    ("Origin", "null"),
    ("Host", "\xff"),
    ("X-Request-ID", "\r\n"),
    ("X-Forwarded-For", "\x00, ::1, x" * 1000),
    ("Last-Event-ID", "x"),
    ("Range", "bytes=0-"),
    ("Cookie", "a=\xff;" * 1000),
    ("Expect", "100-continue"),
]


class Probe:
    """A user with one of each resource, whose requests must never break anything."""

    def __init__(self, user: SignedIn, ids: dict[str, str]) -> None:
        self.user = user
        self.ids = ids
        self.statuses: dict[int, int] = {}
        self.failures: list[str] = []

    async def send(
        self, operation: Operation, what: str, *, url: str | None = None, content: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request with the user's token, and note what is wrong with the answer."""
        content_type = JSON if operation.body_schema else {}
        given = [
            (name.encode("ascii"), value.encode("latin-1"))
            for name, value in (self.user.headers | content_type | headers).items()
        ]
        response = await self.user.client.request(
            operation.method, url or self.url(operation), content=content, headers=given
        )
        self.statuses[response.status_code] = self.statuses.get(response.status_code, 0) + 1
        problem = _problem(response)
        if problem:
            self.failures.append(f"{what[:80]!r}: {problem}")
        return response

    def url(self, operation: Operation) -> str:
        if operation.path.endswith("/events"):
            return operation.url()  # of a room that there is not: a stream would never end
        named = {name: quote(self.ids[name], safe="") for name in operation.path_parameters if name in self.ids}
        return operation.url(**named)

    def report(self) -> None:
        assert not self.failures, "\n" + "\n".join(self.failures)


def _problem(response: httpx.Response) -> str | None:
    if response.status_code >= 500:
        return f"{response.status_code} {response.text[:200]}"
    if response.status_code >= 400:
        try:
            assert_envelope(response)
        except (AssertionError, ValueError) as error:
            return f"{response.status_code} without the envelope: {response.text[:200]} {error!s:.200}"
    elif response.is_redirect:
        return f"redirected to {response.headers.get('location')}"
    return None


@pytest.fixture
async def probe(app: FastAPI, client: httpx.AsyncClient, operation: Operation) -> Probe:
    made = await new_probe(client)
    if "criterion" in operation.path_parameters:
        await give_verdict(app, made)
    return made


@pytest.fixture(scope="module")
def residents() -> list[Probe]:
    """Keep a user for the next test: to make one with one of each resource takes longer than most tests."""
    return []


@pytest.fixture
async def used_probe(client: httpx.AsyncClient, residents: list[Probe], operation: Operation) -> AsyncIterator[Probe]:
    """Give the user whom the last test had, unless that one may have changed something."""
    if not residents:
        residents.append(await new_probe(client))
    resident = residents[0]
    yield Probe(resident.user, resident.ids)
    if operation.method != "GET":
        residents.clear()


async def new_probe(client: httpx.AsyncClient) -> Probe:
    user = await sign_up(client)
    return Probe(user, await own_ids(user))


async def give_verdict(app: FastAPI, probe: Probe) -> None:
    """Have the report of a user's session say what a model would: no other verdict can be disputed."""

    async def is_made() -> bool:
        report = await probe.user.get(f"/api/v1/sessions/{probe.ids['session_id']}/report")
        return bool(report.json()["status"] != "pending")

    await until(is_made)
    verdict = "jsonb_set(report, '{questions,0,criteria,0,verdict}', '\"shown\"')"
    session_id = probe.ids["session_id"]
    await execute(app, f"UPDATE session_reports SET report = {verdict} WHERE session_id = :id", id=session_id)


# PATCH is the same operation as PUT.
WRITING = [operation for operation in OPERATIONS if operation.body_schema and operation.method != "PATCH"]
QUERIED = [op for op in OPERATIONS if op.method != "DELETE" and not op.path.endswith("/logout")]
FIRST_WITH_FIELD = {
    field: str(operation) for operation in reversed(WRITING) for field in fields_of(operation.body_schema or {})
}
FIRST_WITH_PARAMETER = {
    parameter["name"]: str(operation) for operation in reversed(QUERIED) for parameter in operation.query_parameters
}


def to_try(values: Sequence[str], name: str, operation: Operation, firsts: Mapping[str, str]) -> Sequence[str]:
    """Return which of the values to try in a place of that name: all in the first operation that has one."""
    if firsts[name] == str(operation):
        return values
    start = sum(map(ord, f"{operation}{name}")) % SHARE_FOR_NAMESAKES
    return values[start::SHARE_FOR_NAMESAKES]


def hostile_bodies(operation: Operation) -> Iterator[tuple[str, bytes]]:
    """Yield bodies that are good but for one field, for each field and each thing of the corpus."""
    assert operation.body_schema
    for field in fields_of(operation.body_schema):
        for literal in to_try(CORPUS, field, operation, FIRST_WITH_FIELD):
            body = operation.body()
            body[field] = "HOSTILE-VALUE"
            yield f"{field}={literal}", json.dumps(body).replace('"HOSTILE-VALUE"', literal).encode()
        good = json.dumps(operation.body())
        name = json.dumps(field)
        yield f"{field} twice", f"{{{name}: [], {good[1:]}".encode()
        yield f"{field} twice, the second bad", f"{good[:-1]}, {name}: []}}".encode()
    yield (
        "unknown fields",
        json.dumps(
            operation.body() | {"id": "x", "user_id": str(uuid4()), "owner_id": 7, "__class__": {}, "": None}
        ).encode(),
    )
    yield "every field null", json.dumps(dict.fromkeys(operation.body())).encode()
    yield "every field a list", json.dumps({field: [] for field in operation.body()}).encode()


@pytest.mark.parametrize("operation", WRITING, ids=str)
async def test_no_value_of_any_field_breaks_anything(app: FastAPI, probe: Probe, operation: Operation) -> None:
    accepted = []

    for what, content in hostile_bodies(operation):
        response = await probe.send(operation, what, content=content)
        if response.status_code == operation.success:
            accepted.append(response)

    probe.report()
    assert probe.statuses.get(422, 0) > 1
    if operation.method in {"PUT", "PATCH"}:
        # What was refused in between has changed nothing.
        assert await what_was_put(probe, operation) == accepted[-1].json()
    await assert_nothing_half_written(app, probe, operation, len(accepted))


async def what_was_put(probe: Probe, operation: Operation) -> Any:
    """Return what an operation has written as it is read: where it was put, or in what that is a part of."""
    if "criterion" in operation.path_parameters:
        report = (await probe.user.get(f"/api/v1/sessions/{probe.ids['session_id']}/report")).json()
        return report["questions"][0]["criteria"][0]
    is_read_there = any((read.method, read.path) == ("GET", operation.path) for read in OPERATIONS)
    part = "" if is_read_there else operation.path.rpartition("}")[2]
    return (await probe.user.get(probe.url(operation).removesuffix(part))).json()


@pytest.mark.parametrize("operation", QUERIED, ids=str)
async def test_no_query_breaks_anything(used_probe: Probe, operation: Operation) -> None:
    base = used_probe.url(operation)
    required = operation.required_query()
    content = b"[]" if operation.body_schema else None
    names = [parameter["name"] for parameter in operation.query_parameters]

    for name in names:
        for value in to_try(QUERY_VALUES, name, operation, FIRST_WITH_PARAMETER):
            others = {key: other for key, other in required.items() if key != name}
            query = "&".join(f"{key}={quote(str(other))}" for key, other in others.items())
            hostile = f"{quote(name)}={quote(value, errors='surrogatepass')}"
            await used_probe.send(operation, f"{name}={value}", url=f"{base}?{query}&{hostile}", content=content)
    for raw in RAW_QUERIES:
        await used_probe.send(operation, raw, url=f"{base}?{raw}", content=content)
    for name in names[:1]:
        everything = "&".join(f"{quote(each)}=%27%00%5C" for each in names)
        await used_probe.send(operation, f"all like {name}", url=f"{base}?{everything}", content=content)

    used_probe.report()


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.path_parameters], ids=str)
async def test_no_path_breaks_anything(used_probe: Probe, operation: Operation) -> None:
    content = json.dumps(operation.body()).encode() if operation.body_schema else None

    for name in operation.path_parameters:
        for segment in RAW_SEGMENTS:
            url = operation.url(**{name: segment})
            response = await used_probe.send(operation, segment, url=url, content=content)
            assert response.status_code != operation.success or operation.method == "GET", segment

    used_probe.report()


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.method != "DELETE"], ids=str)
async def test_no_header_breaks_anything(used_probe: Probe, operation: Operation) -> None:
    content = json.dumps(operation.body()).encode() if operation.body_schema else None
    if operation.path.endswith("/logout"):
        content = None

    for name, value in HEADERS:
        await used_probe.send(operation, f"{name}: {value}", content=content, **{name: value})

    used_probe.report()


@pytest.mark.parametrize("field", ["application_date", "scheduled_date"])
@pytest.mark.parametrize("value", [1705276800, "1705276800", "1705276800.0", 1705276800.0, -1, "2024", True, []])
async def test_a_number_is_no_date(user: SignedIn, field: str, value: Any) -> None:
    position = await user.position()
    if field == "application_date":
        response = await user.put(f"/api/v1/positions/{position['id']}", {field: value})
    else:
        interview = await user.interview(position["id"])
        response = await user.put(f"/api/v1/interviews/{interview['id']}", {field: value})

    assert response.status_code == 422
    assert list(assert_envelope(response)["field_errors"]) == [field]


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"page": 10**30}, "page"),
        ({"page": -1}, "page"),
        ({"page": 1.5}, "page"),
        ({"page": "1e3"}, "page"),
        ({"per_page": 0}, "per_page"),
        ({"per_page": -20}, "per_page"),
        ({"per_page": "true"}, "per_page"),
        ({"archived": "2"}, "archived"),
        ({"date_from": "1705276800"}, "date_from"),
        ({"date_to": "2024-02-30"}, "date_to"),
        ({"search": "a\x00"}, "search"),
        ({"company": "\x00"}, "company"),
        ({"tag": "a\x00"}, "tag"),
    ],
)
async def test_a_parameter_out_of_bounds_is_refused_by_name(
    user: SignedIn, parameters: dict[str, Any], field: str
) -> None:
    response = await user.get("/api/v1/positions", **parameters)

    assert response.status_code == 422
    assert list(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == [field]


SLOW_TEXTS = {
    "long hyphenated word": "a-" * 10_000,
    "dots": "1." * 10_000,
    "slashes": "a/" * 10_000,
    "at signs": "a@" * 10_000,
    "signs": "+-" * 10_000,
    "angle brackets": "<" * 20_000,
    "ampersands": "&" * 20_000,
    "entities": "&a" * 10_000,
    "underscores": "a_b." * 5_000,
    "one word": "a" * 20_000,
    "many words": "a " * 10_000,
    "distinct words": " ".join(f"w{number}" for number in range(3_500)),
    "quotes": "'" * 20_000,
    "backslashes": "\\" * 20_000,
    "emoji": "\U0001f600" * 5_000,
}


@pytest.mark.parametrize("kind", SLOW_TEXTS)
async def test_no_text_of_the_allowed_length_keeps_the_database_busy(user: SignedIn, kind: str) -> None:
    content = SLOW_TEXTS[kind].strip()[:20_000]

    created = await user.post("/api/v1/positions", {"title": "A", "company": "B", "description": content})
    assert created.status_code == 201, created.text
    found = await user.get("/api/v1/positions", search=content)

    assert found.status_code in {200, 422}, found.text
    for response in (created, found):
        assert response.elapsed.total_seconds() < 5


async def assert_nothing_half_written(app: FastAPI, probe: Probe, operation: Operation, accepted: int) -> None:
    """Check that the database holds what was accepted, whole, and nothing else."""
    connection: asyncpg.Connection = await app.state.runtime.database.connect()
    try:
        count = connection.fetchval
        mine = probe.user.id
        assert not await count(
            "SELECT count(*) FROM positions p WHERE user_id = $1 AND 1 <> "
            "(SELECT count(*) FROM status_changes s WHERE s.position_id = p.id AND from_status IS NULL)",
            mine,
        )
        assert not await count(
            "SELECT count(*) FROM positions p WHERE user_id = $1 AND status <> "
            "(SELECT to_status FROM status_changes s WHERE s.position_id = p.id ORDER BY sequence DESC LIMIT 1)",
            mine,
        )
        assert not await count(
            "SELECT count(*) FROM interviews i JOIN positions p ON p.id = i.position_id "
            "WHERE i.user_id = $1 AND i.user_id <> p.user_id",
            mine,
        )
        tables = {"/positions": "positions", "/interviews": "interviews", "/products": "products"}
        for ending, table in tables.items():
            if operation.method == "POST" and operation.path.endswith(ending):
                column = "owner_id" if table == "products" else "user_id"
                # The probe's own: one of each, and a position more, which was imported.
                there_before = 2 if table == "positions" else 1
                assert (
                    await count(f"SELECT count(*) FROM {table} WHERE {column} = $1", mine) == accepted + there_before
                )
    finally:
        await connection.close()
