"""Today: what comes, what needs attention, the week, the last practice, and what an empty account is shown."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.async_api import Page, Route, ViewportSize, expect

from app.core.clock import utc_now
from tests.support.browsing import Visitor
from tests.support.users import SignedIn
from tests.web.console.checks import violations, widest

NARROW: ViewportSize = {"width": 320, "height": 700}


def day(offset: int) -> str:
    return str((utc_now() + timedelta(days=offset)).date())


async def today(visitor: Visitor, account: SignedIn) -> Page:
    page = await visitor.sign_in(account)
    await page.keyboard.type("gt")
    await expect(page.locator("h1")).to_be_focused()
    return page


async def a_busy_account(account: SignedIn) -> dict[str, Any]:
    """Enter one thing of each kind that Today is about, and return the position with an interview ahead."""
    ahead = await account.position(company="Northwind", status="interviewing", application_date=day(0))
    soon = (utc_now() + timedelta(days=2)).isoformat()
    await account.interview(ahead["id"], scheduled_date=soon, duration_minutes=45)
    await account.position(company="Quiet Works", application_date=day(-40))
    held = await account.position(company="Contoso", status="interviewing", application_date=day(-9))
    await account.interview(held["id"], type="hr", scheduled_date=(utc_now() - timedelta(days=2)).isoformat())
    offer = await account.position(company="Globex", status="applied", application_date=day(-30))
    body = {"status": "offer", "occurred_at": day(-8)}
    assert (await account.put(f"/api/v1/positions/{offer['id']}/status", body)).status_code == 200
    for title, due in (("Send the CV", day(-3)), ("Read about Northwind", day(1))):
        assert (await account.post("/api/v1/tasks", {"title": title, "due_date": due})).status_code == 201
    return ahead


def with_practice_of(*minutes: float) -> Callable[[Route], Awaitable[None]]:
    """Add practice sessions of today to the agenda: real ones would take their minutes."""
    started = utc_now().isoformat()
    sessions = [{"id": str(uuid4()), "started_at": started, "minutes": each} for each in minutes]
    entries = [{"kind": "practice_session", "at": started, "record": one, "position": None} for one in sessions]

    async def add(route: Route) -> None:
        agenda = await (await route.fetch()).json()
        await route.fulfill(json=agenda | {"days": [*agenda["days"], {"date": day(0), "entries": entries}]})

    return add


async def test_an_empty_account_has_three_doors(visitor: Visitor, account: SignedIn) -> None:
    page = await today(visitor, account)
    await expect(page.get_by_role("heading", name="Welcome, Ada")).to_be_visible()
    await expect(page.get_by_role("link", name="Import a file")).to_have_attribute("href", "/app/import")
    assert await violations(page) == []
    await page.set_viewport_size(NARROW)
    assert await widest(page) == 0
    await page.set_viewport_size({"width": 1280, "height": 800})
    door = page.get_by_role("main").get_by_role("button", name="Add a position")
    await door.press("Enter")
    await expect(page.get_by_role("dialog", name="Add a position")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(door).to_be_focused()
    await page.get_by_role("button", name="Try it").click()
    await page.wait_for_url("**/app/rooms/*")


async def test_all_that_needs_attention_is_settled_by_the_keyboard(visitor: Visitor, account: SignedIn) -> None:
    await a_busy_account(account)
    page = await today(visitor, account)
    attention = page.get_by_role("region", name="Needs attention")
    await expect(attention.get_by_role("listitem")).to_have_count(4)
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        assert await violations(page) == []
    await page.set_viewport_size(NARROW)
    assert await widest(page) == 0

    await attention.get_by_role("button", name=re.compile("^Answer: ")).press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Globex is withdrawn now.")).to_be_visible()
    await expect(attention.get_by_role("link", name="Contoso · Engineer")).to_be_focused()
    await attention.get_by_role("button", name=re.compile("^Passed: ")).press("Enter")
    await expect(page.get_by_text("Outcome: passed.")).to_be_visible()
    await attention.get_by_role("button", name="Tomorrow: Send the CV").press("Enter")
    await expect(page.get_by_role("region", name="Coming up").get_by_text("Send the CV")).to_be_visible()
    await attention.get_by_role("button", name="Follow up").press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(attention.get_by_text("Nothing needs you just now.")).to_be_visible()
    await expect(attention.get_by_role("heading")).to_be_focused()
    coming = page.get_by_role("region", name="Coming up")
    await expect(coming.get_by_text("Follow up with Quiet Works")).to_be_visible()

    await page.keyboard.press("Control+z")
    await expect(attention.get_by_role("link", name="Quiet Works · Engineer")).to_be_visible()
    await expect(coming.get_by_text("Follow up with Quiet Works")).to_have_count(0)


async def test_an_outcome_that_rejects_is_taken_back_with_the_status(visitor: Visitor, account: SignedIn) -> None:
    await a_busy_account(account)
    page = await today(visitor, account)
    await page.get_by_role("button", name="Not passed: Contoso", exact=False).click()
    await expect(page.get_by_text("Contoso is rejected now.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("button", name="Not passed: Contoso", exact=False)).to_be_visible()
    found = (await account.get("/api/v1/positions", company="Contoso")).json()["positions"][0]
    assert (found["status"], found["interviews"][0]["outcome"]) == ("interviewing", "pending")


async def test_what_the_api_refuses_is_put_back_and_what_it_cannot_say_is_asked_again(
    visitor: Visitor, account: SignedIn
) -> None:
    visitor.expect_error("500|503")
    await a_busy_account(account)
    refused = {"error": {"code": "INTERNAL_ERROR", "message": "That did not work."}}
    page = await visitor.sign_in(account)

    async def refuse(route: Route) -> None:
        await route.fulfill(status=500, json=refused)

    await page.route("**/api/v1/attention*", refuse)
    await page.route("**/outcome", refuse)
    await page.keyboard.type("gt")
    attention = page.get_by_role("region", name="Needs attention")
    await expect(attention.get_by_role("alert")).to_contain_text("That did not work.")
    await page.unroute("**/api/v1/attention*")
    await attention.get_by_role("button", name="Try again").click()
    await attention.get_by_role("button", name=re.compile("^Passed: ")).click()
    await expect(page.get_by_role("alert").get_by_text("That did not work.")).to_be_visible()
    await expect(attention.get_by_role("link", name="Contoso · Engineer")).to_be_visible()


async def test_an_interview_ahead_is_saved_as_a_file_and_practised(visitor: Visitor, account: SignedIn) -> None:
    await a_busy_account(account)
    await visitor.context.route("**/api/v1/agenda?*", with_practice_of(41.6, 0.2))
    page = await today(visitor, account)
    week = page.get_by_role("region", name="This week")
    await expect(week.get_by_role("listitem").first).to_have_text("1 applied")
    await expect(week.get_by_role("listitem").last).to_have_text("42 minutes of practice")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Calendar file: Technical interview, Northwind").click()
    download = await downloading.value
    assert download.suggested_filename == "Technical interview Northwind.ics"
    await page.get_by_role("button", name="Practise this interview: Technical interview, Northwind").click()
    await page.wait_for_url("**/app/rooms/*")
    await page.goto(f"{visitor.url}/app/")
    last = page.get_by_role("region", name="Last practice")
    await expect(last.get_by_role("link", name="Go back in")).to_be_visible()
