"""Spans: what took how long for whom, told to a collector where a setting names one.

Without one nothing here runs in a request. Spans hold names, ids and classes of errors; never a text, a token, a
parameter of a statement or a query string. So they record no exceptions, whose messages may quote any of these.

The global provider of OpenTelemetry stays unset: libraries that find one would make spans of their own, with texts.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

Attributes = Mapping[str, AttributeValue]

# Of what comes along with a trace no more than its ids and its state: baggage may hold anything.
_HEADERS = TraceContextTextMapPropagator()


class _Tracing:
    """The tracer of this process, as long as there is one."""

    tracer: Tracer | None = None


def use(tracer: Tracer | None) -> None:
    """Make spans with this tracer from now on; none with None."""
    _Tracing.tracer = tracer


def is_on() -> bool:
    """Tell whether spans are made."""
    return _Tracing.tracer is not None


@contextmanager
def span(
    name: str, *, kind: SpanKind = SpanKind.INTERNAL, attributes: Attributes | None = None, is_root: bool = False
) -> Iterator[Span]:
    """Make a span of a block, around those that are made in it; failed if the block raises.

    A root begins a trace of its own, which names the one that it came from.
    """
    tracer = _Tracing.tracer
    if tracer is None:
        yield trace.INVALID_SPAN
        return
    current = trace.get_current_span().get_span_context()
    made = tracer.start_span(
        name,
        context=Context() if is_root else None,
        kind=kind,
        attributes=attributes,
        links=[Link(current)] if is_root and current.is_valid else None,
    )
    with as_current(made):
        yield made


@contextmanager
def as_current(made: Span) -> Iterator[None]:
    """Put a span around a block; it ends with it, failed if the block raises."""
    token = context.attach(trace.set_span_in_context(made))
    try:
        yield
    except BaseException as error:
        note_failure(made, error)
        raise
    finally:
        context.detach(token)
        made.end()


def begin(name: str, *, kind: SpanKind, attributes: Attributes | None = None, parent: Context) -> Span:
    """Begin a span that the caller ends."""
    tracer = _Tracing.tracer
    return tracer.start_span(name, parent, kind, attributes) if tracer else trace.INVALID_SPAN


def begin_inner(name: str, *, kind: SpanKind, attributes: Attributes, start_time: int | None = None) -> Span | None:
    """Begin a span in the current one, for the caller to end; None where there is none, or nobody wants to see it."""
    tracer = _Tracing.tracer
    if tracer is None or not trace.get_current_span().is_recording():
        return None
    return tracer.start_span(name, kind=kind, attributes=attributes, start_time=start_time)


def note_failure(made: Span, error: BaseException | str) -> None:
    """Say of a span that it failed, by the class of the error alone."""
    made.set_attribute("error.type", error if isinstance(error, str) else type(error).__name__)
    made.set_status(StatusCode.ERROR)


def sent_along(headers: list[tuple[bytes, bytes]]) -> Context:
    """Return the trace that a request says it belongs to, by its ``traceparent``; an empty one if it says none."""
    wanted = {b"traceparent", b"tracestate"}
    carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers if name in wanted}
    return _HEADERS.extract(carrier, Context())


def headers_to_send() -> dict[str, str]:
    """Return the headers by which the current trace goes on at whom a request is sent to; none without tracing."""
    headers: dict[str, str] = {}
    if is_on():
        _HEADERS.inject(headers)
    return headers


async def _send_along(request: Any) -> None:
    request.headers.update(headers_to_send())


def client_hooks() -> dict[str, Any]:
    """Return the ``event_hooks`` with which a client of httpx sends them; none without tracing."""
    return {"request": [_send_along]} if is_on() else {}


def add_trace(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the ids of the current trace and span on a record (a structlog processor)."""
    current = trace.get_current_span().get_span_context()
    if current.is_valid:
        event.setdefault("trace_id", trace.format_trace_id(current.trace_id))
        event.setdefault("span_id", trace.format_span_id(current.span_id))
    return event
