"""The settings: the account, how things look, what is kept, and the end of it."""

import zipfile
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from app.core.clock import utc_now
from tests.support.browsing import Visitor
from tests.support.users import PASSWORD, SignedIn, sign_in
from tests.web.console.checks import violations, widest


async def opened(visitor: Visitor, account: SignedIn, part: str) -> Page:
    page = await visitor.sign_in(account)
    await page.goto(f"{visitor.url}/app/settings?part={part}")
    return page


async def test_names_and_the_time_zone_are_kept(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("4(01|22)")
    page = await opened(visitor, account, "you")
    await page.get_by_label("First name").fill("Augusta")
    await page.get_by_label("Time zone").fill("Atlantis")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Time zone")).to_be_focused()
    await expect(page.get_by_label("First name")).to_have_value("Augusta")
    await page.get_by_label("Time zone").fill("Europe/Berlin")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    await expect(page.get_by_role("button", name="Account: Augusta")).to_be_visible()
    assert (await account.get("/api/v1/auth/me")).json()["timezone"] == "Europe/Berlin"
    await page.reload()
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")


async def test_dates_colours_and_days_hold_in_this_browser(visitor: Visitor, account: SignedIn) -> None:
    await account.position(application_date=str((utc_now() - timedelta(days=12)).date()))
    page = await opened(visitor, account, "you")
    days = page.get_by_label("Days without news")
    await page.get_by_label("Dark").check()
    await page.get_by_label("Mar 31,").check()
    await days.fill("0")
    await days.blur()
    await expect(page.get_by_text("Enter a whole number from 1 to 365.")).to_be_visible()
    await days.fill("10")
    await days.blur()
    assert await violations(page) == []
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_label("Mar 31,")).to_be_checked()
    await expect(days).to_have_value("10")
    await page.locator("h1").focus()
    await page.keyboard.type("gb")
    await expect(page.locator(".board-card.attention")).to_contain_text("Quiet for a while")


async def test_other_logins_can_be_ended_and_the_password_changed(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("4(01|22)")
    other = await sign_in(account.client, account.email)
    page = await opened(visitor, account, "security")
    assert await violations(page) == []
    await page.get_by_role("button", name="End the 2 others").click()
    await expect(page.get_by_text("2 logins have ended.")).to_be_visible()
    assert (await other.get("/api/v1/auth/me")).status_code == 401

    await page.get_by_label("Password now").fill("wrong wrong wrong")
    await page.get_by_label("New password").fill("a new horse battery")
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_label("Password now")).to_be_focused()
    await expect(page.get_by_label("New password")).to_have_value("a new horse battery")
    await page.get_by_label("Password now").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Your password was changed.")).to_be_visible()
    await sign_in(account.client, account.email, "a new horse battery")


async def test_contacts_are_added_edited_removed_and_had_back(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("4(01|22)")
    page = await opened(visitor, account, "contacts")
    await page.get_by_role("button", name="Add a contact").click()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await page.keyboard.type("Grace")
    await page.get_by_label("Email").fill("grace@example.com")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Edit Grace").click()
    await page.get_by_label("Role").fill("Recruiter")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Recruiter")).to_be_visible()
    await expect(page.get_by_role("button", name="Edit Grace")).to_be_focused()
    assert await violations(page) == []
    await page.get_by_role("button", name="Remove Grace").click()
    await expect(page.get_by_text("No contacts yet")).to_be_visible()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()
    await page.keyboard.press("Control+z")
    await expect(page.get_by_role("link", name="grace@example.com")).to_be_visible()


async def test_documents_show_the_room_they_take(visitor: Visitor, account: SignedIn) -> None:
    upload = {"files": {"file": ("cv.txt", b"x" * 34_000, "text/plain")}, "data": {"kind": "cv"}}
    created = await account.client.post("/api/v1/documents", headers=account.headers, **upload)  # type: ignore[arg-type]
    assert created.status_code == 201, created.text
    page = await opened(visitor, account, "documents")
    await page.set_viewport_size({"width": 320, "height": 800})
    await expect(page.get_by_text("33 kB of 100 MB used.")).to_be_visible()
    assert await widest(page) == 0
    assert await violations(page) == []
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download cv.txt").click()
    assert (await (await download.value).path()).read_bytes() == b"x" * 34_000
    await page.get_by_role("button", name="Delete cv.txt").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No documents yet")).to_be_visible()


async def test_everything_comes_along_and_then_goes(visitor: Visitor, account: SignedIn) -> None:
    visitor.expect_error("4(01|22)")
    page = await opened(visitor, account, "data")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Everything as ZIP").click()
    with zipfile.ZipFile(await (await download.value).path()) as archive:
        assert "account.json" in archive.namelist()

    await page.get_by_role("button", name="Delete your account…").click()
    await page.get_by_label("Type “delete”").fill("Delete")
    await page.get_by_label("Your password").fill("not this one")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Your password")).to_be_focused()
    assert await violations(page) == []
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    with pytest.raises(AssertionError, match="Incorrect"):
        await sign_in(account.client, account.email)
