"""An account with some weeks of a job search, and a browser that is signed in to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright, expect

from tests.support.browsing import FLAGS, installed_chromium
from tests.support.processes import free_port
from tests.support.users import SignedIn, sign_up
from tests.web.screenshots import search

ROOM_ID = "bench-console"


@dataclass(frozen=True)
class ViewUnderTest:
    """A view's name, its address, and the element that is there as soon as its data are shown."""

    name: str
    url: str
    shown: str


@dataclass(frozen=True)
class Account:
    """The account that all views are looked at with."""

    user: SignedIn

    async def import_positions(self, count: int) -> None:
        """Add so many positions, in all statuses but the last two alike."""
        statuses = ("saved", "applied", "screening", "interviewing", "offer")
        rows = [f"Engineer {n},Company {n},{statuses[n % 5]},2024-01-15,Berlin" for n in range(count)]
        text = "\n".join(["title,company,status,application_date,location", *rows])
        headers = self.user.headers | {"Content-Type": "text/csv"}
        answer = await self.user.client.post("/api/v1/positions/import", headers=headers, content=text)
        answer.raise_for_status()


@dataclass(frozen=True)
class SignedInBrowser:
    """A browser whose own profile has the login, so that other programs find it there, too."""

    context: BrowserContext
    debugging_port: int

    @asynccontextmanager
    async def tab(self, *, cpu_slowdown: int) -> AsyncIterator[tuple[Page, CDPSession]]:
        """Give a tab whose main thread is so many times slower."""
        page = await self.context.new_page()
        debugger = await self.context.new_cdp_session(page)
        await debugger.send("Emulation.setCPUThrottlingRate", {"rate": cpu_slowdown})
        try:
            yield page, debugger
        finally:
            await page.close()


@asynccontextmanager
async def seeded_account(url: str) -> AsyncIterator[tuple[Account, list[ViewUnderTest]]]:
    """Make an account with a job search and a room; give it with the views that have budgets."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        user = await sign_up(client)
        position_id = await search(user)
        room: dict[str, Any] = {"room_id": ROOM_ID, "mock_interview_id": "two-minute-demo"}
        (await user.post("/api/start-interview", room)).raise_for_status()
        views = [
            ViewUnderTest("Today", f"{url}/app/", ".today-days"),
            ViewUnderTest("Board", f"{url}/app/board", ".board-card"),
            ViewUnderTest("Position", f"{url}/app/positions/{position_id}", ".position-timeline li"),
            ViewUnderTest("Room", f"{url}/app/rooms/{ROOM_ID}", "main h1"),
        ]
        yield Account(user), views


@asynccontextmanager
async def signed_in_browser(profile: Path, url: str, account: Account) -> AsyncIterator[SignedInBrowser]:
    """Run the machine's Chromium on a profile, signed in."""
    port = free_port()
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=installed_chromium(),
            args=[*FLAGS, f"--remote-debugging-port={port}"],
            headless=True,
            viewport={"width": 1280, "height": 860},
        )
        page = await context.new_page()
        await page.goto(f"{url}/app/")
        await page.get_by_label("Email").fill(account.user.email)
        await page.get_by_label("Password").fill(account.user.password)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()
        await page.close()
        try:
            yield SignedInBrowser(context, port)
        finally:
            await context.close()
