"""A workbook is read in a process of its own.

openpyxl takes seconds of pure Python for a file that was made to be slow. In a thread it would share the
interpreter's time with all other requests, and nothing could end it; a process has limits of its own, and gives its
memory back.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from app.services.imports.table import KnownNames, Origin, Table, TableRow, unreadable

WAIT_SECONDS = 30.0
"""Longer than the processor time that the process allows itself."""

_MODULE = "app.services.imports.workbook_child"
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ROOT = Path(__file__).resolve().parents[3]


async def read_in_process(content: bytes, known: KnownNames) -> Table:
    """Return the table of a workbook, as ``read_workbook`` does.

    Raises:
        ValidationError: the file cannot be read, or not with the time and the memory that there are for it.

    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        start_new_session=True,
        # No more than the start needs: a hostile file that got the better of the parser would find no secret here.
        env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
    )
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            answer, _ = await process.communicate(orjson.dumps(known.fields) + b"\n" + content)
    except TimeoutError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if not answer or process.returncode:
        raise unreadable("Must be a workbook that is simple enough to read; save its sheet as CSV")
    return _table(orjson.loads(answer))


def _table(answer: dict[str, Any]) -> Table:
    if sentence := answer.get("unreadable"):
        raise unreadable(sentence)
    rows = [TableRow(number, cells) for number, cells in answer["rows"]]
    return Table(answer["header"], rows, Origin(**answer["origin"]), answer["counts_from_1904"])
