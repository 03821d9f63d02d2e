"""What the clients of all providers, of models, ears and voices alike, are given in the same way."""

from typing import Any

from pydantic import SecretStr

NO_KEY = "none"
"""Sent to servers of one's own that want no key; their clients insist on one."""


def revealed(key: SecretStr | None) -> str:
    """Return a key as a client wants it."""
    return key.get_secret_value() if key else NO_KEY


def given(**values: Any) -> dict[str, Any]:
    """Return the values that are set, so that a client's own defaults stand for the others."""
    return {name: value for name, value in values.items() if value is not None}
