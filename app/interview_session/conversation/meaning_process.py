"""The process that runs the sentence-embedding model: ``python -m …meaning_process MODEL``, for ``meaning.py``.

In a process of its own, because the loaded model takes 120 MB that can be given back in no other way: after ten
minutes without a text this one ends, and the next text starts it again.

It says ``ready``, or the name of the error that the model could not be loaded for, in a line; then it answers each
text (its length in four bytes, and UTF-8) with the numbers of a vector.
"""

import gc
import select
import struct
import sys
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import onnxruntime

from app.core.loading import UNUSED_SECONDS, give_back_memory
from app.interview_session.conversation.wordpiece import token_ids

MAX_TOKENS = 128
READY = "ready"
LENGTH = struct.Struct(">I")


def main() -> None:
    """Load the model that the command line names, and answer until nobody asks any more."""
    # What libraries print to standard output must not get between the vectors.
    answers, sys.stdout = sys.stdout.buffer, sys.stderr
    try:
        session = _load(Path(sys.argv[1]))
    except Exception as error:  # noqa: BLE001 - whatever a file that is no model leads to
        _write(answers, f"{type(error).__name__}\n".encode())
        return
    _write(answers, f"{READY}\n".encode())
    with open(0, "rb", buffering=0) as texts:
        while select.select([texts], [], [], UNUSED_SECONDS)[0]:
            header = _read(texts, LENGTH.size)
            if len(header) < LENGTH.size:
                return
            text = _read(texts, LENGTH.unpack(header)[0]).decode()
            _write(answers, _vector(session, text).tobytes())


def _load(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # A text takes some milliseconds: neither memory kept for the next nor a thread spinning for it is worth its cost.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    gc.collect()
    # Some 70 MB that only the loading took.
    give_back_memory()
    return session


def _read(texts: RawIOBase, size: int) -> bytes:
    content = b""
    while len(content) < size and (part := texts.read(size - len(content))):
        content += part
    return content


def _vector(session: Any, text: str) -> npt.NDArray[np.float32]:
    # One text at a time: the weights' 8 bits are scaled per run, so that a neighbour would change a text's vector.
    ids = np.array([token_ids(text, MAX_TOKENS)], np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    wanted = {one.name for one in session.get_inputs()}
    (tokens, *_) = session.run(None, {name: value for name, value in inputs.items() if name in wanted})
    mean: npt.NDArray[np.float32] = tokens[0].mean(axis=0)
    unit: npt.NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return unit


def _write(answers: BinaryIO, content: bytes) -> None:
    answers.write(content)
    answers.flush()


if __name__ == "__main__":
    main()
