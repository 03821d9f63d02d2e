"""Spans of what a provider hears and speaks, for a process that tells a collector of them."""

import time
from typing import Any

from opentelemetry.trace import Span, SpanKind
from pipecat.frames.frames import ErrorFrame
from pipecat.processors.frame_processor import FrameProcessor

from app.core import traces

OTHER = "_OTHER"
"""What the standard has for an error of no known class."""


def traced(service_class: Any, operation: str, provider: str) -> Any:
    """Return a service's class with spans of its requests, such as ``hear deepgram``; itself without tracing."""
    if not traces.is_on():
        return service_class
    members = {"operation": operation, "provider": provider}
    return type(service_class.__name__, (_TracedSpeech, service_class), members)


class _TracedSpeech(FrameProcessor):
    """Makes a span of the time that Pipecat takes of each request, whatever the provider's protocol.

    For ears that is from the end of speech to its words, for a voice from a text to its first sound.
    """

    operation: str
    provider: str
    _span: Span | None = None
    _began: int = 0

    async def start_ttfb_metrics(self, *, start_time: float | None = None) -> None:
        """Begin the span; one that is still open got no answer."""
        self._end()
        self._began = time.time_ns() if start_time is None else int(start_time * 1e9)
        self._span = traces.begin_inner(
            f"{self.operation} {self.provider}",
            kind=SpanKind.CLIENT,
            attributes={"gen_ai.operation.name": self.operation, "gen_ai.provider.name": self.provider},
            start_time=self._began,
        )
        await super().start_ttfb_metrics(start_time=start_time)

    async def stop_ttfb_metrics(self, *, end_time: float | None = None) -> None:
        """End the span: the answer has come, at ``end_time`` if that was earlier."""
        self._end(end_time)
        await super().stop_ttfb_metrics(end_time=end_time)

    async def cancel_ttfb_metrics(self) -> None:
        """End the span: nobody waits for the answer any more, or none came."""
        self._end()
        await super().cancel_ttfb_metrics()

    async def push_error_frame(self, error: ErrorFrame, force_treat_as_permanent: bool = False) -> None:
        """End the span as failed, by the class of the error alone, if there is one."""
        if self._span:
            traces.note_failure(self._span, error.exception or OTHER)
        self._end()
        await super().push_error_frame(error, force_treat_as_permanent)

    def _end(self, end_time: float | None = None) -> None:
        span, self._span = self._span, None
        if span:
            # Words may have come before the speech was known to have ended.
            span.end(None if end_time is None else max(int(end_time * 1e9), self._began))
