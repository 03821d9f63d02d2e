"""What holds on every page: in full, slow, failing, with the network gone, with older data, and on the way back."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest
from tests.web.console.every_page import PLACES, SENTENCE, Full, fill, gone, refuse

def print_(*a):
    print(*a, file=open("/tmp/d_gone_found.txt","a"))


NARROW: ViewportSize = {"width": 320, "height": 700}
API = re.compile(r"/api/")
MOST_SHIFT = 0.1
UNREACHABLE = "The server cannot be reached."


async def test_in_full_each_page_is_in_order_in_both_colours_at_320_pixels(
    visitor: Visitor, account: SignedIn
) -> None:
    full = await fill(account)
    page = await visitor.sign_in(account)
    await page.set_viewport_size(NARROW)
    wrong = []
    for place in PLACES:
        await page.goto(visitor.url + full.address(place))
        try:
            await expect(full.mark(page, place)).to_be_visible()
        except AssertionError:
            wrong.append((place.name, "not shown"))
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            wrong += [(place.name, colours, found) for found in await violations(page)]
        if await widest(page):
            wrong.append((place.name, "wider by", await widest(page)))
    for one in wrong: print_("WRONG", one)
    assert wrong == []


async def test_each_reading_that_fails_is_told_and_can_be_tried_again(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("500")
    full = await fill(account)
    page = await visitor.sign_in(account)
    main = page.get_by_role("main")
    untold = []
    for place in PLACES:
        for path in await readings(page, visitor.url + full.address(place), full, place):
            failing = re.compile(re.escape(path) + r"($|\?|#)")
            await page.route(failing, refuse)
            await page.goto(visitor.url + full.address(place))
            try:
                await expect(main.get_by_text(SENTENCE).first).to_be_visible(timeout=3000)
                await page.unroute(failing)
                await main.get_by_role("button", name="Try again").first.click(timeout=3000)
                await expect(main.get_by_text(SENTENCE)).to_have_count(0, timeout=3000)
                await expect(full.mark(page, place)).to_be_visible(timeout=3000)
            except Exception as e:
                untold.append((place.name, path, str(e)[:100]))
            await page.unroute_all()
    for one in untold: print_(one)
    assert untold == []


async def readings(page: Page, address: str, full: Full, place) -> list[str]:
    """Return the paths that a page reads to be shown in full."""
    paths: list[str] = []
    note = lambda request: paths.append(request.url.split("?")[0]) if request.method == "GET" and API.search(request.url) else None
    page.on("request", note)
    await page.goto(address)
    try:
        await expect(full.mark(page, place)).to_be_visible()
    except AssertionError:
        print_("not shown", place.name)
    await page.wait_for_load_state("networkidle")
    page.remove_listener("request", note)
    return sorted({*paths})


SHIFTS = """() => new Promise((resolve) => {
    let sum = 0;
    const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    });
    observer.observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum), 0)));
})"""


def holding(released):
    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    return hold


async def test_slow_answers_have_a_skeleton_and_move_nothing(visitor: Visitor, account: SignedIn) -> None:
    full = await fill(account)
    page = await visitor.sign_in(account)
    shifted = {}
    for width in (390, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        for place in PLACES:
            released = asyncio.Event()

            await page.route(API, holding(released))
            await page.goto(visitor.url + full.address(place))
            if not place.name in ("Add", "Import", "More", "Settings: data"):
                try:
                    await expect(page.locator("main .skeleton").first).to_be_visible(timeout=4000)
                except Exception as e:
                    print_("no skeleton", place.name)
            released.set()
            try:
                await expect(full.mark(page, place)).to_be_visible()
            except AssertionError:
                print_("not shown", place.name)
            await page.wait_for_load_state("networkidle")
            await page.unroute_all()
            shifted[place.name, width] = await page.evaluate(SHIFTS)
    for k, v in shifted.items(): print_(k, round(v, 3))
    assert {place: shift for place, shift in shifted.items() if shift > MOST_SHIFT} == {}
