"""A whole job search in one go: from no account to none, by touch on a phone and by keyboard alone at a desk."""

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, FilePayload, expect

from app.core.clock import utc_now
from tests.support.browsing import visiting
from tests.support.processes import AppServer
from tests.web.console.hands import Fingers, Hand, Keyboard
from tests.web.room_steps import captions

pytestmark = pytest.mark.slow

PASSWORD = "a long enough passphrase"
ANSWER = "I led the move of our billing to a new database in four steps, and its run took 20 minutes less after it."


def sheet() -> FilePayload:
    """Return a small sheet as somebody keeps it, with dates of the last days."""
    days = [f"{utc_now() - timedelta(days=days):%Y-%m-%d}" for days in (9, 5, 2)]
    rows = (
        "Job title,Employer,Where,Stage,Date applied,Mood",
        f"Backend Engineer,Northwind,Berlin,Applied,{days[0]},good",
        f"Data Engineer,Contoso,Remote,Screening,{days[1]},fine",
        f"Platform Engineer,Globex,Vienna,Applied,{days[2]},so so",
    )
    return {"name": "jobs.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}


@pytest.fixture(params=[Fingers, Keyboard])
async def hand(request: pytest.FixtureRequest, browser: Browser, server: AppServer) -> AsyncIterator[Hand]:
    async with visiting(browser, server.url, **request.param.options) as visitor:
        # The login of an account that is gone is refused.
        visitor.expect_error("status of 401")
        requested: list[str] = []
        visitor.context.on("request", lambda sent: requested.append(sent.url))
        yield request.param(await visitor.open("/"))
        assert {url for url in requested if not url.startswith((server.url, "blob:", "data:"))} == set()


async def test_from_an_empty_account_to_an_erased_one(hand: Hand) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    await sign_up(hand, email)
    await import_the_sheet(hand)
    await move_a_card(hand)
    await plan_an_interview(hand)
    await practise_for_it(hand)
    await read_the_report(hand)
    await enter_the_offer(hand)
    await take_everything_along(hand)
    await erase_the_account(hand, email)


async def sign_up(hand: Hand, email: str) -> None:
    page = hand.page
    await hand.press(page.get_by_role("link", name="Open Interview Tracker"))
    await hand.press(page.get_by_role("button", name="Create an account"))
    await hand.write(page.get_by_label("First name"), "Ada")
    await hand.write(page.get_by_label("Email"), email)
    await hand.write(page.get_by_label("Password"), PASSWORD)
    await hand.press(page.get_by_role("button", name="Create account"))
    await expect(page.get_by_role("heading", name="Welcome, Ada")).to_be_visible()


async def import_the_sheet(hand: Hand) -> None:
    page = hand.page
    await hand.press(page.get_by_role("link", name="Import a file"))
    await hand.choose_file(page.get_by_label("choose", exact=False), sheet())
    await expect(page.get_by_text("All 3 rows can be imported.")).to_be_visible()
    await expect(page.get_by_label("Employer")).to_have_value("company")
    await hand.select(page.get_by_label("Where"), "Location")
    await hand.select(page.get_by_label("Mood"), "Notes")
    await expect(page.get_by_text("Every column is used.")).to_be_visible()
    await hand.press(page.get_by_role("button", name="Import 3 positions"))
    await expect(page.get_by_role("heading", name="3 positions were imported.")).to_be_visible()
    await hand.press(page.get_by_role("link", name="Open the board"))


async def move_a_card(hand: Hand) -> None:
    page = hand.page
    await expect(page.get_by_role("heading", name="Board")).to_be_visible()
    await hand.press(page.get_by_role("button", name="Move Northwind, Backend Engineer"))
    await hand.press(page.get_by_role("dialog").get_by_role("button", name="Interviewing"))
    column = page.get_by_role("region", name="Interviewing, 1")
    await expect(column.get_by_role("link", name="Northwind")).to_be_visible()
    await hand.press(column.get_by_role("link", name="Northwind"))
    await expect(page.get_by_role("heading", name="Backend Engineer")).to_be_visible()


async def plan_an_interview(hand: Hand) -> None:
    page = hand.page
    await hand.press(page.get_by_role("button", name="Interview", exact=True))
    await hand.write(page.get_by_label("Minutes (optional)"), "10")
    await hand.select(page.get_by_label("Kind"), "HR interview")
    await hand.press(page.get_by_role("button", name="Add interview"))
    await expect(page.get_by_text("Interview added.")).to_be_visible()


async def practise_for_it(hand: Hand) -> None:
    page = hand.page
    await hand.press(page.get_by_role("button", name="Practise this interview"))
    await hand.press(page.get_by_role("button", name="Go on without a microphone"))
    question = page.locator("#question-text")
    phases = await page.get_by_role("list", name="Phases").get_by_role("listitem").count()
    await hand.press(page.get_by_role("button", name="Join"))
    await expect(question).to_be_visible()
    for number in range(phases):
        await hand.write(page.get_by_label("Your answer"), f"{number}: {ANSWER}")
        await hand.press(page.get_by_role("button", name="Send"))
        await expect(captions(page).get_by_text(f"{number}: {ANSWER}")).to_be_visible()
        if number == phases - 1:
            break
        asked = await question.inner_text()
        await hand.press(page.get_by_role("button", name="Next question"))
        await expect(question).not_to_have_text(asked)
    await hand.press(page.get_by_role("button", name="Finish"))
    await expect(page.get_by_role("heading", name="The interview is over")).to_be_visible()


async def read_the_report(hand: Hand) -> None:
    page = hand.page
    question = page.get_by_role("region", name="Question 1")
    await expect(question).to_be_visible()
    await hand.press(question.get_by_role("radio", name="Shown", exact=True).first)
    await expect(page.get_by_text("1 shown, 0 partly, 0 not shown")).to_be_visible()
    await expect(page.get_by_text("Saved.")).to_be_visible()


async def enter_the_offer(hand: Hand) -> None:
    page = hand.page
    await hand.press(page.get_by_role("link", name="Back to the position"))
    await hand.choose_from(page.get_by_role("button", name="Status: Interviewing. Change it"), "Offer")
    await expect(page.get_by_role("button", name="Status: Offer. Change it")).to_be_visible()


async def take_everything_along(hand: Hand) -> None:
    page = hand.page
    await hand.go_to("Settings")
    await hand.press(page.get_by_role("link", name="Your data"))
    async with page.expect_download() as saving:
        await hand.press(page.get_by_role("button", name="Everything as ZIP"))
    positions = await asyncio.to_thread(_positions_in, await (await saving.value).path())
    assert positions.count("\n") == 4
    assert "Northwind" in positions


def _positions_in(archive: Path) -> str:
    with zipfile.ZipFile(archive) as opened:
        return opened.read("positions.csv").decode()


async def erase_the_account(hand: Hand, email: str) -> None:
    page = hand.page
    await hand.press(page.get_by_role("button", name=re.compile("^Delete your account")))
    await hand.write(page.get_by_label("Type “delete”"), "delete")
    await hand.write(page.get_by_label("Your password"), PASSWORD)
    await hand.press(page.get_by_role("button", name="Delete everything"))
    await hand.write(page.get_by_label("Email"), email)
    await hand.write(page.get_by_label("Password"), PASSWORD)
    await hand.press(page.get_by_role("button", name="Sign in"))
    await expect(page.get_by_text("Incorrect email or password")).to_be_visible()
