"""Take the pictures of the documentation: ``python -m tests.web.screenshots``."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

from playwright.async_api import Page, ViewportSize, expect

from app.core.clock import utc_now
from tests.support.browsing import new_user, running_browser, running_server, save_plan, screenshots_folder, visiting
from tests.support.users import SignedIn

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DESK: ViewportSize = {"width": 1280, "height": 860}
TITLE = "Coding practice for Acme"
PLAN: tuple[dict[str, Any], ...] = (
    {
        "question_type": "coding",
        "duration": 15,
        "question": "Write a function that returns the first character of a text that occurs only once in it.",
        "follow_ups": ["What does it return if there is none?", "How does its time grow with the text?"],
    },
    {"question_type": "behavioral", "duration": 8, "question": "Tell me about a change that you undid."},
    {"question_type": "technical", "duration": 8, "question": "How do you find out why a page is slow?"},
    {"question_type": "closing", "duration": 4, "question": "What would you like to ask me?"},
)
PROBLEM = 'first_unique("level")   # "v"\nfirst_unique("noon")    # None'
ANSWERS = (
    "I count every character in one pass, then look for the first one with a count of one in a second pass.",
    "There I would return None, and say so in the type: the caller has to decide what no answer means.",
)


async def take_all() -> None:
    """Take the pictures of the start page and of a room, in both themes."""
    folder = screenshots_folder()
    folder.mkdir(parents=True, exist_ok=True)
    async with running_server(VOICE_ENABLED="true") as server, running_browser() as browser:
        for theme in THEMES:
            async with (
                new_user(server.url) as user,
                visiting(browser, server.url, viewport=DESK, color_scheme=theme) as visitor,
            ):
                await save_plan(user, *PLAN, title=TITLE)
                position = await user.position(title="Backend Engineer", company="Acme")
                await user.interview(position["id"], scheduled_date=(utc_now() + timedelta(days=4)).isoformat())
                page = await visitor.sign_in(user)
                await expect(page.get_by_role("button", name="Start HR screen")).to_be_visible()
                await expect(page.get_by_role("heading", name="Practise for a real interview")).to_be_visible()
                await page.screenshot(path=folder / f"start-{theme}.png")
                await talk(page, user)
                await page.screenshot(path=folder / f"room-{theme}.png")


async def talk(page: Page, user: SignedIn) -> None:
    """Start the plan, join in writing, and bring a conversation into the room."""
    await page.get_by_role("button", name=f"Start {TITLE}").click()
    await page.get_by_role("button", name="Go on without a microphone").click()
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    room_id = page.url.rsplit("/", 1)[-1]
    await user.post("/api/inject-problem", {"room_id": room_id, "problem_text": PROBLEM})
    await expect(page.get_by_role("heading", name="Problem")).to_be_visible()
    for answer in ANSWERS:
        await page.get_by_label("Your answer").fill(answer)
        await page.get_by_label("Your answer").press("Control+Enter")
        await expect(page.get_by_role("log").get_by_text(answer)).to_be_visible()


if __name__ == "__main__":
    asyncio.run(take_all())
