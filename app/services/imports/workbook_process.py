"""A workbook is read in a process of its own.

openpyxl takes seconds of pure Python for a file that was made to be slow. In a thread it would share the
interpreter's time with all other requests, and nothing could end it; a process has limits of its own, and gives its
memory back.
"""

import asyncio
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from app.core.errors import ValidationError
from app.services.imports.column_names import known_names
from app.services.imports.table import Origin, Table, TableRow, unreadable
from app.services.imports.workbook import NOT_A_WORKBOOK, read_workbook

CPU_SECONDS = 15
WAIT_SECONDS = 30.0
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "app.services.imports.workbook_process"
MEMORY_BYTES = 1024 * 1024 * 1024


async def read_in_process(content: bytes, mapped: Sequence[str]) -> Table:
    """Return the table of a workbook; ``mapped`` are names of columns that count as known.

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
            answer, _ = await process.communicate(orjson.dumps(mapped) + b"\n" + content)
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


def main() -> None:
    """Read a workbook from the standard input and write its table to the standard output, as JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    mapped, _, content = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(orjson.dumps(_answer(content, orjson.loads(mapped))))


def _answer(content: bytes, mapped: Sequence[str]) -> dict[str, Any]:
    try:
        table = read_workbook(content, known_names(mapped))
    except ValidationError as error:
        return {"unreadable": error.field_errors.get("file", NOT_A_WORKBOOK)}
    return {
        "header": table.header,
        "rows": [(row.number, row.cells) for row in table.rows],
        "origin": asdict(table.origin),
        "counts_from_1904": table.counts_from_1904,
    }


if __name__ == "__main__":
    main()
