"""What the process counts of itself, for Prometheus.

Names follow its rules: a prefix of our own, base units, ``_total`` for what only grows. Figures are of one process,
and the scraper adds up replicas; rooms and report jobs are counted in the database, and so the same everywhere. What
has known labels has all of them from the start: an increase from nothing would not be seen.
"""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

from app.core.version import VERSION

# They double the number of series, and nothing here asks when a counter began.
disable_created_metrics()  # type: ignore[no-untyped-call]

PREFIX = "interview_tracker"
BUILD = Gauge("build_info", "The version that runs; always 1", ["version"], namespace=PREFIX)
BUILD.labels(VERSION).set(1)
READY = Gauge("ready", "Whether the process can serve requests, as readiness says it (1 or 0)", namespace=PREFIX)

REQUESTS = Counter("http_requests", "Requests answered", ["method", "route", "status"], namespace=PREFIX)
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from a request's head to the end of its answer, without event streams",
    ["route"],
    namespace=PREFIX,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

STREAMS = Gauge("event_streams", "Open event streams", namespace=PREFIX)
ROOMS = Gauge("rooms", "Sessions that have not ended, by the state of their timer", ["state"], namespace=PREFIX)
TRANSITION_LATENESS_SECONDS = Histogram(
    "phase_step_lateness_seconds",
    "How long after its time a step of a phase clock was performed",
    namespace=PREFIX,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)

NOTIFICATIONS_CONNECTED = Gauge(
    "notifications_connected", "Whether the LISTEN connection stands (1 or 0)", namespace=PREFIX
)
FEED_RECONNECTS = Counter("feed_reconnects", "How often the LISTEN connection was re-made", namespace=PREFIX)
DATABASE_CONNECTIONS = Gauge(
    "database_connections", "Open database connections, by lane and use", ["lane", "state"], namespace=PREFIX
)
DATABASE_CONNECTIONS_MAX = Gauge(
    "database_connections_max", "Database connections that there may be, by lane", ["lane"], namespace=PREFIX
)

REPORT_JOBS = Gauge("report_jobs", "Reports that are asked for and not there yet", ["state"], namespace=PREFIX)
OLDEST_REPORT_JOB_SECONDS = Gauge(
    "report_jobs_oldest_seconds",
    "How long ago the oldest of them was asked for, or 0",
    namespace=PREFIX,
)
REPORTS = Counter("reports", "Reports made and stored, by their status", ["status"], namespace=PREFIX)

MODEL_REQUESTS = Counter(
    "language_model_requests",
    "Requests to the language model, by their work and how they ended",
    ["work", "outcome"],
    namespace=PREFIX,
)
MODEL_SECONDS = Histogram(
    "language_model_duration_seconds",
    "Time of a request to the language model, the wait for its turn included",
    ["work"],
    namespace=PREFIX,
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180),
)

CALLS = Gauge("voice_calls", "Voice calls of this process, those not yet connected included", namespace=PREFIX)
VOICE_SLOW = Counter(
    "voice_slow", "How often the keyless voice or ears kept a call waiting", ["service"], namespace=PREFIX
)
VOICE_REPLACED = Counter(
    "voice_services_replaced", "How often a reserve took a failed service's place", ["service"], namespace=PREFIX
)
for _service in ("ears", "voice"):
    VOICE_SLOW.labels(_service)
    VOICE_REPLACED.labels(_service)
CHILD_ENDS = Counter(
    "voice_child_ends", "How often a child process of voice or ears ended and was to be replaced", namespace=PREFIX
)

SPANS_LOST = Counter("spans_lost", "Spans that the collector of traces did not take", namespace=PREFIX)

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


def count_request(method: str, route: str, status: int, seconds: float | None) -> None:
    """Count an answered request; ``seconds`` is None for a stream, whose length says nothing."""
    _requests(method, route, status).inc()
    if seconds is not None:
        _request_seconds(route).observe(seconds)


# The library looks a label's figures up under a lock and by text each time.
@lru_cache(maxsize=4096)
def _requests(method: str, route: str, status: int) -> Counter:
    # A client may make up as many methods as it likes, and each would be kept for good.
    return REQUESTS.labels(method if method in METHODS else "other", route, status)


@lru_cache(maxsize=1024)
def _request_seconds(route: str) -> Histogram:
    return REQUEST_SECONDS.labels(route)
