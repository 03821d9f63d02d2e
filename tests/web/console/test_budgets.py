"""What the console costs a browser, counted: bytes, files, cards, and what moves after it has been drawn."""

import asyncio

from playwright.async_api import Browser, Page, Route, ViewportSize, expect

from tests.support.browsing import Visitor, visiting
from tests.support.processes import AppServer
from tests.support.users import SignedIn
from tests.web.screenshots import search

PHONE: ViewportSize = {"width": 390, "height": 800}
MOST_FIRST_PAGE_BYTES = 200_000
MOST_FILES = 8
MOST_DRAWN_SHARE = 0.3

RECEIVED = """() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const files = all.filter(({ name }) => !name.includes("/api/"));
    return { bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0), files: files.length };
}"""
"""What has come over the wire: compressed, with some hundred bytes for the headers of each answer."""

WATCH_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
            const moved = sources.map(({ node }) => node?.className || node?.nodeName);
            // Less than this nobody sees: a share of the screen that moves by a share of its height.
            if (value >= 0.0001) window.shifts.push([value, moved]);
        }
    }).observe({ type: "layout-shift", buffered: true });
"""


async def test_the_first_page_is_small_and_made_of_few_files(
    browser: Browser, server: AppServer, account: SignedIn
) -> None:
    position_id = await search(account)
    login = None
    for path in ("", "", f"positions/{position_id}"):
        async with visiting(browser, server.url, **({"storage_state": login} if login else {})) as visitor:
            page = await visitor.open(f"/app/{path}")
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
            await page.wait_for_load_state("networkidle")
            received = await page.evaluate(RECEIVED)
            assert 20_000 < received["bytes"] <= MOST_FIRST_PAGE_BYTES
            assert received["files"] <= MOST_FILES
            if login is None:
                await sign_in(page, account)
                login = await visitor.context.storage_state()


async def test_joined_modules_export_what_they_export_by_themselves(visitor: Visitor) -> None:
    """Those of the libraries, which are written in many ways, and those that pass on what they import."""
    page = await visitor.open("/app/")
    compared = await page.evaluate("""async () => {
        const main = document.querySelector("script[type=module]").src;
        const { modules } = await import(main);
        await import(main.replace("main.js", "statistics/statistics.js"));
        const names = [...modules.keys()].filter((name) => /^(vendor|words)|ui.js$/.test(name));
        const keys = (exports) => Object.keys(exports).sort();
        return Promise.all(
            names.map(async (name) => [name, keys(modules.get(name)), keys(await import(`/app/static/${name}`))])
        );
    }""")
    assert len(compared) == 9
    for name, joined, alone in compared:
        assert joined == alone, name


async def test_nothing_moves_after_it_has_been_drawn(browser: Browser, server: AppServer, account: SignedIn) -> None:
    """The answers come late, and those come last that stand at the top."""
    position_id = await search(account)
    is_let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await is_let_go.wait()
        await route.continue_()

    async with visiting(browser, server.url, viewport=PHONE) as visitor:
        page = await visitor.open("/app/")
        await sign_in(page, account)
        await visitor.context.add_init_script(WATCH_SHIFTS)
        for path, last in (("", "agenda"), ("board", "positions"), (f"positions/{position_id}", "tasks")):
            is_let_go.clear()
            await page.route(f"**/{last}?*", hold)
            await page.goto(f"{server.url}/app/{path}")
            await expect(page.locator(".skeleton").first).to_be_visible()
            is_let_go.set()
            await expect(page.locator("main [aria-busy=true]")).to_have_count(0)
            await page.wait_for_load_state("networkidle")
            assert await page.evaluate("window.shifts") == [], path


async def test_of_five_hundred_cards_only_those_near_what_is_seen_are_drawn(
    visitor: Visitor, account: SignedIn
) -> None:
    rows = [f"Engineer {n},Company {n},{('saved', 'applied', 'screening')[n % 3]},2024-01-15" for n in range(500)]
    text = "\n".join(["title,company,status,application_date", *rows])
    headers = account.headers | {"Content-Type": "text/csv"}
    imported = await account.client.post("/api/v1/positions/import", headers=headers, content=text)
    assert imported.status_code == 201, imported.text
    page = await visitor.sign_in(account)
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.goto(f"{visitor.url}/app/board")
    column = page.locator(".board-column.applied")
    await expect(column.locator(".board-card").first).to_be_visible()
    await expect(column.get_by_role("heading")).to_contain_text("167")
    first = await page.locator(".board-card").count()
    assert 0 < first < MOST_DRAWN_SHARE * 500
    await column.locator(".board-card").last.scroll_into_view_if_needed()
    await expect(column.locator(".board-card").nth(first // 3 + 10)).to_be_attached()
    assert await page.locator(".board-column.saved .board-card").count() < MOST_DRAWN_SHARE * 167 + 24


async def sign_in(page: Page, account: SignedIn) -> None:
    await page.get_by_label("Email").fill(account.email)
    await page.get_by_label("Password").fill(account.password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("main").get_by_role("heading", name="Coming up")).to_be_visible()
