"""What a request costs: ``python -m benchmarks``. See ``docs/performance.md``."""
