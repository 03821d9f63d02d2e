"""The files of the console, read and compressed once, when each is asked for first."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import Request, Response

from app.web.headers import HEADERS, IMMUTABLE, REVALIDATED

STATIC = Path(__file__).parent / "static"
VENDORED = "vendor/"
"""Files below it carry their version in their name, so that they never change."""

# Said here, because the machine's own table of types may call JavaScript plain text, which no browser would run.
MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
}
PATHS = frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
"""What was there at the start. Only that is ever looked up: no path from outside reaches the file system."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's bytes, as they are and compressed, and the header that names them."""

    plain: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, plain: bytes) -> "StoredFile":
        """Compress what a file is made of."""
        etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
        return cls(plain, gzip.compress(plain, 9, mtime=0), etag)


def file_response(path: str, request: Request) -> Response:
    """Return the answer with one of ``PATHS``."""
    return stored_file_response(path, _read(path), IMMUTABLE if path.startswith(VENDORED) else REVALIDATED, request)


def stored_file_response(name: str, file: StoredFile, cache_control: str, request: Request) -> Response:
    """Return the answer with a file; nothing but the headers where the browser has it already."""
    headers = HEADERS | {"Cache-Control": cache_control, "ETag": file.etag, "Vary": "Accept-Encoding"}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = file.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = file.compressed
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=MEDIA_TYPES[Path(name).suffix])


@cache
def _read(path: str) -> StoredFile:
    return StoredFile.of((STATIC / path).read_bytes())
