"""The pages' HTML."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def page(name: str) -> str:
    """Return a page by its file's name."""
    return (_FOLDER / name).read_text(encoding="utf-8")
