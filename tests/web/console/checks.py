"""What every view of the console is held against."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.npm import installed

TOOLS = Path(__file__).parent / "tools"
_SETTLED = """() => Promise.allSettled(
    document.getAnimations()
        .filter((one) => one.effect.getTiming().iterations !== Infinity)
        .map((one) => one.finished)
).then(() => null)"""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


async def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe finds wrong with a page as it stands: the rule, and the elements that break it."""
    axe = (installed(TOOLS) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # Colours that are on their way to others would be judged as they are in passing.
    await page.evaluate(_SETTLED)
    # By the debugger, which the page's Content-Security-Policy does not bind.
    await page.evaluate(axe)
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations", "incomplete"]}
    found = await page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        {"rule": rule["id"], "help": rule["help"], "at": [node["html"][:200] for node in rule["nodes"]]}
        for rule in (*found["violations"], *_unseen(found["incomplete"]))
    ]


def _unseen(incomplete: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give what has the colour of what is behind it: axe takes it for hidden on purpose, and leaves it to people."""
    for rule in incomplete:
        nodes = [node for node in rule["nodes"] for check in node["any"] if _is_equal(check)]
        if nodes:
            yield rule | {"nodes": nodes}


def _is_equal(check: dict[str, Any]) -> bool:
    data = check.get("data")
    return isinstance(data, dict) and data.get("messageKey") == "equalRatio"


async def widest(page: Page) -> int:
    """Return by how many pixels a page is wider than the window."""
    wider: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
