"""The calendar: days by keys, the way to positions, what is added and taken back, and the feed."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import Browser, Page, Route, expect

from tests.support.browsing import Visitor, visiting
from tests.support.processes import AppServer
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest

WIDTHS = (320, 390, 1280)


async def calendar(visitor: Visitor, account: SignedIn, query: str) -> Page:
    """Sign in and open the calendar."""
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/calendar?{query}")
    return page


def day(weekday: str, date: str, entries: str = "") -> re.Pattern[str]:
    """Match a day's name, which has its year and a comma in other years alone."""
    return re.compile(f"^{weekday},? {date}( 2027)?(, )?{entries}$")


async def test_keys_go_from_day_to_day_in_the_browsers_time_zone(
    browser: Browser, server: AppServer, account: SignedIn
) -> None:
    position = await account.position(company="Contoso")
    await account.interview(position["id"], scheduled_date="2027-03-09T23:30:00Z")
    async with visiting(browser, server.url, timezone_id="Asia/Tokyo") as visitor:
        page = await calendar(visitor, account, "view=month&day=2027-03-08")
        await page.get_by_role("button", name=day("Monday", "8 March")).focus()
        for _ in range(2):
            await page.keyboard.press("ArrowRight")
        # Late in the evening in Greenwich is the next morning in Tokyo.
        await expect(page.get_by_role("button", name=day("Wednesday", "10 March", "1 entry"))).to_be_focused()
        await expect(page.get_by_role("heading", name=day("Wednesday", "10 March"))).to_be_visible()
        await expect(page.locator(".calendar-panel time")).to_have_text("08:30")
        await page.keyboard.press("PageDown")
        await expect(page.get_by_role("button", name=day("Saturday", "10 April"))).to_be_focused()
        await expect(page).to_have_url(f"{server.url}/app/calendar?view=month&day=2027-04-10")
        await page.keyboard.press("k")
        await page.reload()
        await expect(page.get_by_role("heading", name="March 2027", exact=True)).to_be_visible()
        await page.get_by_role("link", name="Contoso").press("Enter")
        await expect(page).to_have_url(f"{server.url}/app/positions/{position['id']}")
        await page.go_back()
        await expect(page.get_by_role("button", name=day("Wednesday", "10 March", "1 entry"))).to_be_visible()


async def test_each_way_to_show_days_fits_every_screen(visitor: Visitor, account: SignedIn) -> None:
    position = await account.position()
    for hour in range(9, 13):
        await account.interview(position["id"], scheduled_date=f"2027-03-10T{hour:02}:00:00Z")
    await account.post("/api/v1/tasks", {"title": "Send the portfolio", "due_date": "2027-03-10"})
    page = await calendar(visitor, account, "day=2027-03-10")
    for kind, shown in (("Month", ".calendar-panel"), ("Week", ".calendar-week"), ("Agenda", ".calendar-agenda")):
        await page.get_by_role("link", name=kind).click()
        await expect(page.locator(f"{shown} .calendar-entry")).to_have_count(5)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            assert await widest(page) == 0, (kind, width)
        await page.emulate_media(color_scheme="dark" if kind == "Week" else "light")
        assert await violations(page) == []
    await page.go_back()
    await expect(page.locator(".calendar-week")).to_be_visible()


async def test_what_is_added_on_a_day_can_be_taken_back(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("Failed to load resource")
    position = await account.position(company="Contoso", title="Engineer")
    page = await calendar(visitor, account, "view=month&day=2027-03-10")
    await expect(page.get_by_text("Nothing on this day.")).to_be_visible()
    await page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Add an interview")
    await dialog.get_by_label("Notes").fill("Bring the drawings")
    await dialog.get_by_role("button", name="Add interview").click()
    await expect(dialog.get_by_label("Position")).to_be_focused()
    await expect(dialog.get_by_text("Choose the position that the interview is for")).to_be_visible()
    assert await violations(page) == []

    await dialog.get_by_label("Position").select_option(position["id"])
    await page.route("**/interviews", refuse)
    await dialog.get_by_role("button", name="Add interview").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Not now.")
    await page.reload()
    await expect(page.get_by_text("Nothing on this day.")).to_be_visible()
    await page.keyboard.press("a")
    await expect(dialog.get_by_label("Notes")).to_have_value("Bring the drawings")

    await page.unroute("**/interviews")
    await dialog.get_by_label("Position").select_option(position["id"])

    # It is made, and the answer lost: sent again, it is made once.
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/interviews", lose, times=1)
    await dialog.get_by_role("button", name="Add interview").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("cannot be reached")
    await dialog.get_by_role("button", name="Add interview").click()
    await expect(page.locator(".calendar-entry")).to_contain_text("Technical interview")
    [made] = (await account.get("/api/v1/interviews")).json()["interviews"]
    assert made["notes"] == "Bring the drawings"
    await page.keyboard.press("Control+z")
    await expect(page.get_by_text("Nothing on this day.")).to_be_visible()
    assert (await account.get("/api/v1/interviews")).json()["total"] == 0


async def test_a_task_is_ticked_off_at_once_and_comes_back_if_it_cannot_be(
    visitor: Visitor, account: SignedIn
) -> None:
    visitor.expect_error("Failed to load resource")
    page = await calendar(visitor, account, "view=agenda&day=2027-03-10")
    await page.get_by_role("button", name="Add task").click()
    await page.get_by_label("Task", exact=True).fill("Send the portfolio")
    await page.get_by_role("dialog").get_by_role("button", name="Add task").click()
    done = page.get_by_role("button", name="Done: Send the portfolio")
    await expect(done).to_be_visible()

    await page.route("**/api/v1/tasks/*", refuse)
    await done.click()
    await expect(page.get_by_role("alert")).to_have_text("Not now.")
    await expect(done).to_be_visible()
    await page.unroute("**/api/v1/tasks/*")
    await done.click()
    await expect(done).to_have_count(0)
    await expect(page.locator("h1")).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(done).to_be_visible()

    await page.route("**/api/v1/agenda?*", refuse)
    await page.get_by_role("button", name="Four weeks back").click()
    await expect(page.get_by_role("alert").filter(has_text="Not now.")).to_be_visible()
    await page.unroute("**/api/v1/agenda?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("Nothing is planned in these four weeks")).to_be_visible()


async def test_the_feeds_address_is_shown_once_and_can_be_ended(visitor: Visitor, account: SignedIn) -> None:
    # The browser logs it when the API says that there is no feed.
    visitor.expect_error("404")
    page = await calendar(visitor, account, "view=month")
    await page.get_by_role("button", name="Subscribe").click()
    await page.get_by_role("button", name="Make an address").click()
    await page.get_by_label("Show my tasks").check()
    address = await page.get_by_label("Address of the feed").input_value()
    assert parse_qs(urlsplit(address).query)["tasks"] == ["true"]
    await expect(page.locator(".calendar-programs dt")).to_have_text(["Google Calendar", "Apple Calendar", "Outlook"])
    assert await violations(page) == []
    async with httpx.AsyncClient() as program:
        assert (await program.get(address)).status_code == 200
        await page.reload()
        await page.get_by_role("button", name="Subscribe").click()
        await expect(page.get_by_text("It was shown once.")).to_be_visible()
        await expect(page.get_by_label("Address of the feed")).to_have_count(0)
        await page.get_by_role("button", name="End the feed").click()
        await page.get_by_role("dialog", name="End the feed?").get_by_role("button", name="End the feed").click()
        await expect(page.get_by_role("button", name="Make an address")).to_be_visible()
        assert (await program.get(address)).status_code == 401


async def refuse(route: Route) -> None:
    """Answer as a server in trouble does."""
    await route.fulfill(status=503, json={"error": {"code": "EXTERNAL_SERVICE_ERROR", "message": "Not now."}})
