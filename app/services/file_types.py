"""What kind of file an uploaded one is: what it says of itself, if its first bytes bear that out.

Nothing is done by the kind but to send the file out with it again, as an attachment. So what is not known here is
just bytes, and only a file that claims to be one of these and is not is refused: somebody picked the wrong one, or
means to deceive whoever opens it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from app.core.errors import ValidationError

ANY_BYTES = "application/octet-stream"
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: what people call it, its endings, its media type, and how it is told by its first bytes."""

    noun: str
    endings: tuple[str, ...]
    media_type: str
    is_it: Callable[[bytes], bool]


def _begins_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _is_pdf(head: bytes) -> bool:
    # Readers take what stands before it, up to a kilobyte, for nothing.
    return b"%PDF-" in head[:1024]


def _is_text(head: bytes) -> bool:
    return b"\0" not in head or head.startswith((b"\xff\xfe", b"\xfe\xff"))


FILE_TYPES = (
    FileType("a PDF", (".pdf",), "application/pdf", _is_pdf),
    FileType(
        "a Word document",
        (".docx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _begins_with(_ZIP),
    ),
    FileType("a Word document", (".doc",), "application/msword", _begins_with(_OLD_OFFICE)),
    FileType("an OpenDocument text", (".odt",), "application/vnd.oasis.opendocument.text", _begins_with(_ZIP)),
    FileType("a rich text", (".rtf",), "application/rtf", _begins_with(b"{\\rtf")),
    FileType("a ZIP archive", (".zip",), "application/zip", _begins_with(_ZIP, b"PK\x05\x06")),
    FileType("a PNG image", (".png",), "image/png", _begins_with(b"\x89PNG\r\n\x1a\n")),
    FileType("a JPEG image", (".jpg", ".jpeg"), "image/jpeg", _begins_with(b"\xff\xd8\xff")),
    FileType("a plain text", (".txt", ".md"), "text/plain", _is_text),
)


def media_type_of(name: str, declared: str, head: bytes) -> str:
    """Return the media type that a file goes out with again.

    ``declared`` is the media type that came along, ``head`` at least the first kilobyte, if there are so many.

    Raises:
        ValidationError: the file is not what its name or the declared type says.

    """
    ending = PurePath(name.lower()).suffix
    declared = declared.partition(";")[0].strip().lower()
    claimed = [kind for kind in FILE_TYPES if ending in kind.endings]
    claimed += [kind for kind in FILE_TYPES if declared == kind.media_type and kind not in claimed]
    for kind in claimed:
        if not kind.is_it(head):
            raise ValidationError({"file": f"Must be {kind.noun}, as its name or type says"})
    return claimed[0].media_type if claimed else ANY_BYTES
