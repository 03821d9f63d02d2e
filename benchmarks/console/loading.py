"""How much comes over the wire for each view, in how many requests, and when it can be used."""

from dataclasses import dataclass
from statistics import median
from urllib.parse import urlsplit

from playwright.async_api import Page

from benchmarks.console.browser import SignedInBrowser, ViewUnderTest

MOST_BYTES = 200_000
MOST_SECONDS = 1.0
CPU_SLOWDOWN = 4
QUIET_SECONDS = 0.5

# A view can be used when its data are drawn and no task of 50 ms or more follows that began before or soon after.
_WATCH = """(() => {
    const seen = { at: 0, tasks: [] };
    window.benchmark = seen;
    new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, startTime + duration]);
    }).observe({ type: "longtask", buffered: true });
    const look = () => {
        const isThere = document.querySelector("main h1") && document.querySelector(%r);
        if (isThere && !document.querySelector("main [aria-busy=true]")) seen.at = performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})()"""
# The login stays in the profile; this page is shown none.
_WITHOUT_LOGIN = """Object.defineProperty(window, "localStorage", {
    value: { getItem: () => null, setItem: () => {}, removeItem: () => {} },
})"""
_RECEIVED = """() => {
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const sent = all.filter(({ transferSize }) => transferSize > 0);
    return [sent.reduce((sum, { transferSize }) => sum + transferSize, 0), sent.length];
}"""


@dataclass(frozen=True)
class Load:
    """One load of a view: what came, and after how many seconds it could be used."""

    received_bytes: int
    requests: int
    interactive_seconds: float


async def measure_loading(browser: SignedInBrowser, views: list[ViewUnderTest], rounds: int) -> None:
    """Print the loads of each view with an empty cache, and with what the browser has kept."""
    parts = urlsplit(views[0].url)
    print(f"\nloads, processor {CPU_SLOWDOWN} times slower, medians of {rounds}")
    print(f"  {'view':12}{'cache':8}{'bytes':>10}{'requests':>10}{'usable s':>10}")
    signed_out = ViewUnderTest("Sign-in", f"{parts.scheme}://{parts.netloc}/app/", "input[type=password]")
    for view in (signed_out, *views):
        cold = [await _load(browser, view, is_cold=True, is_signed_in=view is not signed_out) for _ in range(rounds)]
        print(_row(view.name, "empty", cold))
        if view is not signed_out:
            warm = [await _load(browser, view, is_cold=False, is_signed_in=True) for _ in range(rounds)]
            print(_row(view.name, "full", warm))


def _row(name: str, cache: str, loads: list[Load]) -> str:
    received = median(load.received_bytes for load in loads)
    requests = median(load.requests for load in loads)
    seconds = median(load.interactive_seconds for load in loads)
    verdict = "met" if received <= MOST_BYTES and seconds <= MOST_SECONDS else "MISSED"
    return f"  {name:12}{cache:8}{received:>10,.0f}{requests:>10.0f}{seconds:>10.2f}   {verdict}"


async def _load(browser: SignedInBrowser, view: ViewUnderTest, *, is_cold: bool, is_signed_in: bool) -> Load:
    async with browser.tab(cpu_slowdown=CPU_SLOWDOWN) as (page, debugger):
        if is_cold:
            await debugger.send("Network.clearBrowserCache")
        if not is_signed_in:
            await page.add_init_script(_WITHOUT_LOGIN)
        await page.add_init_script(_WATCH % view.shown)
        return await _loaded(page, view)


async def _loaded(page: Page, view: ViewUnderTest) -> Load:
    await page.goto(view.url)
    await page.wait_for_function("() => window.benchmark.at > 0")
    await page.wait_for_timeout(QUIET_SECONDS * 1000)
    seen = await page.evaluate("window.benchmark")
    usable_ms = seen["at"]
    for start, end in seen["tasks"]:
        if start <= usable_ms:
            usable_ms = max(usable_ms, end)
    received, requests = await page.evaluate(_RECEIVED)
    return Load(received, requests, usable_ms / 1000)
