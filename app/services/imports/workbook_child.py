"""The process that reads a workbook: what is known of columns and the file come in, the table goes out as JSON."""

import resource
import sys
from dataclasses import asdict
from typing import Any

import orjson

# openpyxl imports it where it is installed, which takes longer than all the rest, and needs it for nothing here.
sys.modules["numpy"] = None  # type: ignore[assignment]

from app.core.errors import ValidationError  # noqa: E402
from app.services.imports.table import KnownNames  # noqa: E402
from app.services.imports.workbook import NOT_A_WORKBOOK, read_workbook  # noqa: E402

CPU_SECONDS = 15
MEMORY_BYTES = 1024 * 1024 * 1024


def main() -> None:
    """Read the fields by their keys (one line of JSON) and a workbook from standard input, and write its table."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    fields, _, content = sys.stdin.buffer.read().partition(b"\n")
    sys.stdout.buffer.write(orjson.dumps(_answer(content, KnownNames(orjson.loads(fields)))))


def _answer(content: bytes, known: KnownNames) -> dict[str, Any]:
    try:
        table = read_workbook(content, known)
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
