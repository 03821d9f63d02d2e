"""Traces: what they tell of a request and of work behind it, what they keep to themselves, and that off is off."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from app.core import traces, tracing
from app.core.config import ConfigurationError, Settings
from app.core.trace_export import ExportedTraces
from app.core.tracing import open_tracing
from tests.conftest import MakeApp, client_of
from tests.support.metrics import figure
from tests.support.reports import ended_session, make_due_reports
from tests.support.rooms import open_room, reports_of, serving
from tests.support.trace_collector import TraceCollector, collecting
from tests.support.users import SignedIn, sign_up
from tests.support.waiting import until

MakeSettings = Callable[..., Settings]
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
IN_A_TRACE = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
POSITION = "/api/v1/positions/{position_id}"


@pytest.fixture(scope="module", autouse=True)
def spans_are_sent_at_once() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
        yield


@pytest.fixture(autouse=True)
def the_tracer_is_the_same_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the module's application its tracer back when a test has had another one, which a process never has."""
    monkeypatch.setattr(traces._Tracing, "tracer", traces._Tracing.tracer)


@pytest.fixture(scope="module")
async def told() -> AsyncIterator[tuple[TraceCollector, str]]:
    async with collecting() as collector_and_url:
        yield collector_and_url


@pytest.fixture(scope="module")
async def app(make_app: MakeApp, told: tuple[TraceCollector, str]) -> AsyncIterator[FastAPI]:
    async with make_app(otel_exporter_otlp_endpoint=told[1], log_level="INFO", log_format="json") as traced:
        await reports_of(traced).stop()
        yield traced


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as http:
        yield http


@pytest.fixture
def collector(told: tuple[TraceCollector, str]) -> TraceCollector:
    collector, _ = told
    collector.spans.clear()
    collector.bodies.clear()
    return collector


async def test_a_request_is_a_span_in_its_clients_trace_with_its_statements_in_it(
    user: SignedIn, client: httpx.AsyncClient, collector: TraceCollector, capsys: pytest.CaptureFixture[str]
) -> None:
    position = await user.position()
    capsys.readouterr()

    path = f"/api/v1/positions/{position['id']}"
    assert (await client.get(path, headers=user.headers | IN_A_TRACE)).status_code == 200

    span = await collector.received(f"GET {POSITION}")
    assert (span.trace_id, span.parent_id, span.kind, span.service) == (TRACE, PARENT, "SERVER", "interview-tracker")
    assert span.attributes == {
        "http.request.method": "GET",
        "url.scheme": "http",
        "http.route": POSITION,
        "http.response.status_code": 200,
    }
    statements = collector.children_of(span)
    assert statements
    assert all(statement.trace_id == TRACE and statement.kind == "CLIENT" for statement in statements)
    assert any("FROM positions" in statement.attributes["db.query.text"] for statement in statements)
    [line] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"request"' in line]
    assert (line["route"], line["trace_id"], line["span_id"]) == (POSITION, TRACE, span.span_id)


async def test_writes_are_told_as_well(user: SignedIn, collector: TraceCollector) -> None:
    await user.position()

    span = await collector.received("POST /api/v1/positions")
    assert "INSERT" in {statement.name for statement in collector.children_of(span)}
    assert span.parent_id == ""


async def test_nothing_that_anybody_wrote_is_in_a_span(
    client: httpx.AsyncClient, collector: TraceCollector, told: tuple[TraceCollector, str]
) -> None:
    secret = f"hunter{uuid4().hex}"
    email = f"{secret}@example.com"
    user = await sign_up(client, email)
    position = await user.position(title=secret, company=secret)
    await user.get("/api/v1/positions", search=secret)
    await client.get(f"/{secret}?{secret}={secret}", headers={secret: secret, "baggage": f"a={secret}"})
    await client.request(secret.upper(), "/health")
    # The messages of these errors quote what was sent.
    again = {"email": email, "password": "correct horse battery staple", "first_name": secret}
    assert (await client.post("/api/v1/auth/register", json=again)).status_code == 409
    await client.post("/api/v1/auth/login", json={"email": email, "password": secret})
    await user.get(f"/api/v1/positions/{position['id']}", token=secret)

    await until(lambda: len([span for span in collector.spans if span.name == f"GET {POSITION}"]) == 1)
    sent = b"".join(collector.bodies)
    assert b"INSERT" in sent
    for private in (secret, secret.upper(), user.tokens["access_token"], user.tokens["refresh_token"], user.id):
        assert private.encode() not in sent
        assert UUID(user.id).bytes not in sent


async def test_a_request_that_fails_says_so(
    app: FastAPI, user: SignedIn, collector: TraceCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = app.state.runtime.database.reads.pool
    run = pool._fetch_again
    monkeypatch.setattr(pool, "_fetch_again", lambda _sql, _arguments: run("SELEKT", ()))

    answer = await user.get("/api/v1/positions")

    assert answer.status_code == 500
    span = await collector.received("GET /api/v1/positions")
    assert span.has_failed
    assert span.attributes["error.type"] == "500"
    failed = [child for child in collector.children_of(span) if child.has_failed]
    assert failed
    assert {child.attributes["error.type"] for child in failed} == {"PostgresSyntaxError"}


async def test_an_event_stream_is_told_when_it_begins(
    app: FastAPI, user: SignedIn, collector: TraceCollector
) -> None:
    room = await open_room(app, user)
    async with (
        serving(app) as url,
        httpx.AsyncClient(base_url=url, trust_env=False) as web,
        web.stream("GET", f"{room.path}/events", headers=user.headers) as stream,
    ):
        assert stream.status_code == 200
        span = await collector.received("GET /api/interview/{room_id}/events")
        assert not span.has_failed


async def test_a_report_is_a_trace_of_its_own(app: FastAPI, user: SignedIn, collector: TraceCollector) -> None:
    room = await ended_session(app, user, "I built it by myself.")
    collector.spans.clear()
    before = figure("reports_total", status="insufficient_evidence") + figure("reports_total", status="ready")

    await make_due_reports(app)

    after = figure("reports_total", status="insufficient_evidence") + figure("reports_total", status="ready")
    assert after == before + 1

    span = await collector.received("report")
    assert (span.parent_id, span.kind, span.has_failed) == ("", "CONSUMER", False)
    assert span.attributes == {"interview_tracker.session_id": str(room.session_id), "interview_tracker.attempt": 1}
    assert {"SELECT", "INSERT"} <= {statement.name for statement in collector.children_of(span)}
    # What a process does for itself is nobody's trace.
    assert all(span.parent_id for span in collector.spans if span.kind == "CLIENT")


async def test_without_the_setting_a_request_runs_nothing_of_it(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces._Tracing, "tracer", None)
    ran: set[str] = set()

    def note(frame: Any, _event: str, _argument: object) -> None:
        ran.add(frame.f_code.co_filename)

    async with make_app() as app, client_of(app) as client:
        user = await sign_up(client)
        await user.position()
        sys.setprofile(note)
        try:
            await user.get("/api/v1/positions")
            await user.position()
        finally:
            sys.setprofile(None)

    assert any(path.endswith("app/core/read_pool.py") for path in ran)
    parts = ("trace", "tracing")
    assert [path for path in ran if "/app/" in path and any(part in path.rsplit("/", 1)[1] for part in parts)] == []
    assert [path for path in ran if "opentelemetry/sdk" in path or "opentelemetry/exporter" in path] == []


async def test_a_collector_that_hangs_holds_up_nobody_and_what_waits_for_it_is_bounded(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "40")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "10")
    async with collecting() as (collector, url):
        collector.manner = "hangs"
        async with make_app(otel_exporter_otlp_endpoint=url) as app, client_of(app) as client:
            await until(lambda: _answered_while_hanging(client, collector))
            await asyncio.gather(*(client.get("/health") for _ in range(200)))

            [processor] = traces._Tracing.tracer.span_processor._span_processors  # type: ignore[union-attr]
            assert len(processor._batch_processor._queue) == 40
        # The end waited for as long as it says, and no longer.
        assert "traces_given_up" in capsys.readouterr().out


async def test_it_is_said_once_that_spans_are_not_taken_and_counted_how_many(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str]
) -> None:
    before = figure("spans_lost_total")
    async with collecting() as (collector, url):
        collector.manner = "refuses"
        async with make_app(otel_exporter_otlp_endpoint=url, log_level="INFO") as app, client_of(app) as client:
            for count in (1, 2):
                await client.get("/health")
                await until(lambda count=count: collector.requests == count)  # type: ignore[misc]
            await until(lambda: figure("spans_lost_total") - before >= 2)
            collector.manner = "takes"
            await client.get("/health")
            await collector.received("GET /health")
    said = capsys.readouterr().out
    assert said.count("traces_not_taken") == 1
    assert said.count("traces_taken_again") == 1


async def test_spans_that_a_collector_sends_elsewhere_count_as_lost() -> None:
    before = figure("spans_lost_total")
    async with collecting() as (collector, url):
        collector.manner = "redirects"
        exported = ExportedTraces(f"{url}/v1/traces", service="lost")
        exported.tracer.start_span("lost").end()
        await until(lambda: figure("spans_lost_total") == before + 1)
        await exported.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"otel_exporter_otlp_endpoint": "http://127.0.0.1:1", "otel_sdk_disabled": True},
        {"otel_exporter_otlp_endpoint": "http://127.0.0.1:1", "otel_traces_exporter": "none"},
        {},
    ],
)
def test_there_are_several_ways_to_have_none(settings: dict[str, Any], make_settings: MakeSettings) -> None:
    assert tracing.traces_url(make_settings(**settings)) is None


def test_the_address_is_as_the_standard_says(make_settings: MakeSettings) -> None:
    base, whole = "http://collector:4318/", "https://elsewhere/own"

    assert tracing.traces_url(make_settings(otel_exporter_otlp_endpoint=base)) == "http://collector:4318/v1/traces"
    both = make_settings(otel_exporter_otlp_endpoint=base, otel_exporter_otlp_traces_endpoint=whole)
    assert tracing.traces_url(both) == whole


def test_a_start_without_the_packages_says_what_to_do(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "_PACKAGES", ("opentelemetry.nothing_like_it",))

    with pytest.raises(ConfigurationError, match="needs packages that are not installed: make tracing"):
        tracing.check_tracing(make_settings(otel_exporter_otlp_endpoint="http://127.0.0.1:1"))


async def test_a_variable_of_the_sdk_that_makes_no_sense_stops_the_start(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-1")

    with pytest.raises(ConfigurationError, match="OTEL_BSP_MAX_QUEUE_SIZE"):
        async with open_tracing(make_settings(otel_exporter_otlp_endpoint="http://127.0.0.1:1")):
            pass


async def _answered_while_hanging(client: httpx.AsyncClient, collector: TraceCollector) -> bool:
    assert (await client.get("/health")).status_code == 200
    return collector.requests > 0
