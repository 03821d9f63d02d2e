"""The version of the application, as ``pyproject.toml`` and the changelog have it."""

VERSION = "0.1.0"
