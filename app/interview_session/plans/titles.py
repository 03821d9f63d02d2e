"""Titles of plans that are made here and not typed by a user."""

MAX_TITLE_CHARACTERS = 200


def cut_title(title: str) -> str:
    """Return a title that a plan can have; a cut one ends with an ellipsis."""
    return title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1].rstrip() + "…"
