"""What a request costs: ``python -m benchmarks``. See ``docs/performance.md``."""

import app  # noqa: F401 - sets what has to be set before onnxruntime is imported, whichever benchmark is run
