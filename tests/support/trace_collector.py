"""A collector of traces that speaks OTLP over HTTP, and takes, refuses or redirects them, or never answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from fastapi import FastAPI, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.core import traces
from tests.support.rooms import serving
from tests.support.waiting import until


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span as it came, with the service that it is of."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    has_failed: bool
    attributes: dict[str, Any]
    service: str


class TraceCollector:
    """What was sent to it, and what it does with it."""

    def __init__(self) -> None:
        self.spans: list[ReceivedSpan] = []
        self.bodies: list[bytes] = []
        self.requests = 0
        self.manner: Literal["takes", "refuses", "redirects", "hangs"] = "takes"
        self._let_go = asyncio.Event()
        self.app = FastAPI()
        self.app.post("/v1/traces")(self._take)

    async def received(self, name: str) -> ReceivedSpan:
        """Wait for a span of this name, and return the first."""
        found: ReceivedSpan = await until(lambda: next((span for span in self.spans if span.name == name), None))
        return found

    def children_of(self, span: ReceivedSpan) -> list[ReceivedSpan]:
        """Return the spans that lie in another one and have come."""
        return [other for other in self.spans if other.parent_id == span.span_id]

    def let_go(self) -> None:
        """Answer those who wait."""
        self._let_go.set()

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        self.requests += 1
        if self.manner == "hangs":
            await self._let_go.wait()
        if self.manner == "redirects":
            return Response(status_code=307, headers={"Location": "/v1/traces"})
        if self.manner == "refuses":
            return Response(status_code=400)
        assert request.headers["content-type"] == "application/x-protobuf"
        self.bodies.append(body)
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = {entry.key: entry.value.string_value for entry in group.resource.attributes}
            for scope in group.scope_spans:
                self.spans += [_read(span, resource["service.name"]) for span in scope.spans]
        return Response(media_type="application/x-protobuf")


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[TraceCollector, str]]:
    """Serve a collector; give it and its address, as ``OTEL_EXPORTER_OTLP_ENDPOINT`` wants it."""
    collector = TraceCollector()
    async with serving(collector.app) as url:
        try:
            yield collector, url
        finally:
            collector.let_go()


def _read(span: Span, service: str) -> ReceivedSpan:
    return ReceivedSpan(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=tuple(link.span_id.hex() for link in span.links),
        has_failed=span.status.code == Status.STATUS_CODE_ERROR,
        attributes={
            entry.key: getattr(entry.value, str(entry.value.WhichOneof("value"))) for entry in span.attributes
        },
        service=service,
    )


def spans_in_memory(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Have this test's spans kept, each as it ends, in what is returned."""
    spans = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(traces._Tracing, "tracer", provider.get_tracer("tests"))
    return spans
