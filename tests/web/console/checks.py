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
_LEAST_PX = 44
_PRESSABLE = (
    "a[href], button, input:not([type=hidden]), select, textarea, summary, "
    "[role=menuitem], [role=radio], [role=option]"
)
_SMALL_TARGETS = """([pressable, least]) => {
    const hasWords = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim().length > 3;
    const isInSentence = (element) =>
        getComputedStyle(element).display.startsWith("inline")
        && [...element.parentElement.childNodes].some(hasWords);
    const isThere = (element) =>
        element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        && getComputedStyle(element).clipPath === "none";
    const boxOf = (element) => {
        // A label takes the press for what stands in it, and a card for its link.
        const label = element.matches("[type=checkbox], [type=radio]") && element.closest("label");
        const over = getComputedStyle(element, "::after");
        const isCard = over.content !== "none" && over.position === "absolute";
        return (label || (isCard && element.closest("li")) || element).getBoundingClientRect();
    };
    const isSmall = ({ width, height }) => Math.min(width, height) < least - 0.5;
    return [...document.querySelectorAll(pressable)]
        .filter((element) => isThere(element) && !isInSentence(element) && isSmall(boxOf(element)))
        .map((element) => element.outerHTML.slice(0, 150));
}"""
_RING = """() => {
    const element = document.activeElement;
    if (!element.matches(":focus-visible")) throw new Error("nothing has a ring: " + element.outerHTML.slice(0, 100));
    const clear = (colour) => colour === "transparent" || colour.endsWith(", 0)");
    let behind = element.parentElement;
    while (behind.parentElement && clear(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    return [getComputedStyle(element).outlineColor, getComputedStyle(behind).backgroundColor];
}"""
# By the definition of WCAG; a canvas reads every way to write a colour.
_CONTRAST = """(...colours) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const lightnesses = colours.map((colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
            .map((value) => value / 255)
            .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    });
    return Math.max(...lightnesses) / Math.min(...lightnesses);
}"""
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
    ] + [
        {"rule": "44 px", "help": "Too small to be pressed", "at": [small]} for small in await _small_on_phones(page)
    ]


async def _small_on_phones(page: Page) -> list[str]:
    """Give the targets that are too small for a finger; a pointer does with the 24 px that axe asks for."""
    is_phone = await page.evaluate("window.matchMedia('(max-width: 800px)').matches")
    return await small_targets(page) if is_phone else []


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


async def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is lower or narrower than 44 px. Links within a sentence may be."""
    found: list[str] = await page.evaluate(_SMALL_TARGETS, [_PRESSABLE, _LEAST_PX])
    return found


async def ring_contrast(page: Page) -> float:
    """Return the contrast of the ring around what has the focus with what is behind it."""
    await page.evaluate(_SETTLED)
    ratio: float = await page.evaluate(f"({_CONTRAST})(...({_RING})())")
    return ratio


async def contrast(page: Page, colour: str, behind: str) -> float:
    """Return the contrast of two colours of the style sheet, by the names of their variables."""
    read = "name => getComputedStyle(document.body).getPropertyValue(name).trim()"
    ratio: float = await page.evaluate(f"names => ({_CONTRAST})(...names.map({read}))", [colour, behind])
    return ratio
