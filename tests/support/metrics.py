"""The figures that this process counts of itself, as a scrape would show them."""

from prometheus_client import REGISTRY

from app.core.metrics import PREFIX


def figure(name: str, **labels: str) -> float:
    """Return a metric's value by its name without the prefix; 0 where it has none yet."""
    return REGISTRY.get_sample_value(f"{PREFIX}_{name}", labels) or 0.0
