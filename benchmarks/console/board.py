"""A board of 500 cards: how long drawing takes, and how smoothly it is scrolled and a card is dragged."""

from statistics import median
from typing import Any

from playwright.async_api import Page

from benchmarks.console.browser import SignedInBrowser

SLOWDOWNS = (1, 4)
FILTER_TEXT = "company 4"
SCROLLS = 40
SCROLL_PIXELS = 240
DRAG_STEPS = 40
STEP_MS = 16
LATE_FRAME_MS = 25

_WATCH = """(() => {
    const seen = { draws: [], tasks: [], frames: [] };
    window.benchmark = seen;
    new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) if (name === "board.draw") seen.draws.push(duration);
    }).observe({ type: "measure", buffered: true });
    new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) seen.tasks.push(duration);
    }).observe({ type: "longtask", buffered: true });
    let last = performance.now();
    const frame = (now) => {
        seen.frames.push(now - last);
        last = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
})()"""
_FORGET = "Object.assign(window.benchmark, { draws: [], tasks: [], frames: [] })"


async def measure_board(browser: SignedInBrowser, url: str) -> None:
    """Print what opening, filtering, scrolling and dragging cost, at both speeds of the processor."""
    print("\nboard of 500 cards: board.draw by performance.measure, tasks of 50 ms and more, frames")
    print(f"  {'':14}{'CPU':>5}{'draws':>7}{'median ms':>11}{'longest ms':>12}{'long tasks':>12}{'late frames':>14}")
    for slowdown in SLOWDOWNS:
        async with browser.tab(cpu_slowdown=slowdown) as (page, _):
            await page.add_init_script(_WATCH)
            await page.goto(url)
            await page.locator(".board-card").first.wait_for()
            await page.wait_for_function("() => 'Sortable' in window")
            await page.wait_for_timeout(500)
            print(_row("open", slowdown, await _seen(page)))
            for act, name in ((_filter, "filter"), (_scroll, "scroll"), (_drag, "drag and drop")):
                await page.evaluate(_FORGET)
                await act(page)
                await page.wait_for_timeout(300)
                print(_row(name, slowdown, await _seen(page)))
            elements = await page.evaluate("document.querySelectorAll('*').length")
            print(f"  {'':14}{await page.locator('.board-card').count()} cards drawn, {elements:,} elements")


async def _filter(page: Page) -> None:
    field = page.get_by_label("Filter the cards")
    await field.press_sequentially(FILTER_TEXT)
    await field.fill("")


async def _scroll(page: Page) -> None:
    await page.locator(".board-column.applied .board-card").nth(2).hover()
    for _ in range(SCROLLS):
        await page.mouse.wheel(0, SCROLL_PIXELS)
        await page.wait_for_timeout(STEP_MS)


async def _drag(page: Page) -> None:
    card = await page.locator(".board-column.saved .board-card").first.bounding_box()
    target = await page.locator(".board-column.screening").bounding_box()
    assert card is not None
    assert target is not None
    await page.mouse.move(card["x"] + 40, card["y"] + 20)
    await page.mouse.down()
    for step in range(1, DRAG_STEPS + 1):
        share = step / DRAG_STEPS
        x = card["x"] + 40 + (target["x"] + target["width"] / 2 - card["x"] - 40) * share
        await page.mouse.move(x, card["y"] + 20 + 60 * share)
        await page.wait_for_timeout(STEP_MS)
    await page.mouse.up()
    await page.get_by_text("moved to Screening").wait_for()


async def _seen(page: Page) -> dict[str, Any]:
    seen: dict[str, Any] = await page.evaluate("window.benchmark")
    return seen


def _row(name: str, slowdown: int, seen: dict[str, Any]) -> str:
    draws, tasks, frames = seen["draws"], seen["tasks"], seen["frames"]
    late = sum(frame > LATE_FRAME_MS for frame in frames)
    drawn = f"{median(draws):>11.1f}{max(draws):>12.1f}" if draws else f"{'–':>11}{'–':>12}"
    return f"  {name:14}{f'1/{slowdown}':>5}{len(draws):>7}{drawn}{len(tasks):>12}{f'{late} of {len(frames)}':>14}"
