"""Placeholders in the texts that the project brings along: ``{role}`` and ``{company}``."""

import re
from collections.abc import Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{(role|company)\}")


def worded(part: Any, words: Mapping[str, str]) -> Any:
    """Return a file's content with its placeholders filled in, by their names.

    In one pass, so that placeholders, braces or anything else in a company's name stay what they are. Keys are worded
    as well, because examples have the text that they belong to as their key.
    """
    if isinstance(part, str):
        return _PLACEHOLDER.sub(lambda found: words[found[1]], part)
    if isinstance(part, list):
        return [worded(entry, words) for entry in part]
    if isinstance(part, dict):
        return {worded(name, words): worded(entry, words) for name, entry in part.items()}
    return part
