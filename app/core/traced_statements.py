"""A span for each statement that a request, a report or a call has the database run.

Statements that belong to none of them, such as a look at what is due, have none: they would be traces by themselves.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core import traces
from app.core.read_pool import ReadPool

LONGEST_STATEMENT = 1000
"""Characters of a statement that a span shows. Values are no part of it."""


class TracedReadPool(ReadPool):
    """Makes a span of each read, the wait for a connection included."""

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        """Run one reading statement; see ``ReadPool.fetch``."""
        with statement_span(sql):
            return await super().fetch(sql, arguments)


def trace_statements(engine: AsyncEngine) -> None:
    """Make a span of each statement of an engine."""
    event.listen(engine.sync_engine, "before_cursor_execute", _before)
    event.listen(engine.sync_engine, "after_cursor_execute", _after)
    event.listen(engine.sync_engine, "handle_error", _on_error)


def _before(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    if context is not None:
        context.trace_span = _begin(statement)


def _after(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    if span := getattr(context, "trace_span", None):
        span.end()


def _on_error(failure: ExceptionContext) -> None:
    span: Span | None = getattr(failure.execution_context, "trace_span", None)
    if span:
        traces.note_failure(span, failure.original_exception)
        span.end()


@contextmanager
def statement_span(sql: str) -> Iterator[None]:
    """Make a span of the statement that is run in the block."""
    span = _begin(sql)
    try:
        yield
    except BaseException as error:
        if span:
            traces.note_failure(span, error)
        raise
    finally:
        if span:
            span.end()


def _begin(statement: str) -> Span | None:
    operation = statement.split(None, 1)[0].upper() if statement.strip() else ""
    attributes = {
        "db.system.name": "postgresql",
        "db.operation.name": operation,
        "db.query.text": statement[:LONGEST_STATEMENT],
    }
    return traces.begin_inner(operation or "statement", kind=SpanKind.CLIENT, attributes=attributes)
