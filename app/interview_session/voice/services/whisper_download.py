"""Finds the folder of a whisper model that is known by its name, and downloads the model where it is not there yet.

Run as a module of its own, so that neither the event loop nor the memory of the calls' process has anything of it.
It prints the folder, or ends with one line.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module


def main() -> None:
    """Find the model that the command line names; the network is asked only for what is missing."""
    name = sys.argv[1]
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # Progress bars and the like are not the folder.
    out, sys.stdout = sys.stdout, sys.stderr
    whisper = import_module("faster_whisper.utils")
    if "/" not in name and name not in (known := whisper.available_models()):
        sys.exit(f"whisper has no model {name!r}; it has {', '.join(known)}")
    try:
        folder = whisper.download_model(name, local_files_only=True)
    except Exception:  # noqa: BLE001 - it is not here
        folder = _download(whisper.download_model, name)
    print(folder, file=out)


def _download(download: Callable[[str], object], name: str) -> str:
    try:
        return str(download(name))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one line
        sys.exit(f"the model {name!r} cannot be downloaded ({type(error).__name__})")


if __name__ == "__main__":
    main()
