"""Loading code: without the garbage collector, and without what libraries would load for others than us."""

import ctypes
import gc
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager

UNUSED_SECONDS = 600.0
"""A model in a process of its own that nobody has needed for so long is ended; who needs it next starts it again."""


@contextmanager
def loading(*, without: Collection[str] = ()) -> Iterator[None]:
    """Collect no garbage in this block, which is a fifth of its time, and keep what it loads from later collections.

    What is loaded stays to the end. To go through it holds up every request for a fifth of a second, each time.

    Args:
        without: modules that are not found in this block, as if they were not installed. For libraries that take
            more than we need where they can have it.

    """
    hidden = [name for name in without if name not in sys.modules]
    # None is how Python marks what is not there.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    gc.disable()
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
        give_back_memory()
        gc.freeze()
        gc.enable()


def give_back_memory() -> None:
    """Return to the system what was needed for a moment only; no other than the GNU C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
