"""The first stage of an import: a file becomes a table, whatever made it."""

import asyncio
from collections.abc import Collection

from app.services.imports.column_names import known_names
from app.services.imports.table import Table, unreadable
from app.services.imports.text_file import read_text_file
from app.services.imports.workbook_process import read_in_process

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


async def read_table(content: bytes, mapped: Collection[str]) -> Table:
    """Return the table of a file, told by its first bytes and not by what it claims to be.

    ``mapped`` are names of columns that the user has mapped, and that count as known.

    Raises:
        ValidationError: the file as a whole cannot be read; ``field_errors.file`` says why.

    """
    if content.startswith(_ZIP):
        return await read_in_process(content, known_names(mapped))
    if content.startswith(_OLE):
        raise unreadable("Must be CSV, or XLSX without a password; save the spreadsheet as one of them")
    return await asyncio.to_thread(read_text_file, content, known_names(mapped))
