"""The question bank: what is asked about the daily work of a trade.

Each trade is a JSON file in ``question_bank``, named by its slug. ``profile`` describes it in one line, ``titles``
are the words of a position's title that announce it, ``words`` those that its postings use. Its ``questions`` have
the keys of a planner field, except for ``sequence`` and ``duration``, and two of their own: ``fits``, the words of a
posting that call for the question, and ``instead_of``, the id of a template's question that asks much the same.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).with_name("question_bank")
GENERAL = "general"
SOFTWARE_ENGINEERING = "software-engineering"
TRADES = (
    "nursing",
    "teaching",
    "accounting",
    "skilled-trades",
    "data-science",
    "sales",
    "hospitality",
    "logistics",
    "design",
    "site-reliability",
    SOFTWARE_ENGINEERING,
    "customer-service",
    "project-management",
)
"""The slugs of the trades that can be recognised. Beside them stands ``GENERAL``, for everybody else."""


@dataclass(frozen=True)
class Trade:
    """One trade of the bank."""

    slug: str
    name: str
    profile: str
    titles: tuple[str, ...]
    words: tuple[str, ...]
    questions: tuple[dict[str, Any], ...]


@cache
def trade(slug: str) -> Trade:
    """Return the trade of that slug, which is read when it is first asked for.

    Raises:
        KeyError: there is no such trade.

    """
    if slug not in (*TRADES, GENERAL):
        raise KeyError(slug)
    content = orjson.loads((FOLDER / f"{slug}.json").read_bytes())
    return Trade(
        slug,
        content["name"],
        content["profile"],
        tuple(content["titles"]),
        tuple(content["words"]),
        tuple(content["questions"]),
    )
