"""From the settings to what makes spans and sends them away."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from app.core import traces
from app.core.config import ConfigurationError, Settings

_PACKAGES = ("opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter")


def traces_url(settings: Settings) -> str | None:
    """Return where spans are sent; None if they are not made."""
    if settings.otel_sdk_disabled or settings.otel_traces_exporter == "none":
        return None
    if settings.otel_exporter_otlp_traces_endpoint:
        return settings.otel_exporter_otlp_traces_endpoint
    base = settings.otel_exporter_otlp_endpoint
    return f"{base}/v1/traces" if base else None


def check_tracing(settings: Settings) -> None:
    """Raise ``ConfigurationError`` if spans are to be sent and what that takes is not installed."""
    if traces_url(settings) and not all(map(_is_installed, _PACKAGES)):
        raise ConfigurationError(
            "OTEL_EXPORTER_OTLP_ENDPOINT needs packages that are not installed: make tracing, "
            "or: pip install --require-hashes -r requirements-tracing.txt"
        )


@asynccontextmanager
async def open_tracing(settings: Settings) -> AsyncIterator[None]:
    """Have spans made and sent, if a setting says where to; in the end wait a moment for the last ones.

    Raises:
        ConfigurationError: one of OpenTelemetry's own variables makes no sense.

    """
    url = traces_url(settings)
    if url is None:
        yield
        return
    export: Any = import_module("app.core.trace_export")
    try:
        exported = export.ExportedTraces(url, service=settings.otel_service_name)
    except ValueError as error:
        named = sorted(name for name in os.environ if name.startswith("OTEL_"))
        raise ConfigurationError(f"One of {', '.join(named)} makes no sense ({error})") from error
    traces.use(exported.tracer)
    try:
        yield
    finally:
        traces.use(None)
        await exported.close()


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
