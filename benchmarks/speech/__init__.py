"""How well the voice is understood and the ears hear, and how fast: ``python -m benchmarks.speech``."""
