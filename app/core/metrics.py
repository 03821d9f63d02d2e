"""What the process counts of itself, for Prometheus.

Figures of one process: the scraper adds up replicas. Rooms are counted in the database, and so the same everywhere.
"""

from functools import lru_cache

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("http_requests", "Requests answered", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from a request's head to the end of its answer, without event streams",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STREAMS = Gauge("event_streams", "Open event streams")
ROOMS = Gauge("rooms", "Sessions that have not ended, by the state of their timer", ["state"])
TRANSITION_LATENESS_SECONDS = Histogram(
    "phase_step_lateness_seconds",
    "How long after its time a step of a phase clock was performed",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
CALLS = Gauge("voice_calls", "Voice calls, those that are not yet connected included")
FEED_RECONNECTS = Gauge("feed_reconnects", "How often the LISTEN connection was re-made")
DATABASE_POOL = Gauge("database_pool_connections", "Database connections of both pools", ["state"])


def count_request(method: str, route: str, status: int, seconds: float | None) -> None:
    """Count an answered request; ``seconds`` is None for a stream, whose length says nothing."""
    _requests(method, route, status).inc()
    if seconds is not None:
        _request_seconds(route).observe(seconds)


# The library looks a label's figures up under a lock and by text each time.
@lru_cache(maxsize=4096)
def _requests(method: str, route: str, status: int) -> Counter:
    return REQUESTS.labels(method, route, status)


@lru_cache(maxsize=1024)
def _request_seconds(route: str) -> Histogram:
    return REQUEST_SECONDS.labels(route)
