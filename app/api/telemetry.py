"""FastAPI's own telemetry, which is not used."""

from fastapi.telemetry import TelemetryConfig

NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Its spans hold paths and query strings, and so tokens. Ours are made in ``app.core.traces``."""
