"""A ZIP archive that is made while it is sent: no file of it is ever in memory whole."""

import asyncio
from collections.abc import AsyncIterator
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from app.core.clock import utc_now


class ZipStream:
    """An archive to which one file after the other is added, and what of it can be sent by then.

    The standard library writes to whatever takes bytes: here to a buffer that is emptied after each part.
    """

    def __init__(self) -> None:
        self._written = _Written()
        self._archive = ZipFile(self._written, "w")

    async def file(self, name: str, content: AsyncIterator[bytes], *, compressed: bool) -> AsyncIterator[bytes]:
        """Add a file, and yield what of the archive has come of it."""
        entry = ZipInfo(name, utc_now().timetuple()[:6])
        entry.compress_type = ZIP_DEFLATED if compressed else ZIP_STORED
        with self._archive.open(entry, "w") as file:
            async for part in content:
                # Compressing takes time in which others can be served.
                await asyncio.to_thread(file.write, part)
                yield self._written.taken()
        yield self._written.taken()

    def end(self) -> bytes:
        """Return the end of the archive, its directory."""
        self._archive.close()
        return self._written.taken()


class _Written:
    """A file that can be written and not sought, as ``ZipFile`` allows."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        """Keep a part."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Have nothing to do: what was written is there."""

    def close(self) -> None:
        """Have nothing to close."""

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
