"""How spans leave the process: in batches, by a thread of their own, whatever the collector does.

The queue is bounded (``OTEL_BSP_MAX_QUEUE_SIZE``, 2048 spans): what a collector does not take in time is lost, and
nobody waits for it. Only imported where traces were asked for: the SDK is no part of the usual installation.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread
from typing import Any

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Tracer

from app.core.metrics import SPANS_LOST
from app.core.version import VERSION

log = structlog.get_logger(__name__)

CLOSE_SECONDS = 2.0
"""So long the end of the process waits for the last spans."""


class ExportedTraces:
    """A tracer whose spans are sent to a collector at ``url``, by OTLP over HTTP.

    Everything else is by the standard's variables: ``OTEL_EXPORTER_OTLP_HEADERS``, ``OTEL_TRACES_SAMPLER``, …

    Raises:
        ValueError: one of them makes no sense.

    """

    def __init__(self, url: str, *, service: str) -> None:
        # They write a line for each batch, and for each span that finds the queue full.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        resource = Resource.create({SERVICE_NAME: service, SERVICE_VERSION: VERSION})
        # At the end of the interpreter nobody could say how long to wait.
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=url, session=_strict_session())
        self._provider.add_span_processor(BatchSpanProcessor(_WatchedExporter(exporter)))

    @property
    def tracer(self) -> Tracer:
        """Return what makes the spans."""
        return self._provider.get_tracer("interview_tracker", VERSION)

    async def close(self) -> None:
        """Send what is left, for no longer than ``CLOSE_SECONDS``."""
        closed = asyncio.Event()
        loop = asyncio.get_running_loop()

        def close() -> None:
            self._provider.shutdown()
            # Nobody waits any more where the loop has ended.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(closed.set)

        # Not one of the loop's own threads, which the interpreter waits for.
        Thread(target=close, name="trace_export_close", daemon=True).start()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await closed.wait()
        except TimeoutError:
            log.warning("traces_given_up", seconds=CLOSE_SECONDS)


def _strict_session() -> requests.Session:
    """Return what sends requests, for an exporter that follows no redirect and takes one for success."""
    session = requests.Session()
    session.hooks["response"].append(_refuse_redirect)
    return session


def _refuse_redirect(response: requests.Response, *_arguments: Any, **_options: Any) -> None:
    if response.is_redirect:
        response.close()
        raise requests.TooManyRedirects


class _WatchedExporter(SpanExporter):
    """Says when a collector stops taking spans, and when it takes them again; not at each batch."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._is_failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch."""
        result = self._exporter.export(spans)
        has_failed = result is not SpanExportResult.SUCCESS
        if has_failed:
            SPANS_LOST.inc(len(spans))
        if has_failed and not self._is_failing:
            log.warning("traces_not_taken", spans=len(spans))
        elif self._is_failing and not has_failed:
            log.info("traces_taken_again")
        self._is_failing = has_failed
        return result

    def shutdown(self) -> None:
        """Send nothing any more."""
        self._exporter.shutdown()
