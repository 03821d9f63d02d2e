"""What the tests of the room page do on it again and again."""

import asyncio
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.support.browsing import Visitor, save_plan
from tests.support.users import SignedIn


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def captions(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def current_phase(page: Page) -> Locator:
    return page.locator("li[aria-current=step]")


async def join_in_writing(page: Page) -> None:
    await button(page, "Go on without a microphone").click()
    await button(page, "Join").click()
    await expect(page.get_by_label("Your answer")).to_be_visible()
    await expect(button(page, "Pause")).to_be_visible()


async def answer(page: Page, text: str) -> None:
    await page.get_by_label("Your answer").fill(text)
    await page.get_by_label("Your answer").press("Enter")
    await expect(captions(page).get_by_text(text)).to_be_visible()
    await expect(page.get_by_label("Your answer")).to_have_value("")


async def saved_transcript(page: Page) -> str:
    async with page.expect_download() as saving:
        await button(page, "Save the transcript").click()
    return await asyncio.to_thread(Path(await (await saving.value).path()).read_text)


async def end_interview(page: Page) -> None:
    await button(page, "End interview").click()
    await button(page, "End interview now").click()
    await expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()


async def open_room_as(visitor: Visitor, user: SignedIn, *phases: dict[str, object]) -> Page:
    """Sign in, and start a plan of one's own from the start page."""
    await save_plan(user, *phases)
    page = await visitor.sign_in(user)
    await button(page, "Start My own interview").click()
    await page.wait_for_url("**/app/rooms/*")
    return page
