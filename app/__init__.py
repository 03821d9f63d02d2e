"""Interview Tracker: positions, interviews and practice rooms behind one API."""

import os

# onnxruntime reports to its maker unless this is set before its first import, which any part may be the one to make.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
