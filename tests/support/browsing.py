"""A server of its own and browsers for tests of the console.

The browser is the system's: Playwright brings the driver alone. What a page logs as an error, a breach of the
Content-Security-Policy among it, fails the test, unless the test expects it.
"""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.support.processes import AppServer, scratch_folder
from tests.support.users import SignedIn, sign_up

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FAKE_MICROPHONE = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
_KEEP_LOGIN = """({access_token, refresh_token, expires_in, user}) => localStorage.setItem(
    "interview-tracker.login",
    JSON.stringify({access_token, refresh_token, expires_at: Date.now() + expires_in * 1000, user}),
)"""
"""How the console keeps a login: ``app/web/static/lib/auth.js``."""


def installed_chromium() -> str | None:
    """Return the path of the machine's Chromium, if it has one: rather the one that draws no window around a page."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


@asynccontextmanager
async def running_server(**settings: str) -> AsyncIterator[AppServer]:
    """Run the application on a database of its own, guests allowed as in every local start."""
    with scratch_folder() as folder:
        server = AppServer(folder, **settings)
        try:
            yield await server.ready()
        finally:
            server.stop()


@asynccontextmanager
async def running_browser(*flags: str) -> AsyncIterator[Browser]:
    """Run the machine's Chromium without a window, with an empty profile."""
    path = installed_chromium()
    assert path is not None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags], headless=True)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Visitor:
    """Somebody with a browser profile of their own, and what went wrong on their pages."""

    context: BrowserContext
    url: str
    expected: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        """Open a page in a new tab."""
        page = await self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        await page.goto(self.url + path)
        return page

    def expect_error(self, pattern: str) -> None:
        """Let the browser log this: it logs every refused request, also those that a page deals with."""
        self.expected.append(pattern)

    @property
    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(re.search(pattern, error) for pattern in self.expected)]

    async def sign_in(self, user: SignedIn) -> Page:
        """Go to what can be practised as somebody who has signed in here before."""
        response = await user.client.post("/api/v1/auth/login", json={"email": user.email, "password": user.password})
        assert response.status_code == 200, response.text
        # A page of the origin that is no page of the console, and so reads nothing before the login is there.
        page = await self.open("/")
        await page.evaluate(_KEEP_LOGIN, response.json())
        await page.goto(f"{self.url}/app/practice")
        await expect(page.get_by_role("heading", name="What would you like to practise?")).to_be_visible()
        return page

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.type}: {message.text} ({message.location.get('url')})")


@asynccontextmanager
async def visiting(browser: Browser, url: str, **options: Any) -> AsyncIterator[Visitor]:
    """Give a visitor; none of their pages may have logged an error that nobody expected."""
    context = await browser.new_context(locale="en-GB", **options)
    visitor = Visitor(context, url)
    try:
        yield visitor
    finally:
        await context.close()
    assert not visitor.unexpected, visitor.unexpected


@asynccontextmanager
async def new_user(url: str) -> AsyncIterator[SignedIn]:
    """Give a user made over the API."""
    async with httpx.AsyncClient(base_url=url) as client:
        yield await sign_up(client)


async def save_plan(user: SignedIn, *phases: dict[str, Any], title: str = "My own interview") -> str:
    """Save a mock interview of these phases and return its id."""
    usual = {"question_type": "behavioral", "duration": 5, "question": "Why?"}
    fields = [
        usual | {"sequence": index, "question_id": f"q{index}"} | phase for index, phase in enumerate(phases, 1)
    ]
    response = await user.post("/api/v1/mock-interviews", {"title": title, "planner_fields": fields})
    assert response.status_code == 201, response.text
    plan_id: str = response.json()["id"]
    return plan_id


async def start_room(user: SignedIn, plan_id: str) -> dict[str, Any]:
    """Open a room over the API."""
    body = {"room_id": f"test-{uuid4().hex[:12]}", "mock_interview_id": plan_id}
    response = await user.post("/api/start-interview", body)
    assert response.status_code == 200, response.text
    room: dict[str, Any] = response.json()
    return room


def screenshots_folder() -> Path:
    """Return where the pictures of the documentation are kept."""
    return Path(__file__).resolve().parents[2] / "docs" / "images"
